"""The commands of a Redis sink, and how they are packed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import hiredis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis_helpers import KEY_AND_VALUE, NULLABLE_TEXT, NUMBER, TEXT, made, rows, sent, spec, texts

from lightflus.connectors.contract.options import Options
from lightflus.connectors.redis.resp import Cells, Step, calls, pieces
from lightflus.connectors.redis.target import Target, command_of, read_target
from lightflus.connectors.redis.words import words_of
from lightflus.errors import BindingInvalid, SinkFailed
from lightflus.limits import REDIS_COMMAND_BYTES, REDIS_COMMAND_ROWS
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type

NULLABLE = {"key": TEXT, "value": NULLABLE_TEXT}


def column(*values: bytes | None) -> pa.BinaryArray:
    return pa.array(values, pa.binary())


def packed(step: Step) -> bytes:
    return b"".join(bytes(part) for piece in pieces(step) for part in piece.data)


def as_client(step: Step) -> bytes:
    """The same as redis-py packs it."""
    return b"".join(bytes(hiredis.pack_command(cast(tuple[bytes], (name, *words)))) for name, words in calls(step))


@given(st.lists(st.tuples(st.binary(), st.binary()), min_size=1, max_size=20))
def test_many_rows_are_packed_as_a_client_packs_them(pairs: list[tuple[bytes, bytes]]) -> None:
    step = Step((b"HSET", b"h"), (Cells(column(*(k for k, _ in pairs))), Cells(column(*(v for _, v in pairs)))))
    assert packed(step) == as_client(step)


@given(st.lists(st.tuples(st.none() | st.binary(), st.binary()), min_size=1, max_size=20))
def test_a_command_per_row_is_packed_as_a_client_packs_it(pairs: list[tuple[bytes | None, bytes]]) -> None:
    cells = (Cells(column(*(a for a, _ in pairs)), b"a"), Cells(column(*(b for _, b in pairs)), b"b"))
    step = Step((b"XADD", b"s", b"*"), cells, (b"end",), is_many=False)
    assert packed(step) == as_client(step)
    assert sum(piece.replies for piece in pieces(step)) == len(pairs)


def test_a_slice_is_packed_without_its_neighbours() -> None:
    cells = Cells(column(b"a", b"b", b"c").slice(1, 1))
    assert packed(Step((b"DEL",), (cells,))) == b"*2\r\n$3\r\nDEL\r\n$1\r\nb\r\n"


def test_commands_are_bounded_in_rows_and_bytes() -> None:
    small = Step((b"DEL",), (Cells(column(*[b"k"] * (2 * REDIS_COMMAND_ROWS + 1))),))
    assert [piece.replies for piece in pieces(small)] == [1, 1, 1]
    large = Step((b"DEL",), (Cells(column(*[b"x" * (REDIS_COMMAND_BYTES // 2 - 100)] * 5)),))
    assert [len(piece.data[1]) // (REDIS_COMMAND_BYTES // 3) for piece in pieces(large)] == [2, 2, 1]


def test_a_row_larger_than_a_command_is_one_by_itself() -> None:
    huge = Step((b"DEL",), (Cells(column(b"a", b"x" * (2 * REDIS_COMMAND_BYTES), b"b")),))
    assert [bytes(piece.data[0][:4]) for piece in pieces(huge)] == [b"*2\r\n"] * 3


def test_keys_are_set_many_at_a_time() -> None:
    assert sent(made(KEY_AND_VALUE, Target()), texts(("a", "1"), ("b", "2"))) == ["MSET a 1 b 2"]


def test_a_null_value_deletes() -> None:
    columns = rows(NULLABLE, ("a", "1"), ("b", None))
    assert sent(made(NULLABLE, Target()), columns) == ["DEL b", "MSET a 1"]
    assert sent(made(NULLABLE, Target("hset", "h")), columns) == ["HDEL h b", "HSET h a 1"]
    assert sent(made(NULLABLE, Target("zadd", "z")), columns) == ["ZREM z b", "ZADD z 1 a"]


def test_a_time_to_live_stands_with_each_key() -> None:
    assert sent(made(KEY_AND_VALUE, Target(ttl=60)), texts(("a", "1"), ("b", "2"))) == [
        "SET a 1 EX 60",
        "SET b 2 EX 60",
    ]


def test_a_time_to_live_of_a_hash_begins_anew_with_each_write() -> None:
    assert sent(made(KEY_AND_VALUE, Target("hset", "h", ttl=60)), texts(("a", "1"))) == [
        "HSET h a 1",
        "EXPIRE h 60",
    ]


def test_in_a_cluster_each_key_has_its_command() -> None:
    found = made(KEY_AND_VALUE, Target(), is_cluster=True)
    assert sent(found, texts(("a", "1"), ("b", "2"))) == ["SET a 1", "SET b 2"]


def test_a_stream_takes_any_fields_and_leaves_out_nulls() -> None:
    fields = {"word": NULLABLE_TEXT, "n": ScalarType(Scalar.FLOAT64, nullable=True)}
    found = made(fields, Target("xadd", "s", maxlen=9), key=None)
    columns = rows(fields, ("a", 1.0), (None, 2.5), (None, None))
    assert sent(found, columns) == [
        "XADD s MAXLEN ~ 9 * word a n 1",
        "XADD s MAXLEN ~ 9 * n 2.5",
        "XADD s MAXLEN ~ 9 * word ",
    ]


def test_a_sorted_set_takes_members_and_scores() -> None:
    fields = {"member": TEXT, "score": NUMBER}
    assert sent(made(fields, Target("zadd", "z"), key="member"), rows(fields, ("a", 1.5))) == ["ZADD z 1.5 a"]


@pytest.mark.parametrize(("kind", "good", "bad"), [(NUMBER, float("-inf"), float("nan")), (TEXT, "+1.5e3", "1,5")])
def test_a_score_that_is_no_number_is_told_with_its_member(kind: Type, good: object, bad: object) -> None:
    fields = {"member": TEXT, "score": kind}
    found = made(fields, Target("zadd", "z"), key="member")
    assert found.steps(rows(fields, ("a", good)))
    with pytest.raises(SinkFailed, match=r"the score of `b` in the sorted set `z` is `(NaN|1,5)`, which is no number"):
        found.steps(rows(fields, ("a", good), ("b", bad)))


def test_a_score_of_a_type_that_is_never_a_number_is_refused_before_the_start() -> None:
    fields = {"member": TEXT, "score": ScalarType(Scalar.BOOL)}
    with pytest.raises(BindingInvalid, match="`score` of a sorted set is bool"):
        made(fields, Target("zadd", "z"), key="member")


def test_messages_are_published() -> None:
    assert sent(made(KEY_AND_VALUE, Target("publish", "c")), texts(("a", "1"))) == ["PUBLISH c 1"]


def test_lists_and_objects_are_json() -> None:
    fields: Mapping[str, Type] = {"key": TEXT, "value": ListType(NUMBER)}
    assert sent(made(fields, Target()), rows(fields, ("a", [1.0, 2.5]))) == ["MSET a [1,2.5]"]


def test_a_sink_of_other_fields_writes_the_row_under_its_key() -> None:
    fields = {"word": TEXT, "n": NUMBER}
    assert sent(made(fields, Target(), key="word"), rows(fields, ("a", 3.0))) == ['MSET a {"word":"a","n":3}']


def test_values_look_as_javascript_prints_them() -> None:
    floats = pa.array([3.0, -0.0, 1e15, 1e21, 0.1, None], pa.float64())
    assert words_of(floats).to_pylist() == [b"3", b"0", b"1000000000000000", b"1e+21", b"0.1", None]
    strange = pa.array([float("nan"), float("inf"), float("-inf"), None], pa.float32())
    assert words_of(strange).to_pylist() == [b"NaN", b"Infinity", b"-Infinity", None]
    assert words_of(pa.array([True, False])).to_pylist() == [b"true", b"false"]
    assert words_of(pa.array([-(2**63)])).to_pylist() == [b"-9223372036854775808"]
    assert words_of(column(b"\x00\xff")).to_pylist() == [b"\x00\xff"]
    times = pa.array([1767323045678, 2**63 - 1, None], pa.int64()).cast(pa.timestamp("ms"))
    assert words_of(times).to_pylist() == [b"2026-01-02T03:04:05.678Z", b"Invalid Date", None]


@pytest.mark.parametrize(
    ("fields", "key", "target", "text"),
    [
        (NULLABLE | {"key": NULLABLE_TEXT}, "key", Target(), "`key` is a key of Redis and may be null"),
        ({"a": TEXT, "b": TEXT}, None, Target(), "command=set writes a key and a value, but this sink has `a`, `b`"),
        ({"a": TEXT, "b": TEXT}, "a", Target("zadd", "z"), "writes `member` and `score`"),
        ({"a": TEXT, "b": TEXT}, "a", Target("publish", "c"), "writes one field, `value`"),
        ({"key": TEXT, "value": ListType(NUMBER)}, "key", Target("zadd", "z"), "`value` of a sorted set is list"),
        ({"key": StructType((Field("x", TEXT),)), "value": TEXT}, "key", Target(), "the key `key` of `redis:` is"),
    ],
)
def test_fields_that_do_not_go_with_a_command_are_refused(
    fields: Mapping[str, Type], key: str | None, target: Target, text: str
) -> None:
    with pytest.raises(BindingInvalid, match=text):
        made(fields, target, key=key)


def read(**options: str) -> Target:
    return read_target(Options("redis", options, "redis"), options, "redis")


def test_the_name_that_is_given_says_the_command() -> None:
    assert read() == Target()
    assert read(hash="h") == Target("hset", "h")
    assert read(set="z", ttl="9") == Target("zadd", "z", ttl=9)
    assert read(stream="s", maxlen="9") == Target("xadd", "s", maxlen=9)
    assert read(channel="c", command="publish") == Target("publish", "c")
    assert [command_of(options) for options in ({}, {"hash": "h"}, {"command": "zadd"})] == ["set", "hset", "zadd"]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"command": "get"}, "option `command` of `redis:` is `get`"),
        ({"command": "hset"}, "command=hset needs the option `hash`"),
        ({"command": "set", "hash": "h"}, "option `hash` does not go with command=set"),
        ({"hash": "h", "stream": "s"}, "option `stream` does not go with command=hset"),
        ({"hash": "h", "maxlen": "9"}, "option `maxlen` of `redis:` is `9`"),
        ({"channel": "c", "ttl": "9"}, "option `ttl` of `redis:` is `9`"),
        ({"ttl": "-1"}, "option `ttl` of `redis:` is `-1`"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: dict[str, str], text: str) -> None:
    with pytest.raises(BindingInvalid, match=text):
        read(**options)


def test_a_sink_of_members_upserts_and_one_of_entries_appends() -> None:
    assert made(KEY_AND_VALUE, Target()).key == "key"
    assert made(KEY_AND_VALUE, Target("xadd", "s")).key is None
    assert spec(hash="h").connector.options == {"hash": "h"}
