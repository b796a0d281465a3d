"""`sqlite:`: rows into a table of a SQLite file, upserted by key where the job says so.

What it owns: the table, its SQL, and what waits for the next transaction. The only importer of sqlite3.
What it leaves: when to flush (the runtime: at most HOLD_MS after a write). Writers of several subtasks share one
connection under a lock; other processes may read at any time and see whole flushes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from threading import Lock

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec.text import time_text
from lightflus.connectors.contract.kinds import SinkKind, SinkSpec, always
from lightflus.connectors.contract.options import Options
from lightflus.connectors.sqlite.table import Table
from lightflus.connectors.toolbox.rows import AnyArray, Row, last_rows, rows_of
from lightflus.errors import BindingInvalid, LightflusError, SinkFailed
from lightflus.limits import HELD_KEYS, KIB, SQLITE_CACHE_BYTES
from lightflus.model.graph import Delivery
from lightflus.model.schemas import SQLITE
from lightflus.ports.health import Health

_BUSY_SECONDS = 10.0
"""How long a flush waits for another process that holds the file's write lock."""
_IN_MEMORY = ":memory:"
"""What SQLite takes for no file at all."""


class SqliteSink:
    """`ports.Sink` over one table, which it makes if there is none. A second run goes on in the same table."""

    def __init__(self, path: str, table: Table) -> None:
        """Opens the file and the table. Raises BindingInvalid when it cannot be written or has other columns."""
        if path == _IN_MEMORY:
            hint = "name a file; to see the rows use stdout:, to forget them blackhole:"
            raise BindingInvalid("a database in memory is gone when the job ends", where=path, hint=hint)
        self._path = path
        self._table = table
        self._lock = Lock()
        with _opening(path):
            self._connection = sqlite3.connect(
                path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            with _opening(path):
                self._prepare()
        except LightflusError:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        """Makes the table and tries the statement, so that a wrong table is found before the job starts."""
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute(f"PRAGMA cache_size = -{SQLITE_CACHE_BYTES // KIB}")
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            self._connection.execute(self._table.create())
            self._table.check(self._connection.execute(self._table.columns()).fetchall(), self._path)
            self._connection.execute("EXPLAIN " + self._table.insert(), (None,) * len(self._table.fields))
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    @property
    def delivery(self) -> Delivery:
        """UPSERT where the table has a key."""
        return Delivery.UPSERT if self._table.key_fields else Delivery.APPEND

    def writer(self, subtask: int, health: Health) -> UpsertWriter | AppendWriter:
        """A writer that holds its own rows until its own flush."""
        return UpsertWriter(self, self._table) if self._table.key_fields else AppendWriter(self)

    def write_rows(self, rows: Sequence[Row]) -> None:
        """One transaction. Raises SinkFailed."""
        with self._lock, _writing(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._connection.executemany(self._table.insert(), rows)
            except BaseException:
                if self._connection.in_transaction:  # SQLite ends it itself when the disk is full
                    self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Idempotent."""
        with self._lock, _writing(self._path):
            self._connection.close()


class AppendWriter:
    """`ports.SinkWriter` of a table without a key: holds all rows until `flush`."""

    def __init__(self, sink: SqliteSink) -> None:
        self._sink = sink
        self._held: list[Row] = []

    def write(self, columns: pa.RecordBatch) -> None:
        """Holds the rows; flushes early at HELD_KEYS."""
        self._held.extend(rows_of(_stored(columns)))
        if len(self._held) >= HELD_KEYS:
            self.flush()

    def flush(self) -> None:
        """Everything held is in the file when it returns."""
        if self._held:
            self._sink.write_rows(self._held)
            self._held.clear()

    def close(self) -> None:
        """Forgets what it holds."""
        self._held.clear()


class UpsertWriter:
    """`ports.SinkWriter` of a table with a key: holds the last row per key until `flush`."""

    def __init__(self, sink: SqliteSink, table: Table) -> None:
        self._sink = sink
        self._key_fields = table.key_fields
        self._key_of = itemgetter(*(i for i, field in enumerate(table.fields) if field.name in table.key_fields))
        self._held: dict[object, Row] = {}

    def write(self, columns: pa.RecordBatch) -> None:
        """Holds the rows; flushes early at HELD_KEYS."""
        rows = rows_of(_stored(last_rows(columns, self._key_fields)))
        self._held.update(zip(map(self._key_of, rows), rows, strict=True))
        if len(self._held) >= HELD_KEYS:
            self.flush()

    def flush(self) -> None:
        """Everything held is in the file when it returns.

        It is written in the order of keys, since neighbours share a page of the table: twice as fast.
        """
        if self._held:
            self._sink.write_rows(sorted(self._held.values(), key=self._key_of))
            self._held.clear()

    def close(self) -> None:
        """Forgets what it holds."""
        self._held.clear()


def _stored(columns: pa.RecordBatch) -> pa.RecordBatch:
    """Columns as SQLite can hold them: booleans as 0 and 1, times and 64-bit unsigned numbers as text."""
    return pa.RecordBatch.from_arrays([_stored_column(c) for c in columns.columns], names=columns.schema.names)


def _stored_column(column: AnyArray) -> AnyArray:
    kind = column.type
    if pa.types.is_boolean(kind):
        return pc.cast(column, pa.int8())
    if pa.types.is_temporal(kind):
        return time_text(column)
    return pc.cast(column, pa.utf8()) if pa.types.is_uint64(kind) else column


@contextmanager
def _opening(path: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if "locked" in str(error):
            raise SinkFailed(f"cannot be used: {error}", where=path, hint=_hint(error)) from error
        other = "name a file in an existing directory that can be written and is empty, absent or a SQLite database"
        raise BindingInvalid(
            f"cannot be used as a SQLite file: {error}", where=path, hint=_hint(error) or other
        ) from error


@contextmanager
def _writing(path: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise SinkFailed(f"cannot be written: {error}", where=path, hint=_hint(error)) from error


def _hint(error: sqlite3.Error) -> str | None:
    if "locked" in str(error):
        return f"another program has held it for writing for {_BUSY_SECONDS:.0f} s; end that, or name another file"
    return "free some space on that disk" if "disk is full" in str(error) else None


def _open_sink(spec: SinkSpec, options: Options) -> SqliteSink:
    path, table = options.text("path"), options.text("table", spec.name)
    keys = spec.key_fields if spec.delivery is Delivery.UPSERT else ()
    return SqliteSink(path, Table(table, spec.fields, keys))


SINK = SinkKind(SQLITE.address, _open_sink, always, options=SQLITE.sink)
