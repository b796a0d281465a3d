"""Writers into a SQLite table: what waits for the next transaction, and rows as SQLite holds them.

What it owns: what is held, and until when at most. One thread at a time.
What it leaves: the transaction (handed in), when to flush (the runtime: at most HOLD_MS after a write).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec.text import time_text
from lightflus.connectors.sqlite.table import Table
from lightflus.connectors.toolbox.rows import AnyArray, Row, last_rows, rows_of
from lightflus.limits import HELD_KEYS

Write = Callable[[Sequence[Row]], None]
"""Writes rows in one transaction. Raises SinkFailed."""


class AppendWriter:
    """`ports.SinkWriter` of a table without a key: holds all rows until `flush`."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._held: list[Row] = []

    def write(self, columns: pa.RecordBatch) -> None:
        """Holds the rows; flushes early at HELD_KEYS."""
        self._held.extend(stored_rows(columns))
        if len(self._held) >= HELD_KEYS:
            self.flush()

    def flush(self) -> None:
        """Everything held is in the file when it returns."""
        if self._held:
            self._write(self._held)
            self._held.clear()

    def close(self) -> None:
        """Forgets what it holds."""
        self._held.clear()


class UpsertWriter:
    """`ports.SinkWriter` of a table with a key: holds the last row per key until `flush`."""

    def __init__(self, write: Write, table: Table) -> None:
        self._write = write
        self._key_fields = table.key_fields
        self._key_of = itemgetter(*(i for i, field in enumerate(table.fields) if field.name in table.key_fields))
        self._held: dict[object, Row] = {}

    def write(self, columns: pa.RecordBatch) -> None:
        """Holds the rows; flushes early at HELD_KEYS."""
        rows = stored_rows(last_rows(columns, self._key_fields))
        self._held.update(zip(map(self._key_of, rows), rows, strict=True))
        if len(self._held) >= HELD_KEYS:
            self.flush()

    def flush(self) -> None:
        """Everything held is in the file when it returns.

        It is written in the order of keys, since neighbours share a page of the table: twice as fast.
        """
        if self._held:
            self._write(sorted(self._held.values(), key=self._key_of))
            self._held.clear()

    def close(self) -> None:
        """Forgets what it holds."""
        self._held.clear()


def stored_rows(columns: pa.RecordBatch) -> list[Row]:
    """Rows as SQLite can hold them: booleans as 0 and 1, times and 64-bit unsigned numbers as text."""
    stored = [_stored_column(column) for column in columns.columns]
    return rows_of(pa.RecordBatch.from_arrays(stored, names=columns.schema.names))


def _stored_column(column: AnyArray) -> AnyArray:
    kind = column.type
    if pa.types.is_boolean(kind):
        return pc.cast(column, pa.int8())
    if pa.types.is_temporal(kind):
        return time_text(column)
    return pc.cast(column, pa.utf8()) if pa.types.is_uint64(kind) else column
