"""A connection between runners, by TCP or TLS over it: whole frames on a stream, a peer that is silent found out.

What it owns: reading and writing without copies, greetings, the options of the socket, and that whatever goes wrong
with a socket is PeerLost, and whatever is wrong with its bytes PeerRefused. On the event loop.
What it leaves: what frames mean (`frames.py`), who connects to whom (`data.py`, `listener.py`).
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
import trio

from lightflus import cluster_limits, limits
from lightflus.errors import PeerLost, PeerRefused
from lightflus.wire import frames
from lightflus.wire.frames import Refused
from lightflus.wire.secure import Stream

_SMALL_BYTES = 64 * limits.KIB
"""A body that is copied behind its head, and so costs one system call."""


class Connection:
    """Both ways between two runners. One reader; writers take turns."""

    def __init__(self, stream: Stream, peer: str) -> None:
        """`peer` is whom messages name."""
        self.peer = peer
        self._stream = stream
        self._turn = trio.StrictFIFOLock()
        _find_out_silence(stream if isinstance(stream, trio.SocketStream) else stream.transport_stream)

    async def greet(self, said: bytes) -> None:
        """Sends a greeting. Raises PeerLost."""
        with self.told():
            await self._stream.send_all(said)

    async def greeting(self) -> bytearray:
        """What the other side greets with. Raises PeerLost, PeerRefused."""
        with self.told():
            size = frames.greeting_bytes(await self._exactly(frames.GREETING_BYTES))
            return await self._exactly(size)

    async def send(self, head: frames.Head, body: pa.Buffer | None = None) -> None:
        """Sends a frame. Raises PeerLost."""
        first = head.to_bytes()
        with self.told():
            async with self._turn:
                if body is None:
                    await self._stream.send_all(first)
                elif body.size <= _SMALL_BYTES:
                    await self._stream.send_all(first + memoryview(body))
                else:
                    await self._stream.send_all(first)
                    await self._stream.send_all(memoryview(body))

    async def head(self) -> frames.Head | None:
        """The head of the next frame; None where the other side has said everything. Raises PeerLost, PeerRefused."""
        with self.told():
            came = bytearray(frames.HEAD_BYTES)
            first = await self._some(memoryview(came))
            if not first:
                return None
            await self._fill(memoryview(came)[first:])
            head = frames.head(came)
            return None if head.kind is frames.Kind.GOODBYE else head

    async def body(self, size: int) -> pa.Buffer:
        """So many bytes. Raises PeerLost."""
        found = pa.allocate_buffer(size)
        with self.told():
            await self._fill(memoryview(found).cast("B"))
        return found

    async def say_goodbye(self) -> None:
        """Nothing more will be sent. Raises PeerLost."""
        await self.send(frames.GOODBYE)

    async def close(self) -> None:
        """At once."""
        await trio.aclose_forcefully(self._stream)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Errors of sockets and bytes as ours."""
        try:
            yield
        except Refused as refused:
            raise PeerRefused(f"{self.peer} sent {refused}") from None
        except (OSError, trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise PeerLost(f"the connection with {self.peer} broke: {error.__cause__ or error}") from error

    async def _exactly(self, size: int) -> bytearray:
        found = bytearray(size)
        await self._fill(memoryview(found))
        return found

    async def _fill(self, room: memoryview) -> None:
        while room:
            count = await self._some(room)
            if not count:
                raise PeerLost(f"{self.peer} ended in the middle of a word")
            room = room[count:]

    async def _some(self, room: memoryview) -> int:
        if isinstance(self._stream, trio.SocketStream):
            return int(await self._stream.socket.recv_into(room))
        came = await self._stream.receive_some(len(room))
        room[: len(came)] = came
        return len(came)


def _find_out_silence(stream: trio.SocketStream) -> None:
    """A host that is gone ends the connection within PEER_SECONDS: the system asks it when nobody speaks."""
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", 1),
        ("TCP_KEEPINTVL", 1),
        ("TCP_KEEPCNT", cluster_limits.PEER_SECONDS),
        ("TCP_USER_TIMEOUT", cluster_limits.PEER_SECONDS * 1_000),
    ):
        if (option := getattr(socket, name, None)) is not None:  # each system has some of them
            stream.setsockopt(socket.IPPROTO_TCP, option, value)
