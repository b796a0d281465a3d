"""Format `json`: a line or a message is one JSON object, read by the declared record type.

What it owns: that two readers are one format: the kernel's, which takes what is beyond doubt (`kernel/json.py`), and
the strict one (`json_strict.py`, Python, record by record), which decides and explains what the kernel refuses.
What it leaves: what a line is where it is told (`lines.py`). Any thread.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec.schema import schema_of
from lightflus.errors import BindingInvalid, StateTooLarge
from lightflus.formats.json_strict import StrictReader
from lightflus.formats.json_text import NotARecord
from lightflus.formats.lines import not_text, split_binary
from lightflus.kernel.json import JsonReader, Read
from lightflus.limits import BAD_RECORD_BYTES, JSON_MEMORY_BYTES, MIB
from lightflus.model.types import Scalar, ScalarType, Type, walk
from lightflus.ports.formats import BadRecord, Decoded

_WHITE = b" \t\r\n"
_BLANK = r"^[ \t\r]*$"
_TOO_LARGE = f"this record's values take more than {JSON_MEMORY_BYTES // MIB} MiB"
_TOO_LARGE_HINT = "its lists have too many objects, or these too many fields"


class JsonDecoder:
    """Decodes JSON (`ports.LineDecoder`, `ports.MessageDecoder`). Lines that are empty or white space are skipped."""

    def __init__(self, record: Type, unread: Collection[str] = (), memory_bytes: int = JSON_MEMORY_BYTES) -> None:
        """Fields that are unread are checked as the others are, and left out of the columns.

        Raises BindingInvalid for a type that JSON cannot carry.
        """
        if any(isinstance(part, ScalarType) and part.scalar is Scalar.BINARY for part in walk(record)):
            raise BindingInvalid(
                f"format `json` has no bytes, but the source's records are {record}",
                hint="declare that field as a string",
            )
        self._names = [name for name in schema_of(record).names if name not in unread]
        self._strict = StrictReader(record, schema_of(record))
        self._reader = JsonReader(record, unread, memory_bytes)

    def decode_lines(self, block: bytes) -> Decoded:
        """The records of the lines."""
        try:
            read = self._reader.read_lines(block)
        except StateTooLarge:
            return self._lines_apart(split_binary(block))
        return self._decided(read, memoryview(block)) if read.refused else _as_read(read)

    def decode_messages(self, messages: pa.BinaryArray) -> Decoded:
        """A record per message; none of them is missing (`tombstones.py`). A message may have any number of lines."""
        try:
            read = self._reader.read_messages(messages)
        except StateTooLarge:
            return self._in_halves(messages)
        if not read.refused:
            return _as_read(read)
        return self._decided(read, memoryview(messages.buffers()[2] or b""))

    def _lines_apart(self, lines: pa.BinaryArray) -> Decoded:
        """Lines whose values do not fit together."""
        is_blank = pc.match_substring_regex(lines, _BLANK)
        numbers = cast(pa.Int32Array, pc.indices_nonzero(pc.invert(is_blank)).cast(pa.int32()))
        found = self.decode_messages(lines.filter(pc.invert(is_blank)))
        rows = numbers if found.record_of_row is None else numbers.take(found.record_of_row)
        bad = tuple(replace(one, index=int(str(numbers[one.index]))) for one in found.bad)
        return Decoded(found.columns, len(lines), rows, bad)

    def _in_halves(self, messages: pa.BinaryArray) -> Decoded:
        """Messages whose values do not fit together; one that does not fit alone is bad. As deep as the logarithm."""
        count = len(messages)
        if count == 1:
            nothing = self.decode_lines(b"").columns
            raw = (messages[0].as_py() or b"")[:BAD_RECORD_BYTES]
            return Decoded(nothing, 1, pa.array([], pa.int32()), (BadRecord(0, 0, _TOO_LARGE, _TOO_LARGE_HINT, raw),))
        middle = count // 2
        one, other = self.decode_messages(messages.slice(0, middle)), self.decode_messages(messages.slice(middle))
        columns = pa.Table.from_batches([one.columns, other.columns]).combine_chunks().to_batches()
        rows = pa.concat_arrays([_rows_of(one), pc.add(_rows_of(other), pa.scalar(middle, pa.int32()))])
        bad = (*one.bad, *(replace(record, index=middle + record.index) for record in other.bad))
        return Decoded(columns[0] if columns else one.columns, count, rows, bad)

    def _decided(self, read: Read, text: memoryview) -> Decoded:
        """The same with those that the kernel refused: the strict reader says which of them are records after all."""
        raws = {number: bytes(text[start : start + size]) for number, start, size in read.refused}
        numbers = list(raws)
        bad = [
            BadRecord(numbers[one.index], one.byte, one.reason, one.hint, one.raw)
            for one in not_text(pa.array(raws.values(), pa.binary()))
        ]
        no_text = {record.index for record in bad}
        texts = {number: raw.strip(_WHITE).decode() for number, raw in raws.items() if number not in no_text}
        late, refused = self._strict.read(texts)
        bad += [_bad(number, error, raws[number]) for number, error in refused.items()]
        taken = [number for number in texts if number not in refused]
        columns, record_of_row = _merged(read, late.select(self._names), taken)
        return Decoded(columns, read.records, record_of_row, tuple(sorted(bad, key=lambda record: record.index)))


def _rows_of(decoded: Decoded) -> pa.Int32Array:
    rows = decoded.record_of_row
    return pa.array(range(decoded.records), pa.int32()) if rows is None else rows


def _as_read(read: Read) -> Decoded:
    return Decoded(read.columns, read.records, read.record_of_row)


def _merged(read: Read, late: pa.RecordBatch, numbers: Sequence[int]) -> tuple[pa.RecordBatch, pa.Int32Array]:
    """The rows of both readers in the order of their records, and the record of each."""
    early = read.record_of_row
    assert early is not None, "where something was refused, there are more records than rows"
    if not numbers:
        return read.columns, early
    records = pa.concat_arrays([early, pa.array(numbers, pa.int32())])
    order = pc.sort_indices(records)
    rows = pa.Table.from_batches([read.columns, late]).combine_chunks().to_batches()[0]
    return rows.take(order), records.take(order)


def _bad(number: int, error: NotARecord, raw: bytes) -> BadRecord:
    byte = error.column + len(raw) - len(raw.lstrip(_WHITE))
    return BadRecord(number, byte, error.reason, error.hint, raw)
