"""Connecting to another runner: the side that speaks first.

What it owns: the connection and the greeting, each within its time. On the event loop.
What it leaves: what goes over it then (`data.py`, `epochs.py`), the side that listens (`listener.py`).
"""

from __future__ import annotations

import trio

from lightflus import cluster_limits
from lightflus.errors import PeerLost, PeerRefused
from lightflus.wire import frames
from lightflus.wire.frames import Hello
from lightflus.wire.secure import DataTls
from lightflus.wire.streams import Connection


async def called(address: str, hello: Hello, tls: DataTls | None) -> Connection:
    """A connection to the runner at `host:port`, which has welcomed us. Raises PeerLost, PeerRefused."""
    connection = await _connected(address, tls)
    try:
        await _greet(connection, hello)
    except BaseException:
        await connection.close()
        raise
    return connection


async def _connected(address: str, tls: DataTls | None) -> Connection:
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    try:
        with trio.fail_after(cluster_limits.GREETING_SECONDS):
            stream = await trio.open_tcp_stream(host, int(port))
    except (OSError, trio.TooSlowError) as error:
        raise PeerLost(f"the runner at {address} cannot be reached: {error or 'no answer'}") from error
    return Connection(stream if tls is None else tls.called(stream, host), f"the runner at {address}")


async def _greet(connection: Connection, hello: Hello) -> None:
    try:
        with trio.fail_after(cluster_limits.GREETING_SECONDS):
            await connection.greet(frames.hello_bytes(hello))
            with connection.told():
                refusal = frames.refusal(await connection.greeting())
    except trio.TooSlowError:
        raise PeerLost(f"{connection.peer} does not answer") from None
    if refusal is not None:
        raise PeerRefused(f"{connection.peer} refuses: {refusal}")
