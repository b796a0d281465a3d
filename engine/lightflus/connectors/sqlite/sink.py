"""`sqlite:`: rows into a table of a SQLite file, upserted by key where the job says so.

What it owns: the connection and its transactions. What it leaves: the table's SQL (`table.py`), what waits for the next
transaction (`writers.py`), markers of epochs (`epochs.py`). Writers of several subtasks share one connection under a
lock; other processes may read at any time and see whole flushes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock

import pyarrow as pa

from lightflus.connectors.contract.kinds import SinkKind, SinkSpec, always
from lightflus.connectors.contract.options import Options
from lightflus.connectors.sqlite.epochs import CREATE, MarkerRow
from lightflus.connectors.sqlite.table import Table
from lightflus.connectors.sqlite.writers import AppendWriter, UpsertWriter, stored_rows
from lightflus.connectors.toolbox.epochs import EpochCommitter, ShownWriter, StagedWriter
from lightflus.connectors.toolbox.rows import Row
from lightflus.errors import BindingInvalid, LightflusError, SinkFailed
from lightflus.limits import KIB, SQLITE_CACHE_BYTES
from lightflus.model.graph import Delivery
from lightflus.model.graph import Sink as SinkNode
from lightflus.model.guarantees import Guarantee, Promise
from lightflus.model.markers import Marker
from lightflus.model.schemas import SQLITE
from lightflus.ports.health import Health
from lightflus.ports.sinks import SinkIdentity, StagingWriter

_BUSY_SECONDS = 10.0
"""How long a flush waits for another process that holds the file's write lock."""
_IN_MEMORY = ":memory:"
"""What SQLite takes for no file at all."""


class SqliteSink:
    """`ports.TransactionalSink` over one table, which it makes if there is none. A second run goes on in it."""

    def __init__(self, path: str, table: Table, *, connection: type[sqlite3.Connection] = sqlite3.Connection) -> None:
        """Opens the file and the table. Raises BindingInvalid when it cannot be written or has other columns."""
        if path == _IN_MEMORY:
            hint = "name a file; to see the rows use stdout:, to forget them blackhole:"
            raise BindingInvalid("a database in memory is gone when the job ends", where=path, hint=hint)
        self._path = path
        self._table = table
        self._lock = Lock()
        self._identity: SinkIdentity | None = None
        with _opening(path):
            self._connection = sqlite3.connect(
                path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, factory=connection
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
        return UpsertWriter(self.write_rows, self._table) if self._table.key_fields else AppendWriter(self.write_rows)

    def begin(self, identity: SinkIdentity) -> None:
        """Makes the table of markers. From now on the disk has what was committed. Raises SinkFailed."""
        self._identity = identity
        with self._lock, _writing(self._path):
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute(CREATE)

    def staging_writer(self, subtask: int, health: Health) -> StagingWriter:
        """Rows that are only added wait for their epoch; those that replace others are written at once."""
        if not self._table.key_fields:
            return StagedWriter(subtask, self._path)
        log = SqliteLog(self, subtask)
        return ShownWriter(subtask, UpsertWriter(log.write_rows, self._table))

    def committer(self, subtask: int, health: Health) -> EpochCommitter:
        """Shuts out older runs. Raises SinkFailed."""
        log = SqliteLog(self, subtask)
        log.found()
        return EpochCommitter(log, subtask, self._path)

    def row(self, subtask: int) -> MarkerRow:
        """Where the marker of a subtask lies."""
        assert self._identity is not None, "whoever writes by epochs has begun"
        return MarkerRow(self._identity, subtask, self._path)

    def write_rows(self, rows: Sequence[Row]) -> None:
        """One transaction. Raises SinkFailed."""
        with self.transaction() as connection:
            self.insert(connection, rows)

    def insert(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
        """Writes rows inside of a transaction."""
        connection.executemany(self._table.insert(), rows)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """What is done inside is done as a whole, or not at all. Raises SinkFailed."""
        with self._lock, _writing(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                if self._connection.in_transaction:  # SQLite ends it itself when the disk is full
                    self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Idempotent."""
        with self._lock, _writing(self._path):
            self._connection.close()


class SqliteLog:
    """`toolbox.epochs.EpochLog`; also what an upsert is written by, which asks for younger runs, too."""

    def __init__(self, sink: SqliteSink, subtask: int) -> None:
        self._sink = sink
        self._row = sink.row(subtask)

    def found(self) -> Marker:
        """Shuts out older runs. Raises SinkFailed."""
        with self._sink.transaction() as connection:
            found = self._row.read(connection)
            self._row.write(connection, found.epoch)
        return found

    def write(self, batches: Sequence[pa.RecordBatch], epoch: int) -> None:
        """Rows and marker. Raises SinkFailed."""
        with self._sink.transaction() as connection:
            self._row.read(connection)
            for batch in batches:
                self._sink.insert(connection, stored_rows(batch))
            self._row.write(connection, epoch)

    def write_rows(self, rows: Sequence[Row]) -> None:
        """Rows alone. Raises SinkFailed."""
        with self._sink.transaction() as connection:
            self._row.read(connection)
            self._sink.insert(connection, rows)

    def close(self) -> None:
        """The connection belongs to the sink."""


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


def _promise(sink: SinkNode) -> Promise:
    if sink.delivery is Delivery.UPSERT:
        return Promise(Guarantee.IN_EFFECT, "rows replace those of their key at once, and an older run is refused")
    return Promise(Guarantee.EXACTLY_ONCE, "each epoch is a transaction, with a row in lightflus_epochs")


SINK = SinkKind(SQLITE.address, _open_sink, always, options=SQLITE.sink, promise=_promise)
