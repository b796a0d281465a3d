"""Record types as Arrow types, and back.

What it owns: the mapping. pyarrow's types are generic over things that we do not use, so its looseness ends here.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pyarrow as pa

from lightflus.errors import InternalError
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type, columns

if TYPE_CHECKING:
    AnyArray = pa.Array[pa.Scalar[pa.DataType]]
    AnyList = pa.ListArray[pa.Scalar[pa.DataType]]
else:
    AnyArray, AnyList = pa.Array, pa.ListArray

_SCALARS: dict[Scalar, pa.DataType] = {
    Scalar.BOOL: pa.bool_(),
    Scalar.INT8: pa.int8(),
    Scalar.INT16: pa.int16(),
    Scalar.INT32: pa.int32(),
    Scalar.INT64: pa.int64(),
    Scalar.UINT8: pa.uint8(),
    Scalar.UINT16: pa.uint16(),
    Scalar.UINT32: pa.uint32(),
    Scalar.UINT64: pa.uint64(),
    Scalar.FLOAT32: pa.float32(),
    Scalar.FLOAT64: pa.float64(),
    Scalar.UTF8: pa.utf8(),
    Scalar.BINARY: pa.binary(),
    Scalar.DATE32: pa.date32(),
    Scalar.TIMESTAMP_MS: pa.timestamp("ms"),
    Scalar.TIMESTAMP_US: pa.timestamp("us"),
}
_BACK = {arrow: scalar for scalar, arrow in _SCALARS.items()}

LIST_ITEM = "item"
"""Name of a list's item field."""


def arrow_type(record: Type) -> pa.DataType:
    """The Arrow type of values of `record`; whether they may be null is said by the field around it."""
    match record:
        case ScalarType(scalar):
            return _SCALARS[scalar]
        case ListType(item):
            return pa.list_(pa.field(LIST_ITEM, arrow_type(item), nullable=item.nullable))
        case StructType(fields):
            return pa.struct([_arrow_field(field) for field in fields])


def _arrow_field(field: Field) -> pa.Field[pa.DataType]:
    return pa.field(field.name, arrow_type(field.type), nullable=field.type.nullable)


@functools.lru_cache(maxsize=1_024)
def schema_of(record: Type) -> pa.Schema:
    """The schema of a batch of `record` (`model.types.columns`)."""
    return pa.schema([_arrow_field(field) for field in columns(record)])


def record_type(arrow: pa.DataType, *, nullable: bool = False) -> Type:
    """The record type of an Arrow type. Raises InternalError for an Arrow type that records do not have."""
    if arrow in _BACK:
        return ScalarType(_BACK[arrow], nullable)
    if isinstance(arrow, pa.ListType):
        item = arrow.value_field
        return ListType(record_type(item.type, nullable=item.nullable), nullable)
    if isinstance(arrow, pa.StructType):
        parts = (arrow.field(i) for i in range(arrow.num_fields))
        fields = tuple(Field(part.name, record_type(part.type, nullable=part.nullable)) for part in parts)
        return StructType(fields, nullable)
    raise InternalError(f"records have no Arrow type {arrow}")
