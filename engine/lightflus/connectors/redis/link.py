"""One connection to one server, opened again when it was lost.

What it owns: redis-py's connection, and sending packed commands through it. One thread at a time.
What it leaves: what a failure means (`failures.py`); trying again (whoever uses it): after any error the next use
connects anew, and what had no reply is the user's to send again.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Protocol, cast

import redis
from redis.backoff import NoBackoff
from redis.maint_notifications import MaintNotificationsConfig
from redis.retry import Retry

from lightflus.connectors.redis.resp import Piece, command
from lightflus.connectors.redis.server import Server
from lightflus.limits import CONNECT_SECONDS, REDIS_REPLY_SECONDS
from lightflus.ports.reach import check_peer

Reply = object
"""What a server says: bytes, int, None, or a list of those, at any depth."""


class _Connect(Protocol):
    """What redis-py's connection classes are called with; their own signatures are half typed."""

    def __call__(self, **options: object) -> redis.Connection: ...


class Link:
    """A connection. What redis-py raises leaves it as it is."""

    def __init__(self, server: Server, reply_seconds: float = REDIS_REPLY_SECONDS) -> None:
        """Connects at the first use. `reply_seconds` is how long a reply may take."""
        self._connection = _connection(server, reply_seconds)

    def ask(self, *words: bytes) -> Reply:
        """One command and its reply."""
        self._connection.send_packed_command(command(*words).data)
        return self._connection.read_response()

    def send(self, pieces: Sequence[Piece]) -> list[redis.ResponseError | None]:
        """Sends all pieces, then reads their replies: by piece, the first one that is an error."""
        self._connection.send_packed_command(chain.from_iterable(piece.data for piece in pieces))
        return [self._first_error(piece.replies) for piece in pieces]

    def close(self) -> None:
        """Idempotent; the next use would connect again."""
        self._connection.disconnect()

    def _first_error(self, replies: int) -> redis.ResponseError | None:
        read, first = self._connection.read_response, None
        for _ in range(replies):
            try:
                read()
            except redis.ResponseError as error:
                first = first or error
        return first


Connect = Callable[[Server], Link]


def connect(server: Server) -> Link:
    """A connection for writing, which is made when it is first used."""
    return Link(server, REDIS_REPLY_SECONDS)


def connection_options(server: Server, reply_seconds: float = REDIS_REPLY_SECONDS) -> dict[str, object]:
    """What redis-py is told about a server. It sends nothing but what it is asked to."""
    found: dict[str, object] = {
        "username": server.user,
        "password": server.password,
        "socket_connect_timeout": CONNECT_SECONDS,
        "socket_timeout": reply_seconds,
        "protocol": 2,
        "driver_info": None,
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
    }
    return found


def connection_class(server: Server) -> type[redis.Connection]:
    """redis-py's class for this server, which asks the server's `Reach` each time it connects."""
    base = redis.SSLConnection if server.is_tls else redis.Connection

    class Checked(base):  # type: ignore[misc, valid-type]  # redis-py takes a class, and hands it no option of ours
        """A connection to the server, or to a node that its cluster names."""

        def _connect(self) -> socket.socket:
            server.reach.require_host(self.host, self.port)
            made: socket.socket = super()._connect()
            check_peer(server.reach, self.host, made)
            return made

    return Checked


def _connection(server: Server, reply_seconds: float) -> redis.Connection:
    connect = cast(_Connect, connection_class(server))
    options = connection_options(server, reply_seconds)
    if server.is_tls:
        options["ssl_ca_certs"] = server.ca
    return connect(host=server.host, port=server.port, db=server.database, retry=Retry(NoBackoff(), 0), **options)
