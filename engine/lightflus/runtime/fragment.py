"""The part of one job that runs in this process: all its subtasks, or some of them, from start to end.

What it owns: one nursery for subtasks and feeders, the first failure, being stopped, and progress. On the event loop.
What it leaves: making its parts (`making.py`), leaving nothing behind (`closing.py`), what subtasks do (`subtask.py`),
slots, which it shares with other jobs and does not close.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter, time_ns

import trio

from lightflus.errors import InternalError, LightflusError
from lightflus.model.elements import EndOfInput, Stop
from lightflus.model.graph import OperatorId
from lightflus.model.letter_parts import LetterPart
from lightflus.model.plan import Plan, SubtaskId
from lightflus.ports.checkpointing import CheckpointPlan
from lightflus.ports.compute import ComputeFactory, Slots
from lightflus.ports.epochs import Party
from lightflus.ports.guests import GuestFactory
from lightflus.ports.kernel import Kernel
from lightflus.ports.letters import TransactionalLetters
from lightflus.ports.network import Network, Sender
from lightflus.ports.sinks import Sink
from lightflus.ports.sources import Source
from lightflus.runtime.checkpointed import begun
from lightflus.runtime.checkpointing import Checkpointing, CheckpointProgress
from lightflus.runtime.clocks import SplitClocks
from lightflus.runtime.closing import Closing
from lightflus.runtime.commits import commits_of
from lightflus.runtime.compute import ThreadCompute
from lightflus.runtime.counters import Accounts, OperatorProgress
from lightflus.runtime.feeding import FedSubtask, Feeding
from lightflus.runtime.intake import BadRecordPolicy
from lightflus.runtime.making import Making
from lightflus.runtime.meter import SubtaskProgress
from lightflus.runtime.subtask import Subtask
from lightflus.runtime.wiring import Wiring


@dataclass(frozen=True, slots=True)
class JobResult:
    """How a run ended.

    Attributes:
        operators: what each operator did, in order of registration.
        seconds: from start to end.
        is_stopped: whether it was told to end before its sources had.
    """

    operators: tuple[OperatorProgress, ...]
    seconds: float
    is_stopped: bool


def _wall() -> int:
    return time_ns() // 1_000_000


class Fragment:
    """One run: `run` it once; `progress`, `stop`, `drain` at any time from its loop; cancel it like any trio code.

    Args:
        plan: the whole job.
        guests: makes instances of the job's module.
        kernel: makes kernel instances.
        sources: an opened source per source operator that has a subtask here; closed at the end.
        sinks: an opened sink per sink operator that has a subtask here; closed at the end.
        slots: compute threads, which stay the caller's.
        policies: what operators do with records that are bad or poison; the job fails where nothing is said.
        own: the subtasks that run here; by default all of them.
        network: reaches the others; needed if there are any, as is `party`.
        party: the fragments that they run in.
        splits: of each source here, where they are listed once for all fragments; new ones come by `deal`.
        checkpoints: where and how checkpoints are taken; None: there are none. All subtasks have to run here.
        letters: where dead letters go, if they go there by epoch; else `policies` know.
        threads: makes threads of readers and writers.
        clock: seconds, for subtasks to give their slot back in time.
        wall: milliseconds since 1970: processing time.
    """

    _failure: LightflusError | None = None
    _is_stopped = False
    _started = 0.0

    def __init__(
        self,
        plan: Plan,
        *,
        guests: GuestFactory,
        kernel: Kernel,
        sources: Mapping[OperatorId, Source],
        sinks: Mapping[OperatorId, Sink],
        slots: Slots,
        policies: Mapping[OperatorId, BadRecordPolicy] | None = None,
        own: Collection[SubtaskId] | None = None,
        network: Network | None = None,
        party: Party | None = None,
        splits: Mapping[OperatorId, Sequence[str]] | None = None,
        checkpoints: CheckpointPlan | None = None,
        letters: TransactionalLetters | None = None,
        threads: ComputeFactory = ThreadCompute,
        clock: Callable[[], float] = perf_counter,
        wall: Callable[[], int] = _wall,
    ) -> None:
        assert own is None or party is not None, "who does not see all ends calls nothing done"
        self._plan = plan
        self._own = sorted(plan.subtasks if own is None else own)
        self._wiring = Wiring(plan, self._own, network)
        self._accounts = Accounts(plan)
        self._closing = Closing(sinks, threads)
        clocks = {operator.id: SplitClocks() for operator in plan.graph.operators if not operator.inputs}
        make_thread = self._closing.reader
        self._feeding = Feeding(
            plan, sources, policies or {}, make_thread, clocks=clocks, listed=splits, checkpoints=checkpoints
        )
        self._how = checkpoints
        self._letters = letters
        self._checkpointing: Checkpointing | None = None
        self._commits = commits_of(sum(plan.tasks[one.task].last.operator.id in sinks for one in self._own), party)
        self._making = Making(
            plan=plan,
            wiring=self._wiring,
            accounts=self._accounts,
            closing=self._closing,
            commits=self._commits,
            guests=guests,
            kernel=kernel,
            sinks=sinks,
            slots=slots,
            policies=policies or {},
            clock=clock,
            clocks=clocks,
            wall=wall,
        )
        self._is_kept = False
        """Whether it was told to stop, and not to end: its last checkpoint is not its end."""

    async def run(self) -> JobResult:
        """Runs until all inputs have ended, or it is stopped, and everything has reached its sink.

        Raises:
            LightflusError: the first failure of any part; everything else has been stopped by then.
        """
        self._started = trio.current_time()
        has_ended = False
        try:
            async with trio.open_nursery() as around:
                async with trio.open_nursery() as nursery:
                    await self._guarded(nursery, self._plan.graph.job, lambda: self._start(nursery, around))
                if self._failure is None:
                    await self._guarded(around, self._plan.graph.job, self._end_epochs)
                around.cancel_scope.cancel()
            if self._failure is None:
                await self._feeding.commit_all()
            has_ended = self._failure is None
        finally:
            await self._close(has_ended=has_ended)
        if self._failure is not None:
            raise self._failure
        return JobResult(self.progress(), self.seconds, self._is_stopped)

    @property
    def seconds(self) -> float:
        """Since the start."""
        return trio.current_time() - self._started

    def progress(self) -> tuple[OperatorProgress, ...]:
        """What each operator has done here so far, in order of registration."""
        return self._accounts.progress()

    def subtasks(self) -> tuple[SubtaskProgress, ...]:
        """How each subtask stands that runs here, once it was made."""
        now = self._making.wall()
        return tuple(one.look(now) for one in self._making.watched)

    @property
    def is_flushing(self) -> bool:
        """Whether a sink is at work on what it held, and not waiting for its system; or a checkpoint is taken."""
        return self._making.is_flushing or (self._checkpointing is not None and self._checkpointing.is_taking)

    @property
    def forgetful(self) -> list[str]:
        """The names of sources that cannot be read again from where a checkpoint stands."""
        return [
            self._plan.names[number] for number, source in self._feeding.sources.items() if not source.is_rewindable
        ]

    @property
    def checkpoints(self) -> CheckpointProgress | None:
        """How its checkpoints are doing, if it takes any."""
        return None if self._checkpointing is None else self._checkpointing.progress

    def stop(self) -> None:
        """Sources are read no further, what was read flows to the sinks, nothing fires, `run` returns. Idempotent.

        With checkpoints, the last one is taken then.
        """
        self._end(Stop())
        self._is_kept = True
        if self._checkpointing is not None:
            self._checkpointing.stop()

    def drain(self) -> None:
        """The same, but as if the sources had ended: what waits for their end fires. Idempotent."""
        self._end(EndOfInput())

    async def deal(self, operator: OperatorId, splits: Sequence[str]) -> None:
        """The splits of a source have become these; those before stay the first ones. Raises SourceFailed."""
        await self._feeding.deal(operator, splits)

    def inlet(self, subtask: SubtaskId, number: int) -> Sender:
        """Where elements go in that come over the network: input `number` of a subtask that runs here."""
        return self._wiring.inlet(subtask, number)

    def _end(self, last: EndOfInput | Stop) -> None:
        self._is_stopped = True
        self._feeding.end(last)

    async def _start(self, nursery: trio.Nursery, around: trio.Nursery) -> None:
        """Makes all parts, sinks first, so that one that cannot be written fails before anything is read.

        `around` is for what runs beside them and never ends by itself.
        """
        await self._begin_checkpoints()
        if self._how is not None and self._how.has_ended:
            return
        subtasks: list[Subtask] = [await self._making.subtask(subtask) for subtask in reversed(self._own)]
        for task in self._plan.tasks:
            fed = [self._fed(subtask) for subtask in self._own if subtask.task == task.id]
            if fed and not task.head.operator.inputs:
                await self._feeding.add(task, fed)
        if self._checkpointing is not None and self._checkpointing.is_first:
            self._feeding.hold()
        for subtask in subtasks:
            nursery.start_soon(self._guarded, nursery, subtask.name, subtask.run)
        feeders = self._feeding.feeders
        for feeder in feeders:
            nursery.start_soon(self._guarded, nursery, feeder.name, feeder.run)
        around.start_soon(self._guarded, around, "finding splits", self._feeding.discover)
        job, is_committing = self._plan.graph.job, self._feeding.is_committing
        if (checkpointing := self._checkpointing) is not None:
            for snapshots in checkpointing.snapshots.values():
                around.start_soon(self._guarded, around, "checkpoints", snapshots.run)
            around.start_soon(self._guarded, around, "checkpoints", lambda: checkpointing.run(self._feeding))
            return
        around.start_soon(self._guarded, around, job, lambda: self._commits.run(feeders, is_committing=is_committing))

    async def _begin_checkpoints(self) -> None:
        if self._how is None:
            return
        thread = self._closing.writer("checkpoints")
        self._checkpointing, self._making.keeping = await begun(
            self._how,
            self._plan,
            sinks=self._making.sinks,
            kernel=self._making.kernel,
            letters=self._letters,
            actions={number: policy.action for number, policy in self._making.policies.items()},
            thread=thread,
            health=lambda subtask, operator: self._accounts.of(subtask, operator).health,
            wall=self._making.wall,
        )
        self._closing.on_writer(thread, self._making.keeping.letters.close)
        if self._is_kept:
            self._checkpointing.stop()

    async def _end_epochs(self) -> None:
        """All has flowed out: the last epoch of the job ends."""
        if self._checkpointing is None:
            await self._commits.finish()
        elif not self._is_kept and not (self._how is not None and self._how.has_ended):
            await self._checkpointing.end(self._feeding)

    def _fed(self, subtask: SubtaskId) -> FedSubtask:
        operator = self._plan.tasks[subtask.task].head.operator.id
        account, keeping = self._accounts.of(subtask, operator), self._making.keeping
        letters = None if keeping is None else keeping.letters.of(LetterPart(subtask, is_feeder=True))
        return FedSubtask(subtask.number, self._wiring.inlet(subtask, 0), account.counters, account.health, letters)

    async def _guarded(self, nursery: trio.Nursery, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Runs a part; its failure is the job's, if it is the first one."""
        try:
            await work()
        except Exception as error:
            if self._failure is None:
                self._failure = _as_ours(error, name)
            nursery.cancel_scope.cancel()

    async def _close(self, *, has_ended: bool) -> None:
        if not has_ended:
            self._accounts.stop()
        error = await self._closing.close(self._feeding, is_whole=has_ended)
        if error is not None:
            self._failure = self._failure or _as_ours(error, "closing")


def _as_ours(error: Exception, name: str) -> LightflusError:
    if isinstance(error, LightflusError):
        if error.where is None:
            error.where = name
        return error
    ours = InternalError(f"{type(error).__name__}: {error}", where=name, hint="please report this")
    ours.__cause__ = error
    return ours
