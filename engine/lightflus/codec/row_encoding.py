"""docs/row-encoding.md in plain Python, a step per value: for a few rows, and the oracle of the kernel's tests.

What it owns: keys and states to bytes, and back from bytes, which are hostile.
What it leaves: rows by the thousand (`kernel/`), hashes.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias, cast

import pyarrow as pa

from lightflus.codec.schema import schema_of
from lightflus.limits import ANSWER_ITEMS
from lightflus.model.types import ListType, Scalar, ScalarType, StructType, Type, columns

_Value: TypeAlias = "pa.Scalar[pa.DataType]"

Plain: TypeAlias = "bool | int | float | str | bytes | Sequence[Plain] | Mapping[str, Plain] | None"

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


def encode_key(key: Type, values: Sequence[_Value]) -> bytes:
    """The encoded key whose columns (`model.types.columns`) have these values."""
    return _Writer(is_key=True).fields(StructType(columns(key)), values, ends_row=True)


def encode_state(state: Type, row: pa.StructScalar) -> bytes:
    """The encoded state row whose columns have the values of `row`."""
    record = StructType(columns(state))
    return _Writer(is_key=False).fields(record, [row[field.name] for field in record.fields], ends_row=True)


def encoded_keys(key: Type, batch: pa.RecordBatch) -> list[bytes]:
    """The encoded key of every row."""
    return [encode_key(key, [column[row] for column in batch.columns]) for row in range(batch.num_rows)]


class _Writer:
    """Writes encoded records."""

    def __init__(self, *, is_key: bool) -> None:
        self._is_key = is_key

    def fields(self, record: StructType, values: Sequence[_Value], *, ends_row: bool) -> bytes:
        last = len(record.fields) - 1
        parts = zip(record.fields, values, strict=True)
        return b"".join(
            self._value(field.type, value, ends_row and i == last) for i, (field, value) in enumerate(parts)
        )

    def _value(self, kind: Type, value: _Value, ends_row: bool) -> bytes:
        if kind.nullable:
            return b"\1" + self._valid(kind, value, ends_row) if value.is_valid else b"\0"
        return self._valid(kind, value, ends_row)

    def _valid(self, kind: Type, value: _Value, ends_row: bool) -> bytes:
        match kind:
            case StructType(fields):
                parts = cast("pa.StructScalar", value)
                return self.fields(kind, [parts[field.name] for field in fields], ends_row=ends_row)
            case ListType(item):
                return self._list(item, cast("pa.ListScalar[pa.DataType]", value))
            case ScalarType(Scalar.UTF8 | Scalar.BINARY):
                plain = value.as_py()
                data = plain.encode() if isinstance(plain, str) else bytes(cast("bytes", plain))
                return data if ends_row else struct.pack("<I", len(data)) + data
            case ScalarType(scalar):
                return struct.pack(_FORMATS[scalar], self._number(scalar, value))

    def _list(self, item: Type, value: pa.ListScalar[pa.DataType]) -> bytes:
        if self._is_key:
            raise TypeError("a key has no lists")
        items = [] if value.values is None else list(value.values)
        return struct.pack("<I", len(items)) + b"".join(self._value(item, part, False) for part in items)

    def _number(self, scalar: Scalar, value: _Value) -> Plain:
        match scalar:
            case Scalar.DATE32:
                return value.cast(pa.int32()).as_py()
            case Scalar.TIMESTAMP_MS | Scalar.TIMESTAMP_US:
                return value.cast(pa.int64()).as_py()
            case Scalar.FLOAT32 | Scalar.FLOAT64:
                return self._float(cast("float", value.as_py()))
        return cast("Plain", value.as_py())

    def _float(self, value: float) -> float:
        return math.nan if math.isnan(value) else value + 0.0 if self._is_key else value


def decode_row(record: Type, encoded: bytes) -> Mapping[str, Plain]:
    """The columns of one record; times are numbers. Raises ValueError: the bytes are no such record."""
    return _Reader(encoded).row(StructType(columns(record)))


def decode_rows(record: Type, encoded: Sequence[bytes]) -> pa.RecordBatch:
    """A batch of the records (keys or states) with these encodings. Raises ValueError: bytes are no such record."""
    fields, schema = columns(record), schema_of(record)
    rows = [decode_row(record, bytes_) for bytes_ in encoded]
    return pa.RecordBatch.from_arrays(
        [pa.array([row[field.name] for row in rows], schema.field(field.name).type) for field in fields],
        schema=schema,
    )


class _Reader:
    """Reads an encoded record from the left; its bytes may be anybody's."""

    def __init__(self, encoded: bytes) -> None:
        self._rest = memoryview(encoded)

    def row(self, record: StructType) -> Mapping[str, Plain]:
        found = self._fields(record, ends_row=True)
        if self._rest:
            raise ValueError(f"{len(self._rest)} bytes stand behind a record")
        return found

    def _fields(self, record: StructType, *, ends_row: bool) -> Mapping[str, Plain]:
        last = len(record.fields) - 1
        return {field.name: self._value(field.type, ends_row and i == last) for i, field in enumerate(record.fields)}

    def _value(self, kind: Type, ends_row: bool) -> Plain:
        if kind.nullable and not self._flag():
            return None
        match kind:
            case StructType():
                return self._fields(kind, ends_row=ends_row)
            case ListType(item):
                count = self._number("<I")
                if count > max(len(self._rest), ANSWER_ITEMS):
                    raise ValueError(f"a list of {count:,} items has {len(self._rest):,} bytes")
                return [self._value(item, ends_row=False) for _ in range(count)]
            case ScalarType(Scalar.UTF8 | Scalar.BINARY):
                data = bytes(self._take(len(self._rest) if ends_row else self._number("<I")))
                return data.decode() if kind.scalar is Scalar.UTF8 else data
            case ScalarType(Scalar.BOOL):
                return self._flag()
            case ScalarType():
                return self._number(_FORMATS[kind.scalar])

    def _flag(self) -> bool:
        byte = self._take(1)[0]
        if byte > 1:
            raise ValueError(f"{byte} is neither 0 nor 1")
        return byte == 1

    def _number(self, form: str) -> int:
        return cast("int", struct.unpack(form, self._take(struct.calcsize(form)))[0])

    def _take(self, count: int) -> memoryview[int]:
        if count > len(self._rest):
            raise ValueError(f"a record ends {count - len(self._rest)} bytes too early")
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken
