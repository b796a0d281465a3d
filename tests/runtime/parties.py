"""Fragments of one process that agree on epochs."""

from __future__ import annotations

from dataclasses import dataclass

import trio

from lightflus.errors import PeerLost
from lightflus.model.epochs import Word
from lightflus.ports.epochs import Way

ROOM = 100


@dataclass
class MemoryWay:
    """`ports.Way`: one end."""

    there: trio.MemorySendChannel[Word]
    here: trio.MemoryReceiveChannel[Word]

    async def say(self, word: Word) -> None:
        try:
            await self.there.send(word)
        except trio.BrokenResourceError:
            raise PeerLost("the other fragment is gone") from None

    async def hear(self) -> Word:
        try:
            return await self.here.receive()
        except trio.EndOfChannel:
            raise PeerLost("the other fragment is gone") from None


def both_ends() -> tuple[MemoryWay, MemoryWay]:
    up, down = trio.open_memory_channel[Word](ROOM), trio.open_memory_channel[Word](ROOM)
    return MemoryWay(up[0], down[1]), MemoryWay(down[0], up[1])


class MemoryParty:
    """`ports.Party` with the ways that it is given."""

    def __init__(self, ways: list[MemoryWay], *, counts: bool) -> None:
        self.counts = counts
        self.others = len(ways)
        self._ways = iter(ways)

    async def way(self) -> Way:
        await trio.lowlevel.checkpoint()
        return next(self._ways)


def parties(fragments: int) -> list[MemoryParty]:
    """Of so many fragments; the first one counts."""
    ways = [both_ends() for _ in range(fragments - 1)]
    counting = MemoryParty([down for _, down in ways], counts=True)
    return [counting, *(MemoryParty([up], counts=False) for up, _ in ways)]
