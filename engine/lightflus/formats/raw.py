"""Format `raw`: a line is a record of one text or binary value.

What it owns: lines -> a column named `value`. An empty line is a record. Pure; any thread.
What it leaves: what a line is (`lines.py`).
"""

from __future__ import annotations

import pyarrow as pa

from lightflus.errors import BindingInvalid
from lightflus.formats.lines import split_binary, split_text
from lightflus.model.types import VALUE_COLUMN, Scalar, ScalarType, Type
from lightflus.runtime.ports import Decoded, Locate


class RawDecoder:
    """Decodes lines to `utf8` or `binary` (`ports.Decoder`)."""

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

    def decode(self, block: bytes, locate: Locate) -> Decoded:
        """Every line is a row. Raises RecordInvalid where text is not UTF-8."""
        lines = split_text(block, locate) if self._is_text else split_binary(block)
        return Decoded(pa.RecordBatch.from_arrays([lines], schema=self._schema), len(lines))
