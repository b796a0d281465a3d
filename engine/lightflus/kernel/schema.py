"""Types as the kernel reads them: one byte per value, in order (`engine/kernel/src/schema.rs`).

What it owns: the codes. Pure. What it leaves: names, which the kernel does not need.
"""

from __future__ import annotations

from typing import Final

from lightflus.model.types import ListType, Scalar, ScalarType, StructType, Type, columns

_NULLABLE: Final = 0x80
_LIST: Final = 9
_STRUCT: Final = 10
_CODES: Final = {
    Scalar.BOOL: 1,
    Scalar.INT8: 2,
    Scalar.UINT8: 2,
    Scalar.INT16: 3,
    Scalar.UINT16: 3,
    Scalar.INT32: 4,
    Scalar.UINT32: 4,
    Scalar.DATE32: 4,
    Scalar.INT64: 5,
    Scalar.UINT64: 5,
    Scalar.TIMESTAMP_MS: 5,
    Scalar.TIMESTAMP_US: 5,
    Scalar.FLOAT32: 6,
    Scalar.FLOAT64: 7,
    Scalar.UTF8: 11,
    Scalar.BINARY: 8,
}


def row_type(record: Type) -> StructType:
    """The columns of a batch of `record`, as one struct that is not nullable."""
    return StructType(columns(record))


def schema_bytes(record: Type) -> bytes:
    """The schema of a batch of `record`."""
    return _bytes(row_type(record))


def _bytes(part: Type) -> bytes:
    flag = _NULLABLE if part.nullable else 0
    match part:
        case ScalarType(scalar):
            return bytes([_CODES[scalar] | flag])
        case ListType(item):
            return bytes([_LIST | flag]) + _bytes(item)
        case StructType(fields):
            head = bytes([_STRUCT | flag]) + len(fields).to_bytes(2, "little")
            return head + b"".join(_bytes(field.type) for field in fields)
