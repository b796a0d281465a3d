"""Sinks at the start of a run with checkpoints: older runs are shut out, what is complete is shown, the rest undone.

What it owns: the order: committers of the checkpoint's parallelism and of the run's first, then what they have
committed is asked, then all recover, and are closed; then those of the run itself are made. On the event loop.
What it leaves: what each step means in a system (the connectors), whether to go on (`model/resuming.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lightflus.model.checkpoints import Manifest, ObjectRef, SinkState, StagedOutput
from lightflus.model.resuming import check_ahead
from lightflus.ports.checkpointing import CheckpointPlan
from lightflus.ports.checkpoints import Checkpoints
from lightflus.ports.compute import Compute
from lightflus.ports.sinks import Committable, Committer, SinkIdentity


@dataclass(frozen=True, slots=True)
class Recovering:
    """A sink that shows output by epoch, at a start.

    Attributes:
        name: in manifests.
        parallelism: of the run.
        begin: says who writes.
        committer: makes one for a subtask.
    """

    name: str
    parallelism: int
    begin: Callable[[SinkIdentity], None]
    committer: Callable[[int], Committer]


@dataclass(frozen=True, slots=True)
class _Opened:
    """A committer at the start, with what it is to recover."""

    sink: str
    committer: Committer
    outputs: tuple[StagedOutput, ...]


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a run begins with: a committer for each subtask of such a sink, and the last epoch that anybody knows."""

    committers: Mapping[tuple[str, int], Committer]
    last_epoch: int


@dataclass(frozen=True, slots=True)
class Recovery:
    """Recovers the sinks of one run."""

    how: CheckpointPlan
    sinks: Sequence[Recovering]
    thread: Compute

    async def recovered(self) -> Recovered:
        """Sinks show what they ought to. Raises SinkFailed, CheckpointUnfit, StoreFailed."""
        return await self.thread.run(self._recovered)

    def _recovered(self) -> Recovered:
        opened: list[_Opened] = []
        try:
            for sink in self.sinks:
                self._open(sink, opened)
            last = self._check(opened)
            for one in opened:
                one.committer.recover([_committable(output, self.how.checkpoints) for output in one.outputs])
        finally:
            for one in opened:
                one.committer.close()
        return Recovered(self._own(), last)

    def _own(self) -> Mapping[tuple[str, int], Committer]:
        subtasks = [(sink, number) for sink in self.sinks for number in range(sink.parallelism)]
        return {(sink.name, number): sink.committer(number) for sink, number in subtasks}

    def _open(self, sink: Recovering, opened: list[_Opened]) -> None:
        header = self.how.header
        before = _state_of(self.how.resumed, sink.name)
        subtasks = max(sink.parallelism, before.parallelism)
        if subtasks:
            sink.begin(SinkIdentity(header.namespace, header.job, header.incarnation, sink.name, header.generation))
        for number in range(subtasks):
            mine = [output for output in before.outputs if output.subtask == number]
            outputs = tuple(sorted(mine, key=lambda output: output.epoch))
            opened.append(_Opened(sink.name, sink.committer(number), outputs))

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
