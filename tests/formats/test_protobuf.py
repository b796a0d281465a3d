"""Format protobuf: descriptor sets, the wire format, what fits, and hostile bytes."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import pytest
from format_helpers import binary
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.protobuf.json_format import ParseDict
from google.protobuf.message_factory import GetMessageClass
from grpc_tools import protoc  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from lightflus.errors import BindingInvalid
from lightflus.formats.protobuf_schema import Files, row_reader
from lightflus.formats.refusal import SchemaMismatch
from lightflus.formats.registry import message_decoder
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type
from lightflus.ports.formats import BadRecord
from lightflus.testing.schema_registry import registry

SOURCE = """
syntax = "proto3";
package shop;
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
enum Kind { VIEW = 0; BUY = 1; }
message Click {
  string user = 1;
  int64 count = 2;
  double more = 3;
}
message Everything {
  message Point { double x = 1; }
  Kind kind = 1;
  bytes data = 2;
  optional string maybe = 3;
  google.protobuf.Timestamp at = 4;
  google.protobuf.Int32Value wrapped = 5;
  Point point = 6;
  repeated Point points = 7;
  repeated Kind kinds = 8;
  map<string, int32> counts = 9;
  uint64 large = 10;
  float half = 11;
  bool yes = 12;
  oneof choice { string left = 13; int32 right = 14; }
}
"""
TEXT = ScalarType(Scalar.UTF8)
NUMBER = ScalarType(Scalar.FLOAT64)
CLICK = StructType((Field("user", TEXT), Field("count", ScalarType(Scalar.INT64))))
ROW = {"user": "ann", "count": 3}


@cache
def descriptor_set(source: str = SOURCE, *, is_whole: bool = True) -> bytes:
    with TemporaryDirectory() as folder:
        (Path(folder) / "x.proto").write_text(source)
        out = Path(folder) / "x.desc"
        include = ["--include_imports"] if is_whole else []
        common = Path(cast(str, protoc.__file__)).parent / "_proto"
        arguments = ["", f"-I{folder}", f"-I{common}", f"--descriptor_set_out={out}", *include, f"{folder}/x.proto"]
        assert protoc.main(arguments) == 0
        return out.read_bytes()


def written(name: str, value: dict[str, object]) -> bytes:
    message = GetMessageClass(Files.of_set(descriptor_set()).message(name))()
    return ParseDict(value, message).SerializeToString()


ANN = written("shop.Click", {"user": "ann", "count": "3", "more": 1})


@pytest.fixture
def schema(tmp_path: Path) -> str:
    path = tmp_path / "x.desc"
    path.write_bytes(descriptor_set())
    return str(path)


def read(
    schema: str, name: str, record: Type, messages: Sequence[bytes]
) -> tuple[list[dict[str, object]], tuple[BadRecord, ...]]:
    decoder = message_decoder("protobuf", record, {"schema": schema, "message": name})
    decoded = decoder.decode_messages(binary(messages))
    decoded.columns.validate(full=True)
    return decoded.columns.to_pylist(), decoded.bad


def one(name: str, kind: Type) -> StructType:
    return StructType((Field(name, kind),))


def test_fields_are_found_by_their_names(schema: str) -> None:
    assert read(schema, "shop.Click", CLICK, [ANN, ANN]) == ([ROW, ROW], ())


OLD = """
syntax = "proto2";
message Line { required string item = 1; optional int32 count = 2; }
message Order { required int32 id = 1; repeated Line lines = 2; optional Order before = 3; }
"""


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        (b"\x08\x00\x12\x03\x0a\x01x", None),
        (b"", "id"),
        (b"\x08\x01\x12\x02\x10\x05", "lines[0].item"),
        (b"\x08\x01\x1a\x00", "before.id"),
    ],
)
def test_a_message_without_a_field_that_its_schema_requires_is_a_bad_record(
    tmp_path: Path, body: bytes, missing: str | None
) -> None:
    path = tmp_path / "old.desc"
    path.write_bytes(descriptor_set(OLD))
    rows, bad = read(str(path), "Order", one("id", ScalarType(Scalar.INT32)), [body, b"\x08\x07"])
    assert rows == ([{"id": 7}] if missing else [{"id": 0}, {"id": 7}])
    assert [record.reason for record in bad] == ([f"the required field `{missing}` is missing"] if missing else [])


POINT = StructType((Field("x", NUMBER),))
ENTRY = StructType((Field("key", TEXT), Field("value", ScalarType(Scalar.INT32))))


@pytest.mark.parametrize(
    ("name", "kind", "value", "expected"),
    [
        ("kind", TEXT, "BUY", "BUY"),
        ("kind", ScalarType(Scalar.INT32), "BUY", 1),
        ("kind", TEXT, 7, "7"),
        ("data", ScalarType(Scalar.BINARY), "AP8=", b"\0\xff"),
        ("maybe", ScalarType(Scalar.UTF8, True), "x", "x"),
        ("at", ScalarType(Scalar.TIMESTAMP_MS), "2026-01-02T03:04:05.6789Z", datetime(2026, 1, 2, 3, 4, 5, 678000)),
        ("at", ScalarType(Scalar.TIMESTAMP_US), "1969-12-31T23:59:59.9Z", datetime(1969, 12, 31, 23, 59, 59, 900000)),
        ("wrapped", ScalarType(Scalar.INT32, True), 0, 0),
        ("point", POINT, {"x": 1}, {"x": 1.0}),
        ("points", ListType(POINT), [{"x": 1}, {}], [{"x": 1.0}, {"x": 0.0}]),
        ("kinds", ListType(TEXT), ["BUY", "VIEW"], ["BUY", "VIEW"]),
        ("counts", ListType(ENTRY), {"b": 2, "a": 1}, [{"key": "a", "value": 1}, {"key": "b", "value": 2}]),
        ("large", ScalarType(Scalar.UINT64), 2**64 - 1, 2**64 - 1),
        ("large", TEXT, 2**64 - 1, "18446744073709551615"),
        ("half", NUMBER, 0.5, 0.5),
        ("yes", ScalarType(Scalar.BOOL), True, True),
    ],
)
def test_each_type_has_its_column(schema: str, name: str, kind: Type, value: object, expected: object) -> None:
    message = written("shop.Everything", {name: value})
    assert read(schema, "shop.Everything", one(name, kind), [message]) == ([{name: expected}], ())


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("maybe", ScalarType(Scalar.UTF8, True), None),
        ("maybe", TEXT, ""),
        ("left", ScalarType(Scalar.UTF8, True), None),
        ("large", ScalarType(Scalar.UINT64), 0),
        ("kind", TEXT, "VIEW"),
        ("at", ScalarType(Scalar.TIMESTAMP_MS, True), None),
        ("wrapped", ScalarType(Scalar.INT32, True), None),
        ("point", StructType(POINT.fields, True), None),
        ("points", ListType(POINT), []),
        ("new", ScalarType(Scalar.UTF8, True), None),
    ],
)
def test_a_field_that_is_not_set_is_null_or_its_default(schema: str, name: str, kind: Type, expected: object) -> None:
    assert read(schema, "shop.Everything", one(name, kind), [b""]) == ([{name: expected}], ())


def test_a_part_that_is_not_set_and_cannot_be_null_is_a_bad_record(schema: str) -> None:
    good = written("shop.Everything", {"point": {}})
    rows, (bad,) = read(schema, "shop.Everything", one("point", POINT), [good, b"", good])
    assert (len(rows), bad.index, "field `point` is null" in bad.reason) == (2, 1, True)


@pytest.mark.parametrize(
    ("name", "record", "reason"),
    [
        ("shop.Click", one("name", TEXT), "field `name` (utf8) is not in shop.Click, which has user, count, more"),
        ("shop.Click", one("user", NUMBER), "field `user` is declared float64, but the schema has string"),
        ("shop.Click", one("more", ScalarType(Scalar.INT64)), "but the schema has double"),
        ("shop.Click", TEXT, "the record is declared utf8, but the schema has message shop.Click"),
        ("shop.Everything", one("points", POINT), "but the schema has a repeated message"),
        ("shop.Everything", one("counts", ListType(TEXT)), "but the schema has a map"),
        ("shop.Everything", one("at", NUMBER), "but the schema has message google.protobuf.Timestamp"),
        ("shop.Everything", one("point", one("x", TEXT)), "field `point.x` is declared utf8"),
    ],
)
def test_a_type_that_does_not_fit_names_the_field(name: str, record: Type, reason: str) -> None:
    with pytest.raises(SchemaMismatch) as caught:
        row_reader(Files.of_set(descriptor_set()).message(name), record)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("content", "options", "text"),
    [
        (descriptor_set(), {"message": "shop.None"}, "has no message `shop.None`"),
        (descriptor_set(), {}, "the schema has several messages"),
        (descriptor_set(is_whole=False)[:-3], {}, "this is no descriptor set"),
        (SOURCE.encode(), {}, "this is no descriptor set"),
        (b"", {}, "this is no descriptor set"),
        (None, {}, "format `protobuf` needs `format.schema`"),
    ],
)
def test_wrong_schemas_are_told_before_the_start(
    tmp_path: Path, content: bytes | None, options: dict[str, str], text: str
) -> None:
    if content is not None:
        (tmp_path / "x.desc").write_bytes(content)
        options = {**options, "schema": str(tmp_path / "x.desc")}
    with pytest.raises(BindingInvalid) as caught:
        message_decoder("protobuf", CLICK, options)
    assert text in str(caught.value)


def test_a_schema_may_be_source(tmp_path: Path) -> None:
    (tmp_path / "shop.proto").write_text(SOURCE)
    assert read(str(tmp_path / "shop.proto"), "shop.Click", CLICK, [ANN]) == ([ROW], ())


def test_source_that_is_wrong_is_told_in_the_words_of_its_compiler(tmp_path: Path) -> None:
    (tmp_path / "shop.proto").write_text(SOURCE.replace("string user", "strin user"))
    with pytest.raises(BindingInvalid, match=r'protoc refuses it: .*shop\.proto:8:3: "strin" is not defined'):
        message_decoder("protobuf", CLICK, {"schema": str(tmp_path / "shop.proto"), "message": "shop.Click"})


@given(st.lists(st.binary(max_size=40), max_size=20))
@settings(max_examples=200)
def test_hostile_bytes_raise_nothing_and_lose_no_neighbour(messages: list[bytes]) -> None:
    record = StructType((*one("kind", TEXT).fields, *one("points", ListType(POINT)).fields))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.desc"
        path.write_bytes(descriptor_set())
        rows, bad = read(str(path), "shop.Everything", record, [b"", *messages, b""])
    assert rows[0] == rows[-1] == {"kind": "VIEW", "points": []}
    assert len(rows) + len(bad) == len(messages) + 2
    assert all(b.raw == messages[b.index - 1] for b in bad)


def registered_text(source: str = SOURCE) -> str:
    file: FileDescriptorProto = FileDescriptorSet.FromString(descriptor_set(source)).file[-1]
    return b64encode(file.SerializeToString()).decode()


def framed(number: int, indexes: bytes, body: bytes) -> bytes:
    return b"\0" + number.to_bytes(4, "big") + indexes + body


def test_each_message_is_read_by_the_schema_and_type_of_its_header() -> None:
    with registry() as double:
        number = double.register("t-value", registered_text(), kind="PROTOBUF")
        record = one("x", ScalarType(Scalar.FLOAT64, True))
        decoder = message_decoder("protobuf", record, {"registry": double.url})
        point = written("shop.Everything.Point", {"x": 2})
        messages = [framed(number, b"\0", ANN), framed(number, b"\2\0", ANN), framed(number, b"\4\2\0", point)]
        decoded = decoder.decode_messages(binary(messages))
    assert (decoded.columns.column("x").to_pylist(), decoded.bad) == ([None, None, 2.0], ())


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"\0\0\0", "too short"),
        (b"x" * 10, "zero byte"),
        (b"\0\0\0\0\1", "message indexes are cut off"),
        (b"\0\0\0\0\1\x80\x80\x80\x80\x80\x80", "message indexes are cut off"),
        (b"\0\0\0\0\1\xff\xff\xff\xff\x0f", "message indexes are cut off"),
        (b"\0\0\0\0\1\4\0", "message indexes are cut off"),
        (b"\0\0\0\0\1\2\x20", "has no message [16]"),
        (b"\0\0\0\0\1\2\1", "has no message [-1]"),
        (b"\0\0\0\0\x63\0", "no schema 99"),
        (framed(1, b"\2\2", b""), "`user`"),
        (framed(1, b"\0", b"\xff"), "no message of its Protobuf type"),
    ],
)
def test_a_message_whose_header_leads_nowhere_is_a_bad_record(message: bytes, reason: str) -> None:
    with registry() as double:
        number = double.register("t-value", registered_text(), kind="PROTOBUF")
        decoder = message_decoder("protobuf", CLICK, {"registry": double.url})
        decoded = decoder.decode_messages(binary([framed(number, b"\0", ANN), message]))
    (bad,) = decoded.bad
    assert (decoded.columns.to_pylist(), bad.index, bad.raw, reason in bad.reason) == ([ROW], 1, message, True)


def test_a_descriptor_set_may_stand_in_for_the_registrys_schemas(schema: str) -> None:
    with registry() as double:
        options = {"registry": double.url, "schema": schema, "message": "shop.Click"}
        decoder = message_decoder("protobuf", CLICK, options)
        assert decoder.decode_messages(binary([framed(7, b"\0", ANN)])).columns.to_pylist() == [ROW]
        assert double.asked == ["/schemas/types"]


def test_a_subject_is_checked_before_the_start() -> None:
    with registry() as double:
        double.register("t-value", registered_text(), kind="PROTOBUF")
        assert message_decoder("protobuf", CLICK, {"registry": double.url, "subject": "t-value"})
        with pytest.raises(BindingInvalid, match="`name`"):
            message_decoder("protobuf", one("name", TEXT), {"registry": double.url, "subject": "t-value"})
