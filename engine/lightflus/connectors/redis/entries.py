"""Entries of a stream as rows: their fields are columns, or one of them is a message.

What it owns: fields by name, and text as the declared type: numbers, booleans, JSON for the rest. Pure; any thread.
What it leaves: formats (a message decoder, handed in), reading (`reading.py`). One line per column looks at each entry,
since the client hands them over as lists.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Protocol, TypeAlias, cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec.schema import schema_of
from lightflus.connectors.redis.texts import TextColumn, Wrong
from lightflus.model.types import StructType, Type
from lightflus.ports.formats import BadRecord, Decoded, MessageDecoder

Fields: TypeAlias = "list[bytes]"
"""Names and values of an entry, in turns."""


class EntryDecoder(Protocol):
    """Turns entries into rows."""

    def decode(self, entries: Sequence[Fields]) -> Decoded:
        """The records of some entries; those that are none are among the bad ones."""
        ...


class MessageEntries:
    """`EntryDecoder` where one field of an entry is a message of some format."""

    def __init__(self, field: str, decoder: MessageDecoder, *, is_chosen: bool) -> None:
        """`field` is its name; unless the job has chosen it, an entry's only field will do, too."""
        self._field = field.encode()
        self._decoder = decoder
        self._is_chosen = is_chosen

    def decode(self, entries: Sequence[Fields]) -> Decoded:
        """A message per entry."""
        if twice := list(_twice(entries, [self._field])):
            return self._decode_others(entries, twice)
        messages = pa.array(map(self._message, entries), pa.binary())
        decoded = self._decoder.decode_messages(messages)
        if not messages.null_count:
            return decoded
        bad = [one if messages[one.index].is_valid else self._missing(one, entries[one.index]) for one in decoded.bad]
        return replace(decoded, bad=tuple(bad))

    def _decode_others(self, entries: Sequence[Fields], wrong: Sequence[Wrong]) -> Decoded:
        """The entries but the wrong ones, and those as bad records in their places."""
        left_out = {one.index for one in wrong}
        places = [index for index in range(len(entries)) if index not in left_out]
        found = self.decode([entries[index] for index in places])
        rows = range(len(places)) if found.record_of_row is None else found.record_of_row.to_pylist()
        bad = [replace(one, index=places[one.index]) for one in found.bad]
        bad += [_bad(one, entries[one.index]) for one in wrong]
        numbers = pa.array([places[row or 0] for row in rows], pa.int32())
        return Decoded(found.columns, len(entries), numbers, tuple(sorted(bad, key=lambda one: one.index)))

    def _missing(self, bad: BadRecord, fields: Fields) -> BadRecord:
        """An entry that has not the field: all that it has is put aside."""
        name = self._field.decode()
        hint = "name the field that holds the record with the option `field`, or declare an object of all fields"
        return _bad(Wrong(bad.index, f"the entry has no field `{name}`", hint), fields)

    def _message(self, fields: Fields) -> bytes | None:
        if len(fields) == 2 and (fields[0] == self._field or not self._is_chosen):
            return fields[1]
        return _by_name(fields).get(self._field)


class FieldEntries:
    """`EntryDecoder` where an entry's fields are those of the record."""

    def __init__(self, record: StructType, value_decoder: Callable[[Type], MessageDecoder]) -> None:
        """`value_decoder` makes the decoder of JSON values of a type."""
        self._schema = schema_of(record)
        self._columns = [TextColumn(field, value_decoder) for field in record.fields]
        self._names = [field.name.encode() for field in record.fields]

    def decode(self, entries: Sequence[Fields]) -> Decoded:
        """A column per field; fields that the type does not declare are ignored."""
        named = [_by_name(fields) for fields in entries]
        arrays, wrong = [], dict[int, Wrong]()
        for name, column in zip(self._names, self._columns, strict=True):
            array, found = column.read(pa.array([fields.get(name) for fields in named], pa.binary()))
            arrays.append(array)
            wrong = {one.index: one for one in found} | wrong
        wrong |= {one.index: one for one in _twice(entries, self._names)}
        bad = tuple(_bad(wrong[index], entries[index]) for index in sorted(wrong))
        return _decoded(pa.RecordBatch.from_arrays(arrays, names=self._schema.names), self._schema, bad)


def _decoded(columns: pa.RecordBatch, schema: pa.Schema, bad: tuple[BadRecord, ...]) -> Decoded:
    """The rows that are good in all columns; only in those may a column stand for `not nullable`."""
    count, numbers = columns.num_rows, None
    if bad:
        is_bad = pc.is_in(_numbers(count), value_set=pa.array([one.index for one in bad], pa.int32()))
        numbers = cast(pa.Int32Array, pc.cast(pc.indices_nonzero(pc.invert(is_bad)), pa.int32()))
        columns = columns.take(numbers)
    return Decoded(pa.RecordBatch.from_arrays(columns.columns, schema=schema), count, numbers, bad)


def _numbers(count: int) -> pa.Int32Array:
    return pa.array(range(count), pa.int32())


def _by_name(fields: Fields) -> dict[bytes, bytes]:
    return dict(zip(fields[::2], fields[1::2], strict=True))


def _twice(entries: Sequence[Fields], names: Sequence[bytes]) -> Iterator[Wrong]:
    """Entries that have one of the fields more than once: nobody could say which is meant."""
    for index, fields in enumerate(entries):
        found = fields[::2]
        if len(set(found)) < len(found) and (name := next((n for n in names if found.count(n) > 1), None)):
            yield Wrong(index, f"field `{name.decode()}` stands there twice")


def _bad(wrong: Wrong, fields: Fields) -> BadRecord:
    words = [json.dumps(word.decode(errors="backslashreplace"), ensure_ascii=False) for word in fields]
    pairs = zip(words[::2], words[1::2], strict=True)
    raw = "{" + ", ".join(f"{name}: {value}" for name, value in pairs) + "}"
    return BadRecord(wrong.index, 0, wrong.reason, wrong.hint, raw.encode())


def size_of(entries: Sequence[Fields]) -> int:
    """Bytes of names and values."""
    return sum(map(len, chain.from_iterable(entries)))
