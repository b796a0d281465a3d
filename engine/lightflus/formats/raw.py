"""Format `raw`: a line or a message is a record of one text or binary value.

What it owns: lines and messages -> a column named `value`, and back. An empty one is a record. Pure; any thread.
What it leaves: what a line is (`lines.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.errors import BindingInvalid
from lightflus.formats.lines import not_text, rows_without, split_binary, split_text
from lightflus.model.types import VALUE_COLUMN, Field, Scalar, ScalarType, Type
from lightflus.ports.formats import Decoded

_PLAIN = (Scalar.UTF8, Scalar.BINARY)


class RawDecoder:
    """Decodes lines and messages to `utf8` or `binary` (`ports.LineDecoder`, `ports.MessageDecoder`)."""

    def __init__(self, record: Type) -> None:
        """Raises BindingInvalid unless the record type is utf8 or binary."""
        if not isinstance(record, ScalarType) or record.scalar not in _PLAIN:
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

    def decode_messages(self, messages: pa.BinaryArray) -> Decoded:
        """Every message is a row, but text that is not UTF-8; none is missing (`tombstones.py`)."""
        if not self._is_text:
            return Decoded(self._batch(messages), len(messages))
        try:
            texts = cast(pa.StringArray, messages.cast(pa.utf8()))
        except pa.ArrowInvalid:
            return self._decode_apart(messages)
        return Decoded(self._batch(texts), len(messages))

    def _decode_apart(self, values: pa.BinaryArray) -> Decoded:
        bad = not_text(values)
        rows = rows_without(bad, len(values))
        texts = cast(pa.StringArray, pc.take(values, rows).cast(pa.utf8()))
        return Decoded(self._batch(texts), len(values), rows, tuple(bad))

    def _batch(self, values: pa.StringArray | pa.BinaryArray) -> pa.RecordBatch:
        return pa.RecordBatch.from_arrays([values], schema=self._schema)


class RawEncoder:
    """Encodes rows of one text or binary column, as it is (`ports.Encoder`, `ports.MessageEncoder`)."""

    def __init__(self, fields: Sequence[Field]) -> None:
        """Raises BindingInvalid unless there is one field, and it is utf8 or binary."""
        kinds = [field.type for field in fields]
        if len(kinds) != 1 or not isinstance(kinds[0], ScalarType) or kinds[0].scalar not in _PLAIN:
            raise BindingInvalid(
                f"format `raw` writes one text or bytes, but the sink's fields are {', '.join(map(str, fields))}",
                hint="use format `json`, or map the record to one string",
            )

    def encode(self, columns: pa.RecordBatch) -> bytes:
        """A line per row; null is an empty one. Line ends inside a value stay as they are."""
        return b"".join((value or b"") + b"\n" for value in self.encode_messages(columns))

    def encode_messages(self, columns: pa.RecordBatch) -> Sequence[bytes | None]:
        """A message per row; null is a message without a value."""
        return cast(pa.BinaryArray, columns.column(0).cast(pa.binary())).to_pylist()
