"""Makes the subtasks of a fragment: each with its lane, guest, chain and outputs.

What it owns: which parts a subtask has and in which order they are made. On the event loop; what belongs to a lane is
made on it. What it leaves: which stages there are (`assembly.py`), giving all of it back (`closing.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

import trio

from lightflus.model.graph import OperatorId
from lightflus.model.letter_parts import LetterPart
from lightflus.model.plan import Plan, SubtaskId
from lightflus.ports.compute import Compute, Slots
from lightflus.ports.guests import GuestFactory
from lightflus.ports.kernel import Kernel
from lightflus.ports.sinks import Committer, Sink, TransactionalSink
from lightflus.runtime.assembly import Policies, chain_of, guest_callers
from lightflus.runtime.clocks import SplitClocks
from lightflus.runtime.closing import Closing
from lightflus.runtime.commits import Commits, ReportedCommits
from lightflus.runtime.counters import Accounts, OperatorHealth
from lightflus.runtime.guest_host import GuestHost
from lightflus.runtime.lettering import Lettering, putting_into
from lightflus.runtime.meter import Meter, Watched
from lightflus.runtime.operators.process import WallClock
from lightflus.runtime.outputs import Outputs, SinkOutputs
from lightflus.runtime.poison import RetryBudget
from lightflus.runtime.restoring import Restoring
from lightflus.runtime.snapshots import Keeper, Snapshots
from lightflus.runtime.stages import Parts
from lightflus.runtime.staging import StagedOutputs
from lightflus.runtime.subtask import Subtask
from lightflus.runtime.wiring import Wiring


@dataclass(slots=True)
class Keeping:
    """What subtasks need in a run with checkpoints.

    Attributes:
        keeper: where they hand over what they keep.
        restoring: what they go on from; None: they begin.
        epoch: the last one before this run.
        committers: of the sinks that show output by epoch, by name and subtask, recovered.
        ends: those sinks' ends, as they are made.
        on_staged: is called when one of them has more in memory.
        snapshots: one for each subtask, as they are made.
        letters: what is put aside.
    """

    keeper: Keeper
    restoring: Restoring | None
    epoch: int
    committers: Mapping[tuple[str, int], Committer]
    ends: dict[SubtaskId, StagedOutputs]
    on_staged: Callable[[], None]
    snapshots: dict[SubtaskId, Snapshots]
    letters: Lettering


@dataclass(slots=True, kw_only=True)
class Making:
    """What the subtasks of one fragment are made of; see `Fragment` for what comes from its caller."""

    plan: Plan
    wiring: Wiring
    accounts: Accounts
    closing: Closing
    commits: Commits | ReportedCommits
    guests: GuestFactory
    kernel: Kernel
    sinks: Mapping[OperatorId, Sink]
    slots: Slots
    policies: Policies
    clock: Callable[[], float]
    clocks: Mapping[OperatorId, SplitClocks]
    wall: Callable[[], int]
    watched: list[Watched] = field(default_factory=list, init=False)
    """The subtasks that were made."""
    keeping: Keeping | None = None
    _retries: RetryBudget = field(default_factory=RetryBudget, init=False)
    _ends: list[tuple[SinkOutputs | StagedOutputs, OperatorHealth]] = field(default_factory=list, init=False)

    @property
    def is_flushing(self) -> bool:
        """Whether a sink is at work on what it held, and not waiting for its system."""
        return any(outputs.is_flushing and not health.status for outputs, health in self._ends)

    async def subtask(self, subtask: SubtaskId) -> Subtask:
        """A subtask that is ready to run. Raises SinkFailed where its sink cannot be written."""
        task = self.plan.tasks[subtask.task]
        lane = self.slots.lane(subtask.task + subtask.number, f"{task.name}-{subtask.number}")
        counters = self.accounts.counters_of(subtask)
        meter, mailbox = Meter(), self.wiring.mailbox(subtask)
        keeping = self.keeping
        letters = None if keeping is None else keeping.letters.of(LetterPart(subtask, is_feeder=False))
        callers = guest_callers(self.plan, task, putting_into(letters, self.policies), counters)
        host = GuestHost(self.guests, callers, self._retries, meter)
        self.closing.hosts.append(host)  # before its chain is made, so that the loop can interrupt it at any time
        wall = WallClock(self.wall, trio.current_time() - self.wall() / 1_000)
        parts = Parts(self.plan, self.kernel, host, counters, self.clocks, wall)
        chain = await lane.run(lambda: chain_of(task, parts))
        self.closing.on_lane(lane, chain.close)
        if letters is not None:
            self.closing.on_lane(lane, letters.close)
        if keeping is not None and keeping.restoring is not None:
            restoring = keeping.restoring
            await lane.run(lambda: restoring.restore(chain, task, subtask.number))
        outputs = await self._outputs(subtask, lane)
        head = task.head.operator
        reader = None if head.inputs else counters[head.id]
        counted = list(counters.values())
        watched = Watched(subtask, task.name, meter=meter, mailbox=mailbox, counted=counted, reader=reader)
        self.watched.append(watched)
        sink = task.last.operator.id
        snapshots = None if keeping is None else Snapshots(subtask, sink, keeping.keeper, letters, clock=self.clock)
        if keeping is not None and snapshots is not None:
            keeping.snapshots[subtask] = snapshots
        return Subtask(
            task.name, mailbox, chain, outputs, compute=lane, snapshots=snapshots, clock=self.clock, meter=meter
        )

    async def _outputs(self, subtask: SubtaskId, lane: Compute) -> Outputs:
        last = self.plan.tasks[subtask.task].last
        sink = self.sinks.get(last.operator.id)
        committers = {} if self.keeping is None else self.keeping.committers
        if (committer := committers.get((last.name, subtask.number))) is not None:
            staging = cast(TransactionalSink, sink)
            return await self._staged_outputs(staging, committer, subtask, last.operator.id, last.name)
        if sink is not None:
            return await self._sink_outputs(sink, subtask, last.operator.id, last.name)
        edges = await lane.run(lambda: self.wiring.outputs(subtask, self.kernel))
        self.closing.on_lane(lane, edges.close)
        return edges

    async def _staged_outputs(
        self, sink: TransactionalSink, committer: Committer, subtask: SubtaskId, operator: OperatorId, name: str
    ) -> StagedOutputs:
        assert self.keeping is not None
        account = self.accounts.of(subtask, operator)
        thread = self.closing.writer(f"{name}-{subtask.number}")
        outputs = StagedOutputs(
            lambda: sink.staging_writer(subtask.number, account.health),
            committer,
            thread,
            account.counters,
            self.keeping.on_staged,
        )
        self._ends.append((outputs, account.health))
        self.keeping.ends[subtask] = outputs
        self.closing.on_writer(thread, outputs.close)
        await outputs.open(self.keeping.epoch)
        return outputs

    async def _sink_outputs(self, sink: Sink, subtask: SubtaskId, operator: OperatorId, name: str) -> SinkOutputs:
        account, writer = self.accounts.of(subtask, operator), len(self._ends)
        thread = self.closing.writer(f"{name}-{subtask.number}")
        outputs = SinkOutputs(
            lambda: sink.writer(subtask.number, account.health),
            thread,
            account.counters,
            on_control=lambda control: self.commits.flushed(writer, control),
        )
        self._ends.append((outputs, account.health))
        self.closing.on_writer(thread, outputs.close)
        await outputs.open()
        return outputs
