"""`redis:` as a sink, against real servers."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pytest
from redis_helpers import KEY_AND_VALUE, NULLABLE_TEXT, NUMBER, TEXT, rows, sink, texts
from tools.servers import Redis, RedisCluster
from tools.servers.redis import READER, READER_PASSWORD

from lightflus.errors import BindingInvalid, SinkFailed
from lightflus.limits import HELD_KEYS, REDIS_COMMAND_ROWS
from lightflus.model.graph import Delivery
from lightflus.model.types import ScalarType
from lightflus.ports.sinks import Sink
from lightflus.testing.connectors import QuietHealth, check_sink

pytestmark = pytest.mark.slow

SCHEMA = pa.schema([pa.field("key", pa.utf8(), nullable=False), pa.field("value", pa.utf8(), nullable=False)])
Unique = Callable[[str], str]
Pairs = list[dict[str, object]]


def write(opened: Sink, *batches: pa.RecordBatch) -> None:
    writer = opened.writer(0, QuietHealth())
    for batch in batches:
        writer.write(batch)
    writer.flush()
    writer.close()
    opened.close()


def pairs(found: dict[str, str]) -> Pairs:
    return [{"key": key, "value": value} for key, value in found.items()]


def test_keys_are_a_sink(redis: Redis) -> None:
    with redis.client() as client:

        def make() -> Sink:
            client.flushdb()
            return sink(redis.port, database="1")

        client.select(1)
        check_sink(make, lambda: pairs({key: client.get(key) for key in client.scan_iter()}), SCHEMA)


def test_a_hash_is_a_sink(redis: Redis, unique: Unique) -> None:
    names: list[str] = []

    def make() -> Sink:
        names.append(unique("counts"))
        return sink(redis.port, hash=names[-1])

    with redis.client() as client:
        check_sink(make, lambda: pairs(client.hgetall(names[-1])), SCHEMA)


def test_a_stream_is_a_sink(redis: Redis, unique: Unique) -> None:
    names: list[str] = []

    def make() -> Sink:
        names.append(unique("log"))
        return sink(redis.port, key=None, stream=names[-1])

    with redis.client() as client:
        check_sink(make, lambda: [dict(entry) for _, entry in client.xrange(names[-1])], SCHEMA)


def test_a_cluster_is_a_sink(redis_cluster: RedisCluster) -> None:
    with redis_cluster.client() as client:

        def make() -> Sink:
            client.flushall()
            return sink(redis_cluster.nodes[0].port, cluster="true")

        def read() -> Pairs:
            return pairs({key: client.get(key) for key in client.keys(target_nodes=client.ALL_NODES)})

        check_sink(make, read, SCHEMA)


@pytest.mark.parametrize("name", ["h1", "h2", "h3", "h4"])
def test_a_hash_of_a_cluster_is_on_the_node_that_owns_it(redis_cluster: RedisCluster, name: str) -> None:
    write(sink(redis_cluster.nodes[0].port, cluster="true", hash=name, ttl="100"), texts(("a", "1"), ("b", "2")))
    with redis_cluster.client() as client:
        assert client.hgetall(name) == {"a": "1", "b": "2"}
        assert 0 < client.ttl(name) <= 100


def test_a_sorted_set_holds_scores(redis: Redis, unique: Unique) -> None:
    fields, name = {"member": TEXT, "score": NUMBER}, unique("top")
    write(sink(redis.port, fields, key="member", set=name), rows(fields, ("a", 1.5), ("b", 2.0), ("a", 3.0)))
    with redis.client() as client:
        assert client.zrange(name, 0, -1, withscores=True) == [("b", 2.0), ("a", 3.0)]


def test_messages_reach_subscribers(redis: Redis, unique: Unique) -> None:
    channel = unique("news")
    with redis.client() as client, client.pubsub(ignore_subscribe_messages=True) as pubsub:
        pubsub.subscribe(channel)
        pubsub.get_message(timeout=60)
        write(sink(redis.port, key=None, channel=channel), texts(("a", "1"), ("b", "2")))
        assert [(pubsub.get_message(timeout=60) or {})["data"] for _ in range(2)] == ["1", "2"]


def test_a_null_deletes_what_was_there(redis: Redis, unique: Unique) -> None:
    fields, name = {"key": TEXT, "value": NULLABLE_TEXT}, unique("counts")
    batches = rows(fields, ("a", "1"), ("b", "2")), rows(fields, ("a", None))
    write(sink(redis.port, fields, hash=name), *batches)
    with redis.client() as client:
        assert client.hgetall(name) == {"b": "2"}


def test_keys_expire(redis: Redis, unique: Unique) -> None:
    key = unique("key")
    write(sink(redis.port, ttl="100"), texts((key, "1")))
    with redis.client() as client:
        assert client.get(key) == "1"
        assert 0 < client.ttl(key) <= 100


def test_a_stream_is_trimmed(redis: Redis, unique: Unique) -> None:
    name = unique("log")
    write(sink(redis.port, key=None, stream=name, maxlen="10"), texts(*[("a", str(i)) for i in range(1_000)]))
    with redis.client() as client:
        assert client.xlen(name) < 300


def test_more_than_one_command_holds_is_written(redis: Redis, unique: Unique) -> None:
    count, name = 2 * REDIS_COMMAND_ROWS + 1, unique("many")
    write(sink(redis.port, hash=name), texts(*[(str(i), "x" * (i % 1_000)) for i in range(count)]))
    with redis.client() as client:
        assert client.hlen(name) == count
        assert client.hstrlen(name, "999") == 999


def test_a_sink_that_holds_too_much_flushes_early(redis: Redis, unique: Unique) -> None:
    name = unique("many")
    writer = sink(redis.port, hash=name).writer(0, QuietHealth())
    same = texts(*[("a", "1")] * (HELD_KEYS // 4))
    for _ in range(5):
        writer.write(same)
    with redis.client() as client:
        assert client.hlen(name) == 0
        for part in range(4):
            writer.write(texts(*[(f"{part}-{i}", "1") for i in range(HELD_KEYS // 4)]))
        assert client.hlen(name) > HELD_KEYS // 2
    writer.close()


def test_the_options_say_what_a_sink_does(redis: Redis) -> None:
    kinds = [sink(redis.port, KEY_AND_VALUE, **options).delivery for options in ({}, {"hash": "h"}, {"set": "z"})]
    assert kinds == [Delivery.UPSERT] * 3
    kinds = [sink(redis.port, KEY_AND_VALUE, **options).delivery for options in ({"stream": "s"}, {"channel": "c"})]
    assert kinds == [Delivery.APPEND] * 2


def test_tls_and_a_password(unique: Unique) -> None:
    with Redis(password="open sesame", tls=True) as server:
        assert server.certificates is not None
        authority = str(server.certificates.authority)
        with pytest.raises(BindingInvalid, match="cannot be used with TLS") as caught:
            sink(server.port, tls="true", password="open sesame")
        assert "tls.ca" in str(caught.value.hint)
        with pytest.raises(BindingInvalid, match="closed the connection") as caught:
            sink(server.port, password="open sesame")
        assert "tls=true" in str(caught.value.hint)
        with pytest.raises(BindingInvalid, match="refuses the login") as caught:
            sink(server.port, tls_ca=authority, password="open says me")
        assert "says me" not in str(caught.value) + str(caught.value.hint) + str(caught.value.where)
        write(sink(server.port, tls_ca=authority, password="open sesame"), texts(("a", "1")))
        with server.client() as client:
            assert client.get("a") == "1"


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"host": "nowhere.invalid"}, "nowhere.invalid:.* cannot be reached: ", "option"),
        ({"port": "1"}, "cannot be reached: connection refused", "`port`"),
        ({"database": "99"}, "has no such database", "option `database`"),
        ({"password": "wrong"}, "refuses the login", "`password`"),
        ({"user": READER, "password": READER_PASSWORD}, "permissions to run the 'mset' command", "`user`"),
        ({"user": READER, "password": READER_PASSWORD, "hash": "h"}, "permissions to run the 'hset' com", "ACL"),
        ({"cluster": "true"}, "is not a node of a cluster", "leave out the option cluster=true"),
        ({"tls_ca": "/none"}, "option `tls.ca` of `redis:` is `/none`", "PEM"),
    ],
)
def test_what_is_wrong_is_found_before_the_start(
    redis: Redis, options: dict[str, str], message: str, hint: str
) -> None:
    with pytest.raises((BindingInvalid, SinkFailed), match=message) as caught:
        sink(int(options.pop("port", redis.port)), KEY_AND_VALUE, **options)
    assert hint in str(caught.value.hint)


@pytest.mark.parametrize(
    ("options", "denied"),
    [
        ({}, "del"),
        ({"hash": "h"}, "hdel"),
        ({"set": "z"}, "zrem"),
        ({"hash": "h", "ttl": "9"}, "expire"),
        ({"stream": "s", "ttl": "9"}, "expire"),
    ],
)
def test_a_user_who_may_add_but_not_remove_is_told_before_the_start(
    redis: Redis, unique: Unique, options: dict[str, str], denied: str
) -> None:
    user = {"user": unique("writer"), "password": "w"}
    with redis.client() as client:
        client.execute_command("ACL", "SETUSER", user["user"], "on", ">w", "~*", "&*", "+@all", f"-{denied}")
    value = NUMBER if "set" in options else TEXT
    removing = {"key": TEXT, "value": ScalarType(value.scalar, nullable=True)}
    with pytest.raises(BindingInvalid, match=f"permissions to run the '{denied}' command") as caught:
        sink(redis.port, removing, **user, **options)
    assert "ACL SETUSER" in str(caught.value.hint)
    if "ttl" not in options:
        sink(redis.port, {"key": TEXT, "value": value}, **user, **options)


def test_a_name_that_is_something_else_is_found_before_the_start(redis: Redis, unique: Unique) -> None:
    name = unique("taken")
    with redis.client() as client:
        client.set(name, "x")
    with pytest.raises(BindingInvalid, match=f"`{name}` in 127.0.0.1:{redis.port} is a plain value, not a hash"):
        sink(redis.port, hash=name)


def test_a_name_that_becomes_something_else_ends_the_job(redis: Redis, unique: Unique) -> None:
    name = unique("taken")
    writer = sink(redis.port, hash=name).writer(0, QuietHealth())
    with redis.client() as client:
        client.set(name, "x")
    writer.write(texts(("a", "1")))
    with pytest.raises(SinkFailed, match="WRONGTYPE"):
        writer.flush()


def test_a_node_of_a_cluster_needs_the_option(redis_cluster: RedisCluster) -> None:
    with pytest.raises(BindingInvalid, match="is a node of a cluster") as caught:
        sink(redis_cluster.nodes[0].port)
    assert caught.value.hint == "add the option cluster=true"


def test_the_start_leaves_nothing_behind(redis: Redis, unique: Unique) -> None:
    name = unique("nothing")
    for options in ({}, {"hash": name}, {"set": name}, {"set": name, "ttl": "9"}, {"stream": name}, {"channel": name}):
        sink(redis.port, {"key": TEXT, "value": NULLABLE_TEXT}, **options)
    with redis.client() as client:
        assert client.exists(name, "lightflus:probe") == 0
