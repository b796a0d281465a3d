"""What an agent and its runners say to each other, over a socket pair: a kind, a size, a message.

What it owns: its form, and bounds that each side keeps, since a runner has strangers' code in it. On the event loop.
What it leaves: what the messages mean (`agent.py`, `runner.py`). They are those of the control plane: to a runner go
the wishes for its namespace (`HeartbeatResponse`), from it come reports (`HeartbeatRequest`).
"""

from __future__ import annotations

import socket
from struct import Struct
from typing import Final

import trio

from lightflus.cluster_limits import CONTROL_MESSAGE_BYTES
from lightflus.errors import PeerLost, PeerRefused

WISHES: Final = b"W"
REPORTS: Final = b"R"
_HEAD = Struct("<cI")


class Pipe:
    """One end. One reader; writers take turns."""

    def __init__(self, end: socket.socket) -> None:
        self._stream = trio.SocketStream(trio.socket.from_stdlib_socket(end))
        self._turn = trio.StrictFIFOLock()

    async def send(self, kind: bytes, content: bytes) -> None:
        """Raises PeerLost where nobody is at the other end."""
        try:
            async with self._turn:
                await self._stream.send_all(_HEAD.pack(kind, len(content)) + content)
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise PeerLost("the process at the other end is gone") from error

    async def receive(self) -> tuple[bytes, bytes] | None:
        """The next message; None where the other end has ended. Raises PeerRefused."""
        head = await self._exactly(_HEAD.size)
        if head is None:
            return None
        kind, size = _HEAD.unpack(head)
        if size > CONTROL_MESSAGE_BYTES:
            raise PeerRefused(f"a message of {size:,} bytes; there may be {CONTROL_MESSAGE_BYTES:,}")
        content = await self._exactly(size)
        return None if content is None else (kind, content)

    async def close(self) -> None:
        """At once."""
        await trio.aclose_forcefully(self._stream)

    async def _exactly(self, size: int) -> bytes | None:
        found = bytearray()
        while len(found) < size:
            try:
                part = await self._stream.receive_some(size - len(found))
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                return None
            if not part:
                return None
            found += part
        return bytes(found)
