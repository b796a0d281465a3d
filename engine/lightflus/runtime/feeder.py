"""Reads the splits of one source subtask and feeds them to its mailbox.

What it owns: one reader at a time, on a thread of its own (a read may block for ever); reading ahead by one batch,
since it reads while the slot works; stopping for a drain. On the event loop.
What it leaves: which splits (`job_run.py` deals them), decoding and positions (the connector).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from time import perf_counter_ns

import trio

from lightflus.model.elements import EndOfInput
from lightflus.runtime.batch import Batch
from lightflus.runtime.channel import Inlet
from lightflus.runtime.counters import Counters
from lightflus.runtime.ports import Compute, Source, SourceBatch, SplitReader

READ_AHEAD = 1
"""Batches that wait while the slot works on one and the next is read."""


class Feeder:
    """Feeds one source subtask: its splits one after the other, each in order."""

    def __init__(
        self,
        name: str,
        source: Source,
        splits: Sequence[str],
        *,
        inlet: Inlet,
        compute: Compute,
        counters: Counters,
    ) -> None:
        """`splits` are read one after the other; `compute` is the reader's own thread."""
        self.name = name
        self._source = source
        self._splits = splits
        self._inlet = inlet
        self._compute = compute
        self._counters = counters
        self._is_draining = False
        self._read_scope: trio.CancelScope | None = None

    async def run(self) -> None:
        """Reads everything, or until `drain`; then ends the input. Raises SourceFailed, RecordInvalid."""
        for split in self._splits:
            if self._is_draining:
                break
            reader = await self._compute.run(functools.partial(self._source.reader, split, None))
            try:
                await self._feed(reader)
            finally:
                self._compute.post(reader.close)
        await self._inlet.send(EndOfInput())

    def drain(self) -> None:
        """No read begins from now on, and one that is waiting for data is given up. What was read flows on."""
        self._is_draining = True
        if self._read_scope is not None:
            self._read_scope.cancel()

    async def _feed(self, reader: SplitReader) -> None:
        while not self._is_draining:
            found: SourceBatch | None = None
            with trio.CancelScope() as self._read_scope:
                found = await self._compute.run(lambda: self._read(reader))
            self._read_scope = None
            if found is None:
                return
            self._count(found)
            await self._inlet.send(Batch(found.columns, origin=found.origin))

    def _read(self, reader: SplitReader) -> SourceBatch | None:
        started = perf_counter_ns()
        found = reader.read()
        self._counters.busy_ns += perf_counter_ns() - started
        return found

    def _count(self, found: SourceBatch) -> None:
        """Counts what flows on; a read that a drain gave up is nothing."""
        counters = self._counters
        counters.batches += 1
        counters.rows_in += found.columns.num_rows
        counters.rows_out += found.columns.num_rows
        counters.bytes_in += found.bytes_read
