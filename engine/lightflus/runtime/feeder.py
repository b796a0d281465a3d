"""Reads the splits of one source subtask and feeds them to its mailbox.

What it owns: one reader, on a thread of its own (a read may block for ever); reading ahead by one batch, since it reads
while the slot works; what has been handed on, so that it can be called done; stopping. On the event loop.
What it leaves: which splits (`feeding.py` deals them), decoding and positions (the connector), bad records
(`intake.py`), when something is done (`commits.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from time import perf_counter_ns

import trio

from lightflus.limits import IDLE_READ_SECONDS
from lightflus.model.elements import Barrier, EndOfInput, Stop, Watermark
from lightflus.model.windows import NEVER
from lightflus.ports.batch import Batch
from lightflus.ports.compute import Compute
from lightflus.ports.network import Sender
from lightflus.ports.sources import Source, SourceBatch, SourceReader, WakingReader
from lightflus.runtime.counters import Counters, OperatorHealth
from lightflus.runtime.intake import Intake
from lightflus.runtime.lettering import PartLetters
from lightflus.runtime.timing import Timing

READ_AHEAD = 1
"""Batches that wait while the slot works on one and the next is read."""


class Feeder:
    """Feeds one source subtask: `open` it once, then `run`."""

    def __init__(
        self,
        name: str,
        source: Source,
        splits: Sequence[str],
        *,
        sender: Sender,
        compute: Compute,
        intake: Intake,
        counters: Counters,
        health: OperatorHealth,
        timing: Timing | None = None,
        positions: Mapping[str, str] | None = None,
        letters: PartLetters | None = None,
    ) -> None:
        """`compute` is the reader's own thread; `timing` is there where records get an event time.

        `positions` say where to go on reading splits of which an earlier run has read; `letters` are those that
        `intake` puts, where they belong to epochs.
        """
        self.name = name
        self._source = source
        self._splits = splits
        self._sender = sender
        self._compute = compute
        self._intake = intake
        self._counters = counters
        self._health = health
        self._timing = timing
        self._letters = letters
        self._reader: SourceReader | None = None
        self._turn = trio.Lock()
        """Held while something is handed on: a barrier stands between two batches, and knows which."""
        self._handed_on = {split: at for split, at in (positions or {}).items() if split in splits}
        self._before_barrier: dict[str, str] = {}
        self._is_ended = False
        self._waits_to_stop = False
        self._may_stop = trio.Event()
        self._has_read = trio.Event()
        self._may_read = trio.Event()
        self._may_read.set()
        self._last: EndOfInput | Stop | None = None
        """What it was told to end with, before the source has ended."""
        self._read_scope: trio.CancelScope | None = None
        self._is_waking = False
        self._has_come = trio.Event()
        """Set when a reader that says so has something to read."""

    async def open(self) -> None:
        """Opens the reader. Raises SourceFailed, BindingInvalid."""
        self._reader = await self._compute.run(self._open)
        if self._timing is None and isinstance(self._reader, WakingReader):  # else the pace may ask for another split
            token = trio.lowlevel.current_trio_token()
            self._is_waking = self._reader.wake_with(lambda: _tell(token, self._note_arrival))

    async def run(self) -> None:
        """Reads everything, or until `end`; then ends the input. Raises SourceFailed, RecordInvalid."""
        await self._announce(self._splits, is_late=False)
        while self._last is None:
            await self._may_read.wait()
            found: SourceBatch | None = None
            with trio.CancelScope() as self._read_scope:
                self._has_come = trio.Event()
                found = await self._compute.run(self._read)
                if self._is_waking and found is not None and not (found.columns.num_rows or found.positions):
                    with trio.move_on_after(IDLE_READ_SECONDS):
                        await self._has_come.wait()
            self._read_scope = None
            if found is None:
                break
            self._count(found)
            async with self._turn:
                await self._admit(found)
                await self._send(found)
                self._handed_on.update(found.positions)
        self._has_read.set()
        if self._waits_to_stop and isinstance(self._last, Stop):
            await self._may_stop.wait()
        async with self._turn:
            self._is_ended = True
            await self._sender.send(self._last or EndOfInput())

    async def _admit(self, found: SourceBatch) -> None:
        """Settles what is bad in what is handed on now: it belongs to the same epoch. On the reader's thread."""
        if found.rejected:
            await self._compute.run(lambda: self._intake.admit(found))
        else:
            self._intake.admit(found)

    async def _send(self, found: SourceBatch) -> None:
        timing = self._timing
        if found.columns.num_rows:
            stamps = None if timing is None else timing.stamps(found)
            await self._sender.send(Batch(found.columns, stamps=stamps, origin=found.origin))
        if timing is not None:
            for split in found.ended:
                await self._sender.send(timing.ended(split))

    async def _announce(self, splits: Sequence[str], *, is_late: bool) -> None:
        """Says which splits there are, to who makes watermarks; the first time also that these are all."""
        if self._timing is None:
            return
        for split in splits:
            await self._sender.send(self._timing.found(split, is_late=is_late))
        if not is_late:
            await self._sender.send(Watermark(NEVER))

    @property
    def has_news(self) -> bool:
        """Whether anything was handed on since the last barrier."""
        return self._handed_on != self._before_barrier

    def _note_arrival(self) -> None:
        self._has_come.set()

    def end(self, last: EndOfInput | Stop, *, waits: bool = False) -> None:
        """No read begins from now on, and one that is waiting for data is given up. What was read flows on.

        `waits`: a stop is said only when it `let_end`s: a barrier may come before it.
        """
        self._last = self._last or last
        self._waits_to_stop = self._waits_to_stop or waits
        self.go_on()
        if self._read_scope is not None:
            self._read_scope.cancel()

    async def rest(self) -> None:
        """Returns when all that it will ever hand on has been handed on."""
        await self._has_read.wait()

    def let_end(self) -> None:
        """No barrier comes any more."""
        self._may_stop.set()

    def hold(self) -> None:
        """No read begins until `go_on`: sinks have more to show than fits."""
        if self._may_read.is_set() and self._last is None:
            self._may_read = trio.Event()

    def go_on(self) -> None:
        """Reads may begin again."""
        self._may_read.set()

    @property
    def noted(self) -> Mapping[str, str]:
        """The positions behind which the last barrier stands."""
        return self._before_barrier

    def note(self) -> None:
        """The same without a barrier: what was handed on so far."""
        self._before_barrier = dict(self._handed_on)

    async def add(self, splits: Sequence[str]) -> None:
        """Has the reader read new splits, too."""
        await self._announce(splits, is_late=True)
        await self._compute.run(lambda: self._opened().add(splits))

    async def barrier(self, epoch: int) -> None:
        """Sends a barrier behind all that was handed on so far, and remembers how far that was."""
        async with self._turn:
            self.note()
            if self._letters is not None:  # not on the reader's thread, which may wait for data
                await self._letters.prepare_aside(epoch)
            if not self._is_ended:
                await self._sender.send(Barrier(epoch))

    async def commit_barrier(self) -> None:
        """All before the last barrier is in the sinks."""
        await self._commit(self._before_barrier)

    async def commit_all(self) -> None:
        """All that was handed on is in the sinks: the job has ended whole."""
        await self._commit(self._handed_on)

    def close(self) -> None:
        """Closes the reader, if it was opened. On the reader's thread."""
        if self._reader is not None:
            self._reader.close()

    async def _commit(self, positions: dict[str, str]) -> None:
        if positions and self._source.is_committing:
            await self._compute.run(lambda: self._opened().commit(positions))

    def _open(self) -> SourceReader:
        return self._source.reader({split: self._handed_on.get(split) for split in self._splits}, self._health)

    def _opened(self) -> SourceReader:
        assert self._reader is not None
        return self._reader

    def _read(self) -> SourceBatch | None:
        reader = self._opened()
        if self._timing is not None and (pace := self._timing.pace()) is not None:
            reader.pace(pace)
        started = perf_counter_ns()
        found = reader.read()
        if self._timing is not None:
            self._timing.lets_go = found is None or not found.columns.num_rows
        if found is None or found.bytes_read:
            self._counters.busy_ns += perf_counter_ns() - started
        self._counters.lag = reader.lag()
        return found

    def _count(self, found: SourceBatch) -> None:
        """Counts what flows on; a read that was given up is nothing."""
        counters = self._counters
        counters.batches += found.columns.num_rows > 0
        counters.rows_in += found.columns.num_rows
        counters.rows_out += found.columns.num_rows
        counters.bytes_in += found.bytes_read


def _tell(token: trio.lowlevel.TrioToken, note: Callable[[], None]) -> None:
    """On any thread, also when the loop has ended."""
    with suppress(trio.RunFinishedError):
        token.run_sync_soon(note, idempotent=True)
