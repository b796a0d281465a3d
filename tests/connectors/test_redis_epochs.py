"""`redis:` with checkpoints, against real servers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import pyarrow as pa
import pytest
import redis as client_library
from redis_helpers import KEY_AND_VALUE, sink, texts
from tools.servers import FaultProxy, Redis, RedisCluster

from lightflus.connectors.redis.guard import slot_of, tag_of
from lightflus.connectors.redis.link import Link, Reply, connect
from lightflus.connectors.redis.resp import Piece
from lightflus.connectors.redis.server import Server
from lightflus.connectors.redis.sink import RedisSink
from lightflus.errors import SinkFailed
from lightflus.ports.sinks import SinkIdentity
from lightflus.testing.connectors import QuietHealth
from lightflus.testing.transaction_deaths import check_deaths
from lightflus.testing.transactions import Killed, Pair, check_transactional_sink

pytestmark = pytest.mark.slow

IDENTITY = SinkIdentity("default", "job", "1", "out", 1)
SHAPES: dict[str, dict[str, str]] = {"keys": {}, "hash": {"hash": "h"}, "stream": {"stream": "s"}}
EACH = pytest.mark.parametrize("shape", SHAPES)


class Mortal:
    """A connection whose process dies after some of its requests."""

    def __init__(self, link: Link, place: Store) -> None:
        self._link = link
        self._place = place

    def ask(self, *words: bytes) -> Reply:
        found = self._link.ask(*words)
        self._place.step()
        return found

    def send(self, pieces: Sequence[Piece]) -> list[client_library.ResponseError | None]:
        found = self._link.send(pieces)
        self._place.step()
        return found

    def close(self) -> None:
        self._link.close()


class Store:
    """`testing.transactions.Place`: an empty database, or a cluster."""

    def __init__(self, client: client_library.Redis, port: int, shape: str, **options: str) -> None:
        client.flushall() if "cluster" in options else client.flushdb()
        self._client = client
        self._port = port
        self._shape = shape
        self._options = {**SHAPES[shape], **options}
        self._left = -1

    @property
    def is_staged(self) -> bool:
        return self._shape == "stream"

    def sink(self, dies_after: int | None = None) -> RedisSink:
        self._left = dies_after or -1
        key = None if self.is_staged else "key"
        made = cast(RedisSink, sink(self._port, KEY_AND_VALUE, key=key, **self._options))
        made._connect = self._connected
        return made

    def step(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise Killed

    def bury(self) -> None:
        self._left = -1

    def read(self) -> list[Pair]:
        if self._shape == "stream":
            entries = cast("list[tuple[str, dict[str, str]]]", self._client.xrange("s"))
            return [(entry["key"], entry["value"]) for _, entry in entries]
        if self._shape == "hash":
            return list(cast("dict[str, str]", self._client.hgetall("h")).items())
        keys = [key for key in self._client.scan_iter() if not key.startswith("lightflus:")]
        return [(key, cast(str, self._client.get(key))) for key in keys]

    def _connected(self, server: Server) -> Link:
        return cast(Link, Mortal(connect(server), self))


@pytest.fixture
def make(redis: Redis) -> Callable[[str], Store]:
    """Makes places of a shape."""
    client = redis.client()
    client.select(3)
    return lambda shape: Store(client, redis.port, shape, database="3")


@EACH
def test_it_keeps_the_contract(make: Callable[[str], Store], shape: str) -> None:
    check_transactional_sink(lambda: make(shape), QuietHealth())


@EACH
def test_whichever_request_its_process_dies_after_rows_are_there_once(make: Callable[[str], Store], shape: str) -> None:
    check_deaths(lambda: make(shape), QuietHealth(), rests=(None, 3))


@EACH
def test_a_cluster_keeps_the_contract(redis_cluster: RedisCluster, shape: str) -> None:
    with redis_cluster.client() as client:
        port = redis_cluster.nodes[0].port
        check_transactional_sink(lambda: Store(client, port, shape, cluster="true"), QuietHealth())


def test_an_epoch_goes_in_parts_and_is_finished_by_a_successor(
    make: Callable[[str], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lightflus.connectors.redis.resp.REDIS_COMMAND_ROWS", 2)
    place = make("stream")
    first = place.sink(dies_after=4)  # its claims, and two parts
    first.begin(IDENTITY)
    writer = first.staging_writer(0, QuietHealth())
    writer.write(texts(*((f"k{number}", "1") for number in range(7))))
    staged = writer.prepare(1)
    with pytest.raises(Killed):
        first.committer(0, QuietHealth()).commit(staged)
    assert len(place.read()) == 4
    successor = place.sink()
    successor.begin(SinkIdentity("default", "job", "1", "out", 2))
    committer = successor.committer(0, QuietHealth())
    assert committer.committed() == 1
    committer.recover([staged])
    assert [key for key, _ in place.read()] == [f"k{number}" for number in range(7)]


def test_entries_are_there_once_when_the_reply_is_lost(make: Callable[[str], Store], redis: Redis) -> None:
    place = make("stream")
    with FaultProxy(redis.port) as proxy:
        behind = sink(int(proxy.address.rpartition(":")[2]), key=None, stream="s", database="3")
        assert isinstance(behind, RedisSink)
        behind.begin(IDENTITY)
        committer, writer = behind.committer(0, QuietHealth()), behind.staging_writer(0, QuietHealth())
        writer.write(texts(("a", "1"), ("b", "2")))
        proxy.drop_reply()
        committer.commit(writer.prepare(1))
        committer.close()
    assert place.read() == [("a", "1"), ("b", "2")]


def test_values_stay_what_they_are(make: Callable[[str], Store]) -> None:
    place = make("keys")
    opened = place.sink()
    opened.begin(IDENTITY)
    writer = opened.staging_writer(0, QuietHealth())
    writer.write(texts(("hello", "3")))
    writer.flush()
    assert place.read() == [("hello", "3")]


def test_large_writes_are_within_what_a_script_takes(make: Callable[[str], Store]) -> None:
    place = make("keys")
    opened = place.sink()
    opened.begin(IDENTITY)
    writer = opened.staging_writer(0, QuietHealth())
    words = [str(number) for number in range(10_000)]
    writer.write(pa.RecordBatch.from_pydict({"key": words, "value": words}))
    writer.prepare(1)
    assert len(place.read()) == 10_000


def test_a_value_that_cannot_be_replaced_is_named(make: Callable[[str], Store]) -> None:
    place = make("stream")
    opened = place.sink()
    opened.begin(IDENTITY)
    committer, writer = opened.committer(0, QuietHealth()), opened.staging_writer(0, QuietHealth())
    place._client.set("s", "text")
    writer.write(texts(("a", "1")))
    with pytest.raises(SinkFailed, match="WRONGTYPE"):
        committer.commit(writer.prepare(1))
    assert committer.committed() is None


def test_a_tag_lies_in_its_slot(redis_cluster: RedisCluster) -> None:
    with redis_cluster.client() as client:
        for key in ("a", "a}b", "{user}.x", "{}x", "x{a}{b}"):
            slot = client.cluster_keyslot(key)
            assert slot_of(key.encode()) == slot == slot_of(b"{%b}:rest" % tag_of(slot))
