"""The actor of one subtask: takes elements from its mailbox, has them worked on in its lane, hands on what comes out.

What it owns: the order of things: batches, control elements, updates and writes that are held. On the event loop.
What it leaves: the work itself (`operators/`, in the lane), alignment and hold rules (pure), wiring (`fragment.py`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from time import perf_counter

import trio

from lightflus import limits
from lightflus.model.alignment import Alignment
from lightflus.model.elements import Barrier, Control, EndOfInput, SplitEnded, SplitFound, Stop, Watermark
from lightflus.model.graph import OperatorId
from lightflus.ports.batch import Batch, Out, Side, Working
from lightflus.ports.compute import Compute
from lightflus.runtime.channel import Mailbox
from lightflus.runtime.hold import Hold
from lightflus.runtime.meter import Doing, Meter
from lightflus.runtime.operators.chain import Chain
from lightflus.runtime.operators.stage import Sealed
from lightflus.runtime.outputs import Outputs, Routed
from lightflus.runtime.snapshots import Snapshots

_HOLD_SECONDS = limits.HOLD_MS / 1_000
_UPDATES_SHARE, _WRITES_SHARE = 0.03, 0.1
"""Parts of the time for letting go early: an update costs the stages and the sink behind it, a flush a wait alone."""
_STORE_SECONDS = 0.005
"""How often it is looked whether a slow store takes more of what was sealed."""
_HOP_SECONDS = 0.02
"""A hop yields the slot after about this long, so that subtasks of one slot take turns."""


class Subtask:
    """One parallel instance of a task."""

    def __init__(
        self,
        name: str,
        mailbox: Mailbox,
        chain: Chain,
        outputs: Outputs,
        *,
        compute: Compute,
        snapshots: Snapshots | None = None,
        clock: Callable[[], float] = perf_counter,
        meter: Meter | None = None,
    ) -> None:
        """`compute` is its lane; `clock` tells the lane, in seconds, when a hop has taken long enough.

        `snapshots` takes what is kept at barriers, where the job has checkpoints.
        """
        self.name = name
        self._mailbox = mailbox
        self._chain = chain
        self._outputs = outputs
        self._compute = compute
        self._snapshots = snapshots
        self._clock = clock
        self._meter = meter or Meter()
        self._alignment = Alignment(len(mailbox.sides))
        self._updates = Hold(_HOLD_SECONDS, _UPDATES_SHARE)
        self._writes = Hold(_HOLD_SECONDS, _WRITES_SHARE)

    async def run(self) -> None:
        """Works until all inputs have ended, or the job stops, and everything has been handed on."""
        self._meter.turn(Doing.BUSY)
        await self._run()
        self._meter.turn(Doing.IDLE)

    async def _run(self) -> None:
        if self._alignment.is_ended:
            await self._on_control(EndOfInput())
        while not self._alignment.is_ended:
            await self._seal_some()
            received = await self._next()
            if received is None:
                continue
            source, element = received
            if isinstance(element, Batch):
                side = self._mailbox.sides[source]
                await self._work(self._chain.process(side, self._with_more(side, element)))
            else:
                for control in self._alignment.receive(source, element):
                    await self._on_control(control)
                self._mailbox.block(self._alignment.blocked)

    def _with_more(self, side: int, batch: Batch) -> list[Batch]:
        """The batch and what else has arrived, if the chain is better off with larger ones; nothing is waited for."""
        batches, room = [batch], self._chain.prefers_rows - batch.rows
        while room > 0 and (more := self._mailbox.take_batch(side, room)) is not None:
            batches.append(more)
            room -= more.rows
        for one in batches:
            self._meter.rows_in += one.rows
            self._meter.bytes_in += one.columns.nbytes
        return batches

    async def _next(self) -> tuple[int, Batch | Control] | None:
        """The next element; or None after something held was let go, or could be now."""
        now = trio.current_time()
        received = self._mailbox.receive_nowait()
        if self._chain.wakes_at <= now:
            await self._work(self._chain.wake(now))
        if received is None:
            due = min(self._updates.may_end_at, self._writes.may_end_at, self._chain.wakes_at)
            if self._may_seal:
                await trio.lowlevel.checkpoint()
                return None
            if self._is_sealing:
                due = min(due, now + _STORE_SECONDS)
            if now < due:
                self._meter.turn(Doing.IDLE)
                received = await self._mailbox.receive(due)
                self._meter.turn(Doing.BUSY)
                return received
            await self._let_go(now, is_idle=True)
        elif min(self._updates.must_end_at, self._writes.must_end_at) <= now:
            await self._let_go(now, is_idle=False)
        return received

    async def _let_go(self, now: float, *, is_idle: bool) -> None:
        """Lets go what is due: updates first, since they become writes."""
        if (self._updates.may_end_at if is_idle else self._updates.must_end_at) <= now:
            await self._release()
        if (self._writes.may_end_at if is_idle else self._writes.must_end_at) <= trio.current_time():
            await self._flush()

    async def _release(self) -> None:
        started = trio.current_time()
        await self._work(self._chain.release())
        self._updates.end(started, trio.current_time())

    async def _flush(self) -> None:
        if not self._writes.is_held:
            return
        started = trio.current_time()
        await self._outputs.flush()
        self._writes.end(started, trio.current_time())

    async def _on_control(self, control: Control) -> None:
        match control:
            case Watermark(time_ms):
                await self._work(self._chain.watermark(time_ms))
                return
            case SplitFound() | SplitEnded():
                await self._work(self._chain.split(control))
                return
            case Barrier(epoch):
                await self._at_barrier(epoch)
            case Stop():
                await self._release()
                await self._flush()
            case EndOfInput():
                await self._work(self._chain.finish())
                output = await self._outputs.prepare(None)
                if self._snapshots is not None:
                    while self._snapshots.is_left:
                        await self._snapshots.take(self._compute)
                    await self._snapshots.end(output)
            case _:
                pass
        await self._sent(self._outputs.control(control))

    async def _at_barrier(self, epoch: int) -> None:
        """All before it belongs to the epoch: what is held leaves, what is kept is sealed."""
        await self._release()
        started = trio.current_time()
        output = await self._outputs.prepare(epoch)
        self._writes.end(started, trio.current_time())
        if self._snapshots is not None:
            snapshots, is_whole = self._snapshots, self._snapshots.wants_whole
            sealed = await self._compute.run(lambda: self._seal(snapshots, epoch, is_whole=is_whole))
            snapshots.begin(epoch, sealed, output)

    def _seal(self, snapshots: Snapshots, epoch: int, *, is_whole: bool) -> Mapping[OperatorId, Sealed]:
        """In the lane."""
        snapshots.prepare_letters(epoch)
        return self._chain.seal(is_whole=is_whole)

    @property
    def _is_sealing(self) -> bool:
        return self._snapshots is not None and self._snapshots.is_left

    @property
    def _may_seal(self) -> bool:
        return self._snapshots is not None and self._snapshots.is_left and self._snapshots.has_room

    async def _seal_some(self) -> None:
        """Takes one piece of what was sealed at the last barrier, if the store is not slower than that."""
        if self._snapshots is not None and self._may_seal:
            await self._snapshots.take(self._compute)

    async def _work(self, work: Iterator[Out]) -> None:
        """Has the lane compute what `work` yields, some at a time, and delivers it."""
        is_done = False
        while not is_done:
            ready, is_done = await self._compute.run(lambda: self._some(work))
            for out in ready:
                if isinstance(out, Routed):
                    await self._sent(self._outputs.deliver(out))
                    self._note_write()
                else:
                    await self._sent(self._outputs.control(out))
        if self._chain.is_holding:
            self._updates.begin(trio.current_time())

    async def _sent(self, sending: Awaitable[None]) -> None:
        """Sends; waiting for room is back-pressure, writing into a sink is work."""
        if not self._outputs.is_sink:
            self._meter.turn(Doing.BACKPRESSURED)
        await sending
        self._meter.turn(Doing.BUSY)

    def _note_write(self) -> None:
        if self._outputs.is_sink:
            self._writes.begin(trio.current_time())

    def _some(self, work: Iterator[Out]) -> tuple[list[Routed | Control], bool]:
        """In the lane: as much as fits into an element or a hop, and whether that was all."""
        ready: list[Routed | Control] = []
        rows, size, until = 0, 0, self._clock() + _HOP_SECONDS
        while rows < limits.ELEMENT_ROWS and size < limits.ELEMENT_BYTES and self._clock() < until:
            out = next(work, None)
            match out:
                case None:
                    return ready, True
                case Batch():
                    batch, port = out, ""
                case Side(port, batch):
                    pass
                case Working():
                    continue
                case _:
                    ready.append(out)
                    continue
            rows += batch.rows
            size += batch.columns.nbytes
            self._meter.rows_out += batch.rows
            self._meter.bytes_out += batch.columns.nbytes
            ready.extend(self._outputs.route(port, batch))
        return ready, False
