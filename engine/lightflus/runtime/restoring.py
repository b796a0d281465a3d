"""What a run goes on from: the parts of a checkpoint that each subtask needs, whatever the parallelism was.

What it owns: which old parts have keys of a new subtask; reading them, on that subtask's lane.
What it leaves: whether the checkpoint fits (`model/resuming.py`), putting rows back (the stages).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from lightflus.model.checkpoints import Manifest, OperatorState, RunRef, SubtaskState
from lightflus.model.collecting import Runs
from lightflus.model.key_groups import KeyGroupRange, range_of
from lightflus.model.plan import Plan, Task
from lightflus.ports.checkpoints import Checkpoints
from lightflus.ports.kernel import Kernel
from lightflus.runtime.operators.chain import Chain
from lightflus.runtime.operators.stage import Kept, KeptPart


@dataclass(frozen=True, slots=True)
class Restoring:
    """Reads one checkpoint for the subtasks of a plan."""

    checkpoints: Checkpoints
    manifest: Manifest
    plan: Plan
    kernel: Kernel

    def restore(self, chain: Chain, task: Task, number: int) -> None:
        """Has the operators of a subtask go on. On its lane. Raises CheckpointDamaged, StoreFailed."""
        by_name = {operator.name: operator for operator in self.manifest.operators}
        for planned in task.operators:
            if (kept := by_name.get(planned.name)) is not None:
                chain.restore(planned.operator.id, self._kept(kept, task.parallelism, number))

    def runs(self) -> Runs:
        """The runs that each subtask is restored from: the next checkpoint still needs them."""
        found: dict[tuple[str, int], tuple[RunRef, ...]] = {}
        for task in self.plan.tasks:
            names = {planned.name for planned in task.operators}
            for kept in self.manifest.operators:
                if kept.name in names:
                    for number in range(task.parallelism):
                        parts = self._parts(kept, task.parallelism, number)
                        found[kept.name, number] = tuple(run for part in parts for run in part.runs)
        return found

    def _kept(self, kept: OperatorState, parallelism: int, number: int) -> Kept:
        parts = [
            KeptPart(
                facts=part.facts,
                tables={name: self.checkpoints.get_table(ref) for name, ref in part.tables.items()},
                blocks=self._blocks(part),
            )
            for part in self._parts(kept, parallelism, number)
            if part.facts or part.tables or part.runs
        ]
        return Kept(lambda keys: self._own_rows(kept, keys, parallelism, number), parts)

    def _parts(self, kept: OperatorState, parallelism: int, number: int) -> Sequence[SubtaskState]:
        """The parts that have keys of a subtask, their runs with those groups alone; all where they are not by key."""
        if kept.key is None:
            return kept.subtasks
        own, every = range_of(number, parallelism, self.plan.key_groups), self.plan.key_groups
        both = [(part, range_of(part.subtask, kept.parallelism, every) & own) for part in kept.subtasks]
        return [_of_groups(part, groups) for part, groups in both if len(groups)]

    def _blocks(self, part: SubtaskState) -> Iterator[tuple[pa.Buffer, KeyGroupRange]]:
        for run in part.runs:
            for blocks in self.checkpoints.blocks(run):
                yield blocks, run.groups

    def _own_rows(self, kept: OperatorState, keys: pa.RecordBatch, parallelism: int, number: int) -> pa.UInt32Array:
        assert kept.key is not None
        partitioner = self.kernel.partitioner(kept.key)
        try:
            return partitioner.hash_and_distribute(keys, parallelism, self.plan.key_groups)[number].rows
        finally:
            partitioner.close()


def _of_groups(part: SubtaskState, groups: KeyGroupRange) -> SubtaskState:
    runs = (replace(run, groups=run.groups & groups) for run in part.runs)
    return replace(part, runs=tuple(run for run in runs if len(run.groups)))
