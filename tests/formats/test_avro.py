"""Format avro: schemas from files and registries, what fits, and hostile bytes."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest
from avro_helpers import (
    ANN,
    CLICK,
    COLOUR,
    FIELDS,
    MICROS,
    MILLIS,
    MONEY,
    NUMBER,
    POINT,
    ROW,
    SCHEMA,
    TEXT,
    framed,
    of_field,
    one,
    read,
    written,
)
from format_helpers import binary
from hypothesis import given, settings
from hypothesis import strategies as st

from lightflus.errors import BindingInvalid, SourceFailed
from lightflus.formats.avro_schema import parsed, readable
from lightflus.formats.refusal import SchemaMismatch
from lightflus.formats.registry import line_decoder, message_decoder
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type
from lightflus.testing.schema_registry import registry


def test_fields_are_found_by_their_names() -> None:
    assert read(SCHEMA, CLICK, [written(SCHEMA, ANN)] * 2) == ([ROW, ROW], ())


@pytest.mark.parametrize(
    ("schema", "scalar", "value", "expected"),
    [
        ("boolean", Scalar.BOOL, True, True),
        ("int", Scalar.INT8, 3, 3),
        ("int", Scalar.FLOAT64, 3, 3.0),
        ("long", Scalar.INT64, -(2**63), -(2**63)),
        ("long", Scalar.FLOAT64, 2**53, 2.0**53),
        ("float", Scalar.FLOAT64, 0.5, 0.5),
        ("double", Scalar.FLOAT64, 0.1, 0.1),
        ("string", Scalar.UTF8, "é", "é"),
        ({"type": "string", "logicalType": "uuid"}, Scalar.UTF8, "a", "a"),
        ("bytes", Scalar.BINARY, b"\xff", b"\xff"),
        ({"type": "fixed", "name": "F", "size": 2}, Scalar.BINARY, b"ab", b"ab"),
        (COLOUR, Scalar.UTF8, "green", "green"),
        ({"type": "int", "logicalType": "date"}, Scalar.DATE32, 10, date(1970, 1, 11)),
        (MILLIS, Scalar.TIMESTAMP_MS, 1, datetime(1970, 1, 1, 0, 0, 0, 1000)),
        (MILLIS, Scalar.FLOAT64, 1, 1.0),
        (MICROS, Scalar.TIMESTAMP_US, -1, datetime(1969, 12, 31, 23, 59, 59, 999999)),
        (MONEY, Scalar.BINARY, b"\x01", b"\x01"),
        (MONEY, Scalar.UTF8, b"\x04\xce", "12.30"),
        (MONEY, Scalar.UTF8, b"\xff", "-0.01"),
        (MONEY, Scalar.UTF8, b"", "0.00"),
        (MONEY, Scalar.INT64, b"\x04\xce", 1230),
        ({**MONEY, "scale": 0}, Scalar.UTF8, b"\x04\xce", "1230"),
        ({**MONEY, "type": "fixed", "name": "Money", "size": 3}, Scalar.UTF8, b"\xff\xfb\x32", "-12.30"),
    ],
)
def test_each_type_has_its_column(schema: object, scalar: Scalar, value: object, expected: object) -> None:
    plain = {k: v for k, v in schema.items() if k != "logicalType"} if isinstance(schema, dict) else schema
    message = written(of_field(plain), {"v": value})
    assert read(of_field(schema), one(ScalarType(scalar)), [message]) == ([{"v": expected}], ())


def test_records_arrays_and_nulls_nest() -> None:
    record = one(ListType(StructType((Field("x", NUMBER),), nullable=True)))
    schema = of_field({"type": "array", "items": ["null", POINT]})
    value = {"v": [{"x": 1.0}, None]}
    assert read(schema, record, [written(schema, value)]) == ([value], ())


def test_a_field_that_the_schema_lacks_is_null_where_it_may_be() -> None:
    record = StructType((*CLICK.fields, Field("new", ScalarType(Scalar.UTF8, nullable=True))))
    assert read(SCHEMA, record, [written(SCHEMA, ANN)])[0] == [{**ROW, "new": None}]


def test_a_record_may_be_a_plain_value() -> None:
    assert read("string", TEXT, [written("string", "a")]) == ([{"value": "a"}], ())


@pytest.mark.parametrize(
    ("schema", "record", "reason"),
    [
        (SCHEMA, StructType((Field("name", TEXT),)), "field `name` (utf8) is not in the schema, which has user, more"),
        (of_field("string"), one(NUMBER), "field `v` is declared float64, but the schema has string"),
        (of_field("double"), one(ScalarType(Scalar.INT64)), "field `v` is declared int64, but the schema has double"),
        (of_field(["null", "int", "string"]), one(TEXT), "a union of null, int, string"),
        (of_field("null"), one(TEXT), "the schema has null alone"),
        (of_field({"type": "map", "values": "int"}), one(TEXT), "the schema has map"),
        (of_field(MILLIS), one(ScalarType(Scalar.TIMESTAMP_US)), "the schema has timestamp-millis"),
        (of_field({"type": "bytes", "logicalType": "decimal", "precision": 4}), one(NUMBER), "the schema has decimal"),
        (of_field(POINT), one(StructType((Field("x", TEXT),))), "field `v.x` is declared utf8"),
        (of_field({"type": "array", "items": "int"}), one(ListType(TEXT)), "field `v[]` is declared utf8"),
        ({"type": "recor"}, CLICK, "this is no Avro schema"),
        ("nothing", CLICK, "this is no Avro schema"),
    ],
)
def test_a_schema_that_does_not_fit_names_the_field(schema: object, record: Type, reason: str) -> None:
    with pytest.raises(SchemaMismatch) as caught:
        readable(json.dumps(schema), record)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "record", "name": "R", "fields": [{"name": "next", "type": ["null", "R"]}]},
        of_field({"type": "array", "items": "null"}),
        of_field({"type": "array", "items": {"type": "record", "name": "E", "fields": []}}),
        of_field({"type": "array", "items": {"type": "fixed", "name": "F", "size": 0}}),
    ],
)
def test_a_schema_without_bounds_is_refused(schema: object) -> None:
    with pytest.raises(SchemaMismatch):
        parsed(json.dumps(schema))


def test_a_schema_that_doubles_with_every_type_is_walked_once_per_type() -> None:
    parts: list[dict[str, object]] = [{"type": "record", "name": "T0", "fields": [{"name": "x", "type": "int"}]}]
    for i in range(60):
        fields = [{"name": "a", "type": f"T{i}"}, {"name": "b", "type": f"T{i}"}]
        parts.append({"type": "record", "name": f"T{i + 1}", "fields": fields})
    assert parsed(json.dumps(parts)).plain


@pytest.mark.parametrize(
    ("schema", "kind", "value", "reason"),
    [
        ("int", ScalarType(Scalar.INT8), 300, "field `v` is declared int8, which cannot hold 300 exactly"),
        ("long", NUMBER, 2**60 + 1, "declared float64, which cannot hold 1152921504606846977 exactly"),
        (["null", "string"], TEXT, None, "field `v` is null"),
        ({"type": "array", "items": ["null", "string"]}, ListType(TEXT), ["a", None], "field `v[]` is null"),
    ],
)
def test_a_value_that_does_not_fit_is_a_bad_record_and_spoils_no_other(
    schema: object, kind: Type, value: object, reason: str
) -> None:
    fitting: object = {"int": 1, "long": 1}.get(str(schema), ["a"] if isinstance(kind, ListType) else "a")
    good, bad_message = written(of_field(schema), {"v": fitting}), written(of_field(schema), {"v": value})
    rows, (bad,) = read(of_field(schema), one(kind), [good, bad_message, good])
    assert (len(rows), bad.index, bad.raw, reason in bad.reason) == (2, 1, bad_message, True)


def test_bytes_behind_the_record_and_records_that_end_early_are_bad() -> None:
    message = written(SCHEMA, ANN)
    rows, bad = read(SCHEMA, CLICK, [message + b"x", message[:-1], b"", message])
    assert (rows, [(b.index, b.raw) for b in bad]) == ([ROW], [(0, message + b"x"), (1, message[:-1]), (2, b"")])


NESTED = {
    "type": "record",
    "name": "N",
    "fields": [
        {"name": "s", "type": ["null", "string"]},
        {"name": "l", "type": {"type": "array", "items": "long"}},
        {"name": "c", "type": COLOUR},
        {"name": "m", "type": {"type": "map", "values": "bytes"}},
    ],
}
NESTED_ROW = StructType(
    (Field("s", ScalarType(Scalar.UTF8, True)), Field("l", ListType(ScalarType(Scalar.INT64))), Field("c", TEXT))
)


@given(st.lists(st.binary(max_size=40), max_size=20))
@settings(max_examples=300)
def test_hostile_bytes_raise_nothing_and_lose_no_neighbour(messages: list[bytes]) -> None:
    good = written(NESTED, {"s": "a", "l": [1], "c": "red", "m": {}})
    rows, bad = read(NESTED, NESTED_ROW, [good, *messages, good])
    assert rows[0] == rows[-1] == {"s": "a", "l": [1], "c": "red"}
    assert len(rows) + len(bad) == len(messages) + 2
    assert all(b.raw == messages[b.index - 1] for b in bad)


def test_a_schema_file_is_an_option(tmp_path: Path) -> None:
    path = tmp_path / "click.avsc"
    path.write_text(json.dumps(SCHEMA))
    decoder = message_decoder("avro", CLICK, {"schema": str(path)})
    assert decoder.decode_messages(binary([written(SCHEMA, ANN)])).columns.to_pylist() == [ROW]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "format `avro` needs `format.schema`"),
        ({"schema": "none.avsc"}, "option `format.schema` of format `avro` is `none.avsc`"),
        ({"registry": "localhost"}, "option `format.registry` is no address"),
        ({"registry": "http://["}, "option `format.registry` is no address"),
        ({"registry": "http://a b"}, "option `format.registry` is no address"),
        ({"registry": "http://user:secret@localhost:x"}, "option `format.registry` is no address"),
        (
            {"registry": "http://127.0.0.1:1"},
            "option `format.registry`, the schema registry http://127.0.0.1:1: it can",
        ),
        ({"delimiter": ","}, "needs `format.schema`"),
    ],
)
def test_wrong_options_are_told_before_the_start(options: dict[str, str], text: str) -> None:
    with pytest.raises((BindingInvalid, SourceFailed)) as caught:
        message_decoder("avro", CLICK, options)
    assert text in str(caught.value)
    assert "secret" not in f"{caught.value}{caught.value.hint}"


def test_avro_has_no_lines() -> None:
    with pytest.raises(BindingInvalid, match="format `avro` is not for lines"):
        line_decoder("avro", CLICK)


def test_each_message_is_read_by_the_schema_of_its_id() -> None:
    newer = {**SCHEMA, "fields": [{"name": "count", "type": "long"}, {"name": "user", "type": ["null", "string"]}]}
    with registry() as double:
        first, second = double.register("t-value", SCHEMA), double.register("t-value", newer)
        decoder = message_decoder("avro", CLICK, {"registry": double.url, "subject": "t-value"})
        messages = [framed(first, written(SCHEMA, ANN)), framed(second, written(newer, ROW))] * 3
        decoded = decoder.decode_messages(binary(messages))
        asked = double.asked.count("/schemas/ids/1")
    assert (decoded.columns.to_pylist(), decoded.bad, asked) == ([ROW] * 6, (), 1)


def test_a_reader_schema_has_defaults_for_what_older_writers_lack(tmp_path: Path) -> None:
    kind = {"name": "kind", "type": "string", "default": "view"}
    path = tmp_path / "reader.avsc"
    path.write_text(json.dumps({"type": "record", "name": "Click", "fields": [*FIELDS, kind]}))
    record = StructType((*CLICK.fields, Field("kind", TEXT)))
    with registry() as double:
        number = double.register("t-value", SCHEMA)
        decoder = message_decoder("avro", record, {"registry": double.url, "schema": str(path)})
        decoded = decoder.decode_messages(binary([framed(number, written(SCHEMA, ANN))]))
    assert (decoded.columns.to_pylist(), decoded.bad) == ([{**ROW, "kind": "view"}], ())


@pytest.mark.parametrize(
    ("name", "fields", "reason"),
    [
        ("Tap", FIELDS, "Schema mismatch: record `Click` is not record `Tap`"),
        ("Click", [*FIELDS, {"name": "kind", "type": "string"}], "No default value for field kind in Click"),
    ],
)
def test_a_reader_schema_that_cannot_read_a_writer_is_told_in_one_line(
    tmp_path: Path, name: str, fields: object, reason: str
) -> None:
    path = tmp_path / "reader.avsc"
    path.write_text(json.dumps({"type": "record", "name": name, "fields": fields}))
    with registry() as double:
        number = double.register("t-value", SCHEMA)
        decoder = message_decoder("avro", CLICK, {"registry": double.url, "schema": str(path)})
        (bad,) = decoder.decode_messages(binary([framed(number, written(SCHEMA, ANN))])).bad
    assert bad.reason == f"the reader's schema does not go with the schema that it was written with: {reason}"
    assert "`aliases`" in str(bad.hint)


def test_messages_without_a_usable_schema_are_bad_records() -> None:
    with registry() as double:
        strange = double.register("other", "syntax", kind="PROTOBUF")
        unfit = double.register("unfit", of_field("string"))
        decoder = message_decoder("avro", CLICK, {"registry": double.url})
        messages = [
            b"\0\0",
            b"\1" + b"x" * 9,
            framed(99, b""),
            framed(99, b""),
            framed(strange, b""),
            framed(unfit, b""),
        ]
        bad = decoder.decode_messages(binary(messages)).bad
        asked = double.asked.count("/schemas/ids/99")
    assert [record.raw for record in bad] == messages
    for record, reason in zip(
        bad, ["too short", "zero byte", "no schema 99", "no", "is PROTOBUF", "`user`"], strict=True
    ):
        assert reason in record.reason
    assert asked == 1, "an id that is unknown must not be asked for with every message"


def test_a_subject_is_checked_before_the_start() -> None:
    with registry() as double:
        double.register("t-value", of_field("string"))
        with pytest.raises(BindingInvalid, match="field `user`"):
            message_decoder("avro", CLICK, {"registry": double.url, "subject": "t-value"})
        with pytest.raises(BindingInvalid, match="no subject `none`"):
            message_decoder("avro", CLICK, {"registry": double.url, "subject": "none"})


def test_a_registry_may_want_a_login() -> None:
    with registry() as double:
        double.login = "ann:pass/word"
        number = double.register("t-value", SCHEMA)
        with pytest.raises(BindingInvalid, match="refuses us") as caught:
            message_decoder("avro", CLICK, {"registry": double.url})
        assert "format.registry.user" in str(caught.value.hint)
        login = {"registry": double.url, "registry.user": "ann", "registry.password": "pass/word"}
        inside = {"registry": double.url.replace("//", "//ann:pass%2Fword@")}
        for options in (login, inside):
            decoder = message_decoder("avro", CLICK, options)
            assert decoder.decode_messages(binary([framed(number, written(SCHEMA, ANN))])).columns.num_rows == 1


def test_a_registry_that_fails_for_a_moment_is_asked_again() -> None:
    with registry() as double:
        number = double.register("t-value", SCHEMA)
        decoder = message_decoder("avro", CLICK, {"registry": double.url})
        double.failures = 2
        assert decoder.decode_messages(binary([framed(number, written(SCHEMA, ANN))])).columns.to_pylist() == [ROW]


def test_a_registry_that_is_gone_is_a_failure_of_the_source_not_of_its_records() -> None:
    with registry() as double:
        decoder = message_decoder("avro", CLICK, {"registry": double.url})
        double.login = "other:now"
        with pytest.raises(SourceFailed, match="schema 1 cannot be had"):
            decoder.decode_messages(binary([framed(1, b"")]))


@pytest.mark.parametrize("answer", [[], {}, "text", {"schema": 7}, {"id": "x", "schema": "int"}])
def test_a_server_that_is_no_registry_is_told_as_such(answer: object) -> None:
    with registry() as double:
        decoder = message_decoder("avro", CLICK, {"registry": double.url})
        double.instead = answer
        with pytest.raises(BindingInvalid, match="answers without a schema"):
            message_decoder("avro", CLICK, {"registry": double.url, "subject": "t-value"})
        double.instead = answer if answer != {"id": "x", "schema": "int"} else {"id": 1}
        with pytest.raises(SourceFailed, match="answers without a schema"):
            decoder.decode_messages(binary([framed(1, b"")]))
