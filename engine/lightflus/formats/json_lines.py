"""Rows as JSON lines or messages; numbers look as JavaScript prints them.

What it owns: which rows are objects. The text of a row is the kernel's (`kernel/json.py`): `{"key":"hello","value":3}`,
`3`, not `3.0`; NaN and infinities are null, as JSON.stringify has it; times are ISO 8601 in UTC. What is written reads
back as the same value (`json.py`). Any thread.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.errors import BindingInvalid
from lightflus.kernel.json import JsonWriter
from lightflus.model.types import VALUE_COLUMN, Field, Scalar, ScalarType, walk


class JsonEncoder:
    """Encodes rows as JSON (`ports.Encoder`, `ports.MessageEncoder`)."""

    def __init__(self, fields: Sequence[Field]) -> None:
        """Raises BindingInvalid for a field that JSON cannot carry."""
        for field in fields:
            if any(isinstance(part, ScalarType) and part.scalar is Scalar.BINARY for part in walk(field.type)):
                raise BindingInvalid(
                    f"field `{field.name}` is {field.type}, and JSON has no bytes", hint="map it to a string first"
                )
        self._writer: tuple[pa.Schema, JsonWriter] | None = None

    def encode(self, columns: pa.RecordBatch) -> bytes:
        """An object per row, each on its line."""
        return self._writer_of(columns.schema).lines(columns) if columns.num_rows else b""

    def encode_messages(self, columns: pa.RecordBatch) -> Sequence[bytes | None]:
        """An object per row; where the only column is `value`, what it holds: null is a message without a value."""
        if not columns.num_rows:
            return []
        writer = self._writer_of(columns.schema)
        if columns.schema.names != [VALUE_COLUMN]:
            return writer.messages(columns, is_object=True).to_pylist()
        messages, value = writer.messages(columns, is_object=False), columns.column(0)
        return (pc.if_else(value.is_valid(), messages, None) if value.null_count else messages).to_pylist()

    def _writer_of(self, schema: pa.Schema) -> JsonWriter:
        """The writer of rows of that schema: in practice there is one, and it is not known before the first rows."""
        known = self._writer
        if known is None or known[0] != schema:
            known = self._writer = (schema, JsonWriter(schema))
        return known[1]
