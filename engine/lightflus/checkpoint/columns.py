"""All that an operator keeps in one checkpoint as columns, whatever its size: the kernel reads and merges the runs.

What it owns: which blocks of which runs come together, so that of each key the youngest word is left.
What it leaves: merging and rows (`ports/durable.py`), single keys (`lookup.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise

import pyarrow as pa

from lightflus.checkpoint.lookup import KINDS
from lightflus.checkpoint.runs import RunFile
from lightflus.checkpoint.settings import windows_of
from lightflus.checkpoint_limits import RESTORE_BYTES
from lightflus.errors import CheckpointDamaged
from lightflus.model.checkpoints import OperatorState, RunRef, SubtaskState
from lightflus.model.key_groups import KeyGroupRange, range_of
from lightflus.model.timers import timer_row
from lightflus.model.windows import WindowSpec
from lightflus.ports.durable import Merging, RunKind, RunRows, Runs
from lightflus.ports.kernel import Kernel
from lightflus.ports.stores import CheckpointStore


@dataclass(frozen=True, slots=True)
class StateColumns:
    """The rows of one operator, which keeps state by key."""

    store: CheckpointStore
    operator: OperatorState
    key_groups: int
    kernel: Kernel

    def batches(self) -> Iterator[RunRows]:
        """All rows, some removals among them. Raises CheckpointDamaged, ObjectMissing, StoreFailed."""
        for part in self.operator.subtasks:
            own = range_of(part.subtask, self.operator.parallelism, self.key_groups)
            bounds = {own.start, own.stop}
            for run in part.runs:
                bounds |= {bound for bound in (run.groups.start, run.groups.stop) if bound in own}
            for start, stop in pairwise(sorted(bounds)):
                groups = KeyGroupRange(start, stop)
                yield from self._rows(part, [run for run in part.runs if start in run.groups], groups)

    def _rows(self, part: SubtaskState, refs: Sequence[RunRef], groups: KeyGroupRange) -> Iterator[RunRows]:
        """Those of key groups for which the same runs are meant."""
        files = [RunFile(self.store, ref.object, self.key_groups) for ref in refs]
        if not files:
            return
        runs = self._facts(part, files)
        assert self.operator.key is not None
        assert self.operator.state is not None
        state = timer_row(self.operator.state) if runs.kind is RunKind.TIMED else self.operator.state
        with closing(self.kernel.run_reader(runs, self.operator.key, state)) as reader:
            for blocks in self._merged(runs, refs, files, groups):
                yield reader.rows(blocks, groups.start, groups.stop)

    def _merged(
        self, runs: Runs, refs: Sequence[RunRef], files: Sequence[RunFile], groups: KeyGroupRange
    ) -> Iterator[pa.Buffer]:
        """Blocks, in which each key stands once."""
        left = [file.blocks(groups, RESTORE_BYTES) for file in files]
        if len(left) == 1:
            yield from left[0]
            return
        merging = Merging(len(left), sum(ref.rows for ref in refs), is_whole=True)
        with closing(self.kernel.run_merger(runs, merging)) as merger:
            while True:
                match merger.merged():
                    case int() as wanted:
                        blocks = next(left[wanted], None)
                        merger.supply(wanted, blocks or pa.py_buffer(b""), is_last=blocks is None)
                    case piece if piece.is_footer:
                        return
                    case piece if piece.data.size:
                        yield piece.data

    def _facts(self, part: SubtaskState, files: Sequence[RunFile]) -> Runs:
        kinds = {file.footer.kind for file in files}
        if len(kinds) != 1 or not kinds <= set(KINDS.get(self.operator.kind, ())):
            told = f"a {self.operator.kind} has no runs of kinds {sorted(kinds)}"
            raise CheckpointDamaged(told, where=files[0].where)
        windows = windows_of(self.operator)
        return Runs(
            kind=RunKind(kinds.pop()),
            windows=None if windows is None else WindowSpec(windows),
            facts=b"" if windows is None else part.facts,
        )
