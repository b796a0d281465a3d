"""Format `json`: a line or a message is one JSON object, read by the declared record type.

What it owns: the two ways to read it: a fast one (Arrow's C++ over a whole block) and a strict one (`json_strict.py`,
Python, line by line) that decides and explains whatever the fast one does not take. A block that fails is halved, so
that one bad record never slows its neighbours down much, nor spoils them.
What it leaves: whether a column is complete (`json_columns.py`), what a line is (`lines.py`). Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from lightflus.codec.schema import arrow_type, schema_of
from lightflus.errors import BindingInvalid
from lightflus.formats.json_columns import conformed, relaxed
from lightflus.formats.json_strict import StrictReader
from lightflus.formats.json_text import NotARecord
from lightflus.formats.lines import is_text, joined, not_text, rows_without, split_binary
from lightflus.model.types import Field, Scalar, ScalarType, StructType, Type, columns, walk
from lightflus.ports.formats import BadRecord, Decoded

_STRICT_ROWS = 64
"""Halves of at most so many rows are read strictly: fewer would cost more calls of the fast reader than they save."""
_WHITE = " \t\r\n"


class JsonDecoder:
    """Decodes JSON (`ports.LineDecoder`, `ports.MessageDecoder`). Lines that are empty or white space are skipped."""

    def __init__(self, record: Type) -> None:
        """Raises BindingInvalid for a type that JSON cannot carry."""
        if any(isinstance(part, ScalarType) and part.scalar is Scalar.BINARY for part in walk(record)):
            raise BindingInvalid(
                f"format `json` has no bytes, but the source's records are {record}",
                hint="declare that field as a string",
            )
        self._fields: tuple[Field, ...] = columns(record)
        self._schema = schema_of(record)
        self._strict = StrictReader(record, self._schema)
        self._is_object = isinstance(record, StructType) and not record.nullable and bool(record.fields)
        self._attempts = [self._options(has_float_integers) for has_float_integers in (False, True)]

    def decode_lines(self, block: bytes) -> Decoded:
        """The records of the lines."""
        rows = _plain_rows(block)
        if rows and is_text(block) and (batch := self._read_fast(block, rows)) is not None:
            return Decoded(batch, rows)
        return self._decode_apart(split_binary(block))

    def decode_messages(self, messages: pa.BinaryArray) -> Decoded:
        """A record per message; none of them is missing (`tombstones.py`). A message may have any number of lines."""
        if _are_objects(messages):
            block = joined(messages)
            if is_text(block) and (batch := self._read_fast(block, len(messages))) is not None:
                return Decoded(batch, len(messages))
        return self._decode_apart(messages, skips_blank=False)

    def _decode_apart(self, records: pa.BinaryArray, *, skips_blank: bool = True) -> Decoded:
        """The same, record by record where the fast reader does not take many at once."""
        bad = not_text(records)
        numbers = rows_without(bad, len(records))
        texts = cast(pa.StringArray, pc.take(records, numbers).cast(pa.utf8()))
        trimmed = pc.ascii_trim(texts, _WHITE)
        if skips_blank:
            has_text = pc.not_equal(trimmed, pa.scalar(""))
            trimmed, numbers = trimmed.filter(has_text), numbers.filter(has_text)
        parts = list(self._read_halves(trimmed, numbers))
        bad += [_bad(number, error, records) for part in parts for number, error in part.refused]
        rows = pa.concat_arrays([numbers.slice(0, 0), *(part.numbers for part in parts)])
        table = pa.Table.from_batches([part.rows for part in parts], self._schema).combine_chunks()
        batch = table.to_batches()[0] if table.num_rows else _empty(self._schema)
        return Decoded(batch, len(records), rows, tuple(sorted(bad, key=lambda record: record.index)))

    def _read_halves(self, lines: pa.StringArray, numbers: pa.Int32Array) -> Iterator[_Part]:
        """Consecutive lines, in order; recursion is as deep as the logarithm of the lines."""
        count = len(lines)
        if count > _STRICT_ROWS:
            block = joined(cast(pa.BinaryArray, lines.cast(pa.binary())))
            if _are_objects(lines) and (batch := self._read_fast(block, count)) is not None:
                yield _Part(batch, numbers, ())
                return
            middle = count // 2
            yield from self._read_halves(lines.slice(0, middle), numbers.slice(0, middle))
            yield from self._read_halves(lines.slice(middle), numbers.slice(middle))
        elif count:
            texts = dict(zip(cast(list[int], numbers.to_pylist()), _texts(lines), strict=True))
            batch, refused = self._strict.read(texts)
            good = pa.array([number for number in texts if number not in refused], pa.int32())
            yield _Part(batch, good, tuple(refused.items()))

    def _read_fast(self, block: bytes | pa.Buffer, rows: int) -> pa.RecordBatch | None:
        """The rows as Arrow reads them, or None where it does not, or where they break a rule of ours."""
        if not self._is_object:
            return None
        for options in self._attempts:
            if (batch := self._read_once(block, rows, options)) is not None:
                return batch
        return None

    def _options(self, has_float_integers: bool) -> pj.ParseOptions:
        fields = [
            pa.field(f.name, arrow_type(relaxed(f.type, has_float_integers=has_float_integers))) for f in self._fields
        ]
        return pj.ParseOptions(explicit_schema=pa.schema(fields), unexpected_field_behavior="ignore")

    def _read_once(self, block: bytes | pa.Buffer, rows: int, options: pj.ParseOptions) -> pa.RecordBatch | None:
        try:
            table = pj.read_json(
                cast(IO[bytes], pa.BufferReader(block)),
                read_options=pj.ReadOptions(use_threads=False, block_size=len(block) + 1),
                parse_options=options,
            )
        except pa.ArrowInvalid:
            return None
        if table.num_rows != rows:
            return None
        (batch,) = table.to_batches()
        arrays = [
            conformed(batch.column(i), field.type, self._schema.field(i).type) for i, field in enumerate(self._fields)
        ]
        found = [array for array in arrays if array is not None]
        return pa.RecordBatch.from_arrays(found, schema=self._schema) if len(found) == len(arrays) else None


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows with their records' numbers, and the numbers of the refused ones between them."""

    rows: pa.RecordBatch
    numbers: pa.Int32Array
    refused: tuple[tuple[int, NotARecord], ...]


