"""Where batches go from a subtask: over edges to other subtasks, or into a sink.

What it owns: splitting by key (in the subtask's lane), sending and writing (on the loop), and which control elements go
along. What it leaves: what is sent (`operators/`), when a sink is flushed (`subtask.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter_ns
from typing import Protocol

from lightflus.model.elements import Control
from lightflus.model.extract import FieldPath
from lightflus.model.types import Type
from lightflus.ports.batch import Batch
from lightflus.ports.compute import Compute
from lightflus.ports.kernel import Partitioner, Share
from lightflus.ports.network import Sender
from lightflus.ports.sinks import Committable, SinkWriter
from lightflus.runtime.counters import Counters
from lightflus.runtime.fields import batch_at


@dataclass(frozen=True, slots=True)
class Routed:
    """A batch and where it goes; no sender = into the sink."""

    sender: Sender | None
    batch: Batch


class Outputs(Protocol):
    """The end of one subtask."""

    @property
    def is_sink(self) -> bool:
        """Whether what was sent is only visible after `flush`."""
        ...

    def route(self, port: str, batch: Batch) -> list[Routed]:
        """Splits what leaves through a port ("" is the main output) by destination. In the lane."""
        ...

    async def deliver(self, routed: Routed) -> None:
        """Sends one part; waits while its destination is full."""
        ...

    async def control(self, element: Control) -> None:
        """Sends a control element to everybody."""
        ...

    async def flush(self) -> None:
        """Makes what was sent visible outside. Nothing to do on edges."""
        ...

    async def prepare(self, epoch: int | None) -> Committable | None:
        """All that was sent belongs to an epoch (None: the last, at the end of the input).

        It is visible then, or what is returned makes it so when the epoch is complete.
        """
        ...

    def close(self) -> None:
        """Gives back what it holds. Idempotent."""
        ...


@dataclass(frozen=True, slots=True)
class KeyPath:
    """Where a key is found again in a record, so that it need not be split a second time."""

    record: Type
    path: FieldPath
    key: Type


class ForwardEdge:
    """All to one subtask. Keys travel only if the reader wants them."""

    def __init__(self, port: str, sender: Sender, *, with_keys: bool) -> None:
        self.port = port
        self.senders: Sequence[Sender] = (sender,)
        self._with_keys = with_keys

    def route(self, batch: Batch) -> list[Routed]:
        """The whole batch."""
        return [Routed(self.senders[0], batch if self._with_keys else batch.without_keys())]

    def close(self) -> None:
        """Nothing to give back."""


class BroadcastEdge:
    """Everything to all subtasks; nobody keys what all see."""

    def __init__(self, port: str, senders: Sequence[Sender]) -> None:
        self.port = port
        self.senders = senders

    def route(self, batch: Batch) -> list[Routed]:
        """The whole batch, to each."""
        return [Routed(sender, batch.without_keys()) for sender in self.senders]

    def close(self) -> None:
        """Nothing to give back."""


class HashEdge:
    """By key group to several subtasks."""

    def __init__(
        self,
        port: str,
        senders: Sequence[Sender],
        partitioner: Partitioner,
        *,
        key_groups: int,
        key_path: KeyPath | None,
        with_keys: bool,
    ) -> None:
        self.port = port
        self.senders = senders
        self._partitioner = partitioner
        self._key_groups = key_groups
        self._key_path = key_path
        self._with_keys = with_keys

    def route(self, batch: Batch) -> list[Routed]:
        """One batch for every subtask that gets any rows; order is kept."""
        assert batch.keys is not None, "a hash edge follows a keyBy"
        shares = self._partitioner.hash_and_distribute(batch.keys, len(self.senders), self._key_groups)
        return [
            Routed(sender, self._taken(batch, share))
            for sender, share in zip(self.senders, shares, strict=True)
            if len(share.rows)
        ]

    def close(self) -> None:
        """Gives the partitioner back."""
        self._partitioner.close()

    def _taken(self, batch: Batch, share: Share) -> Batch:
        """The rows of a share; a key that is a field of the record is not copied a second time."""
        where = self._key_path
        wanted = batch if self._with_keys and where is None else batch.without_keys()
        taken = replace(wanted, origin=None) if len(share.rows) == batch.rows else wanted.take(share.rows)
        if not self._with_keys:
            return taken
        keys = taken.keys if where is None else batch_at(taken.columns, where.record, where.path, where.key)
        return replace(taken, keys=keys, hashes=share.hashes)


Edge = ForwardEdge | BroadcastEdge | HashEdge


class EdgeOutputs:
    """`Outputs` over edges: every edge gets every batch of its port."""

    is_sink = False

    def __init__(self, edges: Sequence[Edge]) -> None:
        self._edges = edges

    def route(self, port: str, batch: Batch) -> list[Routed]:
        """See `Outputs`."""
        return [routed for edge in self._edges if edge.port == port for routed in edge.route(batch)]

    async def deliver(self, routed: Routed) -> None:
        """See `Outputs`."""
        assert routed.sender is not None
        await routed.sender.send(routed.batch)

    async def control(self, element: Control) -> None:
        """See `Outputs`."""
        for edge in self._edges:
            for sender in edge.senders:
                await sender.send(element)

    async def flush(self) -> None:
        """See `Outputs`."""

    async def prepare(self, epoch: int | None) -> None:
        """See `Outputs`."""

    def close(self) -> None:
        """See `Outputs`."""
        for edge in self._edges:
            edge.close()


class SinkOutputs:
    """`Outputs` into a sink's writer, on a thread of its own."""

    is_sink = True

    def __init__(
        self,
        open_writer: Callable[[], SinkWriter],
        compute: Compute,
        counters: Counters,
        on_control: Callable[[Control], None],
    ) -> None:
        """`open_writer` is called once, on the writer's thread; `on_control` when all before an element was flushed."""
        self._open_writer = open_writer
        self._compute = compute
        self._counters = counters
        self._on_control = on_control
        self._writer: SinkWriter | None = None
        self._has_written = False
        self.is_flushing = False
        """Whether the writer makes visible what it holds; read by the loop at any time."""

    async def open(self) -> None:
        """Opens the writer. Raises SinkFailed."""
        await self._compute.run(self._open)

    def route(self, port: str, batch: Batch) -> list[Routed]:
        """See `Outputs`."""
        return [Routed(None, batch)]

    async def deliver(self, routed: Routed) -> None:
        """See `Outputs`."""
        self._has_written = True
        await self._compute.run(lambda: self._write(routed.batch))

    async def control(self, element: Control) -> None:
        """See `Outputs`: nothing goes on from here, but whoever waits for a barrier hears of it."""
        self._on_control(element)

    async def flush(self) -> None:
        """See `Outputs`."""
        await self._compute.run(self._flush)
        self._has_written = False

    async def prepare(self, epoch: int | None) -> None:
        """See `Outputs`."""
        if self._has_written:
            await self.flush()

    def close(self) -> None:
        """Closes the writer, if it was opened. On the writer's thread."""
        if self._writer is not None:
            self._writer.close()

    def _open(self) -> None:
        self._writer = self._open_writer()

    def _write(self, batch: Batch) -> None:
        assert self._writer is not None
        started = perf_counter_ns()
        self._writer.write(batch.columns)
        self._counters.rows_out += batch.rows
        self._counters.busy_ns += perf_counter_ns() - started

    def _flush(self) -> None:
        assert self._writer is not None
        started = perf_counter_ns()
        self.is_flushing = True
        self._writer.flush()
        self.is_flushing = False
        self._counters.busy_ns += perf_counter_ns() - started
