"""`mysql:` when the server, the network or other transactions are in the way."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pymysql
import pytest
from mysql_helpers import COUNTS, UPSERT, Place, batch
from pymysql.cursors import Cursor
from tools.servers import FaultProxy, MariaDb
from tools.servers.mariadb import PASSWORD
from tools.servers.process import wait_until

from lightflus.connectors.mysql.client import Client, mapped
from lightflus.connectors.mysql.faults import Fault, ServerError
from lightflus.errors import SinkFailed
from lightflus.ports.sinks import SinkWriter
from lightflus.testing.connectors import QuietHealth

INSERT = "INSERT INTO counts (word, n) VALUES (?, ?)"
ROWS = [["a", 1], ["b", 2]]
ALL = "SELECT * FROM counts ORDER BY word"


@pytest.fixture
def place(mariadb: MariaDb, unique: Callable[[str], str]) -> Place:
    place = Place(mariadb, mariadb.create_database(unique("faults")), mariadb.port)
    place.run(COUNTS)
    return place


@pytest.fixture
def proxy(mariadb: MariaDb) -> Iterator[FaultProxy]:
    with FaultProxy(mariadb.port) as proxy:
        yield proxy


@pytest.fixture
def behind(place: Place, proxy: FaultProxy) -> Place:
    """The same database, reached through the proxy."""
    return Place(place.server, place.database, proxy.port)


def connected(place: Place, health: QuietHealth, **options: str) -> SinkWriter:
    """A writer that has written the row `first`."""
    writer = place.sink(**options).writer(0, health)
    writer.write(batch([["first", 0]]))
    writer.flush()
    return writer


def at_commit(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Has something happen between the next statement and its commit, once."""
    commit, acts = Client.commit, [act]

    def commit_after(client: Client) -> None:
        if acts:
            acts.pop()()
        commit(client)

    monkeypatch.setattr(Client, "commit", commit_after)


@contextmanager
def locking(place: Place) -> Iterator[Cursor]:
    """Another program's transaction."""
    with place.server.connect(place.database) as connection, connection.cursor() as cursor:
        connection.begin()
        yield cursor


def waits(place: Place) -> None:
    assert place.run("SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")


def waiting(place: Place) -> int:
    """The connection that waits for a lock."""
    ((found,),) = place.run(
        "SELECT trx_mysql_thread_id FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
    )
    return int(str(found))


def seen(health: QuietHealth, text: str) -> None:
    assert any(text in reason for reason in health.reasons)


def holds(place: Place, rows: int) -> None:
    assert count(place) >= rows


def count(place: Place) -> int:
    return int(str(place.run("SELECT COUNT(*) FROM counts")[0][0]))


def classes() -> list[type[pymysql.Error]]:
    found = [pymysql.Error]
    for kind in found:
        found += kind.__subclasses__()
    return found


