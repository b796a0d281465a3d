"""Format `csv`: a line or a message is one row of separated values.

What it owns: rows whose columns are known by their order. Arrow's reader takes whole blocks; where it refuses one,
halves, down to the bad line. A line end always ends a row of lines; only in messages may a quoted value hold one. Pure;
any thread.
What it leaves: headers (`csv_header.py`), how values are separated (`csv_dialect.py`), writing (`csv_encoder.py`), what
a line is (`lines.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, TypeAlias, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from lightflus.codec.schema import AnyArray, schema_of
from lightflus.formats.csv_columns import are_infinity, complete, has_infinity, is_texts
from lightflus.formats.csv_dialect import Dialect, check_flat
from lightflus.formats.lines import is_text, joined, not_text, rows_without, split_binary
from lightflus.model.text import counted
from lightflus.model.types import Type, columns
from lightflus.ports.formats import BadRecord, Decoded

_Way: TypeAlias = "Sequence[pv.ConvertOptions]"
"""How a block is read: once per part of the columns."""


class CsvDecoder:
    """Decodes CSV (`ports.LineDecoder`, `ports.MessageDecoder`)."""

    def __init__(self, record: Type, dialect: Dialect, names: Sequence[str] | None = None) -> None:
        """`names` are those of the columns in their order; None: the fields of the type in theirs.

        Raises BindingInvalid for a type with parts that a text cannot hold.
        """
        self._dialect = dialect
        self._quote = dialect.quote.encode()
        self._fields = columns(record)
        self._schema = schema_of(record)
        self._names = [field.name for field in self._fields] if names is None else list(names)
        check_flat(self._fields)
        self._quoted = re.compile(b"%b[^%b]*%b" % ((re.escape(self._quote),) * 3))
        self._ways = self._ways_to_read(self._schema)
        self._texts = pv.ConvertOptions(column_types=dict.fromkeys(self._names, pa.utf8()), null_values=[])

    def decode_lines(self, block: bytes) -> Decoded:
        """A row per line; empty lines are skipped."""
        rows = block.count(b"\n") + (not block.endswith(b"\n"))
        is_plain = b"\r" not in block and self._are_closed(block, rows)
        if is_plain and (batch := self._read(block, rows)) is not None:
            return Decoded(batch, rows)
        return self._decode_apart(split_binary(block), skips_empty=len(self._names) > 1)

    def decode_messages(self, messages: pa.BinaryArray) -> Decoded:
        """A row per message; none of them is missing (`tombstones.py`)."""
        block = joined(messages).to_pybytes() + b"\n"
        is_one_each = b"\r" not in block and self._are_closed(block, len(messages))
        if is_one_each and (batch := self._read(block, len(messages))) is not None:
            return Decoded(batch, len(messages))
        return self._decode_apart(messages, skips_empty=False)

    def _decode_apart(self, records: pa.BinaryArray, *, skips_empty: bool) -> Decoded:
        bad = not_text(records)
        numbers = rows_without(bad, len(records)).to_pylist()
        texts = cast("list[bytes]", records.to_pylist())
        kept = [(number or 0, texts[number or 0]) for number in numbers if texts[number or 0] or not skips_empty]
        parts = list(self._read_halves(kept))
        batches = [batch for batch, _ in parts if batch is not None]
        bad += [record for _, record in parts if record is not None]
        refused = {record.index for record in bad}
        rows = pa.array([number for number, _ in kept if number not in refused], pa.int32())
        whole = pa.Table.from_batches(batches, self._schema).combine_chunks()
        batch = whole.to_batches()[0] if whole.num_rows else pa.RecordBatch.from_pylist([], schema=self._schema)
        return Decoded(batch, len(records), rows, tuple(sorted(bad, key=lambda record: record.index)))

    def _read_halves(
        self, records: Sequence[tuple[int, bytes]]
    ) -> Iterator[tuple[pa.RecordBatch | None, BadRecord | None]]:
        """Rows of consecutive records and bad ones, in order; recursion is as deep as their logarithm."""
        if not records:
            return
        if len(records) == 1:
            block = _ended(records[0][1])
            is_one_each = block.count(self._quote) % 2 == 0 and self._stray(block) is None
        else:
            block = b"".join(text + b"\n" for _, text in records)
            is_one_each = b"\r" not in block and self._are_closed(block, len(records))
        if is_one_each and (batch := self._read(block, len(records))) is not None:
            yield batch, None
        elif len(records) == 1:
            number, text = records[0]
            yield None, BadRecord(number, 0, self._reason(_ended(text)), None, text)
        else:
            middle = len(records) // 2
            yield from self._read_halves(records[:middle])
            yield from self._read_halves(records[middle:])

    def _are_closed(self, block: bytes, rows: int) -> bool:
        """Whether every row is one line, and no line opens a quote that it does not close."""
        if self._quote not in block:
            return rows == block.count(b"\n") + (not block.endswith(b"\n"))
        lines = split_binary(block)
        odd = pc.bit_wise_and(pc.count_substring(lines, self._dialect.quote), 1)
        return len(lines) == rows and not pc.max(odd).as_py()

    def _stray(self, row: bytes) -> str | None:
        """The line end that stands in a row and in no quotes; its own is none of it."""
        outside = self._quoted.sub(b"", row[:-1])
        return "a carriage return" if b"\r" in outside else "a line feed" if b"\n" in outside else None

    def _read(self, block: bytes, rows: int) -> pa.RecordBatch | None:
        """The rows of a block, or None where Arrow refuses it, or sees another number of them."""
        if not is_text(block):
            return None
        arrays = self._arrays(block, rows, self._ways)
        return None if arrays is None else pa.RecordBatch.from_arrays(arrays, schema=self._schema)

    def _arrays(self, block: bytes, rows: int, ways: Sequence[_Way]) -> list[AnyArray] | None:
        found = (self._arrays_of(block, rows, way) for way in (ways if self._quote in block else ways[:1]))
        return next((arrays for arrays in found if arrays is not None), None)

    def _arrays_of(self, block: bytes, rows: int, way: _Way) -> list[AnyArray] | None:
        """The columns of the fields that a way reads, in their order, whole."""
        try:
            tables = [self._table(block, part) for part in way]
            if any(table.num_rows != rows for table in tables):
                return None
            read = {name: table[name].combine_chunks() for table in tables for name in table.column_names}
            fields = [(field, self._schema.field(field.name).type) for field in self._fields if field.name in read]
            arrays = [complete(cast(AnyArray, read[field.name]), field, kind) for field, kind in fields]
        except pa.ArrowException:
            return None
        found = {field.name: array for (field, _), array in zip(fields, arrays, strict=True) if array is not None}
        return list(found.values()) if len(found) == len(arrays) and self._are_infinite(block, found) else None

    def _ways_to_read(self, fields: Iterable[pa.Field[pa.DataType]]) -> Sequence[_Way]:
        """All columns at once, or texts apart from what else is null where an empty text stands in quotes."""
        every = {field.name: field.type for field in fields}
        texts = {name: kind for name, kind in every.items() if is_texts(kind)}
        others = {name: kind for name, kind in every.items() if name not in texts}
        apart = [self._options(part, part is others) for part in (texts, others) if part]
        return [[self._options(every, False)], apart]

    def _options(self, types: Mapping[str, pa.DataType], has_quoted_nulls: bool) -> pv.ConvertOptions:
        read = {name: pa.utf8() if pa.types.is_timestamp(kind) else kind for name, kind in types.items()}
        return pv.ConvertOptions(
            column_types=read,
            include_columns=list(read),
            include_missing_columns=True,
            null_values=list(dict.fromkeys(["", self._dialect.null])),
            strings_can_be_null=True,
            quoted_strings_can_be_null=has_quoted_nulls,
        )

    def _are_infinite(self, block: bytes, arrays: Mapping[str, AnyArray]) -> bool:
        """Whether infinities were written as such, and are no numbers that are too large for their column."""
        infinite = {name: array for name, array in arrays.items() if has_infinity(array)}
        texts = self._table(block, self._texts) if infinite else None
        return texts is None or all(
            are_infinity(cast(pa.StringArray, texts[name].combine_chunks()).filter(pc.is_inf(array)))
            for name, array in infinite.items()
        )

    def _table(self, block: bytes, convert: pv.ConvertOptions) -> pa.Table:
        return pv.read_csv(
            cast(IO[bytes], pa.BufferReader(block)),
            read_options=pv.ReadOptions(use_threads=False, block_size=len(block) + 1, column_names=self._names),
            parse_options=pv.ParseOptions(
                delimiter=self._dialect.delimiter,
                quote_char=self._dialect.quote,
                newlines_in_values=True,
                ignore_empty_lines=len(self._names) > 1,
            ),
            convert_options=convert,
        )

    def _reason(self, row: bytes) -> str:
        """What is wrong with one record."""
        if (stray := self._stray(row)) is not None:
            return f"{stray} stands here outside of quotes: a row is one line, which ends in LF or CRLF"
        try:
            values = self._table(row, self._texts).to_pylist()
        except pa.ArrowException:
            values = []
        if len(values) != 1:
            count = row.decode().count(self._dialect.delimiter) + 1
            wanted = len(self._names)
            if count != wanted and self._dialect.quote not in row.decode():
                stand, are = ("stands" if count == 1 else "stand"), ("is" if wanted == 1 else "are")
                found = f"{counted(count, 'value')} {stand} here"
                return f"{found}, but {wanted} {are} wanted ({', '.join(self._names)})"
        if len(values) != 1 or row.count(self._quote) % 2:
            return f"this is not a row of {counted(len(self._names), 'value')}: is a quote missing, or not doubled?"
        for field, column in zip(self._fields, self._schema, strict=True):
            if self._arrays(row, 1, self._ways_to_read([column])) is None:
                value = values[0].get(field.name)
                shown = json.dumps(str(value)[:40], ensure_ascii=False) if value else "empty"
                return f"field `{field.name}` should be {field.type}, but is {shown}"
        raise AssertionError("each value can be read, and all of them cannot")


def _ended(record: bytes) -> bytes:
    """A line or a message with one line end behind it; a message may have its own."""
    return record.removesuffix(b"\n").removesuffix(b"\r" if record.endswith(b"\n") else b"") + b"\n"
