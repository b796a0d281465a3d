"""The catalog in one SQLite file (WAL): kept also when the process is killed, or the machine loses its power.

What it owns: tables, transactions. One process at a time: the file is locked while it is open. On the event loop: a
write takes a few milliseconds, and nothing that is said may be forgotten afterwards.
What it leaves: the contract (`catalog.py`), the bytes of modules (`modules.py`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from lightflus.cluster_limits import EVENTS_KEPT, EVENTS_SPARE, REMEMBERED_ANSWERS
from lightflus.coordinator.catalog import Event, ModuleInfo
from lightflus.coordinator.records import (
    from_failure,
    from_record,
    from_worker_record,
    to_failure,
    to_record,
    to_worker_record,
)
from lightflus.errors import ExternalError
from lightflus.model.cluster.jobs import Job
from lightflus.model.cluster.values import JobKey, Worker
from lightflus.proto.lightflus.v1.cluster_pb2 import Failure

_VERSION: Final = 2
_TABLES: Final = """
CREATE TABLE numbers (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE workers (name TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE jobs (namespace TEXT, name TEXT, body BLOB NOT NULL, PRIMARY KEY (namespace, name)) WITHOUT ROWID;
CREATE TABLE modules (namespace TEXT, digest TEXT, size INTEGER NOT NULL, description TEXT NOT NULL,
  graph TEXT NOT NULL, PRIMARY KEY (namespace, digest)) WITHOUT ROWID;
CREATE TABLE events (namespace TEXT, job TEXT, number INTEGER, generation INTEGER NOT NULL, at_ms INTEGER NOT NULL,
  kind TEXT NOT NULL, text TEXT NOT NULL, failure BLOB, PRIMARY KEY (namespace, job, number)) WITHOUT ROWID;
CREATE TABLE answers (place INTEGER PRIMARY KEY, namespace TEXT NOT NULL, name TEXT NOT NULL, answer TEXT NOT NULL,
  UNIQUE (namespace, name));
"""
_FORGET: Final = """
DELETE FROM events WHERE namespace = ? AND job = ? AND number IN (
  SELECT number FROM (SELECT number, row_number() OVER (PARTITION BY kind ORDER BY number DESC) AS place
    FROM events WHERE namespace = ? AND job = ?) WHERE place > ?)
"""
"""Removes what is beyond the newest events of each kind: a job that logs much keeps its errors and statuses."""


class SqliteCatalog:
    """A catalog in a file. Close it with `close`."""

    def __init__(self, path: Path) -> None:
        """Opens the file, or makes it.

        Raises:
            ExternalError: it cannot be opened, is another program's or a newer version's, or is open elsewhere.
        """
        self._depth = 0
        self._path = path
        try:
            self._database = sqlite3.connect(path, isolation_level=None, timeout=0, check_same_thread=False)
            self._database.row_factory = sqlite3.Row
            self._prepare()
        except sqlite3.Error as error:
            hint = "another coordinator may have it open; each needs a directory of its own"
            raise ExternalError(f"cannot open the catalog: {error}", where=str(path), hint=hint) from error

    def close(self) -> None:
        """Ends the use of the file."""
        self._database.close()

    def _prepare(self) -> None:
        run = self._database.execute
        run("PRAGMA locking_mode=EXCLUSIVE")
        run("PRAGMA journal_mode=WAL")
        run("PRAGMA synchronous=FULL")
        version = run("PRAGMA user_version").fetchone()[0]
        if version == 0:
            self._database.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version={_VERSION}; COMMIT;")
        elif version != _VERSION:
            raise sqlite3.DatabaseError(f"it has version {version}, this program reads {_VERSION}")
        run("BEGIN IMMEDIATE")  # takes the lock now
        run("COMMIT")

    def _all(self, text: str, values: Iterable[object] = ()) -> list[sqlite3.Row]:
        """Runs one statement; the only place where an error of SQLite's leaves. Raises ExternalError."""
        try:
            return self._database.execute(text, tuple(values)).fetchall()
        except sqlite3.Error as error:
            raise ExternalError(f"the catalog cannot be used: {error}", where=str(self._path)) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """See `Catalog`."""
        self._depth += 1
        try:
            if self._depth == 1:
                self._all("BEGIN IMMEDIATE")
            yield
            if self._depth == 1:
                self._all("COMMIT")
        except BaseException:
            if self._depth == 1 and self._database.in_transaction:
                self._all("ROLLBACK")
            raise
        finally:
            self._depth -= 1

    def next_number(self, name: str) -> int:
        """See `Catalog`."""
        text = "INSERT INTO numbers VALUES (?, 1) ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value"
        return int(self._all(text, (name,))[0][0])

    def number(self, name: str) -> int:
        """See `Catalog`."""
        found = self._all("SELECT value FROM numbers WHERE name = ?", (name,))
        return int(found[0][0]) if found else 0

    def set_number(self, name: str, value: int) -> None:
        """See `Catalog`."""
        if value:
            self._all("REPLACE INTO numbers VALUES (?, ?)", (name, value))
        else:
            self._all("DELETE FROM numbers WHERE name = ?", (name,))

    def workers(self) -> Sequence[Worker]:
        """See `Catalog`."""
        return [from_worker_record(body) for (body,) in self._all("SELECT body FROM workers ORDER BY 1")]

    def put_worker(self, worker: Worker) -> None:
        """See `Catalog`."""
        self._all("REPLACE INTO workers VALUES (?, ?)", (worker.name, to_worker_record(worker)))

    def jobs(self) -> Sequence[Job]:
        """See `Catalog`."""
        found = self._all("SELECT body FROM jobs ORDER BY namespace, name")
        return [from_record(body) for (body,) in found]

    def put_job(self, job: Job) -> None:
        """See `Catalog`."""
        self._all("REPLACE INTO jobs VALUES (?, ?, ?)", (*job.key, to_record(job)))

    def delete_job(self, key: JobKey) -> None:
        """See `Catalog`."""
        with self.transaction():
            self._all("DELETE FROM jobs WHERE namespace = ? AND name = ?", key)
            self._all("DELETE FROM events WHERE namespace = ? AND job = ?", key)

    def modules(self, namespace: str, after: str, limit: int) -> Sequence[ModuleInfo]:
        """See `Catalog`."""
        text = (
            "SELECT namespace, digest, size, description FROM modules "
            "WHERE namespace = ? AND digest > ? ORDER BY digest LIMIT ?"
        )
        return [ModuleInfo(*row) for row in self._all(text, (namespace, after, limit))]

    def module(self, namespace: str, digest: str) -> ModuleInfo | None:
        """See `Catalog`."""
        text = "SELECT * FROM modules WHERE namespace = ? AND digest = ?"
        return next((ModuleInfo(*row) for row in self._all(text, (namespace, digest))), None)

    def put_module(self, module: ModuleInfo) -> None:
        """See `Catalog`."""
        row = (module.namespace, module.digest, module.size, module.description, module.graph)
        self._all("REPLACE INTO modules VALUES (?, ?, ?, ?, ?)", row)

    def delete_module(self, namespace: str, digest: str) -> None:
        """See `Catalog`."""
        self._all("DELETE FROM modules WHERE namespace = ? AND digest = ?", (namespace, digest))

    def is_used(self, digest: str) -> bool:
        """See `Catalog`."""
        return bool(self._all("SELECT 1 FROM modules WHERE digest = ? LIMIT 1", (digest,)))

    def add_event(self, event: Event) -> Event:
        """See `Catalog`."""
        with self.transaction():
            found = self._all("SELECT max(number) FROM events WHERE namespace = ? AND job = ?", event.key)
            number = int(found[0][0] or 0) + 1
            failure = from_failure(event.failure).SerializeToString() if event.failure else None
            row = (*event.key, number, event.generation, event.at_ms, event.kind, event.text, failure)
            self._all("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            if number % EVENTS_SPARE == 0:
                self._all(_FORGET, (*event.key, *event.key, EVENTS_KEPT))
        return Event(event.key, event.generation, event.at_ms, event.kind, event.text, event.failure, number)

    def events(self, key: JobKey, after: int, limit: int) -> Sequence[Event]:
        """See `Catalog`."""
        text = (
            "SELECT generation, at_ms, kind, text, failure, number FROM events "
            "WHERE namespace = ? AND job = ? AND number > ? ORDER BY number LIMIT ?"
        )
        return [
            Event(key, generation, at_ms, kind, said, to_failure(Failure.FromString(why)) if why else None, number)
            for generation, at_ms, kind, said, why, number in self._all(text, (*key, after, limit))
        ]

    def remember(self, namespace: str, name: str, answer: str) -> None:
        """See `Catalog`."""
        with self.transaction():
            text = "REPLACE INTO answers (namespace, name, answer) VALUES (?, ?, ?) RETURNING place"
            place = self._all(text, (namespace, name, answer))[0][0]
            self._all("DELETE FROM answers WHERE place <= ?", (place - REMEMBERED_ANSWERS,))

    def remembered(self, namespace: str, name: str) -> str | None:
        """See `Catalog`."""
        text = "SELECT answer FROM answers WHERE namespace = ? AND name = ?"
        return next((str(row[0]) for row in self._all(text, (namespace, name))), None)
