"""Format `raw`: a line or a message is a record of one text or binary value.

What it owns: lines and messages -> a column named `value`. An empty one is a record. Pure; any thread.
What it leaves: what a line is (`lines.py`).
"""

from __future__ import annotations

from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.errors import BindingInvalid
from lightflus.formats.lines import not_text, rows_without, split_binary, split_text
from lightflus.model.types import VALUE_COLUMN, Scalar, ScalarType, Type
from lightflus.runtime.io import Decoded


class RawDecoder:
    """Decodes lines to `utf8` or `binary` (`io.LineDecoder`)."""

    def __init__(self, record: Type) -> None:
        """Raises BindingInvalid unless the record type is utf8 or binary."""
        if not isinstance(record, ScalarType) or record.scalar not in (Scalar.UTF8, Scalar.BINARY):
            raise BindingInvalid(
                f"format `raw` yields text or bytes, but the source's records are {record}",
                hint="use format `json`, or declare the source as a source of string",
            )
        self._is_text = record.scalar is Scalar.UTF8
        arrow_type = pa.utf8() if self._is_text else pa.binary()
        self._schema = pa.schema([pa.field(VALUE_COLUMN, arrow_type, nullable=record.nullable)])

    def decode_lines(self, block: bytes) -> Decoded:
        """Every line is a row, but text that is not UTF-8."""
        lines = split_text(block) if self._is_text else split_binary(block)
        return self._decode_apart(split_binary(block)) if lines is None else Decoded(self._batch(lines), len(lines))

    def _decode_apart(self, values: pa.BinaryArray) -> Decoded:
        bad = not_text(values)
        rows = rows_without(bad, len(values))
        texts = cast(pa.StringArray, pc.take(values, rows).cast(pa.utf8()))
        return Decoded(self._batch(texts), len(values), rows, tuple(bad))

    def _batch(self, values: pa.StringArray | pa.BinaryArray) -> pa.RecordBatch:
        return pa.RecordBatch.from_arrays([values], schema=self._schema)
