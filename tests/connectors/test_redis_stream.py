"""`redis-stream:` against a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import pytest
from connector_helpers import source_spec
from redis_helpers import NUMBER, TEXT
from tools.servers import FaultProxy, Redis, RedisCluster
from tools.servers.proxy import Direction
from tools.servers.redis import READER, READER_PASSWORD

from lightflus.connectors.contract.registry import open_source
from lightflus.errors import BindingInvalid, SourceFailed
from lightflus.limits import REDIS_READ_ENTRIES
from lightflus.model.graph import Connector
from lightflus.model.types import Field, StructType, Type
from lightflus.ports.sources import Source, SourceBatch, SourceReader
from lightflus.testing.connectors import QuietHealth, check_source, read_all

pytestmark = pytest.mark.slow

ORDER = StructType((Field("item", TEXT), Field("price", NUMBER)))
READS = 50
"""How often a test reads until it gives up; each waits for a tenth of a second."""


@pytest.fixture
def stream(unique: Callable[[str], str]) -> str:
    return unique("orders")


@pytest.fixture
def proxy(redis: Redis) -> Iterator[FaultProxy]:
    with FaultProxy(redis.port) as proxy:
        yield proxy


def source(port: int, stream: str, record: Type = TEXT, **options: str) -> Source:
    named = {"host": "127.0.0.1", "port": str(port), "stream": stream} | options
    return open_source(source_spec(Connector("redis-stream", named), record))


def reader(port: int, stream: str, position: str | None = None, **options: str) -> SourceReader:
    return source(port, stream, TEXT, **options).reader({stream: position}, QuietHealth())


def add(redis: Redis, stream: str, *values: object) -> list[str]:
    with redis.client() as client:
        return [str(client.xadd(stream, {"value": str(value)})) for value in values]


def values(batches: Iterable[SourceBatch]) -> list[object]:
    return [row["value"] for batch in batches for row in batch.columns.to_pylist()]


def next_values(opened: SourceReader, count: int) -> list[SourceBatch]:
    """Batches with at least so many values."""
    batches: list[SourceBatch] = []
    for _ in range(READS):
        batch = opened.read()
        assert batch is not None
        batches.append(batch)
        if len(values(batches)) >= count:
            return batches
    raise AssertionError(f"{values(batches)} after {READS} reads")


def test_it_is_a_source(redis: Redis, unique: Callable[[str], str]) -> None:
    first, second = unique("first"), unique("second")
    many = range(2 * REDIS_READ_ENTRIES + 1)
    add(redis, first, *"abc")
    add(redis, second, *many)
    expected: list[list[dict[str, object]]] = [[{"value": v} for v in "abc"], [{"value": str(v)} for v in many]]
    check_source(lambda: source(redis.port, f"{first},{second}", end="latest"), expected)


def test_a_group_is_a_source(redis: Redis, stream: str, unique: Callable[[str], str]) -> None:
    add(redis, stream, *"abc")
    expected: list[list[dict[str, object]]] = [[{"value": v} for v in "abc"]]
    check_source(lambda: source(redis.port, stream, end="latest", group=unique("group")), expected)


def test_a_cluster_is_a_source(redis_cluster: RedisCluster, unique: Callable[[str], str]) -> None:
    names = [unique("stream") for _ in range(4)]
    with redis_cluster.client() as client:
        for name in names:
            client.xadd(name, {"value": name})
    expected: list[list[dict[str, object]]] = [[{"value": name}] for name in names]
    port = redis_cluster.nodes[0].port
    check_source(lambda: source(port, ",".join(names), end="latest", cluster="true"), expected)


def test_fields_are_columns_and_bad_entries_are_rejected_with_their_place(redis: Redis, stream: str) -> None:
    with redis.client() as client:
        ids = [
            client.xadd(stream, entry)
            for entry in ({"item": "a", "price": "1.5"}, {"item": "b"}, {"item": "c", "price": "2"})
        ]
    opened = source(redis.port, stream, ORDER, end="latest")
    (batch,) = read_all(opened.reader({stream: None}, QuietHealth()))
    assert batch.columns.to_pylist() == [{"item": "a", "price": 1.5}, {"item": "c", "price": 2.0}]
    assert batch.origin.position(1) == f"{stream}@{ids[2]}"
    assert [(one.position, one.reason) for one in batch.rejected] == [
        (f"{stream}@{ids[1]}", "field `price` is missing")
    ]


def test_a_field_may_hold_the_whole_record(redis: Redis, stream: str) -> None:
    with redis.client() as client:
        client.xadd(stream, {"body": '{"item":"a","price":1.5}', "trace": "x"})
    opened = source(redis.port, stream, ORDER, end="latest", field="body")
    (batch,) = read_all(opened.reader({stream: None}, QuietHealth()))
    assert batch.columns.to_pylist() == [{"item": "a", "price": 1.5}]


def test_reading_begins_where_the_options_say(redis: Redis, stream: str) -> None:
    ids = add(redis, stream, *"abc")
    assert values(read_all(reader(redis.port, stream, end="latest", start=ids[0]))) == ["b", "c"]
    assert read_all(reader(redis.port, stream, end="latest", start="latest")) == []
    later = reader(redis.port, stream, start="latest")
    later.read()
    add(redis, stream, "d")
    assert values(next_values(later, 1)) == ["d"]
    later.close()


def test_what_arrives_later_is_read_and_counted(redis: Redis, stream: str) -> None:
    add(redis, stream, "a")
    opened = reader(redis.port, stream)
    assert values(next_values(opened, 1)) == ["a"]
    idle = opened.read()
    assert idle is not None
    assert (idle.columns.num_rows, dict(idle.positions)) == (0, {})
    add(redis, stream, "b", "c")
    assert values(next_values(opened, 2)) == ["b", "c"]
    opened.close()


def test_what_was_not_acknowledged_is_read_again(redis: Redis, stream: str) -> None:
    ids = add(redis, stream, *"abcd")
    first = reader(redis.port, stream, group="g")
    assert values(next_values(first, 4)) == ["a", "b", "c", "d"]
    first.commit({stream: ids[1]})
    first.close()
    add(redis, stream, "e")
    second = reader(redis.port, stream, group="g")
    batches = next_values(second, 3)
    assert values(batches) == ["c", "d", "e"]
    second.commit({stream: batches[-1].positions[stream]})
    second.close()
    with redis.client() as client:
        assert client.xpending(stream, "g")["pending"] == 0


def test_an_entry_that_was_deleted_before_it_was_acknowledged_is_left_out(redis: Redis, stream: str) -> None:
    ids = add(redis, stream, *"abc")
    first = reader(redis.port, stream, group="g")
    next_values(first, 3)
    first.close()
    with redis.client() as client:
        client.xdel(stream, ids[1])
    second = reader(redis.port, stream, group="g")
    batches = next_values(second, 2)
    assert values(batches) == ["a", "c"]
    second.commit({stream: ids[2]})
    second.close()
    with redis.client() as client:
        assert client.xpending(stream, "g")["pending"] == 0


def test_what_another_consumer_has_left_behind_for_long_is_taken_over(
    redis: Redis, stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lightflus.connectors.redis.lanes.REDIS_CLAIM_MS", 0)
    add(redis, stream, "a")
    other = reader(redis.port, stream, group="g", consumer="other")
    next_values(other, 1)
    other.close()
    heir = reader(redis.port, stream, group="g", consumer="heir")
    assert values(next_values(heir, 1)) == ["a"]
    heir.close()


def test_two_consumers_share_a_group(redis: Redis, stream: str) -> None:
    one, two = (reader(redis.port, stream_of(redis, stream), group="g", consumer=name) for name in ("one", "two"))
    one.read(), two.read()
    add(redis, stream, "a")
    assert values(next_values(one, 1)) == ["a"]
    add(redis, stream, "b")
    assert values(next_values(two, 1)) == ["b"]
    one.close()
    two.close()


def stream_of(redis: Redis, stream: str) -> str:
    """An empty stream."""
    with redis.client() as client:
        client.xgroup_create(stream, "other", mkstream=True) if not client.exists(stream) else None
    return stream


@pytest.mark.parametrize("group", ["", "g"])
def test_a_reply_that_is_lost_loses_no_entry(redis: Redis, proxy: FaultProxy, stream: str, group: str) -> None:
    add(redis, stream, "a")
    opened = reader(proxy.port, stream, **({"group": group} if group else {}))
    assert values(next_values(opened, 1)) == ["a"]
    add(redis, stream, "b", "c")
    proxy.drop_reply()
    assert values(next_values(opened, 2)) == ["b", "c"]
    opened.close()


def test_a_reply_that_is_cut_in_the_middle_loses_no_entry(redis: Redis, proxy: FaultProxy, stream: str) -> None:
    add(redis, stream, *range(500))
    opened = reader(proxy.port, stream, group="g")
    opened.read()
    proxy.cut_after(5_000, Direction.TO_CLIENT)
    assert values(next_values(opened, 500)) == [str(value) for value in range(500)]
    opened.close()


def test_a_position_whose_successors_were_trimmed_is_told(redis: Redis, stream: str) -> None:
    add(redis, stream, *"abcd")
    first = read_all(reader(redis.port, stream, end="latest"))[0].origin.position(0).partition("@")[2]
    with redis.client() as client:
        client.xtrim(stream, maxlen=1, approximate=False)
    with pytest.raises(SourceFailed, match=f"entries of `{stream}` after {first} were deleted") as caught:
        reader(redis.port, stream, f"{first}:1").read()
    assert "start=earliest" in str(caught.value.hint)
    assert values(read_all(reader(redis.port, stream, end="latest"))) == ["d"]


def test_a_stream_that_is_made_anew_with_smaller_ids_is_told(
    redis: Redis, stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lightflus.connectors.redis.reading.REDIS_LOOK_MS", 0)
    add(redis, stream, "a")
    opened = reader(redis.port, stream)
    next_values(opened, 1)
    with redis.client() as client:
        client.delete(stream)
        client.xadd(stream, {"value": "b"}, id="1-1")
        opened.read()
        client.xadd(stream, {"value": "c"}, id="1-2")
    with pytest.raises(SourceFailed, match=f"`{stream}` was made anew"):
        opened.read()


def test_a_stream_that_is_deleted_while_it_is_read_is_told(
    redis: Redis, stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lightflus.connectors.redis.reading.REDIS_LOOK_MS", 0)
    add(redis, stream, "a")
    opened = reader(redis.port, stream)
    next_values(opened, 1)
    with redis.client() as client:
        client.delete(stream)
    with pytest.raises(SourceFailed, match=f"the stream `{stream}` is gone"):
        opened.read()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stream": "none"}, "there is no stream `none`"),
        ({"start": "yesterday"}, "option `start` of `redis-stream:` is `yesterday`"),
        ({"start": "group"}, "option `start` of `redis-stream:` is `group`"),
        ({"end": "soon"}, "option `end` of `redis-stream:` is `soon`"),
        ({"stream": ","}, "option `stream` of `redis-stream:` is"),
        ({"password": "wrong"}, "refuses the login"),
        ({"host": "nowhere.invalid"}, "cannot be reached"),
        ({"port": "1"}, "cannot be reached: connection refused"),
        ({"user": READER, "password": READER_PASSWORD, "group": "g"}, "permissions to run the 'xgroup|create"),
    ],
)
def test_what_is_wrong_is_found_before_the_start(
    redis: Redis, stream: str, options: dict[str, str], message: str
) -> None:
    add(redis, stream, "a")
    with pytest.raises((BindingInvalid, SourceFailed), match=message):
        source(int(options.pop("port", redis.port)), options.pop("stream", stream), TEXT, **options)


def keyed(redis: Redis, stream: str, **options: str) -> Source:
    """A source of a job that keeps state by key."""
    named = {"host": "127.0.0.1", "port": str(redis.port), "stream": stream} | options
    return open_source(replace(source_spec(Connector("redis-stream", named), TEXT), is_stateful=True))


def test_a_keyed_job_is_refused_where_entries_are_gone(redis: Redis, stream: str) -> None:
    add(redis, stream, "a", "b", "c")
    keyed(redis, stream).close()
    with redis.client() as client:
        client.xtrim(stream, maxlen=2, approximate=False)
    with pytest.raises(BindingInvalid, match=r"keeps state by key.* entries of it are gone"):
        keyed(redis, stream)
    keyed(redis, stream, **{"start.partial": "true"}).close()


def test_a_keyed_job_is_refused_where_its_group_has_been_given_entries(redis: Redis, stream: str) -> None:
    add(redis, stream, "a")
    opened = keyed(redis, stream, group="g").reader({stream: None}, QuietHealth())
    assert values(next_values(opened, 1)) == ["a"]
    opened.close()
    with pytest.raises(BindingInvalid, match=r"keeps state by key.* group `g` has been given some of it before"):
        keyed(redis, stream, group="g")


@pytest.mark.parametrize("denied", ["xinfo", "xread", "xreadgroup", "xack", "xautoclaim"])
def test_a_right_that_is_missing_is_told_before_the_start(redis: Redis, stream: str, denied: str) -> None:
    add(redis, stream, "a")
    with redis.client() as client:
        client.execute_command("ACL", "SETUSER", stream, "on", ">w", "~*", "&*", "+@all", f"-{denied}")
    group = {} if denied == "xread" else {"group": "g"}
    with pytest.raises(BindingInvalid, match=f"permissions to run the '{denied}") as caught:
        source(redis.port, stream, TEXT, user=stream, password="w", **group)
    assert "ACL SETUSER" in str(caught.value.hint)


def test_a_name_that_is_no_stream_is_found_before_the_start(redis: Redis, stream: str) -> None:
    with redis.client() as client:
        client.set(stream, "x")
    with pytest.raises(BindingInvalid, match=f"`{stream}` in .* is a plain value, not a stream") as caught:
        source(redis.port, stream)
    assert "option `stream`" in str(caught.value.hint)


def test_a_position_that_is_none_is_told(redis: Redis, stream: str) -> None:
    add(redis, stream, "a")
    with pytest.raises(SourceFailed, match="`yesterday` is not a position in a stream"):
        reader(redis.port, stream, "yesterday")
