"""Format `json`: a line or a message is one JSON object, read by the declared record type.

What it owns: that two readers are one format: the kernel's, which takes what is beyond doubt (`kernel/json.py`), and
the strict one (`json_strict.py`, Python, record by record), which decides and explains what the kernel refuses.
What it leaves: what a line is where it is told (`lines.py`). Any thread.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec.schema import schema_of
from lightflus.errors import BindingInvalid
from lightflus.formats.json_strict import StrictReader
from lightflus.formats.json_text import NotARecord
from lightflus.formats.lines import not_text
from lightflus.kernel.json import JsonReader, Read
from lightflus.model.types import Scalar, ScalarType, Type, walk
from lightflus.ports.formats import BadRecord, Decoded

_WHITE = b" \t\r\n"


class JsonDecoder:
    """Decodes JSON (`ports.LineDecoder`, `ports.MessageDecoder`). Lines that are empty or white space are skipped."""

    def __init__(self, record: Type, unread: Collection[str] = ()) -> None:
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
        self._reader = JsonReader(record, unread)

    def decode_lines(self, block: bytes) -> Decoded:
        """The records of the lines."""
        read = self._reader.read_lines(block)
        return self._decided(read, memoryview(block)) if read.refused else _as_read(read)

    def decode_messages(self, messages: pa.BinaryArray) -> Decoded:
        """A record per message; none of them is missing (`tombstones.py`). A message may have any number of lines."""
        read = self._reader.read_messages(messages)
        if not read.refused:
            return _as_read(read)
        return self._decided(read, memoryview(messages.buffers()[2] or b""))

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
