"""`sqlite:` with checkpoints."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from connector_helpers import FIELDS

from lightflus.connectors.sqlite.sink import SqliteSink
from lightflus.connectors.sqlite.table import Table
from lightflus.errors import SinkFailed
from lightflus.ports.sinks import SinkIdentity
from lightflus.testing.connectors import QuietHealth
from lightflus.testing.transaction_deaths import check_deaths
from lightflus.testing.transactions import Killed, Pair, check_transactional_sink

NUMBERS = count()
BOTH = pytest.mark.parametrize("keys", [(), ("key",)], ids=["append", "upsert"])


class Mortal(sqlite3.Connection):
    """A connection whose process dies after some of its statements."""

    left = -1

    def executemany(self, *args: object) -> sqlite3.Cursor:
        return self._lived(super().executemany(*args))  # type: ignore[arg-type]

    def execute(self, *args: object) -> sqlite3.Cursor:
        return self._lived(super().execute(*args))  # type: ignore[arg-type]

    def _lived(self, cursor: sqlite3.Cursor) -> sqlite3.Cursor:
        Mortal.left -= 1
        if Mortal.left == 0:
            raise Killed
        return cursor


class File:
    """`testing.transactions.Place`."""

    def __init__(self, folder: Path, keys: tuple[str, ...]) -> None:
        self._path = folder / f"{next(NUMBERS)}.db"
        self._keys = keys
        self._open: list[SqliteSink] = []

    @property
    def is_staged(self) -> bool:
        return not self._keys

    def sink(self, dies_after: int | None = None) -> SqliteSink:
        Mortal.left = -1
        made = SqliteSink(str(self._path), Table("out", FIELDS, self._keys), connection=Mortal)
        Mortal.left = dies_after or -1
        self._open.append(made)
        return made

    def bury(self) -> None:
        Mortal.left = -1
        for sink in self._open:
            sink.close()

    def read(self) -> list[Pair]:
        with closing(sqlite3.connect(self._path)) as connection:
            order = "" if self._keys else " ORDER BY rowid"
            return connection.execute(f"SELECT key, value FROM out{order}").fetchall()


@BOTH
def test_it_keeps_the_contract(tmp_path: Path, keys: tuple[str, ...]) -> None:
    check_transactional_sink(partial(File, tmp_path, keys), QuietHealth())


@BOTH
def test_whichever_statement_its_process_dies_after_rows_are_there_once(tmp_path: Path, keys: tuple[str, ...]) -> None:
    check_deaths(partial(File, tmp_path, keys), QuietHealth(), rests=(None, 5))


def test_a_table_of_markers_with_other_columns_is_named(tmp_path: Path) -> None:
    place = File(tmp_path, ())
    with closing(sqlite3.connect(tmp_path / f"{next(NUMBERS) - 1}.db")) as connection:
        connection.execute("CREATE TABLE lightflus_epochs (a)")
    sink = place.sink()
    sink.begin(SinkIdentity("default", "job", "1", "out", 1))
    with pytest.raises(SinkFailed, match="no such column"):
        sink.committer(0, QuietHealth())
