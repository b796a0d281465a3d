"""Words about epochs between the fragments of a job: each connects to the one that counts (`ports/epochs.py`).

What it owns: a word as a frame and back, which connections there are and when they end. On the event loop.
What it leaves: what words mean (`runtime/commits.py`), greetings (`calling.py`, `listener.py`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

import trio

from lightflus.errors import PeerLost
from lightflus.model.epochs import Begun, Done, Ended, Flushed, Joined, Over, Word
from lightflus.model.plan import SubtaskId, TaskId
from lightflus.wire.calling import called
from lightflus.wire.frames import EPOCHS, Head, Hello, Kind, Refused
from lightflus.wire.secure import DataTls
from lightflus.wire.streams import Connection

_NOBODY: Final = SubtaskId(TaskId(0), 0)


def word_head(word: Word) -> Head:
    """A word as a frame."""
    match word:
        case Joined(is_committing):
            return Head(Kind.JOINED, _NOBODY, 0, int(is_committing))
        case Begun(epoch):
            return Head(Kind.EPOCH_BEGUN, _NOBODY, 0, epoch)
        case Flushed(epoch):
            return Head(Kind.EPOCH_FLUSHED, _NOBODY, 0, epoch)
        case Done(epoch):
            return Head(Kind.EPOCH_DONE, _NOBODY, 0, epoch)
        case Ended():
            return Head(Kind.ENDED, _NOBODY, 0)
        case Over():
            return Head(Kind.OVER, _NOBODY, 0)


def word(came: Head) -> Word:
    """The word of a frame. Raises Refused for a frame that has none."""
    match came.kind:
        case Kind.JOINED:
            return Joined(bool(came.value))
        case Kind.EPOCH_BEGUN:
            return Begun(came.value)
        case Kind.EPOCH_FLUSHED:
            return Flushed(came.value)
        case Kind.EPOCH_DONE:
            return Done(came.value)
        case Kind.ENDED:
            return Ended()
        case Kind.OVER:
            return Over()
        case _:
            raise Refused(f"a frame of kind {came.kind.name} where a word about epochs belongs")


class _Way:
    """`ports.Way` over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def say(self, said: Word) -> None:
        """See `ports.Way`."""
        await self._connection.send(word_head(said))

    async def hear(self) -> Word:
        """See `ports.Way`. Raises PeerRefused for what is no word."""
        came = await self._connection.head()
        if came is None:
            raise PeerLost(f"{self._connection.peer} is gone")
        with self._connection.told():
            return word(came)


class Counting:
    """`ports.Party` of the fragment that counts. The listener has `serve` each connection."""

    counts = True

    def __init__(self, most: int) -> None:
        """At most so many others will connect; `others` says how many, once it is known."""
        self.others = 0
        self._left = most
        self._arrive, self._arrived = trio.open_memory_channel[_Way](most)
        self._serving: set[trio.CancelScope] = set()

    async def way(self) -> _Way:
        """See `ports.Party`."""
        return await self._arrived.receive()

    async def serve(self, connection: Connection) -> None:
        """Holds a connection whose hello was accepted, until the fragment is over. One too many is not taken."""
        if not self._left:
            return
        self._left -= 1
        self._arrive.send_nowait(_Way(connection))
        with trio.CancelScope() as scope:
            self._serving.add(scope)
            await trio.sleep_forever()

    def close(self) -> None:
        """The fragment is over."""
        self._left = 0
        for scope in self._serving:
            scope.cancel()


class _Reporting:
    """`ports.Party` of a fragment that reports to another one."""

    counts = False
    others = 1

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def way(self) -> _Way:
        """See `ports.Party`."""
        return _Way(self._connection)


@asynccontextmanager
async def reporting(address: str, hello: Hello, tls: DataTls | None = None) -> AsyncIterator[_Reporting]:
    """The party of a fragment that reports to the one at `address`. Raises PeerLost, PeerRefused."""
    connection = await called(address, replace(hello, carries=EPOCHS), tls)
    try:
        yield _Reporting(connection)
    finally:
        await connection.close()
