"""Format avro: decimals, and defaults that are bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from avro_helpers import (
    ANN,
    FIELDS,
    MONEY,
    POINT,
    SCHEMA,
    TEXT,
    framed,
    of_field,
    one,
    read,
    written,
)
from format_helpers import binary

from lightflus.formats.avro_schema import readable
from lightflus.formats.refusal import SchemaMismatch
from lightflus.formats.registry import message_decoder
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType
from lightflus.testing.schema_registry import registry


def test_decimals_are_read_at_any_depth() -> None:
    schema = of_field({"type": "array", "items": ["null", {**POINT, "fields": [{"name": "x", "type": MONEY}]}]})
    plain = of_field({"type": "array", "items": ["null", {**POINT, "fields": [{"name": "x", "type": "bytes"}]}]})
    record = one(ListType(StructType((Field("x", TEXT),), nullable=True)))
    message = written(plain, {"v": [{"x": b"\x04\xce"}, None]})
    assert read(schema, record, [message]) == ([{"v": [{"x": "12.30"}, None]}], ())


def test_a_decimal_that_its_integer_cannot_hold_is_a_bad_record() -> None:
    message = written(of_field("bytes"), {"v": (2**63).to_bytes(9, "big")})
    _, (bad,) = read(of_field({**MONEY, "precision": 30}), one(ScalarType(Scalar.INT64)), [message])
    assert bad.reason == "field `v` is declared int64, which cannot hold 9223372036854775808 exactly"


def test_decimals_of_a_record_are_declared_alike() -> None:
    schema = {**SCHEMA, "fields": [{"name": "a", "type": MONEY}, {"name": "b", "type": MONEY}]}
    record = StructType((Field("a", TEXT), Field("b", ScalarType(Scalar.INT64))))
    with pytest.raises(SchemaMismatch, match="some decimals are declared strings"):
        readable(json.dumps(schema), record)


@pytest.mark.parametrize(("scale", "value"), [(2, "12.30"), (3, None)])
def test_a_reader_reads_decimals_of_its_own_scale(tmp_path: Path, scale: int, value: str | None) -> None:
    path = tmp_path / "reader.avsc"
    path.write_text(json.dumps(of_field({**MONEY, "scale": scale})))
    with registry() as double:
        number = double.register("t-value", of_field(MONEY))
        decoder = message_decoder("avro", one(TEXT), {"registry": double.url, "schema": str(path)})
        decoded = decoder.decode_messages(binary([framed(number, written(of_field("bytes"), {"v": b"\x04\xce"}))]))
    assert decoded.columns.to_pylist() == ([{"v": value}] if value else [])
    assert [bad.reason.endswith("a decimal has scale 2, not 3") for bad in decoded.bad] == ([] if value else [True])


@pytest.mark.parametrize(
    ("schema", "scalar", "expected"),
    [
        ("bytes", Scalar.BINARY, b"\xff"),
        ({"type": "fixed", "name": "One", "size": 1}, Scalar.BINARY, b"\xff"),
        (["bytes", "null"], Scalar.BINARY, b"\xff"),
        (MONEY, Scalar.BINARY, b"\xff"),
        (MONEY, Scalar.UTF8, "-0.01"),
        (MONEY, Scalar.INT64, -1),
        ("string", Scalar.UTF8, "\u00ff"),
    ],
)
def test_a_default_that_is_bytes_is_none_of_its_text(
    tmp_path: Path, schema: object, scalar: Scalar, expected: object
) -> None:
    path = tmp_path / "reader.avsc"
    fields = [*FIELDS, {"name": "new", "type": schema, "default": "\u00ff"}]
    path.write_text(json.dumps({**SCHEMA, "fields": fields}))
    record = StructType((Field("new", ScalarType(scalar, nullable=isinstance(schema, list))),))
    with registry() as double:
        number = double.register("t-value", SCHEMA)
        decoder = message_decoder("avro", record, {"registry": double.url, "schema": str(path)})
        decoded = decoder.decode_messages(binary([framed(number, written(SCHEMA, ANN))]))
    assert (decoded.columns.to_pylist(), decoded.bad) == ([{"new": expected}], ())
