"""Where the runners of other workers connect: one port of this process, for all its jobs.

What it owns: accepting, the greeting and who is refused: strangers, other versions, other generations.
On the event loop. What it leaves: what comes then (`arrivals.py`, `epochs.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hmac import compare_digest
from typing import Protocol

import trio

from lightflus import cluster_limits
from lightflus.errors import PeerLost
from lightflus.wire import frames
from lightflus.wire.frames import Hello
from lightflus.wire.secure import DataTls
from lightflus.wire.streams import Connection

_Job = tuple[str, str]


class Server(Protocol):
    """Whom connections of one kind are for."""

    async def serve(self, connection: Connection) -> None:
        """All of its life. Raises nothing."""
        ...

    def close(self) -> None:
        """None is served any more, and none goes on."""
        ...


Served = Mapping[str, Server]
"""By what connections carry (`frames.Hello`)."""


class Listener:
    """The receiving end of all jobs of this process."""

    def __init__(self, sockets: list[trio.SocketListener], host: str, tls: DataTls | None) -> None:
        """`open_listener` makes one."""
        self.tls = tls
        """With it, also what this process calls is secure."""
        port = sockets[0].socket.getsockname()[1]
        self._sockets = sockets
        self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._admitted: dict[_Job, tuple[Hello, Served]] = {}
        self._greeting = 0

    async def run(self) -> None:
        """Accepts connections until it is cancelled."""
        await trio.serve_listeners(self.serve, self._sockets)

    async def close(self) -> None:
        """Of one that was never run."""
        for one in self._sockets:
            await one.aclose()

    @contextmanager
    def admitting(self, hello: Hello, served: Served) -> Iterator[None]:
        """From now on connections of this generation of its job are served, by what they carry.

        Afterwards none is, and none goes on.
        """
        job = (hello.namespace, hello.job)
        self._admitted[job] = (hello, served)
        try:
            yield
        finally:
            for one in served.values():
                one.close()
            if self._admitted.get(job) == (hello, served):
                del self._admitted[job]

    async def serve(self, stream: trio.SocketStream) -> None:
        """The whole life of a connection. Raises nothing: whoever connects cannot end this process."""
        connection = Connection(stream if self.tls is None else self.tls.accepted(stream), "a runner")
        try:
            if self._greeting < cluster_limits.GREETERS and (server := await self._greeted(connection)) is not None:
                await server.serve(connection)
        finally:
            await connection.close()

    async def _greeted(self, connection: Connection) -> Server | None:
        self._greeting += 1
        try:
            with trio.move_on_after(cluster_limits.GREETING_SECONDS):
                with connection.told():
                    came = frames.hello(await connection.greeting())
                connection.peer = f"the runner of {came.sender}"
                found = self._server(came)
                await connection.greet(frames.answer_bytes(found if isinstance(found, str) else None))
                return None if isinstance(found, str) else found
        except PeerLost as lost:
            with trio.move_on_after(1):
                await _say(connection, str(lost))
        finally:
            self._greeting -= 1
        return None

    def _server(self, came: Hello) -> Server | str:
        """Where it belongs, or why nowhere."""
        ours, served = self._admitted.get((came.namespace, came.job), (None, None))
        if ours is None or served is None:
            return f"no part of {came.name} runs here"
        if came.generation != ours.generation:
            age = "over" if came.generation < ours.generation else "not here yet"
            return f"generation {came.generation} of {came.name} is {age}; {ours.generation} runs here"
        if not compare_digest(came.token.encode(), ours.token.encode()):
            return f"the token is not that of {came.name}"
        return served.get(came.carries) or f"no {came.carries[:20]} of {came.name} are taken here"


async def _say(connection: Connection, refusal: str) -> None:
    """Tells why, to whom can hear it."""
    with suppress(PeerLost):
        await connection.greet(frames.answer_bytes(refusal))


async def open_listener(host: str, port: int = 0, *, called: str = "", tls: DataTls | None = None) -> Listener:
    """A listener on a port of this host, 0 for any; `called` is the host by which others find it, if it is another."""
    sockets = await trio.open_tcp_listeners(port, host=host)
    return Listener(sockets, called or host, tls)
