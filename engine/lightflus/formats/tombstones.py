"""Messages without a value: nulls where the record type has them, else bad records.

What it owns: that every format treats them alike. The formats themselves never see one. Pure; any thread.
What it leaves: what a message holds (the decoder inside).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec.schema import AnyArray, arrow_type, schema_of
from lightflus.model.types import StructType, Type
from lightflus.ports.formats import BadRecord, Decoded, MessageDecoder

_JSON_NULL = r"^\s*null\s*$"


class Tombstones:
    """A decoder of messages, some of which may be missing (`ports.MessageDecoder`)."""

    def __init__(self, record: Type, make: Callable[[Type], MessageDecoder], *, has_null_text: bool = False) -> None:
        """`make` makes the decoder of the values; with `has_null_text` the message `null` is null, too.

        Raises BindingInvalid as `make` does.
        """
        self._record = record
        self._values = make(replace(record, nullable=False))
        self._has_null_text = has_null_text and record.nullable

    def decode_messages(self, messages: pa.BinaryArray) -> Decoded:
        """A row per message that could be read."""
        if messages.null_count or self._record.nullable:
            return self._spread(messages)
        return self._values.decode_messages(messages)

    def _spread(self, messages: pa.BinaryArray) -> Decoded:
        """Decodes the values among the messages and puts their rows in the places that they had."""
        is_missing = self._is_missing(messages)
        has_value = pc.invert(is_missing)
        places, missing = _places(has_value), _places(is_missing)
        decoded = self._values.decode_messages(messages.filter(has_value))
        bad = [replace(record, index=places[record.index]) for record in decoded.bad]
        found = range(len(places)) if decoded.record_of_row is None else decoded.record_of_row.to_pylist()
        row_of = {places[record or 0]: row for row, record in enumerate(found)}
        if not self._record.nullable:
            bad = sorted([*bad, *map(_no_value, missing)], key=lambda record: record.index)
            return Decoded(decoded.columns, len(messages), pa.array(row_of, pa.int32()), tuple(bad))
        records = sorted([*row_of, *missing])
        rows = pc.take(self._value_column(decoded.columns), pa.array(map(row_of.get, records), pa.int32()))
        batch = pa.RecordBatch.from_arrays([rows], schema=schema_of(self._record))
        return Decoded(batch, len(messages), pa.array(records, pa.int32()), tuple(bad))

    def _is_missing(self, messages: pa.BinaryArray) -> pa.BooleanArray:
        is_null = messages.is_null()
        if not self._has_null_text:
            return is_null
        is_text = pc.match_substring_regex(messages, _JSON_NULL)
        return pc.or_(is_null, cast(pa.BooleanArray, is_text.fill_null(False)))

    def _value_column(self, columns: pa.RecordBatch) -> AnyArray:
        """The one column that a nullable record has."""
        if not isinstance(self._record, StructType):
            return columns.column(0)
        arrow = arrow_type(self._record)
        fields = [arrow.field(i) for i in range(arrow.num_fields)]
        if not fields:
            return pa.array([{}] * columns.num_rows, arrow)
        return pa.StructArray.from_arrays(columns.columns, fields=fields)


def _places(mask: pa.BooleanArray) -> list[int]:
    return cast("list[int]", pc.indices_nonzero(mask).to_pylist())


def _no_value(index: int) -> BadRecord:
    return BadRecord(
        index,
        0,
        "the message has no value (a tombstone)",
        "declare the source's record nullable to receive it as null",
        b"",
    )
