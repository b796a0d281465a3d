"""`mysql:` with checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import pytest
from mysql_helpers import TEXT, Place, batch
from tools.servers import FaultProxy, MariaDb

from lightflus.connectors.mysql.client import Client
from lightflus.connectors.mysql.session import connect
from lightflus.connectors.mysql.settings import Settings
from lightflus.connectors.mysql.sink import MysqlSink
from lightflus.connectors.toolbox.rows import Row
from lightflus.errors import SinkFailed
from lightflus.model.types import Type
from lightflus.ports.sinks import SinkIdentity
from lightflus.testing.connectors import QuietHealth
from lightflus.testing.transaction_deaths import check_deaths
from lightflus.testing.transactions import Killed, Pair, check_transactional_sink

FIELDS: dict[str, Type] = {"key": TEXT, "value": TEXT}
IDENTITY = SinkIdentity("default", "job", "1", "out", 1)
APPENDED = "CREATE TABLE pairs (n INT AUTO_INCREMENT PRIMARY KEY, `key` TEXT, value TEXT)"
REPLACED = "CREATE TABLE pairs (`key` VARCHAR(20) COLLATE utf8mb4_bin PRIMARY KEY, value TEXT)"


class Mortal:
    """A connection whose process dies after some of its statements."""

    def __init__(self, client: Client, place: Pairs) -> None:
        self._client = client
        self._place = place

    def __getattr__(self, name: str) -> object:
        return getattr(self._client, name)

    def ask(self, sql: str, values: Row = ()) -> Sequence[Row]:
        found = self._client.ask(sql, values)
        self._place.step()
        return found

    def run(self, sql: str, values: Row) -> None:
        self._client.run(sql, values)
        self._place.step()

    def commit(self) -> None:
        self._client.commit()
        self._place.step()


class Pairs:
    """`testing.transactions.Place`: a table in a database of its own."""

    def __init__(self, place: Place, *, is_staged: bool) -> None:
        self.place = place
        self.is_staged = is_staged
        self._left = -1
        self._clients: list[Client] = []
        place.run(APPENDED if is_staged else REPLACED)

    def sink(self, dies_after: int | None = None) -> MysqlSink:
        self._left = dies_after or -1
        made = cast(MysqlSink, self.place.sink(FIELDS, () if self.is_staged else ("key",), table="pairs"))
        made._make_client = self._connected
        return made

    def step(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise Killed

    def bury(self) -> None:
        self._left = -1
        for client in self._clients:
            client.close()

    def read(self) -> list[Pair]:
        order = " ORDER BY n" if self.is_staged else ""
        return cast("list[Pair]", self.place.run(f"SELECT `key`, value FROM pairs{order}"))

    def _connected(self, settings: Settings) -> Client:
        self._clients.append(made := connect(settings))
        return cast(Client, Mortal(made, self))


@pytest.fixture
def fresh(mariadb: MariaDb, unique: Callable[[str], str]) -> Callable[[], Place]:
    """Makes a place in a new database."""
    names = (unique(f"epochs{number}") for number in range(1_000))
    return lambda: Place(mariadb, mariadb.create_database(next(names)), mariadb.port)


BOTH = pytest.mark.parametrize("is_staged", [True, False], ids=["append", "upsert"])


@BOTH
def test_it_keeps_the_contract(fresh: Callable[[], Place], is_staged: bool) -> None:
    check_transactional_sink(lambda: Pairs(fresh(), is_staged=is_staged), QuietHealth())


@pytest.mark.slow
@BOTH
def test_whichever_statement_its_process_dies_after_rows_are_there_once(
    fresh: Callable[[], Place], is_staged: bool
) -> None:
    check_deaths(lambda: Pairs(fresh(), is_staged=is_staged), QuietHealth())


def test_rows_are_there_once_when_the_answer_to_their_commit_is_lost(
    fresh: Callable[[], Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = fresh()
    with FaultProxy(place.port) as proxy:
        pairs = Pairs(Place(place.server, place.database, proxy.port), is_staged=True)
        sink = pairs.sink()
        sink.begin(IDENTITY)
        committer = sink.committer(0, QuietHealth())
        writer = sink.staging_writer(0, QuietHealth())
        writer.write(batch([["a", "1"]], FIELDS))
        commit = Client.commit

        def lost(client: Client) -> None:
            monkeypatch.setattr(Client, "commit", commit)
            proxy.drop_reply()
            commit(client)

        monkeypatch.setattr(Client, "commit", lost)
        committer.commit(writer.prepare(1))
        committer.close()
    assert place.run("SELECT `key`, value FROM pairs") == [("a", "1")]


def test_who_may_not_make_the_table_of_markers_is_told_what_to_grant(fresh: Callable[[], Place]) -> None:
    place = fresh()
    place.run(APPENDED)
    place.add_user("SELECT, INSERT, UPDATE")
    sink = place.sink(FIELDS, table="pairs", user="guest", password="guest")
    assert isinstance(sink, MysqlSink)
    sink.begin(IDENTITY)
    with pytest.raises(SinkFailed, match="CREATE command denied") as caught:
        sink.committer(0, QuietHealth())
    assert "CREATE TABLE IF NOT EXISTS lightflus_epochs (" in (caught.value.hint or "")


def test_a_record_that_the_table_refuses_is_named_when_its_epoch_is_committed(fresh: Callable[[], Place]) -> None:
    place = fresh()
    place.run("CREATE TABLE pairs (`key` VARCHAR(3), value TEXT)")
    sink = place.sink(FIELDS, table="pairs")
    assert isinstance(sink, MysqlSink)
    sink.begin(IDENTITY)
    committer, writer = sink.committer(0, QuietHealth()), sink.staging_writer(0, QuietHealth())
    writer.write(batch([["a", "1"], ["long", "2"]], FIELDS))
    with pytest.raises(SinkFailed, match="the record with key 'long'"):
        committer.commit(writer.prepare(1))
    assert place.run("SELECT * FROM pairs") == []


def test_a_table_without_transactions_is_refused(fresh: Callable[[], Place]) -> None:
    place = fresh()
    place.run(f"{APPENDED} ENGINE = MyISAM")
    sink = place.sink(FIELDS, table="pairs")
    assert isinstance(sink, MysqlSink)
    sink.begin(IDENTITY)
    with pytest.raises(SinkFailed, match="kept by MyISAM, which has no transactions"):
        sink.committer(0, QuietHealth())
