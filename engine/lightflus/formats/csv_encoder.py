"""Format `csv`, written: texts in quotes, null as nothing, no header.

What it owns: the text of a row, column by column in Arrow; numbers look as JavaScript prints them. Pure; any thread.
What it leaves: how values are separated (`csv_dialect.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec.schema import AnyArray
from lightflus.codec.text import number_text, time_text
from lightflus.formats.csv_dialect import check_flat, check_text
from lightflus.formats.lines import joined
from lightflus.model.types import Field

_QUOTE = '"'


class CsvEncoder:
    """Encodes rows as CSV (`ports.Encoder`, `ports.MessageEncoder`): texts in quotes, null as nothing, no header."""

    def __init__(self, fields: Sequence[Field], delimiter: str) -> None:
        """Raises BindingInvalid for a field that a text cannot hold."""
        check_flat(fields)
        check_text(fields)
        self._delimiter = delimiter

    def encode(self, columns: pa.RecordBatch) -> bytes:
        """A line per row."""
        return joined(self._rows(columns)).to_pybytes() + b"\n" if columns.num_rows else b""

    def encode_messages(self, columns: pa.RecordBatch) -> Sequence[bytes | None]:
        """A message per row."""
        return self._rows(columns).to_pylist() if columns.num_rows else []

    def _rows(self, columns: pa.RecordBatch) -> pa.BinaryArray:
        texts = [cast(pa.StringArray, _text(column).fill_null("")) for column in columns.columns]
        rows = pc.binary_join_element_wise(*texts, cast(pa.StringArray, self._delimiter))
        return cast(pa.BinaryArray, rows.cast(pa.binary()))


def _text(column: AnyArray) -> pa.StringArray:
    """The text of each value; null for what is null, and for times that have none."""
    if pa.types.is_string(column.type):
        doubled = pc.replace_substring(cast(pa.StringArray, column), _QUOTE, _QUOTE * 2)
        parts = [_QUOTE, doubled, _QUOTE, ""]
        return pc.binary_join_element_wise(*cast("list[pa.StringArray]", parts))
    if pa.types.is_floating(column.type):
        number = number_text(column)
        has_others = number.null_count > column.null_count  # nan, inf
        return pc.coalesce(number, cast(pa.StringArray, column.cast(pa.utf8()))) if has_others else number
    if pa.types.is_temporal(column.type):
        return time_text(column)
    return cast(pa.StringArray, column.cast(pa.utf8()))
