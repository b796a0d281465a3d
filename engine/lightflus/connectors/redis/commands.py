"""The commands of a sink: rows of its fields as steps.

What it owns: which field is what, what a null does, and the commands that write and delete. Pure; any thread.
What it leaves: packing (`resp.py`), sending (`sink.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.connectors.contract.kinds import SinkSpec
from lightflus.connectors.redis.fields import Pair, ToWords, only_field, pair, to_words
from lightflus.connectors.redis.resp import Cells, Step, Words
from lightflus.connectors.redis.target import Target
from lightflus.connectors.redis.words import words_of
from lightflus.errors import SinkFailed

_PROBE = b"lightflus:probe"
"""The key of a command that is never executed."""
_SCORE = r"(?i)^[+-]?(inf(inity)?|([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?)$"
"""What Redis takes for a score."""
TRY: Words = (b"MULTI",)
"""What begins a transaction; it is discarded."""


class Commands(Protocol):
    """What a sink sends for its rows."""

    @property
    def key(self) -> str | None:
        """The field of which the last row stands; None: all rows do."""
        ...

    def steps(self, columns: pa.RecordBatch) -> Sequence[Step]:
        """The commands that write these rows."""
        ...

    def probes(self) -> Sequence[Words]:
        """Commands that no server can execute, to see whether it refuses them for another reason."""
        ...


def commands(spec: SinkSpec, target: Target, *, is_cluster: bool) -> Commands:
    """The commands of a sink. Raises BindingInvalid for fields that do not go with its command."""
    if target.command == "xadd":
        return StreamCommands(target, {field.name: to_words(spec, field) for field in spec.fields})
    if target.command == "publish":
        return PublishCommands(target, to_words(spec, only_field(spec)))
    found = pair(spec, target.command)
    if target.command == "set":
        return KeyCommands(target, found, is_single=target.ttl > 0 or is_cluster)
    return MemberCommands(target, found)


class KeyCommands:
    """`set`: a key of Redis per key; a null value deletes it."""

    def __init__(self, target: Target, found: Pair, *, is_single: bool) -> None:
        """`is_single`: a command takes one key, since it carries a time to live, or since keys lie on many nodes."""
        self.key = found.key
        self._values = found.values
        self._is_nullable = found.is_nullable
        self._tail = (b"EX", b"%d" % target.ttl) if target.ttl else ()
        self._is_many = not is_single

    def steps(self, columns: pa.RecordBatch) -> Sequence[Step]:
        """MSET or SETs, and DELs."""
        keys, values = words_of(columns.column(self.key)), self._values(columns)
        steps = []
        if values.null_count:
            gone = keys.filter(pc.is_null(values))
            steps.append(Step((b"DEL",), (Cells(gone),), is_many=self._is_many))
            keys, values = keys.filter(pc.is_valid(values)), values.drop_null()
        head = b"MSET" if self._is_many else b"SET"
        steps.append(Step((head,), (Cells(keys), Cells(values)), self._tail, is_many=self._is_many))
        return steps

    def probes(self) -> Sequence[Words]:
        """With a word too many, of a key that stands for all."""
        write = (b"MSET" if self._is_many else b"SET", _PROBE, b"", _PROBE)
        return (write, *(_undone(b"DEL", _PROBE) if self._is_nullable else ()))


class MemberCommands:
    """`hset` and `zadd`: a member of one hash or sorted set per key; a null value removes it."""

    def __init__(self, target: Target, found: Pair) -> None:
        self.key = found.key
        self._pair = found
        self._name = target.name.encode()
        self._is_hash = target.command == "hset"
        self._ttl = target.ttl

    def steps(self, columns: pa.RecordBatch) -> Sequence[Step]:
        """HSET or ZADD, HDEL or ZREM, and EXPIRE of the whole where it has a time to live."""
        keys, values = words_of(columns.column(self.key)), self._pair.values(columns)
        if not self._is_hash:
            self._check_scores(keys, values)
        steps = []
        if values.null_count:
            remove = b"HDEL" if self._is_hash else b"ZREM"
            steps.append(Step((remove, self._name), (Cells(keys.filter(pc.is_null(values))),)))
            keys, values = keys.filter(pc.is_valid(values)), values.drop_null()
        if self._is_hash:
            steps.append(Step((b"HSET", self._name), (Cells(keys), Cells(values))))
        else:
            steps.append(Step((b"ZADD", self._name), (Cells(values), Cells(keys))))
        return [*steps, *_expiry(self._name, self._ttl)]

    def probes(self) -> Sequence[Words]:
        """With a word too many, or a score that is no number."""
        write = (b"HSET", self._name, b"f", b"", b"g") if self._is_hash else (b"ZADD", self._name, b"none", b"m")
        remove = _undone(b"HDEL" if self._is_hash else b"ZREM", self._name, _PROBE)
        return (write, *_expiry_probe(self._name, self._ttl), *(remove if self._pair.is_nullable else ()))

    def _check_scores(self, members: pa.BinaryArray, scores: pa.BinaryArray) -> None:
        """The server would refuse the whole command, and not say which."""
        is_score = pc.match_substring_regex(scores, _SCORE)
        if pc.all(is_score).as_py():
            return
        row = pc.index(is_score, False).as_py()
        member, score = (column[row].as_py().decode(errors="backslashreplace") for column in (members, scores))
        raise SinkFailed(
            f"the score of `{member}` in the sorted set `{self._name.decode()}` is `{score}`, which is no number",
            where=self._pair.value,
            hint="filter such records, or map them to a number",
        )


class StreamCommands:
    """`xadd`: an entry per row, a field per field; a null is left out."""

    key = None

    def __init__(self, target: Target, to_words: dict[str, ToWords]) -> None:
        self._name = target.name.encode()
        self._to_words = to_words
        trim = (b"MAXLEN", b"~", b"%d" % target.maxlen) if target.maxlen else ()
        self._head: Words = (b"XADD", self._name, *trim, b"*")
        self._ttl = target.ttl

    def steps(self, columns: pa.RecordBatch) -> Sequence[Step]:
        """XADDs, and EXPIRE of the stream where it has a time to live."""
        words = [to_words(columns) for to_words in self._to_words.values()]
        words[0] = _filled_where_all_are_null(words)
        cells = tuple(Cells(word, name.encode()) for word, name in zip(words, self._to_words, strict=True))
        return [Step(self._head, cells, is_many=False), *_expiry(self._name, self._ttl)]

    def probes(self) -> Sequence[Words]:
        """With an id that is none."""
        return ((b"XADD", self._name, b"none", b"f", b""), *_expiry_probe(self._name, self._ttl))


class PublishCommands:
    """`publish`: a message per row; a null is an empty one."""

    key = None

    def __init__(self, target: Target, to_words: ToWords) -> None:
        self._head: Words = (b"PUBLISH", target.name.encode())
        self._to_words = to_words

    def steps(self, columns: pa.RecordBatch) -> Sequence[Step]:
        """PUBLISHes."""
        words = cast(pa.BinaryArray, self._to_words(columns).fill_null(b""))
        return [Step(self._head, (Cells(words),), is_many=False)]

    def probes(self) -> Sequence[Words]:
        """Every PUBLISH can be executed."""
        return _undone(*self._head, b"")


def _undone(*words: bytes) -> Sequence[Words]:
    """A command that could be executed, in a transaction that is discarded."""
    return TRY, words, (b"DISCARD",)


def _expiry_probe(name: bytes, ttl: int) -> Sequence[Words]:
    return ((b"EXPIRE", name, b"never"),) if ttl else ()


def _expiry(name: bytes, ttl: int) -> list[Step]:
    if not ttl:
        return []
    return [Step((b"EXPIRE",), (Cells(pa.array([name], pa.binary())), Cells(pa.array([b"%d" % ttl], pa.binary()))))]


def _filled_where_all_are_null(words: Sequence[pa.BinaryArray]) -> pa.BinaryArray:
    """The first column with an empty text where a row would have no field at all, which no entry can be."""
    first = words[0]
    if not all(word.null_count for word in words):
        return first
    is_empty = pc.is_null(pc.coalesce(*words))
    return cast(pa.BinaryArray, pc.if_else(is_empty, pa.scalar(b"", pa.binary()), first))
