"""One run of one job in this process: from a plan to its result.

What it owns: slots and other threads, one nursery for all subtasks, the first failure, draining, and leaving nothing
behind. On the event loop. What it leaves: the parts and their wiring (`assembly.py`), what they do (`subtask.py`).
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

import trio

from lightflus import limits
from lightflus.errors import InternalError, LightflusError
from lightflus.model.graph import OperatorId
from lightflus.model.plan import Plan, Task
from lightflus.ports.compute import Compute
from lightflus.ports.guests import GuestFactory
from lightflus.ports.kernel import Kernel
from lightflus.ports.sinks import Sink
from lightflus.ports.sources import Source
from lightflus.runtime.assembly import Assembler, Wiring
from lightflus.runtime.commits import Commits
from lightflus.runtime.compute import ComputeFactory, ThreadCompute
from lightflus.runtime.counters import Counters, OperatorHealth, OperatorProgress, progress_of
from lightflus.runtime.feeding import Feeding
from lightflus.runtime.guest_host import GuestHost
from lightflus.runtime.intake import BadRecordPolicy
from lightflus.runtime.outputs import Outputs, SinkOutputs
from lightflus.runtime.subtask import Subtask

_GRACE_SECONDS = limits.STOP_GRACE_MS / 1_000
_READERS_SECONDS = 2 * limits.READ_WAIT_MS / 1_000
"""How long readers may take to close; one that blocks for ever (a terminal) is left behind."""
_INTERRUPT_SECONDS = 0.05
"""How often a guest is told to end, while the job waits for its slot: between two calls there is nothing to end."""


@dataclass(frozen=True, slots=True)
class JobResult:
    """How a run ended.

    Attributes:
        operators: what each operator did, in order of registration.
        seconds: from start to end.
        is_drained: whether it was stopped before its sources ended.
    """

    operators: tuple[OperatorProgress, ...]
    seconds: float
    is_drained: bool


class JobRun:
    """One run: `run` it once; `progress` and `drain` at any time from the same loop; cancel it like any trio code."""

    def __init__(
        self,
        plan: Plan,
        *,
        guests: GuestFactory,
        kernel: Kernel,
        sources: Mapping[OperatorId, Source],
        sinks: Mapping[OperatorId, Sink],
        policies: Mapping[OperatorId, BadRecordPolicy] | None = None,
        slots: int | None = None,
        compute: ComputeFactory = ThreadCompute,
    ) -> None:
        """Prepares a run.

        Args:
            plan: what to run.
            guests: makes instances of the job's module.
            kernel: makes kernel instances.
            sources: an opened source per source operator; closed at the end.
            sinks: an opened sink per sink operator; closed at the end.
            policies: what each source does with bad records; the job fails where nothing is said.
            slots: compute threads; by default as many as the highest parallelism.
            compute: makes slots and the threads of readers and writers.
        """
        self._plan = plan
        self._assembler = Assembler(plan, guests, kernel)
        self._wiring = Wiring(plan)
        self._sources = sources
        self._sinks = sinks
        self._make_compute = compute
        self._readers: list[Compute] = []
        self._feeding = Feeding(sources, policies or {}, self._wiring, lambda name: self._thread(name, self._readers))
        self._commits = Commits(sum(t.parallelism for t in plan.tasks if t.last.operator.id in sinks))
        self._slot_count = slots or max(task.parallelism for task in plan.tasks)
        self._slots: list[Compute] = []
        self._writers: list[Compute] = []
        self._hosts: list[GuestHost] = []
        self._subtasks: list[Subtask] = []
        self._closing: list[tuple[Compute, Callable[[], None]]] = []
        self._counters: dict[OperatorId, list[Counters]] = {o.id: [] for o in plan.graph.operators}
        self._healths: dict[OperatorId, list[OperatorHealth]] = {o.id: [] for o in plan.graph.operators}
        self._failure: LightflusError | None = None
        self._ends: list[tuple[SinkOutputs, OperatorHealth]] = []
        self._is_draining = False
        self._started = 0.0

    async def run(self) -> JobResult:
        """Runs until all sources have ended and everything has reached its sink.

        Raises:
            LightflusError: the first failure of any subtask; everything else has been stopped by then.
        """
        self._started = trio.current_time()
        for number in range(self._slot_count):
            self._thread(f"slot-{number}", self._slots)
        is_whole = False
        try:
            async with trio.open_nursery() as around:
                async with trio.open_nursery() as nursery:
                    await self._guarded(nursery, self._plan.graph.job, lambda: self._start(nursery, around))
                around.cancel_scope.cancel()
            if self._failure is None:
                await self._feeding.commit_all()
            is_whole = self._failure is None
        finally:
            await self._close(is_whole=is_whole)
        if self._failure is not None:
            raise self._failure
        return JobResult(self.progress(), self.seconds, self._is_draining)

    @property
    def seconds(self) -> float:
        """Since the start."""
        return trio.current_time() - self._started

    def progress(self) -> tuple[OperatorProgress, ...]:
        """What each operator has done so far, in order of registration."""
        names = self._plan.names
        return tuple(
            progress_of(number, names[number], counters, self._healths[number])
            for number, counters in self._counters.items()
        )

    @property
    def is_flushing(self) -> bool:
        """Whether a sink is at work on what it held, and not waiting for its system."""
        return any(outputs.is_flushing and not health.status for outputs, health in self._ends)

    def drain(self) -> None:
        """Orderly stop: sources end now, what was read flows to the sinks, and `run` returns. Idempotent."""
        self._is_draining = True
        self._feeding.drain()

    async def _start(self, nursery: trio.Nursery, around: trio.Nursery) -> None:
        """Makes all parts, sinks first, so that one that cannot be written fails before anything is read.

        `around` is for what runs beside them and never ends by itself.
        """
        for task in reversed(self._plan.tasks):
            for number in range(task.parallelism):
                self._subtasks.append(await self._subtask(task, number))
        for task in self._plan.tasks:
            operator = task.head.operator.id
            if operator in self._sources:
                await self._feeding.add(task, self._counters[operator], self._healths[operator])
        for subtask in self._subtasks:
            nursery.start_soon(self._guarded, nursery, subtask.name, subtask.run)
        feeders = self._feeding.feeders
        for feeder in feeders:
            nursery.start_soon(self._guarded, nursery, feeder.name, feeder.run)
        around.start_soon(self._guarded, nursery, "finding splits", self._feeding.discover)
        if self._feeding.is_committing:
            around.start_soon(self._guarded, nursery, "commits", lambda: self._commits.run(feeders))

    async def _subtask(self, task: Task, number: int) -> Subtask:
        counters = {planned.operator.id: Counters() for planned in task.operators}
        for operator, own in counters.items():
            self._counters[operator].append(own)
            self._healths[operator].append(OperatorHealth(own))
        slot = self._slots[(task.id + number) % len(self._slots)]
        host = self._assembler.host(task)
        self._hosts.append(host)
        body = await slot.run(lambda: self._assembler.body(task, host, counters))
        self._closing.append((slot, body.close))
        outputs = await self._outputs(task, number, counters, slot)
        return Subtask(task.name, self._wiring.mailbox(task, number), body, outputs, slot)

    async def _outputs(
        self, task: Task, number: int, counters: Mapping[OperatorId, Counters], slot: Compute
    ) -> Outputs:
        operator = task.last.operator.id
        if operator not in self._sinks:
            outlets = self._wiring.outlets(task, number)
            return await slot.run(lambda: self._assembler.edges(task, outlets))
        sink, health, writer = self._sinks[operator], self._healths[operator][number], len(self._ends)
        thread = self._thread(f"{task.last.name}-{number}", self._writers)
        outputs = SinkOutputs(
            lambda: sink.writer(number, health),
            thread,
            counters[operator],
            on_control=lambda control: self._commits.flushed(writer, control),
        )
        self._ends.append((outputs, health))
        self._closing.append((thread, outputs.close))
        await outputs.open()
        return outputs

    def _thread(self, name: str, among: list[Compute]) -> Compute:
        thread = self._make_compute(name)
        among.append(thread)
        return thread

    async def _guarded(self, nursery: trio.Nursery, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Runs a part; its failure is the job's, if it is the first one."""
        try:
            await work()
        except Exception as error:
            if self._failure is None:
                self._failure = _as_ours(error, name)
            nursery.cancel_scope.cancel()

    async def _close(self, *, is_whole: bool) -> None:
        """Gives everything back. Threads that do not answer in time are left to end by themselves."""
        if not is_whole:
            self._interrupt()
        for thread, close in (*self._closing, *self._feeding.closing):
            thread.post(close)
        patience = math.inf if is_whole else _GRACE_SECONDS
        try:
            with trio.CancelScope(shield=not is_whole, deadline=trio.current_time() + patience):
                async with trio.open_nursery() as nursery:
                    if not is_whole:
                        nursery.start_soon(self._keep_interrupting)
                    await self._guarded(nursery, "closing", self._close_sinks)
                    nursery.cancel_scope.cancel()
            with trio.CancelScope(shield=True, deadline=trio.current_time() + _READERS_SECONDS):
                await _fence(self._readers)
                await self._feeding.close()
        finally:
            for thread in (*self._slots, *self._writers, *self._readers):
                thread.close()

    async def _close_sinks(self) -> None:
        """Once no thread can still use them."""
        await _fence(self._slots)
        await _fence(self._writers)
        for sink in self._sinks.values():
            await self._slots[0].run(sink.close)

    async def _keep_interrupting(self) -> None:
        while True:
            await trio.sleep(_INTERRUPT_SECONDS)
            self._interrupt()

    def _interrupt(self) -> None:
        for host in self._hosts:
            host.interrupt()
        for healths in self._healths.values():
            for health in healths:
                health.is_stopping = True


def _as_ours(error: Exception, name: str) -> LightflusError:
    if isinstance(error, LightflusError):
        if error.where is None:
            error.where = name
        return error
    ours = InternalError(f"{type(error).__name__}: {error}", where=name, hint="please report this")
    ours.__cause__ = error
    return ours


async def _fence(threads: Iterable[Compute]) -> None:
    """Returns when everything that was asked of these threads before has ended."""
    for thread in threads:
        await thread.run(_nothing)


def _nothing() -> None:
    """The fence itself."""
