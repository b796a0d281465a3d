"""Plain fields of batches, taken without a call.

What it owns: what a `FieldPath` means on Arrow columns: a null anywhere on the way is a null. Copies nothing but masks.
Any thread. What it leaves: types (`model/types.py`, `codec/schema.py`).
"""

from __future__ import annotations

from typing import TypeAlias, cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec.schema import schema_of
from lightflus.model.extract import FieldPath
from lightflus.model.types import StructType, Type

AnyArray: TypeAlias = "pa.Array[pa.Scalar[pa.DataType]]"


def column_at(batch: pa.RecordBatch, record: Type, path: FieldPath) -> AnyArray:
    """One column: the field at `path` of a batch of `record`; the record itself for the empty path."""
    if not path.names:
        return as_column(batch, record)
    column = cast(AnyArray, batch.column(path.names[0]))
    for name in path.names[1:]:
        column = cast(AnyArray, pc.struct_field(column, name))
    return column


def batch_at(batch: pa.RecordBatch, record: Type, path: FieldPath, found: Type) -> pa.RecordBatch:
    """A batch of `found`, the type at `path` (`model.types.field_type`) in a batch of `record`."""
    if not path.names:
        return batch
    return as_batch(column_at(batch, record, path), found)


def as_column(batch: pa.RecordBatch, record: Type) -> AnyArray:
    """A batch of `record` as one column."""
    if _is_spread(record):
        return cast(AnyArray, batch.to_struct_array())
    return cast(AnyArray, batch.column(0))


def as_batch(column: AnyArray, record: Type) -> pa.RecordBatch:
    """One column of `record` as a batch of it."""
    columns = cast(pa.StructArray, column).flatten() if _is_spread(record) else [column]
    return pa.RecordBatch.from_arrays(columns, schema=schema_of(record))


def rows_of(states: pa.StructArray) -> pa.RecordBatch:
    """State rows, none of them null, as a batch."""
    return pa.RecordBatch.from_struct_array(states)


def _is_spread(record: Type) -> bool:
    """Whether the columns of a batch of `record` are its fields."""
    return isinstance(record, StructType) and not record.nullable
