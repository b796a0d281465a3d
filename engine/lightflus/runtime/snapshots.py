"""What one subtask keeps of an epoch, on its way to the store, while the subtask works on.

What it owns: the way of pieces, rows and output of one subtask: taken from the lane some at a time, written by one
thread per fragment. On the event loop.
What it leaves: what is sealed (the stages), when (`subtask.py`), what becomes of it (`checkpointing.py`).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from time import perf_counter
from typing import Protocol, TypeVar

import trio

from lightflus.checkpoint_limits import OUTPUT_IN_MANIFEST_BYTES, WAITING_PIECES
from lightflus.errors import StoreFailed
from lightflus.model.checkpoints import ObjectRef, RunRef, StagedOutput
from lightflus.model.collecting import Ack, Part
from lightflus.model.graph import OperatorId
from lightflus.model.plan import SubtaskId
from lightflus.ports.checkpoints import Checkpoints, Place
from lightflus.ports.compute import Compute
from lightflus.ports.durable import Durable, Piece
from lightflus.ports.sinks import Committable
from lightflus.runtime.operators.stage import Sealed

T = TypeVar("T")

_HOP_SECONDS = 0.01
"""For how long pieces are taken between two elements: so a checkpoint takes some of the time, and holds nobody up."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """Where the subtasks of a fragment hand over.

    Attributes:
        checkpoints: the store.
        thread: blocks while something is written.
        generation: of the run.
        names: of operators.
        acknowledged: hears of an epoch that has been handed over; with a failure, not all of it has been.
        ended: hears of a subtask's last output.
    """

    checkpoints: Checkpoints
    thread: Compute
    generation: int
    names: Mapping[OperatorId, str]
    acknowledged: Callable[[Ack, StoreFailed | None], None]
    ended: Callable[[SubtaskId, StagedOutput | None], None]


class StagingPart(Protocol):
    """What of the dead letters of one part this needs."""

    def prepare(self, epoch: int) -> None:
        """What was put since the last time belongs to the epoch. Raises SinkFailed."""
        ...


@dataclass(slots=True)
class _Epoch:
    """What is handed over of one epoch."""

    number: int
    sealed: Mapping[OperatorId, Sealed]
    is_whole: bool
    output: Committable | None


@dataclass(frozen=True, slots=True)
class _End:
    """Nothing follows."""

    output: Committable | None


@dataclass(slots=True)
class Snapshots:
    """Of one subtask."""

    subtask: SubtaskId
    sink: OperatorId | None
    keeper: Keeper
    letters: StagingPart | None = None
    """What its guests put aside."""
    clock: Callable[[], float] = perf_counter
    wants_whole: bool = False
    """Whether changes that were sealed did not reach the store, so that the next epoch has to hold everything."""
    _runs: deque[Durable] = field(default_factory=deque)
    """Whose pieces are to be taken, in the order of operators."""
    _is_over: trio.Event = field(default_factory=trio.Event)
    _epochs_in: trio.MemorySendChannel[_Epoch | _End] = field(init=False)
    _epochs: trio.MemoryReceiveChannel[_Epoch | _End] = field(init=False)
    _pieces_in: trio.MemorySendChannel[Piece] = field(init=False)
    _pieces: trio.MemoryReceiveChannel[Piece] = field(init=False)

    def __post_init__(self) -> None:
        self._epochs_in, self._epochs = trio.open_memory_channel[_Epoch | _End](math.inf)  # one at a time
        self._pieces_in, self._pieces = trio.open_memory_channel[Piece](WAITING_PIECES)

    def prepare_letters(self, epoch: int) -> None:
        """What was put aside belongs to the epoch. In the lane. Raises SinkFailed."""
        if self.letters is not None:
            self.letters.prepare(epoch)

    def begin(self, epoch: int, sealed: Mapping[OperatorId, Sealed], output: Committable | None) -> None:
        """Has what was sealed at a barrier handed over; `take` is called until nothing `is_left`."""
        self._runs.extend(one.run for one in sealed.values() if one.run is not None)
        self._epochs_in.send_nowait(_Epoch(epoch, sealed, self.wants_whole, output))
        self.wants_whole = False

    async def end(self, output: Committable | None) -> None:
        """All inputs have ended: this is the last output. Returns when all before it has been handed over."""
        self._epochs_in.send_nowait(_End(output))
        await self._is_over.wait()

    @property
    def is_left(self) -> bool:
        """Whether pieces are to be taken."""
        return bool(self._runs)

    @property
    def has_room(self) -> bool:
        """Whether one more can be taken without waiting for the store."""
        return self._pieces_in.statistics().current_buffer_used < WAITING_PIECES

    async def take(self, lane: Compute) -> None:
        """Takes some pieces, for a hop's time; waits until the store has taken one where it `has_room` for none."""
        for piece in await lane.run(self._taken):
            await self._pieces_in.send(piece)

    def _taken(self) -> list[Piece]:
        """In the lane: as many as fit into a hop and the store's queue, one at least."""
        found: list[Piece] = []
        room = max(1, WAITING_PIECES - self._pieces_in.statistics().current_buffer_used)
        until = self.clock() + _HOP_SECONDS
        while self._runs and len(found) < room:
            piece = self._runs[0].sealed()
            if piece.data.size or piece.is_last:
                found.append(piece)
            if piece.is_last:
                self._runs.popleft()
            if self.clock() >= until:
                break
        return found

    async def run(self) -> None:
        """Hands over, epoch by epoch, until the end."""
        async for epoch in self._epochs:
            if isinstance(epoch, _End):
                output, _ = await self._staged(epoch.output)
                self.keeper.ended(self.subtask, output)
                self._is_over.set()
                return
            await self._hand_over(epoch)

    async def _hand_over(self, epoch: _Epoch) -> None:
        parts: dict[str, Part] = {}
        output, failure = await self._staged(epoch.output)
        for operator, sealed in epoch.sealed.items():
            name = self.keeper.names[operator]
            try:
                parts[name] = await self._part(epoch, name, sealed)
            except StoreFailed as error:
                failure = error
                self.wants_whole = True
        self.keeper.acknowledged(Ack(self.subtask, epoch.number, parts, output), failure)

    async def _part(self, epoch: _Epoch, name: str, sealed: Sealed) -> Part:
        run = None
        if sealed.run is not None:
            run = await self._uploaded(self._place(epoch.number, name, "run"))
        tables: dict[str, ObjectRef] = {}
        for part, rows in sealed.tables.items():
            place = self._place(epoch.number, name, part)
            tables[part] = await self._blocking(partial(self.keeper.checkpoints.put_table, place, rows))
        return Part(run, epoch.is_whole, sealed.facts, tables)

    async def _uploaded(self, place: Place) -> RunRef:
        """Writes the pieces of one run; where that fails, the others are taken all the same."""
        upload, is_last = None, False
        try:
            upload = await self._blocking(partial(self.keeper.checkpoints.run, place))
            while not is_last:
                piece = await self._pieces.receive()
                is_last = piece.is_last
                await self._blocking(partial(upload.write, piece))
            return await self._blocking(upload.finish)
        except StoreFailed:
            if upload is not None:
                self.keeper.thread.post(upload.abandon)
            while not is_last:
                is_last = (await self._pieces.receive()).is_last
            raise

    async def _blocking(self, work: Callable[[], T]) -> T:
        return await self.keeper.thread.run(work)

    async def _staged(self, output: Committable | None) -> tuple[StagedOutput | None, StoreFailed | None]:
        if output is None:
            return None, None
        assert self.sink is not None
        place = self._place(output.epoch, self.keeper.names[self.sink], "output")
        work = partial(staged, self.keeper.checkpoints, place, output)
        return work() if len(output.data) <= OUTPUT_IN_MANIFEST_BYTES else await self._blocking(work)

    def _place(self, epoch: int, operator: str, part: str) -> Place:
        return Place(self.keeper.generation, epoch, operator, self.subtask.number, part)


def staged(checkpoints: Checkpoints, place: Place, output: Committable) -> tuple[StagedOutput, StoreFailed | None]:
    """Output as a manifest holds it: what is large, as an object, unless that fails. Blocks where it is large."""
    inline = StagedOutput(output.epoch, output.subtask, output.data)
    if len(output.data) <= OUTPUT_IN_MANIFEST_BYTES:
        return inline, None
    try:
        return replace(inline, data=checkpoints.put(place, output.data)), None
    except StoreFailed as error:
        return inline, error
