"""From rows that a client library made to columns of the declared type, with the bad ones told apart.

What it owns: building columns of many rows at once; where that fails, halves, down to the bad row; nulls where none may
be. What it leaves: making rows (`avro.py`, `protobuf.py`). Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

import pyarrow as pa

from lightflus.codec.schema import AnyArray, schema_of
from lightflus.model.types import ListType, StructType, Type, columns
from lightflus.ports.formats import BadRecord, Decoded

Row: TypeAlias = "dict[str, object]"
"""Values by column."""

_ROWS = 500
"""Rows that are Python objects at a time: many more do not fit the cache and cost the garbage collector, four times as
much for each of 8,000."""
_UNFIT = (pa.ArrowException, OverflowError, TypeError, ValueError)
"""What Arrow raises for a Python value that is none of a type."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a record is none."""

    reason: str
    hint: str | None = None


def gathered(record: Type, messages: pa.BinaryArray, read: Callable[[bytes], Row | Refused]) -> Decoded:
    """What a decoder yields for messages, given what makes a row of one, or a refusal."""
    parts = [
        part
        for first in range(0, len(messages), _ROWS)
        for part in _built(record, first, [read(message or b"") for message in _values(messages, first)])
    ]
    schema = schema_of(record)
    table = pa.Table.from_batches([batch for batch, _, _ in parts], schema).combine_chunks()
    whole = table.to_batches()[0] if table.num_rows else pa.RecordBatch.from_pylist([], schema=schema)
    told = tuple(
        BadRecord(number, 0, refused.reason, refused.hint, messages[number].as_py() or b"")
        for _, _, bad in parts
        for number, refused in bad
    )
    numbers = [number for _, good, _ in parts for number in good]
    return Decoded(whole, len(messages), pa.array(numbers, pa.int32()) if told else None, told)


def _values(messages: pa.BinaryArray, first: int) -> Sequence[bytes | None]:
    return messages.slice(first, _ROWS).to_pylist()


_Part: TypeAlias = "tuple[pa.RecordBatch, list[int], list[tuple[int, Refused]]]"
"""Rows, the messages of theirs, and those that are none."""


def _built(record: Type, first: int, rows: Sequence[Row | Refused]) -> Iterator[_Part]:
    """Rows of consecutive messages from `first` on; recursion is as deep as the logarithm of the rows."""
    good = [row for row in rows if not isinstance(row, Refused)]
    schema = schema_of(record)
    try:
        batch = pa.RecordBatch.from_pylist(good, schema=schema)
    except _UNFIT as error:
        reason = _unfit(good[0], record) or f"a value does not fit its field: {error}"
    else:
        missing = missing_value(batch, record)
        if missing is None:
            numbers = [first + i for i, row in enumerate(rows) if not isinstance(row, Refused)]
            bad = [(first + i, row) for i, row in enumerate(rows) if isinstance(row, Refused)]
            yield batch, numbers, bad
            return
        reason = f"field `{missing}` is null, but is not declared nullable"
    if len(rows) == 1:
        yield pa.RecordBatch.from_pylist([], schema=schema), [], [(first, Refused(reason))]
        return
    middle = len(rows) // 2
    yield from _built(record, first, rows[:middle])
    yield from _built(record, first + middle, rows[middle:])


def _unfit(row: Row, record: Type) -> str | None:
    """Which of a row's values its field cannot take; None = each of them can."""
    for field, column in zip(columns(record), schema_of(record), strict=True):
        try:
            pa.array([row.get(field.name)], column.type)
        except _UNFIT:
            return f"field `{field.name}` is declared {field.type}, which cannot hold {row[field.name]!r:.60} exactly"
    return None


def missing_value(batch: pa.RecordBatch, record: Type) -> str | None:
    """The first field that is null somewhere where its type is not nullable, or None."""
    for field, column in zip(columns(record), batch.columns, strict=True):
        if (found := _missing(column, field.type, field.name)) is not None:
            return found
    return None


def _missing(array: AnyArray, kind: Type, path: str) -> str | None:
    if array.null_count:
        if not kind.nullable:
            return path
        array = array.drop_null()
    if isinstance(kind, StructType):
        struct = cast(pa.StructArray, array)
        parts = (_missing(struct.field(i), f.type, f"{path}.{f.name}") for i, f in enumerate(kind.fields))
        return next((part for part in parts if part is not None), None)
    if isinstance(kind, ListType):
        return _missing(cast("pa.ListArray[pa.Scalar[pa.DataType]]", array).flatten(), kind.item, f"{path}[]")
    return None