def _bad(number: int, error: NotARecord, records: pa.BinaryArray) -> BadRecord:
    raw = records[number].as_py() or b""
    byte = error.column + len(raw) - len(raw.lstrip(_WHITE.encode()))
    return BadRecord(number, byte, error.reason, error.hint, raw)


def _plain_rows(block: bytes) -> int:
    r"""Lines of the block if each begins with `{` and ends with `}`, else 0.

    Arrow reads objects one after another and does not look at line ends. But a line that ends in `}` inside an object
    or list can only go on with `,`, `]` or `}`, never with `{`, and a string cannot hold an LF. So where every line
    begins and ends like this, every object ends on its line; and where there are as many objects as lines, each has its
    own.
    """
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    starts = block.startswith(b"{") and block.endswith((b"}\n", b"}"))
    return lines if starts and block.count(b"}\n{") == lines - 1 else 0


def _are_objects(messages: pa.BinaryArray | pa.StringArray) -> bool:
    """Whether each message begins with `{` and ends with `}`.

    Where it does, and Arrow finds as many objects as there are messages when an LF stands between each two, every
    message is one object: none can reach into the next message, since `}`, LF, `{` stands in no JSON value, and each
    message begins one.
    """
    begin, end = pc.starts_with(messages, pattern="{"), pc.ends_with(messages, pattern="}")
    return bool(pc.all(begin).as_py() and pc.all(end).as_py())


def _texts(lines: pa.StringArray) -> list[str]:
    return cast(list[str], lines.to_pylist())


def _empty(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in schema], schema=schema)
