"""Commands about streams, over one connection: to the server, or to the node of a cluster that owns a stream.

What it owns: XREAD, XREADGROUP, XACK, XINFO and their replies as values. One thread at a time.
What it leaves: which entries are wanted (`reading.py`), what a failure means (`failures.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, cast

import redis

from lightflus.connectors.redis.cluster import node_of
from lightflus.connectors.redis.ids import BEGINNING, EntryId
from lightflus.connectors.redis.link import Link, Reply
from lightflus.connectors.redis.plan import Place, ReadPlan
from lightflus.connectors.redis.server import Server
from lightflus.limits import REDIS_CLAIM_MS, REDIS_READ_ENTRIES, REDIS_REPLY_SECONDS

Entry: TypeAlias = "tuple[EntryId, list[bytes] | None]"
"""An id, and names and values in turns; None: the entry has been deleted since it was delivered."""
_NEVER_MS = 2**40
"""Nobody has left an entry unacknowledged for so long: 35 years."""
NEW = b">"
"""In a group: what nobody has been given yet."""


@dataclass(frozen=True, slots=True)
class Info:
    """What a server says of a stream.

    Attributes:
        length: entries in it.
        last: the newest that is there; BEGINNING where there is none.
        last_id: the newest that ever was.
        added: how many ever were added; None before Redis 7.
    """

    length: int
    last: EntryId
    last_id: EntryId
    added: int | None


class Lane:
    """A connection and the streams that are read through it."""

    def __init__(self, link: Link, streams: Sequence[str]) -> None:
        self.link = link
        self.streams = tuple(streams)

    def read(self, after: Mapping[str, EntryId], wait_ms: int | None) -> dict[str, list[Entry]]:
        """Entries after these, by stream; waits for the first where there are none, unless `wait_ms` is None."""
        wait = () if wait_ms is None else (b"BLOCK", b"%d" % wait_ms)
        words = [*_words(after), *(id_.word for id_ in after.values())]
        return _streams(self.link.ask(b"XREAD", b"COUNT", _COUNT, *wait, b"STREAMS", *words))

    def read_group(self, plan: ReadPlan, after: Mapping[str, bytes], wait_ms: int | None) -> dict[str, list[Entry]]:
        """The same in a group: what is NEW, or, after an id, what this consumer has and has not acknowledged."""
        wait = () if wait_ms is None else (b"BLOCK", b"%d" % wait_ms)
        who = (b"GROUP", plan.group.encode(), plan.consumer.encode())
        return _streams(
            self.link.ask(b"XREADGROUP", *who, b"COUNT", _COUNT, *wait, b"STREAMS", *_words(after), *after.values())
        )

    def make_group(self, stream: str, group: str, begin: Place | EntryId) -> None:
        """Makes a group, if there is none."""
        place = begin.value.encode() if isinstance(begin, Place) else begin.word
        try:
            self.link.ask(b"XGROUP", b"CREATE", stream.encode(), group.encode(), place)
        except redis.ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    def move_group(self, stream: str, group: str, position: EntryId) -> None:
        """Lets a group begin after a position."""
        self.link.ask(b"XGROUP", b"SETID", stream.encode(), group.encode(), position.word)

    def claim_idle(self, stream: str, plan: ReadPlan) -> None:
        """Takes over what other consumers of the group have not acknowledged for long."""
        cursor = self._claim(stream, plan, REDIS_CLAIM_MS, BEGINNING.word)
        while cursor != BEGINNING.word:
            cursor = self._claim(stream, plan, REDIS_CLAIM_MS, cursor)

    def _claim(self, stream: str, plan: ReadPlan, idle_ms: int, cursor: bytes) -> bytes:
        who = (stream.encode(), plan.group.encode(), plan.consumer.encode())
        found = self.link.ask(b"XAUTOCLAIM", *who, b"%d" % idle_ms, cursor, b"COUNT", _COUNT, b"JUSTID")
        return cast(list[bytes], found)[0]

    def acknowledge(self, stream: str, group: str, ids: Sequence[EntryId]) -> None:
        """These need not be given to anybody again."""
        for begin in range(0, len(ids), REDIS_READ_ENTRIES):
            part = ids[begin : begin + REDIS_READ_ENTRIES]
            self.link.ask(b"XACK", stream.encode(), group.encode(), *(id_.word for id_ in part))

    def info(self, stream: str) -> Info | None:
        """How a stream stands; None: there is none."""
        try:
            found = cast(list[Reply], self.link.ask(b"XINFO", b"STREAM", stream.encode()))
        except redis.ResponseError as error:
            if "no such key" in str(error):
                return None
            raise
        said = dict(zip(found[::2], found[1::2], strict=True))
        return Info(
            length=cast(int, said[b"length"]),
            last=_entry_id(said[b"last-entry"]),
            last_id=EntryId.of(said[b"last-generated-id"]),
            added=cast("int | None", said.get(b"entries-added")),
        )

    def is_begun(self, stream: str, group: str) -> bool:
        """Whether there is such a group, and entries have been given to it."""
        for found in cast("list[list[Reply]]", self.link.ask(b"XINFO", b"GROUPS", stream.encode())):
            said = dict(zip(found[::2], found[1::2], strict=True))
            if said[b"name"] == group.encode():
                return said[b"last-delivered-id"] != BEGINNING.word
        return False

    def probe(self, stream: str, plan: ReadPlan) -> None:
        """Raises where reading would be refused; reads nothing that anybody would miss."""
        if plan.group:
            self.make_group(stream, plan.group, plan.begin)
            self.read_group(plan, {stream: BEGINNING.word}, None)
            self.acknowledge(stream, plan.group, [BEGINNING])
            self._claim(stream, plan, _NEVER_MS, BEGINNING.word)
        else:
            self.link.ask(b"XREAD", b"COUNT", b"1", b"STREAMS", stream.encode(), b"$")

    def close(self) -> None:
        """Idempotent."""
        self.link.close()


def lanes(server: Server, streams: Sequence[str], reply_seconds: float = REDIS_REPLY_SECONDS) -> list[Lane]:
    """One lane for all streams of a server; in a cluster one for each, to the node that owns it now."""
    if not server.is_cluster:
        return [Lane(Link(server, reply_seconds), streams)] if streams else []
    return [Lane(Link(_node(server, stream), reply_seconds), [stream]) for stream in streams]


def _node(server: Server, stream: str) -> Server:
    host, port = node_of(server, stream)
    return replace(server, host=host, port=port)


_COUNT = b"%d" % REDIS_READ_ENTRIES


def _words(after: Mapping[str, object]) -> list[bytes]:
    return [name.encode() for name in after]


def _streams(reply: Reply) -> dict[str, list[Entry]]:
    found = cast(list[tuple[bytes, list[tuple[bytes, list[bytes] | None]]]], reply or [])
    return {name.decode(): [(EntryId.of(id_), fields) for id_, fields in entries] for name, entries in found}


def _entry_id(entry: Reply) -> EntryId:
    return EntryId.of(entry[0]) if isinstance(entry, list) else BEGINNING
