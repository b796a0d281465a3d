"""Format `csv`: a line or a message is one row of separated values.

What it owns: which column belongs to which field: by the header, or by the order of the type's fields. Arrow's reader
takes whole blocks; where it refuses one, halves, down to the bad line. A line end always ends a row of lines; only in
messages may a quoted value hold one. Pure; any thread.
What it leaves: how values are separated (`csv_dialect.py`), writing (`csv_encoder.py`), what a line is (`lines.py`),
where a stream's header stands (`connectors/toolbox/lines.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import IO, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from lightflus.codec.schema import AnyArray, schema_of
from lightflus.errors import BindingInvalid
from lightflus.formats.csv_columns import are_infinity, complete, has_infinity
from lightflus.formats.csv_dialect import Dialect, check_flat
from lightflus.formats.lines import is_text, joined, not_text, rows_without, split_binary
from lightflus.model.types import Field, Type, columns
from lightflus.ports.formats import BadRecord, Decoded


class CsvDecoder:
    """Decodes CSV (`ports.LineDecoder`, `ports.MessageDecoder`, and `ports.HeadedDecoder` where there is a header)."""

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
        types = {field.name: pa.utf8() if pa.types.is_timestamp(field.type) else field.type for field in self._schema}
        nulls = list(dict.fromkeys(["", dialect.null]))
        self._convert = pv.ConvertOptions(
            column_types=types,
            include_columns=list(types),
            include_missing_columns=True,
            null_values=nulls,
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        )
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
        block = b"".join(text + b"\n" for _, text in records)
        is_one_each = b"\r" not in block and self._are_closed(block, len(records))
        if len(records) == 1:
            is_one_each = block.count(self._quote) % 2 == 0
        if is_one_each and (batch := self._read(block, len(records))) is not None:
            yield batch, None
        elif len(records) == 1:
            number, text = records[0]
            yield None, BadRecord(number, 0, self._reason(text), None, text)
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

    def _read(self, block: bytes, rows: int) -> pa.RecordBatch | None:
        """The rows of a block, or None where Arrow refuses it, or sees another number of them."""
        if not is_text(block):
            return None
        try:
            table = self._table(block, self._convert)
            if table.num_rows != rows:
                return None
            (batch,) = table.combine_chunks().to_batches()
            arrays = [
                complete(batch.column(i), field, self._schema.field(i).type) for i, field in enumerate(self._fields)
            ]
        except pa.ArrowException:
            return None
        found = [array for array in arrays if array is not None]
        if len(found) < len(arrays) or (any(map(has_infinity, found)) and not self._are_infinite(block, found)):
            return None
        return pa.RecordBatch.from_arrays(found, schema=self._schema)

    def _are_infinite(self, block: bytes, arrays: Sequence[AnyArray]) -> bool:
        """Whether infinities were written as such, and are no numbers that are too large for their column."""
        texts = self._table(block, self._texts)
        return all(
            are_infinity(cast(pa.StringArray, texts[field.name].combine_chunks()).filter(pc.is_inf(array)))
            for field, array in zip(self._fields, arrays, strict=True)
            if has_infinity(array)
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

    def _reason(self, text: bytes) -> str:
        """What is wrong with one record."""
        try:
            values = self._table(text + b"\n", self._texts).to_pylist()
        except pa.ArrowException:
            values = []
        if len(values) != 1:
            count = text.decode().count(self._dialect.delimiter) + 1
            wanted = len(self._names)
            if count != wanted and self._dialect.quote not in text.decode():
                found = "1 value stands" if count == 1 else f"{count} values stand"
                return f"{found} here, but {wanted} are wanted ({', '.join(self._names)})"
        if len(values) != 1 or text.count(self._quote) % 2:
            return f"this is not a row of {len(self._names)} values: is a quote missing, or not doubled?"
        for field in self._fields:
            value = values[0].get(field.name)
            if self._read_value(field, value) is None:
                shown = json.dumps(str(value)[:40], ensure_ascii=False) if value else "empty"
                return f"field `{field.name}` should be {field.type}, but is {shown}"
        return "this row cannot be read"

    def _read_value(self, field: Field, value: object) -> pa.RecordBatch | None:
        """The value alone, as a file of one column."""
        alone = CsvDecoder(field.type, self._dialect, ["value"])
        quote = self._dialect.quote
        text = str(value or "")
        is_quoted = self._dialect.delimiter in text or quote in text or "\n" in text or "\r" in text
        written = f"{quote}{text.replace(quote, quote * 2)}{quote}" if is_quoted else text
        return alone._read(written.encode() + b"\n", 1)


class HeadedCsvDecoder:
    """Decodes CSV whose first line names the columns (`ports.HeadedDecoder`)."""

    def __init__(self, record: Type, dialect: Dialect) -> None:
        """Raises BindingInvalid as `CsvDecoder` does."""
        self._record = record
        self._dialect = dialect
        self._plain = CsvDecoder(record, dialect)

    def headed(self, header: bytes) -> CsvDecoder:
        """The decoder of what stands behind a header. Raises BindingInvalid for one that lacks a field."""
        names = self._names(header)
        fields = columns(self._record)
        missing = [field.name for field in fields if not field.type.nullable and field.name not in names]
        twice = [field.name for field in fields if names.count(field.name) > 1]
        if missing or twice:
            problem = f"has no column `{missing[0]}`" if missing else f"names column `{twice[0]}` twice"
            raise BindingInvalid(
                f"the header {problem}",
                hint=f"it names {', '.join(names)}; without a header say format.header=false",
            )
        single = [name if names.count(name) == 1 else f"({number})" for number, name in enumerate(names, 1)]
        return CsvDecoder(self._record, self._dialect, single)

    def decode_lines(self, block: bytes) -> Decoded:
        """Lines of a stream without a header: columns in the order of the type's fields."""
        return self._plain.decode_lines(block)

    def _names(self, header: bytes) -> list[str]:
        try:
            return pv.read_csv(
                BytesIO(header.strip() + b"\n"),
                parse_options=pv.ParseOptions(delimiter=self._dialect.delimiter, quote_char=self._dialect.quote),
            ).column_names
        except (pa.ArrowException, UnicodeDecodeError) as error:
            raise BindingInvalid(
                f"the header is no CSV: {error}", hint="without a header say format.header=false"
            ) from error