@pytest.mark.parametrize("kind", classes(), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("arguments", [(1062, "no"), ("no",), ()])
def test_no_error_of_the_driver_leaves_the_client(kind: type[pymysql.Error], arguments: tuple[object, ...]) -> None:
    with pytest.raises(ServerError) as caught, mapped(3):
        raise kind(*arguments)
    assert caught.value.row == 3
    assert caught.value.fault is (Fault.RECORD if 1062 in arguments else Fault.AWAY)


def test_the_drivers_classes_are_those_that_are_mapped() -> None:
    errors = {thing for thing in vars(pymysql.err).values() if isinstance(thing, type) and issubclass(thing, Exception)}
    assert errors - set(classes()) == {pymysql.err.MySQLError, pymysql.err.Warning}


@pytest.mark.slow
@pytest.mark.parametrize("text", [UPSERT, INSERT])
def test_a_lost_connection_is_made_again(behind: Place, proxy: FaultProxy, text: str) -> None:
    writer = connected(behind, health := QuietHealth(), statement=text)
    proxy.cut()
    writer.write(batch(ROWS))
    writer.flush()
    writer.close()
    assert behind.run(ALL) == [("a", 1), ("b", 2), ("first", 0)]
    assert health.reasons[0].startswith(f"127.0.0.1:{proxy.port}: ")


@pytest.mark.slow
@pytest.mark.parametrize("text", [UPSERT, INSERT])
def test_a_lost_reply_to_the_statement_doubles_nothing(behind: Place, proxy: FaultProxy, text: str) -> None:
    writer = connected(behind, health := QuietHealth(), statement=text)
    proxy.drop_reply()
    writer.write(batch(ROWS))
    writer.flush()
    writer.close()
    assert behind.run(ALL) == [("a", 1), ("b", 2), ("first", 0)]
    assert len(health.reasons) == 1


@pytest.mark.slow
@pytest.mark.parametrize("text", [UPSERT, INSERT])
def test_a_lost_reply_to_the_commit_is_found_to_have_got_through(
    behind: Place, proxy: FaultProxy, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = connected(behind, health := QuietHealth(), statement=text)
    at_commit(monkeypatch, proxy.drop_reply)
    writer.write(batch(ROWS))
    writer.flush()
    writer.close()
    assert behind.run(ALL) == [("a", 1), ("b", 2), ("first", 0)]
    assert len(health.reasons) == 1


@pytest.mark.slow
def test_a_duplicate_that_only_looks_like_a_commit_that_got_through_is_told(
    behind: Place, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = connected(behind, QuietHealth(), statement=INSERT)

    def lose_and_take_a_row() -> None:
        proxy.cut()
        behind.run("INSERT INTO counts VALUES ('b', 9)")

    at_commit(monkeypatch, lose_and_take_a_row)
    writer.write(batch(ROWS))
    with pytest.raises(SinkFailed, match="the record with word 'b', n 2 is refused: Duplicate entry"):
        writer.flush()
    writer.close()


@pytest.mark.slow
def test_without_a_unique_key_a_lost_reply_to_the_commit_doubles(
    behind: Place, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As docs/connectors/mysql.md says; nothing is lost."""
    behind.run("ALTER TABLE counts DROP PRIMARY KEY")
    writer = connected(behind, QuietHealth(), statement=INSERT)
    at_commit(monkeypatch, proxy.drop_reply)
    writer.write(batch(ROWS))
    writer.flush()
    writer.close()
    assert behind.run(ALL) == [("a", 1), ("a", 1), ("b", 2), ("b", 2), ("first", 0)]


@pytest.mark.slow
def test_a_deadlock_is_tried_again(place: Place) -> None:
    many = ", ".join(f"('z{number}', {number})" for number in range(100))
    place.run(f"INSERT INTO counts VALUES ('a', 0), ('b', 0), {many}")
    writer = connected(place, health := QuietHealth(), statement=UPSERT)
    writer.write(batch(ROWS))
    with locking(place) as cursor, ThreadPoolExecutor(1) as pool:
        cursor.execute("UPDATE counts SET n = n + 1 WHERE word LIKE 'z%'")  # much to lose: the writer is the victim
        cursor.execute("UPDATE counts SET n = 7 WHERE word = 'b'")
        flushing = pool.submit(writer.flush)
        wait_until(lambda: waits(place))
        cursor.execute("UPDATE counts SET n = 7 WHERE word = 'a'")
        cursor.connection.commit()
        flushing.result()
    writer.close()
    assert place.run("SELECT n FROM counts WHERE word IN ('a', 'b') ORDER BY word") == [(1,), (2,)]
    assert "Deadlock found" in health.reasons[0]


@pytest.mark.slow
def test_a_lock_that_another_holds_for_long_is_waited_for(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lightflus.connectors.mysql.client.MYSQL_LOCK_SECONDS", 1)
    place.run("INSERT INTO counts VALUES ('a', 0)")
    writer = connected(place, health := QuietHealth(), statement=UPSERT)
    writer.write(batch(ROWS))
    with locking(place) as cursor, ThreadPoolExecutor(1) as pool:
        cursor.execute("UPDATE counts SET n = 7 WHERE word = 'a'")
        flushing = pool.submit(writer.flush)
        wait_until(lambda: seen(health, "Lock wait timeout"))
        cursor.connection.rollback()
        flushing.result()
    writer.close()
    assert place.run(ALL) == [("a", 1), ("b", 2), ("first", 0)]


@pytest.mark.slow
def test_a_statement_that_an_administrator_interrupts_is_tried_again(place: Place) -> None:
    place.run("INSERT INTO counts VALUES ('a', 0)")
    writer = connected(place, health := QuietHealth(), statement=UPSERT)
    writer.write(batch(ROWS))
    with locking(place) as cursor, ThreadPoolExecutor(1) as pool:
        cursor.execute("UPDATE counts SET n = 7 WHERE word = 'a'")
        flushing = pool.submit(writer.flush)
        wait_until(lambda: waits(place))
        place.run(f"KILL QUERY {waiting(place)}")
        wait_until(lambda: seen(health, "interrupted"))
        cursor.connection.rollback()
        flushing.result()
    writer.close()
    assert place.run(ALL) == [("a", 1), ("b", 2), ("first", 0)]


@pytest.mark.slow
def test_a_server_that_only_reads_for_a_while_is_waited_for(place: Place) -> None:
    place.add_user("ALL")
    writer = connected(place, health := QuietHealth(), statement=UPSERT, user="guest", password="guest")
    writer.write(batch(ROWS))
    with ThreadPoolExecutor(1) as pool:
        place.run("SET GLOBAL read_only = 1")
        flushing = pool.submit(writer.flush)
        wait_until(lambda: seen(health, "read-only"))
        place.run("SET GLOBAL read_only = 0")
        flushing.result()
    writer.close()
    assert place.run(ALL) == [("a", 1), ("b", 2), ("first", 0)]


@pytest.mark.slow
def test_a_server_that_says_nothing_is_left_and_asked_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lightflus.connectors.mysql.session.MYSQL_WAIT_SECONDS", 1)
    writer = connected(place, health := QuietHealth(), statement=UPSERT)
    writer.write(batch(ROWS))
    with ThreadPoolExecutor(1) as pool:
        place.server.pause()
        flushing = pool.submit(writer.flush)
        wait_until(lambda: seen(health, "timed out"))
        place.server.resume()
        flushing.result()
    writer.close()
    assert place.run(ALL) == [("a", 1), ("b", 2), ("first", 0)]


@pytest.mark.slow
def test_a_server_that_is_killed_and_comes_back_has_every_row_once(place: Place) -> None:
    writer = connected(place, health := QuietHealth(), statement=UPSERT)
    is_over = threading.Event()

    def write_on() -> int:
        for number in itertools.count():
            writer.write(batch([[f"{number}-{row}", number] for row in range(20)]))
            writer.flush()
            if is_over.is_set():
                return number + 1
        raise AssertionError

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write_on)
        wait_until(lambda: holds(place, 200))
        place.server.kill()
        wait_until(lambda: seen(health, str(place.port)))
        place.server.start()
        more = count(place) + 100
        wait_until(lambda: holds(place, more))
        is_over.set()
        flushes = writing.result()
    writer.close()
    assert count(place) == 20 * flushes + 1


@pytest.mark.slow
def test_patience_ends_with_the_server_and_the_option_named(behind: Place, proxy: FaultProxy) -> None:
    writer = connected(behind, QuietHealth(), statement=UPSERT, retry="0")
    proxy.refuse()
    writer.write(batch(ROWS))
    with pytest.raises(SinkFailed, match=f"127.0.0.1:{proxy.port}") as caught:
        writer.flush()
    writer.close()
    assert "option `retry`" in str(caught.value.hint)
    assert PASSWORD not in f"{caught.value}{caught.value.where}{caught.value.hint}"


@pytest.mark.slow
def test_a_user_who_is_shut_out_while_the_job_runs_is_no_reason_to_wait(place: Place, proxy: FaultProxy) -> None:
    place.add_user("ALL")
    behind = Place(place.server, place.database, proxy.port)
    writer = connected(behind, QuietHealth(), statement=UPSERT, user="guest", password="guest")
    place.run("DROP USER guest")
    proxy.cut()
    writer.write(batch(ROWS))
    with pytest.raises(SinkFailed, match="Access denied") as caught:
        writer.flush()
    writer.close()
    assert "options `user` and `password`" in str(caught.value.hint)
