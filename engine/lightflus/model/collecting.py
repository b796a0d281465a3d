"""From what subtasks say of an epoch to its manifest: what is known of a job's state, and what is still missing.

What it owns: the books of one run with checkpoints: runs of state by operator and subtask, output that waits for its
manifest, positions; which subtasks an epoch waits for. Pure.
What it leaves: sending barriers and writing manifests (`runtime/checkpointing.py`), uploading (`runtime/snapshots.py`).

An epoch that fails loses nothing: runs that were sealed for it, and output that was prepared, belong to the next one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lightflus.checkpoint_limits import RUNS_LEAST, RUNS_MOST
from lightflus.model.checkpoints import (
    EVERY_GROUP,
    Manifest,
    ObjectRef,
    OperatorState,
    RunRef,
    SinkState,
    SourceState,
    StagedOutput,
    SubtaskState,
)
from lightflus.model.epochs import EpochLedger
from lightflus.model.plan import SubtaskId


@dataclass(frozen=True, slots=True)
class Part:
    """What a subtask says of one of its operators.

    Attributes:
        run: what has changed since the last epoch; None: nothing.
        is_whole: whether the run holds everything, and stands for all before it.
        facts: what is not by key.
        tables: rows that are kept whole.
    """

    run: RunRef | None
    is_whole: bool
    facts: bytes
    tables: Mapping[str, ObjectRef]


@dataclass(frozen=True, slots=True)
class Ack:
    """A subtask has handed over all that it keeps of an epoch.

    Attributes:
        subtask: who.
        epoch: of which.
        parts: by operator's name.
        output: what its sink is to show.
    """

    subtask: SubtaskId
    epoch: int
    parts: Mapping[str, Part] = field(default_factory=dict)
    output: StagedOutput | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """What does not change in one run.

    Attributes:
        header: a manifest without content.
        participants: all subtasks.
        operators: what keeps state, without its content.
        keepers: the names of those operators, by the task that they are part of.
        sinks: the parallelism of each sink that shows output by epoch, by its name.
        ends: the names of those that tasks end in, by task.
    """

    header: Manifest
    participants: tuple[SubtaskId, ...]
    operators: tuple[OperatorState, ...]
    keepers: Mapping[int, tuple[str, ...]]
    sinks: Mapping[str, int]
    ends: Mapping[int, str]


Runs = Mapping[tuple[str, int], tuple[RunRef, ...]]
"""The runs of each operator's subtasks, by the operator's name and the subtask's number."""


