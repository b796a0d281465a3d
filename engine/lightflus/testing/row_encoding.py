"""docs/row-encoding.md in plain Python, for keys: readable, a step per value, the oracle of the kernel's tests.

What it owns: keys to bytes and back. What it leaves: hashes and tables (`kernel.py`).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias, cast

import pyarrow as pa

from lightflus.codec import schema_of
from lightflus.kernel.schema import row_type
from lightflus.model.types import ListType, Scalar, ScalarType, StructType, Type

_Value: TypeAlias = "pa.Scalar[pa.DataType]"

_Plain: TypeAlias = "bool | int | float | str | bytes | Mapping[str, _Plain] | None"

_FORMATS: Final = {
    Scalar.BOOL: "<?",
    Scalar.INT8: "<b",
    Scalar.INT16: "<h",
    Scalar.INT32: "<i",
    Scalar.INT64: "<q",
    Scalar.UINT8: "<B",
    Scalar.UINT16: "<H",
    Scalar.UINT32: "<I",
    Scalar.UINT64: "<Q",
    Scalar.DATE32: "<i",
    Scalar.TIMESTAMP_MS: "<q",
    Scalar.TIMESTAMP_US: "<q",
    Scalar.FLOAT32: "<f",
    Scalar.FLOAT64: "<d",
}


def encode_key(key: Type, columns: Sequence[_Value]) -> bytes:
    """The encoded key whose columns (`model.types.columns`) have these values."""
    return _encode_fields(row_type(key), columns, ends_row=True)


def encoded_keys(key: Type, batch: pa.RecordBatch) -> list[bytes]:
    """The encoded key of every row."""
    return [encode_key(key, [column[row] for column in batch.columns]) for row in range(batch.num_rows)]


def _encode_fields(record: StructType, values: Sequence[_Value], *, ends_row: bool) -> bytes:
    last = len(record.fields) - 1
    parts = zip(record.fields, values, strict=True)
    return b"".join(_encode(field.type, value, ends_row and i == last) for i, (field, value) in enumerate(parts))


def _encode(kind: Type, value: _Value, ends_row: bool) -> bytes:
    if kind.nullable:
        return b"\1" + _encode_valid(kind, value, ends_row) if value.is_valid else b"\0"
    return _encode_valid(kind, value, ends_row)


def _encode_valid(kind: Type, value: _Value, ends_row: bool) -> bytes:
    match kind:
        case StructType(fields):
            parts = cast("pa.StructScalar", value)
            return _encode_fields(kind, [parts[field.name] for field in fields], ends_row=ends_row)
        case ListType():
            raise TypeError("a key has no lists")
        case ScalarType(Scalar.UTF8 | Scalar.BINARY):
            plain = value.as_py()
            data = plain.encode() if isinstance(plain, str) else bytes(cast("bytes", plain))
            return data if ends_row else struct.pack("<I", len(data)) + data
        case ScalarType(Scalar.DATE32):
            return struct.pack(_FORMATS[kind.scalar], value.cast(pa.int32()).as_py())
        case ScalarType(Scalar.TIMESTAMP_MS | Scalar.TIMESTAMP_US):
            return struct.pack(_FORMATS[kind.scalar], value.cast(pa.int64()).as_py())
        case ScalarType(Scalar.FLOAT32 | Scalar.FLOAT64):
            return struct.pack(_FORMATS[kind.scalar], _canonical(cast("float", value.as_py())))
        case ScalarType():
            return struct.pack(_FORMATS[kind.scalar], value.as_py())


def _canonical(value: float) -> float:
    return math.nan if math.isnan(value) else value + 0.0


def decode_keys(key: Type, encoded: Sequence[bytes]) -> pa.RecordBatch:
    """A batch of the keys with these encodings."""
    record, schema = row_type(key), schema_of(key)
    rows = [_Reader(bytes_).fields(record, ends_row=True) for bytes_ in encoded]
    return pa.RecordBatch.from_arrays(
        [pa.array([row[field.name] for row in rows], schema.field(field.name).type) for field in record.fields],
        schema=schema,
    )


class _Reader:
    """Reads an encoded key from the left."""

    def __init__(self, encoded: bytes) -> None:
        self._rest = encoded

    def fields(self, record: StructType, *, ends_row: bool) -> Mapping[str, _Plain]:
        last = len(record.fields) - 1
        return {field.name: self._value(field.type, ends_row and i == last) for i, field in enumerate(record.fields)}

    def _value(self, kind: Type, ends_row: bool) -> _Plain:
        if kind.nullable and self._take(1) == b"\0":
            return None
        match kind:
            case StructType():
                return self.fields(kind, ends_row=ends_row)
            case ListType():
                raise TypeError("a key has no lists")
            case ScalarType(Scalar.UTF8 | Scalar.BINARY):
                data = self._take(len(self._rest) if ends_row else struct.unpack("<I", self._take(4))[0])
                return data.decode() if kind.scalar is Scalar.UTF8 else data
            case ScalarType():
                format_ = _FORMATS[kind.scalar]
                return cast("_Plain", struct.unpack(format_, self._take(struct.calcsize(format_)))[0])

    def _take(self, count: int) -> bytes:
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken
