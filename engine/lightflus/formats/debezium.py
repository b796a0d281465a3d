"""Format `debezium`: changes of a table as JSON envelopes, with or without their schema around them.

What it owns: what an envelope is, which of its parts become columns, and what a change without a row is to a job that
wants rows only. Tombstones, which follow deletes, are skipped. Pure; any thread.
What it leaves: JSON itself (`json.py`). Source: Debezium's documentation, "Data change events".
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec.schema import schema_of
from lightflus.errors import BindingInvalid
from lightflus.formats.json import JsonDecoder
from lightflus.formats.lines import split_binary
from lightflus.formats.options import FormatOptions
from lightflus.model.types import Field, Scalar, ScalarType, StructType, Type
from lightflus.ports.formats import BadRecord, Decoded

_EMPTY = r"^\s*$"
_IMAGES = ("before", "after")
_TEXT = ScalarType(Scalar.UTF8)
_HAS_NO_OP = "op` (utf8) is missing"
_NO_CHANGE_HINT = "every change of Debezium has it; rows without an envelope (ExtractNewRecordState) are format `json`"
_HAS_NO_PAYLOAD = "field `payload` ("
_CHANGES = pa.array(["c", "u", "d", "r", "t"])
"""Inserts, updates, deletes, rows of a snapshot, truncations."""
_OTHER = "operation `{}` is no change of a row"
_OTHER_HINT = (
    "declare the record as a change with the field `op`, and decide in the job, "
    "or leave such messages out: format.deletes=skip"
)
_NO_ROW = "this change ({}) leaves no row behind"
_NO_ROW_HINT = (
    "declare the record as a change, with the fields `op`, `before` and `after`, or as nullable to get null, "
    "or leave such changes out: format.deletes=skip"
)


class DebeziumDecoder:
    """Decodes changes (`ports.LineDecoder`, `ports.MessageDecoder`): whole ones, or the rows that they leave behind."""

    def __init__(self, record: Type, *, skips_deletes: bool = False) -> None:
        """A record with a `before` or an `after` that is an object is a change; any other is a row.

        Raises BindingInvalid for a record that is no object, or a change whose images cannot be null.
        """
        if not isinstance(record, StructType):
            raise BindingInvalid(
                f"format `debezium` yields changes or rows, but the source's records are {record}",
                hint="declare an object: the table's columns, or `op`, `before`, `after`, `ts_ms`",
            )
        self._record = record
        self._skips_deletes = skips_deletes
        images = [field for field in record.fields if field.name in _IMAGES and isinstance(field.type, StructType)]
        self._wants_changes = bool(images) and not record.nullable
        self._has_op = self._wants_changes and any(field.name == "op" for field in record.fields)
        if self._wants_changes:
            _check_change(record)
            parts = [field for field in record.fields if field.name != "op"]
        else:
            parts = [Field("after", replace(record, nullable=True))]
        change = StructType((Field("op", _TEXT), *parts))
        self._forms = [_Form.of(change, is_wrapped=True), _Form.of(change, is_wrapped=False)]

    def decode_lines(self, block: bytes) -> Decoded:
        """A change per line; empty lines are skipped."""
        lines = split_binary(block)
        return self.decode_messages(pc.if_else(pc.match_substring_regex(lines, _EMPTY), None, lines))

    def decode_messages(self, messages: pa.BinaryArray) -> Decoded:
        """A change per message; one without a value is skipped."""
        places = cast("list[int]", pc.indices_nonzero(messages.is_valid()).to_pylist())
        values = messages.drop_null()
        found = self._forms[0].read(values)
        if found.bad:
            again = self._forms[1].read(pa.array([bad.raw for bad in found.bad], pa.binary()))
            if len(again.bad) * 2 < len(found.bad):
                self._forms.reverse()
            found = _merged(found, again)
        if not self._has_op:
            found = self._without_others(found, values)
        found = self._changes_of(found) if self._wants_changes else self._rows_of(found, values)
        numbers = pa.array([places[number] for number in found.records], pa.int32())
        bad = tuple(replace(record, index=places[record.index]) for record in found.bad)
        return Decoded(found.columns, len(messages), numbers, bad)

    def _without_others(self, found: _Found, values: pa.BinaryArray) -> _Found:
        """Changes of rows or of the table; what else Debezium sends is told, since nobody could see its `op`."""
        ops = found.columns.column("op")
        is_change = pc.is_in(ops, value_set=_CHANGES)
        if pc.all(is_change).as_py():
            return found
        others = cast("list[int]", pc.indices_nonzero(pc.invert(is_change)).to_pylist())
        told = [] if self._skips_deletes else others
        bad = [_told(_OTHER, _OTHER_HINT, found.records[row], str(ops[row]), values) for row in told]
        kept = cast("list[int]", pc.indices_nonzero(is_change).to_pylist())
        return _Found(
            found.columns.filter(is_change), [found.records[row] for row in kept], _in_order([*found.bad, *bad])
        )

    def _changes_of(self, found: _Found) -> _Found:
        """The parts that are declared, in their order."""
        schema = schema_of(self._record)
        columns = [found.columns.column(name) for name in schema.names]
        return replace(found, columns=pa.RecordBatch.from_arrays(columns, schema=schema))

    def _rows_of(self, found: _Found, values: pa.BinaryArray) -> _Found:
        """What changes leave behind."""
        after = cast(pa.StructArray, found.columns.column("after"))
        if self._record.nullable:
            columns = pa.RecordBatch.from_arrays([after], schema=schema_of(self._record))
            return replace(found, columns=columns)
        rows = pc.indices_nonzero(after.is_valid())
        kept = pc.take(after, rows)
        columns = pa.RecordBatch.from_arrays(kept.flatten(), schema=schema_of(self._record))
        numbers = [found.records[row or 0] for row in rows.to_pylist()]
        ops = cast("list[str]", found.columns.column("op").to_pylist())
        without = [] if self._skips_deletes else cast("list[int]", pc.indices_nonzero(after.is_null()).to_pylist())
        bad = [_told(_NO_ROW, _NO_ROW_HINT, found.records[row], ops[row], values) for row in without]
        return _Found(columns, numbers, _in_order([*found.bad, *bad]))


@dataclass(frozen=True, slots=True)
class _Found:
    """Changes, the message of each, and what is none."""

    columns: pa.RecordBatch
    records: list[int]
    bad: list[BadRecord]


@dataclass(frozen=True, slots=True)
class _Form:
    """One of the two forms of an envelope: inside `payload`, beside its schema, or bare."""

    is_wrapped: bool
    decoder: JsonDecoder
    schema: pa.Schema

    @staticmethod
    def of(change: StructType, *, is_wrapped: bool) -> _Form:
        inner = StructType((Field("payload", change),)) if is_wrapped else change
        return _Form(is_wrapped, JsonDecoder(inner), schema_of(change))

    def read(self, values: pa.BinaryArray) -> _Found:
        decoded = self.decoder.decode_messages(values)
        rows = decoded.record_of_row
        records = list(range(len(values))) if rows is None else cast("list[int]", rows.to_pylist())
        columns = decoded.columns
        if self.is_wrapped:
            payload = cast(pa.StructArray, columns.column("payload"))
            columns = pa.RecordBatch.from_arrays(payload.flatten(), schema=self.schema)
        return _Found(columns, records, list(decoded.bad))


def _check_change(record: StructType) -> None:
    for field in record.fields:
        if field.name in _IMAGES and not field.type.nullable:
            raise BindingInvalid(
                f"field `{field.name}` of a change is declared {field.type}, but not every change has one",
                hint=f"declare `{field.name}` nullable: an insert has no `before`, a delete no `after`",
            )
        if field.name == "op" and replace(field.type, nullable=False) != _TEXT:
            raise BindingInvalid(f"field `op` of a change is declared {field.type}", hint="it is a string")


def _merged(first: _Found, again: _Found) -> _Found:
    """What the second form made of the messages that the first refused, in their places."""
    places = [bad.index for bad in first.bad]
    records = [*first.records, *(places[number] for number in again.records)]
    order = sorted(range(len(records)), key=records.__getitem__)
    table = pa.Table.from_batches([first.columns, again.columns]).take(pa.array(order, pa.int64())).combine_chunks()
    batches = table.to_batches()
    refused = {places[bad.index]: replace(bad, index=places[bad.index]) for bad in again.bad}
    told = [record for record in first.bad if record.index in refused and not _is_tombstone(record.raw)]
    bad = [_better(record, refused[record.index]) for record in told]
    return _Found(batches[0] if batches else first.columns.slice(0, 0), [records[i] for i in order], bad)


def _is_tombstone(raw: bytes) -> bool:
    """Whether a message is `{"schema": null, "payload": null}`, as converters with schemas write nothing."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and "payload" in value and value["payload"] is None


def _better(one: BadRecord, other: BadRecord) -> BadRecord:
    """The reason of the form that the message has: a bare one is none with a payload."""
    bare = [record for record in (one, other) if not record.reason.startswith(_HAS_NO_PAYLOAD)]
    wrapped = [record for record in bare if "`payload" in record.reason]
    chosen = (wrapped or bare or [one])[0]
    return replace(chosen, hint=_NO_CHANGE_HINT) if chosen.reason.endswith(_HAS_NO_OP) else chosen


def _told(reason: str, hint: str, index: int, op: str, values: pa.BinaryArray) -> BadRecord:
    return BadRecord(index, 0, reason.format(op), hint, values[index].as_py() or b"")


def _in_order(bad: list[BadRecord]) -> list[BadRecord]:
    return sorted(bad, key=lambda record: record.index)


def debezium_decoder(record: Type, options: FormatOptions) -> DebeziumDecoder:
    """The decoder that the options describe. Raises BindingInvalid."""
    return DebeziumDecoder(record, skips_deletes=options.choice("deletes", ("bad", "skip"), "bad") == "skip")
