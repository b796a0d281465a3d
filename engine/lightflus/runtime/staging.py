"""The end of a subtask in a sink that shows output by epoch.

What it owns: writing, preparing and committing on the writer's thread, and what was prepared until it is committed.
What it leaves: what staging means in a system (the connector), which epochs are complete (`checkpointing.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from time import perf_counter_ns

from lightflus.model.checkpoints import StagedOutput
from lightflus.model.elements import Control
from lightflus.ports.batch import Batch
from lightflus.ports.compute import Compute
from lightflus.ports.sinks import Committable, Committer, StagingWriter
from lightflus.runtime.counters import Counters
from lightflus.runtime.outputs import Routed


class StagedOutputs:
    """`Outputs` into a sink's staging writer, on a thread of its own."""

    is_sink = True

    def __init__(
        self,
        open_writer: Callable[[], StagingWriter],
        committer: Committer,
        compute: Compute,
        counters: Counters,
        on_staged: Callable[[], None],
    ) -> None:
        """`open_writer` is called once, on the writer's thread; the committer has recovered.

        `on_staged` is called when more lies in memory than before.
        """
        self._open_writer = open_writer
        self._committer = committer
        self._compute = compute
        self._counters = counters
        self._on_staged = on_staged
        self._writer: StagingWriter | None = None
        self._prepared: dict[int, Committable] = {}
        self._epoch = 0
        self.is_flushing = False
        """Whether the writer makes something visible; read by the loop at any time."""

    async def open(self, epoch: int) -> None:
        """Opens the writer; `epoch` is the last one before. Raises SinkFailed."""
        self._epoch = epoch
        self._writer = await self._compute.run(self._open_writer)

    @property
    def staged_bytes(self) -> int:
        """What lies in memory: written but not prepared, or prepared but not committed."""
        written = 0 if self._writer is None else self._writer.staged_bytes
        return written + sum(len(one.data) for one in list(self._prepared.values()))

    def route(self, port: str, batch: Batch) -> list[Routed]:
        """See `Outputs`."""
        return [Routed(None, batch)]

    async def deliver(self, routed: Routed) -> None:
        """See `Outputs`."""
        await self._compute.run(lambda: self._write(routed.batch))
        self._on_staged()

    async def control(self, element: Control) -> None:
        """See `Outputs`: nothing goes on from here."""

    async def flush(self) -> None:
        """See `Outputs`: what may be shown before its checkpoint."""
        await self._compute.run(lambda: self._working(self._opened.flush))

    async def prepare(self, epoch: int | None) -> Committable:
        """All since the last one; None: at the end of the input, behind all epochs so far."""
        self._epoch = self._epoch + 1 if epoch is None else epoch
        number = self._epoch
        prepared = await self._compute.run(lambda: self._opened.prepare(number))
        self._prepared[prepared.epoch] = prepared
        if epoch is None:  # others that share its place wait for it no more
            await self._compute.run(self._opened.close)
        return prepared

    async def commit(self, outputs: Collection[StagedOutput]) -> None:
        """Makes these visible, which are in a manifest. Raises SinkFailed."""
        for epoch in sorted(output.epoch for output in outputs):
            prepared = self._prepared[epoch]
            await self._compute.run(partial(self._working, partial(self._committer.commit, prepared)))
            del self._prepared[epoch]

    def close(self) -> None:
        """Closes writer and committer. On the writer's thread."""
        if self._writer is not None:
            self._writer.close()
        self._committer.close()

    @property
    def _opened(self) -> StagingWriter:
        assert self._writer is not None
        return self._writer

    def _write(self, batch: Batch) -> None:
        started = perf_counter_ns()
        self._opened.write(batch.columns)
        self._counters.rows_out += batch.rows
        self._counters.busy_ns += perf_counter_ns() - started

    def _working(self, work: Callable[[], None]) -> None:
        started = perf_counter_ns()
        self.is_flushing = True
        work()
        self.is_flushing = False
        self._counters.busy_ns += perf_counter_ns() - started
