"""`redis:` while servers go away, forget, refuse and come back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from redis_helpers import KEY_AND_VALUE, rows, sink, texts
from tools.servers import FaultProxy, Redis, RedisCluster
from tools.servers.proxy import Direction

from lightflus.errors import SinkFailed
from lightflus.ports.sinks import SinkWriter
from lightflus.testing.connectors import QuietHealth

pytestmark = pytest.mark.slow

Unique = Callable[[str], str]


class WatchfulHealth(QuietHealth):
    """Does something when the connector first waits."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self._act = act

    def waiting(self, reason: str) -> None:
        if not self.reasons:
            self._act()
        super().waiting(reason)


@pytest.fixture
def proxy(redis: Redis) -> Iterator[FaultProxy]:
    with FaultProxy(redis.port) as proxy:
        yield proxy


@pytest.fixture
def own() -> Iterator[Redis]:
    """A server that a test may kill."""
    with Redis() as server:
        yield server


def flushed(writer: SinkWriter, *pairs: tuple[str, str]) -> None:
    writer.write(texts(*pairs))
    writer.flush()


def test_a_connection_that_is_cut_is_made_again(redis: Redis, proxy: FaultProxy, unique: Unique) -> None:
    health, name = QuietHealth(), unique("h")
    writer = sink(proxy.port, hash=name).writer(0, health)
    flushed(writer, ("a", "1"))
    proxy.cut()
    flushed(writer, ("b", "2"))
    with redis.client() as client:
        assert client.hgetall(name) == {"a": "1", "b": "2"}
    assert health.reasons


@pytest.mark.parametrize("cut", [1, 2, 7])
def test_a_reply_that_is_cut_in_the_middle_is_asked_for_again(
    redis: Redis, proxy: FaultProxy, unique: Unique, cut: int
) -> None:
    prefix = unique("k")
    writer = sink(proxy.port, ttl="100").writer(0, QuietHealth())
    flushed(writer, ("a", "1"))
    proxy.cut_after(cut, Direction.TO_CLIENT)
    flushed(writer, *[(f"{prefix}-{i}", str(i)) for i in range(100)])
    with redis.client() as client:
        assert client.mget([f"{prefix}-{i}" for i in range(100)]) == [str(i) for i in range(100)]


def test_commands_that_are_cut_in_the_middle_are_sent_again(redis: Redis, proxy: FaultProxy, unique: Unique) -> None:
    name = unique("h")
    writer = sink(proxy.port, hash=name).writer(0, QuietHealth())
    proxy.cut_after(20_000, Direction.TO_SERVER)
    flushed(writer, *[(str(i), "x" * 100) for i in range(10_000)])
    with redis.client() as client:
        assert client.hlen(name) == 10_000


def test_an_entry_whose_acknowledgement_was_lost_may_be_there_twice_but_is_there(
    redis: Redis, proxy: FaultProxy, unique: Unique
) -> None:
    name = unique("log")
    writer = sink(proxy.port, key=None, stream=name).writer(0, QuietHealth())
    flushed(writer, ("a", "1"))
    proxy.drop_reply()
    flushed(writer, ("b", "2"))
    with redis.client() as client:
        assert [entry["key"] for _, entry in client.xrange(name)] == ["a", "b", "b"]


def test_a_server_that_is_killed_and_comes_back_has_everything(own: Redis) -> None:
    health = WatchfulHealth(own.start)
    writer = sink(own.port, hash="h").writer(0, health)
    flushed(writer, ("a", "1"))
    own.kill()
    flushed(writer, ("b", "2"))
    with own.client() as client:
        assert client.hgetall("h") == {"a": "1", "b": "2"}
    assert health.reasons[0].startswith(f"127.0.0.1:{own.port} ")


def test_under_load_no_acknowledged_row_is_lost_when_the_server_is_killed_again_and_again(own: Redis) -> None:
    writer = sink(own.port, hash="h").writer(0, QuietHealth())
    acknowledged = threading.Semaphore(0)

    def kill() -> None:
        for _ in range(3):
            for _ in range(20):
                acknowledged.acquire()
            own.kill()
            own.start()

    killer = threading.Thread(target=kill)
    killer.start()
    flushes = 0
    while killer.is_alive() or flushes < 60:
        flushed(writer, *[(f"{flushes}-{i}", str(i)) for i in range(100)])
        acknowledged.release()
        flushes += 1
    killer.join()
    with own.client() as client:
        found = client.hgetall("h")
    assert found == {f"{flush}-{i}": str(i) for flush in range(flushes) for i in range(100)}


def test_a_server_that_does_not_come_back_ends_the_job_in_time(own: Redis) -> None:
    writer = sink(own.port, hash="h", retry="1").writer(0, QuietHealth())
    own.kill()
    writer.write(texts(("a", "1")))
    with pytest.raises(SinkFailed, match="cannot be reached: connection refused; tried ") as caught:
        writer.flush()
    assert "option `retry`" in str(caught.value.hint)


