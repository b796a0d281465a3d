"""From rows that a client library made to columns of the declared type, with the bad ones told apart.

What it owns: building columns of many rows at once; where that fails, halves, down to the bad row; nulls where none may
be. What it leaves: making rows (`avro.py`, `protobuf.py`). Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

import pyarrow as pa

from lightflus.codec.schema import AnyArray, schema_of
from lightflus.model.types import ListType, StructType, Type, columns
from lightflus.runtime.io import BadRecord, Decoded

Row: TypeAlias = "dict[str, object]"
"""Values by column."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a record is none."""

    reason: str
    hint: str | None = None


def gathered(record: Type, messages: Sequence[bytes | None], rows: Sequence[Row | Refused]) -> Decoded:
    """What a decoder yields for messages, given a row or a refusal for each."""
    good = [(number, row) for number, row in enumerate(rows) if not isinstance(row, Refused)]
    bad = [(number, row) for number, row in enumerate(rows) if isinstance(row, Refused)]
    numbers: list[int] = []
    batches: list[pa.RecordBatch] = []
    for batch, found, refused in _built(record, good):
        batches.append(batch)
        numbers += found
        bad += refused
    schema = schema_of(record)
    table = pa.Table.from_batches(batches, schema).combine_chunks()
    whole = table.to_batches()[0] if table.num_rows else pa.RecordBatch.from_pylist([], schema=schema)
    told = tuple(
        BadRecord(number, 0, refused.reason, refused.hint, messages[number] or b"")
        for number, refused in sorted(bad, key=lambda pair: pair[0])
    )
    return Decoded(whole, len(messages), pa.array(numbers, pa.int32()) if told else None, told)


Numbered: TypeAlias = "tuple[int, Row]"
_Part: TypeAlias = "tuple[pa.RecordBatch, list[int], list[tuple[int, Refused]]]"


def _built(record: Type, rows: Sequence[Numbered]) -> Iterator[_Part]:
    """Consecutive rows, in order; recursion is as deep as the logarithm of the rows."""
    if not rows:
        return
    schema = schema_of(record)
    reason = None
    try:
        batch = pa.RecordBatch.from_pylist([row for _, row in rows], schema=schema)
    except (pa.ArrowException, OverflowError, TypeError, ValueError) as error:
        reason = f"a value does not fit its field: {error}"
    else:
        missing = missing_value(batch, record)
        if missing is None:
            yield batch, [number for number, _ in rows], []
            return
        reason = f"field `{missing}` is null, but is not declared nullable"
    if len(rows) == 1:
        refused = Refused(reason)
        yield pa.RecordBatch.from_pylist([], schema=schema), [], [(rows[0][0], refused)]
        return
    middle = len(rows) // 2
    yield from _built(record, rows[:middle])
    yield from _built(record, rows[middle:])


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
