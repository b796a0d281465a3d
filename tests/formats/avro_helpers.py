"""Shared by the tests of the format avro: schemas, messages, reading them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import BytesIO
from typing import cast

from fastavro import parse_schema, schemaless_writer
from format_helpers import binary

from lightflus.formats.avro import AvroDecoder
from lightflus.formats.avro_schema import readable
from lightflus.model.types import Field, Scalar, ScalarType, StructType, Type
from lightflus.ports.formats import BadRecord

TEXT = ScalarType(Scalar.UTF8)
NUMBER = ScalarType(Scalar.FLOAT64)
CLICK = StructType((Field("user", TEXT), Field("count", ScalarType(Scalar.INT64))))
FIELDS = [{"name": "user", "type": "string"}, {"name": "more", "type": "double"}, {"name": "count", "type": "int"}]
SCHEMA = {"type": "record", "name": "Click", "fields": FIELDS}
ANN = {"user": "ann", "more": 1.5, "count": 3}
ROW = {"user": "ann", "count": 3}


MILLIS = {"type": "long", "logicalType": "timestamp-millis"}
MICROS = {"type": "long", "logicalType": "timestamp-micros"}
MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}
COLOUR = {"type": "enum", "name": "Colour", "symbols": ["red", "green"]}
POINT = {"type": "record", "name": "Point", "fields": [{"name": "x", "type": "double"}]}


def written(schema: object, value: object) -> bytes:
    out = BytesIO()
    schemaless_writer(out, parse_schema(cast("dict[str, object]", schema)), value)
    return out.getvalue()


def of_field(schema: object) -> dict[str, object]:
    return {"type": "record", "name": "One", "fields": [{"name": "v", "type": schema}]}


def one(kind: Type) -> StructType:
    return StructType((Field("v", kind),))


def read(
    schema: object, record: Type, messages: Sequence[bytes]
) -> tuple[list[dict[str, object]], tuple[BadRecord, ...]]:
    decoded = AvroDecoder(record, readable(json.dumps(schema), record)).decode_messages(binary(messages))
    decoded.columns.validate(full=True)
    return decoded.columns.to_pylist(), decoded.bad


def framed(number: int, body: bytes) -> bytes:
    return b"\0" + number.to_bytes(4, "big") + body
