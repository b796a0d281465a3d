"""Takes checkpoints of one run: barriers go out, what comes back makes a manifest, and then sinks show what is in it.

What it owns: the rhythm, one epoch at a time; the last one of a job that stops; the end of one that has ended. On the
event loop.
What it leaves: the books (`model/collecting.py`), handing over (`snapshots.py`), positions (`feeding.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import trio

from lightflus.checkpoint_limits import STAGED_BYTES
from lightflus.errors import StoreFailed
from lightflus.model.checkpoints import Manifest, StagedOutput
from lightflus.model.collecting import Ack, Collecting
from lightflus.model.letter_parts import LETTERS
from lightflus.model.plan import SubtaskId
from lightflus.ports.checkpointing import CheckpointPlan
from lightflus.ports.compute import Compute
from lightflus.runtime.feeding import Feeding
from lightflus.runtime.lettering import Lettering
from lightflus.runtime.snapshots import Snapshots
from lightflus.runtime.staging import StagedOutputs
from lightflus.runtime.together import together

_PAUSE_SECONDS = 1.0
"""Before the next try where there is much to show and checkpoints fail."""


@dataclass(frozen=True, slots=True)
class CheckpointProgress:
    """How checkpoints are doing, for the person who watches.

    Attributes:
        epoch: the last one that is complete; 0: none yet.
        taken_at: when that was, in seconds since the run began; None: it has taken none.
        seconds: how long it took.
        bytes: what it wrote: objects that those before it do not have.
        state_bytes: all that it needs.
        failed: how many could not be taken since then.
        trouble: why the last of them could not; or why what is old could not be removed.
    """

    epoch: int = 0
    taken_at: float | None = None
    seconds: float = 0.0
    bytes: int = 0
    state_bytes: int = 0
    failed: int = 0
    trouble: str = ""


class Checkpointing:
    """The checkpoints of one run."""

    def __init__(
        self,
        how: CheckpointPlan,
        collecting: Collecting,
        thread: Compute,
        wall: Callable[[], int],
        letters: Lettering,
        *,
        is_first: bool,
    ) -> None:
        """`thread` writes manifests; `wall` tells milliseconds since 1970.

        `is_first`: no checkpoint knows what some sink has shown; so one is taken before anything is read.
        """
        self._how = how
        self._collecting = collecting
        self._thread = thread
        self._wall = wall
        self._letters = letters
        self._failure: StoreFailed | None = None
        self._complete = trio.Event()
        self._wanted = trio.Event()
        self.is_first = is_first
        if is_first:
            self._wanted.set()
        self._is_stopping = False
        self._turn = trio.Lock()
        self._began = trio.current_time()
        self._last = how.resumed
        self.ends: dict[SubtaskId, StagedOutputs] = {}
        """The sinks' ends that show output by epoch."""
        self.snapshots: dict[SubtaskId, Snapshots] = {}
        """What each subtask hands over by."""
        self.progress = CheckpointProgress(0 if how.resumed is None else how.resumed.epoch)

    def acknowledged(self, ack: Ack, failure: StoreFailed | None) -> None:
        """A subtask has handed over what it keeps of an epoch, or could not hand over all of it."""
        self._collecting.acknowledged(ack)
        self._failure = failure or self._failure
        self._look()

    def ended(self, subtask: SubtaskId, output: StagedOutput | None) -> None:
        """A subtask has ended, with this output."""
        self._collecting.ended(subtask, output)
        self._look()

    def stop(self) -> None:
        """A last checkpoint is wanted; feeders, which read no more, go on to their end behind it. Idempotent."""
        self._is_stopping = True
        self._wanted.set()

    def note_staged(self) -> None:
        """A sink keeps more in memory: much of it asks for a checkpoint before its time."""
        if not self._wanted.is_set() and self._has_much:
            self._wanted.set()

    async def run(self, feeding: Feeding) -> None:
        """Takes checkpoints until `stop`. Raises SinkFailed, Superseded.

        Nothing is read as long as sinks have more to show than fits: whatever keeps a checkpoint from being taken.
        """
        is_last = False
        while not is_last:
            with trio.move_on_after(self._how.every):
                await self._wanted.wait()
            is_last = self._is_stopping  # what is said from here on asks for one more
            self._wanted = trio.Event()
            if is_last:
                await feeding.rest()
            if self._has_much:
                feeding.hold()
            async with self._turn:
                await self._take(feeding)
            if not self._has_much:
                feeding.go_on()
            elif self.progress.failed:
                await trio.sleep(_PAUSE_SECONDS)
        feeding.let_end()

    @property
    def _has_much(self) -> bool:
        staged = [self._letters.staged_bytes, *(end.staged_bytes for end in self.ends.values())]
        return max(staged) > STAGED_BYTES

    @property
    def is_taking(self) -> bool:
        """Whether one is being taken: something is at work, though no row moves."""
        return self._turn.locked()

    async def end(self, feeding: Feeding) -> None:
        """The job has ended whole: the last manifest says so, and sinks show the rest.

        Raises StoreFailed, SinkFailed.
        """
        async with self._turn:
            epoch = self._collecting.begin()
            feeding.note_positions()
            await self._keep_letters(epoch)
            await self._complete_epoch(epoch, feeding, trio.current_time(), is_end=True)

    async def _take(self, feeding: Feeding) -> None:
        started = trio.current_time()
        self._failure = None
        self._complete = trio.Event()
        for subtask in self._collecting.worn:
            self.snapshots[subtask].wants_whole = True
        epoch = self._collecting.begin()
        await feeding.barrier(epoch)
        if not self._collecting.is_complete:
            await self._complete.wait()
        try:
            await self._keep_letters(epoch)
            if self._failure is not None:
                raise self._failure
            await self._complete_epoch(epoch, feeding, started)
        except StoreFailed as error:  # nothing is lost: all of it belongs to the next one
            self.progress = replace(self.progress, failed=self.progress.failed + 1, trouble=str(error))

    async def _keep_letters(self, epoch: int) -> None:
        """All has been handed over: so are the letters of the epoch. Raises StoreFailed, SinkFailed."""
        outputs, failure = await self._letters.kept(epoch)
        if outputs:
            self._collecting.keep(LETTERS, outputs)
        if failure is not None:
            raise failure

    async def _complete_epoch(self, epoch: int, feeding: Feeding, started: float, *, is_end: bool = False) -> None:
        manifest = self._collecting.manifest(epoch, feeding.states(), self._wall(), is_end=is_end)
        await self._thread.run(lambda: self._how.checkpoints.write(manifest))
        await self._commit()
        await feeding.commit_barrier()
        now = trio.current_time()
        self.progress = _progress(manifest, self._last, taken_at=now - self._began, seconds=now - started)
        self._last = manifest
        try:
            await self._thread.run(self._how.checkpoints.tidy)
        except StoreFailed as error:  # the checkpoint is there; what is old goes with the next one
            self.progress = replace(self.progress, trouble=str(error))

    async def _commit(self) -> None:
        """Shows all output that is in a manifest now, all subtasks side by side. Raises SinkFailed."""
        waiting = self._collecting.outputs
        shows = [partial(self._show, LETTERS, self._letters, list(waiting.get(LETTERS, ())))]
        for subtask, end in self.ends.items():
            sink = self._collecting.sink_of(subtask)
            shows.append(partial(self._show, sink, end, [o for o in waiting[sink] if o.subtask == subtask.number]))
        await together(*shows)

    async def _show(self, sink: str, end: StagedOutputs | Lettering, outputs: Sequence[StagedOutput]) -> None:
        if not outputs:
            return
        await end.commit(outputs)
        self._collecting.committed(sink, outputs)

    def _look(self) -> None:
        if self._collecting.is_complete:
            self._complete.set()


def _progress(manifest: Manifest, before: Manifest | None, *, taken_at: float, seconds: float) -> CheckpointProgress:
    known = set() if before is None else {ref.name for ref in before.objects()}
    sizes: Mapping[str, int] = {ref.name: ref.bytes for ref in manifest.objects()}
    return CheckpointProgress(
        epoch=manifest.epoch,
        taken_at=taken_at,
        seconds=seconds,
        bytes=sum(size for name, size in sizes.items() if name not in known),
        state_bytes=sum(sizes.values()),
    )
