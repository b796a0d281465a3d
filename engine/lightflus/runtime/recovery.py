"""Sinks at the start of a run with checkpoints: older runs are shut out, what is complete is shown, the rest undone.

What it owns: the order: committers of the checkpoint's parallelism and of the run's first, then what they have
committed is asked, then all recover, and are closed; then those of the run itself are made. On the event loop.
What it leaves: what each step means in a system (the connectors), whether to go on (`model/resuming.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lightflus.model.checkpoints import Manifest, ObjectRef, SinkState, StagedOutput
from lightflus.model.graph import OperatorId
from lightflus.model.plan import Plan, SubtaskId, Task
from lightflus.model.resuming import check_ahead
from lightflus.ports.checkpointing import CheckpointPlan
from lightflus.ports.checkpoints import Checkpoints
from lightflus.ports.compute import Compute
from lightflus.ports.health import Health
from lightflus.ports.sinks import Committable, Committer, SinkIdentity, TransactionalSink


@dataclass(frozen=True, slots=True)
class _Opened:
    """A committer at the start, with what it is to recover."""

    sink: str
    subtask: SubtaskId
    committer: Committer
    outputs: tuple[StagedOutput, ...]


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a run begins with: a committer for each end in such a sink, and the last epoch that anybody knows."""

    committers: Mapping[SubtaskId, Committer]
    last_epoch: int


@dataclass(frozen=True, slots=True)
class Recovery:
    """Recovers the sinks of one run."""

    how: CheckpointPlan
    plan: Plan
    sinks: Mapping[OperatorId, TransactionalSink]
    thread: Compute
    health: Callable[[SubtaskId, OperatorId], Health]

    async def recovered(self) -> Recovered:
        """Sinks show what they ought to. Raises SinkFailed, CheckpointUnfit, StoreFailed."""
        return await self.thread.run(self._recovered)

    def _recovered(self) -> Recovered:
        opened: list[_Opened] = []
        try:
            for task, sink in self._ends():
                self._open(task, sink, opened)
            last = self._check(opened)
            for one in opened:
                one.committer.recover([_committable(output, self.how.checkpoints) for output in one.outputs])
        finally:
            for one in opened:
                one.committer.close()
        return Recovered(self._own(), last)

    def _own(self) -> Mapping[SubtaskId, Committer]:
        return {
            subtask: sink.committer(subtask.number, self.health(subtask, task.last.operator.id))
            for task, sink in self._ends()
            for subtask in self.plan.subtasks_of(task)
        }

    def _ends(self) -> list[tuple[Task, TransactionalSink]]:
        tasks = [(task, self.sinks.get(task.last.operator.id)) for task in self.plan.tasks]
        return [(task, sink) for task, sink in tasks if sink is not None]

    def _open(self, task: Task, sink: TransactionalSink, opened: list[_Opened]) -> None:
        name, header = task.last.name, self.how.header
        sink.begin(SinkIdentity(header.namespace, header.job, header.incarnation, name, header.generation))
        before = _state_of(self.how.resumed, name)
        for number in range(max(task.parallelism, before.parallelism)):
            subtask = SubtaskId(task.id, number)
            committer = sink.committer(number, self.health(subtask, task.last.operator.id))
            mine = [output for output in before.outputs if output.subtask == number]
            outputs = tuple(sorted(mine, key=lambda output: output.epoch))
            opened.append(_Opened(name, subtask, committer, outputs))

    def _check(self, opened: list[_Opened]) -> int:
        """The last epoch that any sink shows, or the store knows."""
        committed: dict[str, int | None] = {}
        for one in opened:
            last, before = one.committer.committed(), committed.get(one.sink)
            committed[one.sink] = max((epoch for epoch in (last, before) if epoch is not None), default=None)
        epoch = 0 if self.how.resumed is None else self.how.resumed.epoch
        check_ahead(epoch, committed, accepts_duplicates=self.how.accepts_duplicates)
        return max([self.how.last_epoch, *(epoch for epoch in committed.values() if epoch is not None)])


def _state_of(manifest: Manifest | None, sink: str) -> SinkState:
    states = () if manifest is None else manifest.sinks
    return next((state for state in states if state.name == sink), SinkState(sink, 0, ()))


def _committable(output: StagedOutput, checkpoints: Checkpoints) -> Committable:
    data = output.data
    return Committable(output.epoch, output.subtask, checkpoints.get(data) if isinstance(data, ObjectRef) else data)
