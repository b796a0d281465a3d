"""Where batches go from a subtask: over edges to other subtasks, or into a sink.

What it owns: splitting by key (on the slot's thread), sending and writing (on the loop), and which control elements go
along. What it leaves: what is sent (`operators/`), when a sink is flushed (`subtask.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter_ns
from typing import Protocol

import pyarrow as pa

from lightflus.model.elements import Control
from lightflus.model.graph import FieldPath
from lightflus.model.types import Type
from lightflus.ports.batch import Batch
from lightflus.ports.compute import Compute
from lightflus.ports.kernel import Partitioner
from lightflus.ports.sinks import SinkWriter
from lightflus.runtime.channel import Inlet
from lightflus.runtime.counters import Counters
from lightflus.runtime.fields import batch_at

Routed = tuple[Inlet | None, Batch]
"""A batch and where it goes; None = into the sink."""


class Outputs(Protocol):
    """The end of one subtask."""

    @property
    def is_sink(self) -> bool:
        """Whether what was sent is only visible after `flush`."""
        ...

    def route(self, batch: Batch) -> list[Routed]:
        """Splits a batch by destination. On the slot's thread."""
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


@dataclass(frozen=True, slots=True)
class KeyPath:
    """Where a key is found again in a record, so that it need not be split a second time."""

    record: Type
    path: FieldPath
    key: Type


class ForwardEdge:
    """All to one subtask. Keys travel only if the reader wants them."""

    def __init__(self, inlet: Inlet, *, with_keys: bool) -> None:
        self.inlets: Sequence[Inlet] = (inlet,)
        self._with_keys = with_keys

    def route(self, batch: Batch) -> list[Routed]:
        """The whole batch."""
        if self._with_keys or batch.keys is None:
            return [(self.inlets[0], batch)]
        return [(self.inlets[0], Batch(batch.columns, origin=batch.origin))]


class HashEdge:
    """By key group to several subtasks."""

    def __init__(
        self,
        inlets: Sequence[Inlet],
        partitioner: Partitioner,
        *,
        key_groups: int,
        key_path: KeyPath | None,
        with_keys: bool,
    ) -> None:
        self.inlets = inlets
        self._partitioner = partitioner
        self._key_groups = key_groups
        self._key_path = key_path
        self._with_keys = with_keys

    def route(self, batch: Batch) -> list[Routed]:
        """One batch for every subtask that gets any rows; order is kept."""
        assert batch.hashes is not None, "a hash edge follows a keyBy"
        parts = self._partitioner.partition(batch.hashes, len(self.inlets), self._key_groups)
        return [(inlet, self._taken(batch, rows)) for inlet, rows in zip(self.inlets, parts, strict=True) if len(rows)]

    def _taken(self, batch: Batch, rows: pa.UInt32Array) -> Batch:
        columns = batch.columns if len(rows) == batch.rows else batch.columns.take(rows)
        if not self._with_keys:
            return Batch(columns)
        assert batch.keys is not None
        assert batch.hashes is not None
        if len(rows) == batch.rows:
            return Batch(columns, batch.keys, batch.hashes)
        hashes = batch.hashes.take(rows)
        if self._key_path is None:
            return Batch(columns, batch.keys.take(rows), hashes)
        where = self._key_path
        return Batch(columns, batch_at(columns, where.record, where.path, where.key), hashes)


class EdgeOutputs:
    """`Outputs` over edges: every edge gets every batch."""

    is_sink = False

    def __init__(self, edges: Sequence[ForwardEdge | HashEdge]) -> None:
        self._edges = edges

    def route(self, batch: Batch) -> list[Routed]:
        """See `Outputs`."""
        return [routed for edge in self._edges for routed in edge.route(batch)]

    async def deliver(self, routed: Routed) -> None:
        """See `Outputs`."""
        inlet, batch = routed
        assert inlet is not None
        await inlet.send(batch)

    async def control(self, element: Control) -> None:
        """See `Outputs`."""
        for edge in self._edges:
            for inlet in edge.inlets:
                await inlet.send(element)

    async def flush(self) -> None:
        """See `Outputs`."""


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
        self.is_flushing = False
        """Whether the writer makes visible what it holds; read by the loop at any time."""

    async def open(self) -> None:
        """Opens the writer. Raises SinkFailed."""
        await self._compute.run(self._open)

    def route(self, batch: Batch) -> list[Routed]:
        """See `Outputs`."""
        return [(None, batch)]

    async def deliver(self, routed: Routed) -> None:
        """See `Outputs`."""
        await self._compute.run(lambda: self._write(routed[1]))

    async def control(self, element: Control) -> None:
        """See `Outputs`: nothing goes on from here, but whoever waits for a barrier hears of it."""
        self._on_control(element)

    async def flush(self) -> None:
        """See `Outputs`."""
        await self._compute.run(self._flush)

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
