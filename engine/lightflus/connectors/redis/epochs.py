"""What has been committed to Redis: markers in a hash beside the data, written by the script that writes the rows.

What it owns: a log over one connection, in a cluster to the node that has the slot. Blocking; one thread at a time.
What it leaves: scripts (`guard.py`), what a marker means (`model/markers.py`), upserts (`sink.py`).

An epoch may be larger than a server should work on at a time: it goes in parts, and the marker says how many of its
rows are there. An epoch that was begun is finished by whoever comes next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar, cast

import pyarrow as pa

from lightflus.connectors.redis.cluster import node_of
from lightflus.connectors.redis.commands import Commands
from lightflus.connectors.redis.failures import answering
from lightflus.connectors.redis.guard import Guard
from lightflus.connectors.redis.link import Connect, Link, connect
from lightflus.connectors.redis.resp import Piece
from lightflus.connectors.redis.server import Server
from lightflus.connectors.toolbox.retry import Patience
from lightflus.errors import SinkFailed
from lightflus.model.markers import Marker

T = TypeVar("T")


class RedisLog:
    """`toolbox.epochs.EpochLog` beside one key."""

    def __init__(
        self,
        server: Server,
        patience: Patience,
        sent: Commands,
        guard: Guard,
        *,
        beside: bytes,
        subtask: int,
        generation: int,
        connect: Connect = connect,
    ) -> None:
        """Shuts out older runs. Raises SinkFailed."""
        self._server = server
        self._patience = patience
        self._commands = sent
        self._guard = guard
        self._beside = beside
        self._subtask = subtask
        self._generation = generation
        self._connect = connect
        self._link: Link | None = None
        self.found()

    def found(self) -> Marker:
        """Shuts out older runs. Raises SinkFailed."""
        epoch, begun, _ = self._claimed()
        return Marker(self._generation, epoch, begun)

    def write(self, batches: Sequence[pa.RecordBatch], epoch: int) -> None:
        """Rows and marker, in parts. Raises SinkFailed."""
        _, begun, rows = self._claimed()
        steps = [step for batch in batches for step in self._commands.steps(batch)]
        for piece in self._guard.append(self._beside, self._subtask, epoch, steps, rows if begun == epoch else 0):
            self._asked(lambda link, piece=piece: _done(link, piece))  # type: ignore[misc]

    def close(self) -> None:
        """Idempotent."""
        if self._link is not None:
            self._link.close()
            self._link = None

    def _claimed(self) -> tuple[int, int, int]:
        """The last epoch that is there, the last one begun, and how many of its rows are there."""
        words = self._guard.claim(self._beside, self._subtask)
        epoch, part = cast("list[bytes | None]", self._asked(lambda link: link.ask(*words)))
        begun, _, rows = (part or b"0:0").partition(b":")
        return int(epoch or 0), int(begun), int(rows)

    def _asked(self, work: Callable[[Link], T]) -> T:
        """Asks the server, again and again while that may help. Raises SinkFailed."""

        def attempt() -> T:
            with answering(self._server, SinkFailed):
                try:
                    return work(self._opened())
                except BaseException:
                    self.close()
                    raise

        return self._patience.call(attempt)

    def _opened(self) -> Link:
        if self._link is None:
            server = self._server
            if server.is_cluster:
                host, port = node_of(server, self._guard.key(self._beside).decode())
                server = replace(server, host=host, port=port)
            self._link = self._connect(server)
        return self._link


def _done(link: Link, piece: Piece) -> None:
    for error in link.send([piece]):
        if error is not None:
            raise error