def is_worn(runs: Sequence[RunRef]) -> bool:
    """Whether a run with everything would be worth its bytes: those behind the first have more, or are many."""
    first, *younger = (run.object.bytes * len(run.groups) // len(EVERY_GROUP) for run in runs or (_NO_RUN,))
    return len(younger) >= RUNS_LEAST and (sum(younger) > first or len(younger) >= RUNS_MOST)


_NO_RUN = RunRef(ObjectRef("", 0, ""), 0)


class Collecting:
    """The books of one run."""

    def __init__(self, shape: Shape, epoch: int, runs: Runs) -> None:
        """`epoch` is that of the checkpoint from which the run goes on, `runs` are those that it was restored from."""
        self._shape = shape
        self._numbers = {subtask: number for number, subtask in enumerate(shape.participants)}
        self._ledger = EpochLedger(len(shape.participants), epoch)
        self._states = {key: SubtaskState(key[1], kept) for key, kept in runs.items()}
        self._later: list[Ack] = []
        """Of subtasks that have ended behind the barrier of the epoch under way."""
        self._outputs: dict[str, list[StagedOutput]] = {name: [] for name in shape.sinks}
        self._shown: dict[str, dict[int, StagedOutput]] = {name: {} for name in self._outputs}
        """The last one of each subtask that is visible."""

    @property
    def is_complete(self) -> bool:
        """Whether the epoch waits for nobody."""
        return self._ledger.is_complete

    def begin(self) -> int:
        """Begins the next epoch, whatever has become of the last one, and returns its number."""
        for ack in self._later:
            self._end(ack)
        self._later.clear()
        return self._ledger.begin()

    def acknowledged(self, ack: Ack) -> None:
        """Takes what a subtask has handed over. Of an epoch that was given up, too: later ones build on it."""
        for name, part in ack.parts.items():
            key = (name, ack.subtask.number)
            before = () if part.is_whole else self._states.get(key, SubtaskState(key[1])).runs
            runs = before if part.run is None else (*before, part.run)
            self._states[key] = SubtaskState(key[1], runs, part.facts, part.tables)
        self._keep(ack)
        self._ledger.flushed(self._numbers[ack.subtask], ack.epoch)

    def ended(self, subtask: SubtaskId, output: StagedOutput | None) -> None:
        """All inputs of a subtask have ended: it keeps nothing any more, and this is its last output.

        If it has handed over already what it had at the barrier of this epoch, that belongs to the next one.
        """
        ack = Ack(subtask, self._ledger.epoch, output=output)
        if self._numbers[subtask] in self._ledger.waiting:
            self._end(ack)
        else:
            self._later.append(ack)
        self._ledger.ended(self._numbers[subtask])

    def keep(self, sink: str, outputs: Iterable[StagedOutput]) -> None:
        """These wait for the next manifest."""
        self._outputs[sink] += outputs

    def committed(self, sink: str, outputs: Collection[StagedOutput]) -> None:
        """These are visible. The last one of each subtask stays in manifests: by it a start knows what came behind."""
        self._outputs[sink] = [output for output in self._outputs[sink] if output not in outputs]
        self._shown[sink] |= {output.subtask: output for output in sorted(outputs, key=lambda one: one.epoch)}

    @property
    def outputs(self) -> Mapping[str, Sequence[StagedOutput]]:
        """What waits to be made visible, by sink."""
        return self._outputs

    def sink_of(self, subtask: SubtaskId) -> str:
        """The name of the sink that a subtask ends in."""
        return self._shape.ends[subtask.task]

    @property
    def worn(self) -> Collection[SubtaskId]:
        """Subtasks with an operator whose changes have come to more than its state: time to write all of it anew."""
        tasks = {name: task for task, names in self._shape.keepers.items() for name in names}
        worn = {(tasks[name], number) for (name, number), state in self._states.items() if is_worn(state.runs)}
        return [subtask for subtask in self._shape.participants if (subtask.task, subtask.number) in worn]

    def manifest(self, epoch: int, sources: Iterable[SourceState], now_ms: int, *, is_end: bool = False) -> Manifest:
        """The checkpoint of an epoch that is complete."""
        operators = [
            replace(operator, subtasks=self._subtasks(operator.name, operator.parallelism))
            for operator in self._shape.operators
        ]
        sinks = [SinkState(name, parallelism, self._to_show(name)) for name, parallelism in self._shape.sinks.items()]
        return replace(
            self._shape.header,
            epoch=epoch,
            created_ms=now_ms,
            is_end=is_end,
            sources=tuple(sources),
            operators=() if is_end else tuple(operators),
            sinks=tuple(sinks),
        )

    def _to_show(self, sink: str) -> tuple[StagedOutput, ...]:
        """What waits, and of each subtask of which nothing does what it has shown last."""
        waiting = self._outputs[sink]
        first = {output.subtask for output in waiting}
        return (*(output for subtask, output in self._shown[sink].items() if subtask not in first), *waiting)

    def _subtasks(self, operator: str, parallelism: int) -> tuple[SubtaskState, ...]:
        return tuple(self._states.get((operator, number), SubtaskState(number)) for number in range(parallelism))

    def _end(self, ack: Ack) -> None:
        for name in self._shape.keepers.get(ack.subtask.task, ()):
            self._states.pop((name, ack.subtask.number), None)
        self._keep(ack)

    def _keep(self, ack: Ack) -> None:
        if ack.output is not None:
            self.keep(self.sink_of(ack.subtask), [ack.output])