def test_what_a_failed_flush_did_not_write_is_kept(own: Redis) -> None:
    writer = sink(own.port, hash="h", retry="0").writer(0, QuietHealth())
    own.kill()
    writer.write(texts(("a", "1")))
    with pytest.raises(SinkFailed):
        writer.flush()
    own.start()
    writer.flush()
    with own.client() as client:
        assert client.hgetall("h") == {"a": "1"}


def test_a_primary_that_becomes_a_replica_is_waited_for(own: Redis) -> None:
    health = WatchfulHealth(own.become_writable)
    writer = sink(own.port, hash="h").writer(0, health)
    own.become_read_only()
    flushed(writer, ("a", "1"))
    with own.client() as client:
        assert client.hgetall("h") == {"a": "1"}
    assert "is a read-only replica" in health.reasons[0]


def test_a_server_that_is_full_is_waited_for(own: Redis) -> None:
    with own.client() as client:
        health = WatchfulHealth(lambda: client.config_set("maxmemory", "0"))
        writer = sink(own.port, hash="h").writer(0, health)
        client.config_set("maxmemory", "1")
        flushed(writer, ("a", "1"))
        assert client.hgetall("h") == {"a": "1"}
    assert "`maxmemory`" in health.reasons[0]


@contextmanager
def paused(server: Redis) -> Iterator[None]:
    server.pause()
    try:
        yield
    finally:
        server.resume()


def test_a_server_that_is_silent_is_told(own: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lightflus.connectors.redis.link.REDIS_REPLY_SECONDS", 0.2)
    writer = sink(own.port, hash="h", retry="0").writer(0, QuietHealth())
    with paused(own):
        writer.write(texts(("a", "1")))
        with pytest.raises(SinkFailed, match="does not answer in time"):
            writer.flush()


def test_a_node_of_a_cluster_that_is_killed_and_comes_back_has_everything() -> None:
    with RedisCluster() as cluster:
        health = WatchfulHealth(cluster.nodes[1].start)
        writer = sink(cluster.nodes[0].port, cluster="true").writer(0, health)
        pairs = {f"k{i}": str(i) for i in range(300)}
        flushed(writer, ("warm", "up"))
        cluster.nodes[1].kill()
        flushed(writer, *pairs.items())
        with cluster.client() as client:
            assert {key: client.get(key) for key in pairs} == pairs
    assert health.reasons


def test_slots_that_move_are_followed(redis_cluster: RedisCluster, unique: Unique) -> None:
    name = unique("h")
    nodes = redis_cluster.nodes
    with redis_cluster.client() as client:
        slot = client.keyslot(name)
        owner = next(n for n in nodes if n.port == client.get_node_from_key(name).port)
    other = next(node for node in nodes if node is not owner)
    writer = sink(nodes[0].port, cluster="true", hash=name).writer(0, QuietHealth())
    flushed(writer, ("warm", "up"))
    with owner.client() as old, other.client() as new:
        old.delete(name)
        identity = new.execute_command("CLUSTER MYID")
        for client in (new, old):
            client.execute_command("CLUSTER SETSLOT", slot, "NODE", identity)
        flushed(writer, ("a", "1"))
        assert new.hgetall(name) == {"a": "1"}


def test_a_stopping_job_waits_for_nobody(own: Redis) -> None:
    health = QuietHealth()
    writer = sink(own.port, KEY_AND_VALUE, hash="h").writer(0, health)
    own.kill()
    health.is_stopping = True
    writer.write(rows(KEY_AND_VALUE, ("a", "1")))
    with pytest.raises(SinkFailed):
        writer.flush()


def test_keys_that_are_on_their_way_to_another_node_are_followed(redis_cluster: RedisCluster, unique: Unique) -> None:
    tag = unique("moving")
    nodes = redis_cluster.nodes
    with redis_cluster.client() as client:
        slot = client.keyslot(f"{{{tag}}}")
        owner = next(n for n in nodes if n.port == client.get_node_from_key(tag).port)
    other = next(node for node in nodes if node is not owner)
    writer = sink(nodes[0].port, cluster="true").writer(0, QuietHealth())
    flushed(writer, (f"{{{tag}}}:old", "1"))
    with owner.client() as old, other.client() as new:
        here, there = (client.execute_command("CLUSTER MYID") for client in (old, new))
        new.execute_command("CLUSTER SETSLOT", slot, "IMPORTING", here)
        old.execute_command("CLUSTER SETSLOT", slot, "MIGRATING", there)
        flushed(writer, (f"{{{tag}}}:new", "2"), (f"{{{tag}}}:old", "3"))
        assert old.get(f"{{{tag}}}:old") == "3"
        old.execute_command("MIGRATE", "127.0.0.1", other.port, f"{{{tag}}}:old", 0, 5_000)
        for client in (new, old):
            client.execute_command("CLUSTER SETSLOT", slot, "NODE", there)
        flushed(writer, (f"{{{tag}}}:last", "4"))
        found = [new.get(f"{{{tag}}}:{name}") for name in ("old", "new", "last")]
    assert found == ["3", "2", "4"]
