"""Sends steps to a server and sees to it that they are done: what is not acknowledged is sent again.

What it owns: windows of commands whose replies are awaited together, and what is left of one after a failure. One
thread at a time.
What it leaves: connecting (`link.py`, `cluster.py`), how long to go on (`connectors/toolbox/retry.py`).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from lightflus.connectors.redis.failures import answering, raise_refusal, refusal
from lightflus.connectors.redis.guard import Guard
from lightflus.connectors.redis.link import Connect, connect
from lightflus.connectors.redis.resp import Piece, Step, pieces
from lightflus.connectors.redis.server import Server
from lightflus.connectors.toolbox.retry import Patience
from lightflus.errors import SinkFailed
from lightflus.limits import REDIS_WINDOW_BYTES


class Sender(Protocol):
    """Has commands executed."""

    def send(self, steps: Sequence[Step]) -> None:
        """When it returns, all steps are done; some perhaps twice. Raises SinkFailed."""
        ...

    def close(self) -> None:
        """Idempotent."""
        ...


class ServerSender:
    """`Sender` to one server."""

    def __init__(
        self, server: Server, patience: Patience, guard: Guard | None = None, connect: Connect = connect
    ) -> None:
        """`guard` keeps it from writing once a younger run has been there."""
        self._server = server
        self._patience = patience
        self._guard = guard
        self._link = connect(server)

    def send(self, steps: Sequence[Step]) -> None:
        """In order; what was in a window that failed in part is done later than its neighbours."""
        cut = pieces if self._guard is None else self._guard.pieces
        for window in _windows(piece for step in steps for piece in cut(step)):
            self._patience.call(functools.partial(self._send, window))

    def close(self) -> None:
        """Idempotent."""
        self._link.close()

    def _send(self, window: list[Piece]) -> None:
        with answering(self._server, SinkFailed):
            errors = self._link.send(window)
        window[:] = [piece for piece, error in zip(window, errors, strict=True) if error]
        raise_any(errors, self._server)


def raise_any(errors: Iterable[Exception | None], server: Server) -> None:
    """Raises for an error among replies: SinkFailed, or Passing where all of them pass."""
    found = [error for error in errors if error]
    for error in sorted(found, key=lambda error: refusal(error, server).passes)[:1]:
        raise_refusal(error, server, SinkFailed)


def _windows(sent: Iterator[Piece]) -> Iterator[list[Piece]]:
    window: list[Piece] = []
    size = 0
    for piece in sent:
        window.append(piece)
        size += sum(map(len, piece.data))
        if size >= REDIS_WINDOW_BYTES:
            yield window
            window, size = [], 0
    if window:
        yield window
