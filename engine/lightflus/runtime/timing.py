"""What a feeder adds where records get an event time: whose rows are whose, the system's own times, which split next.

What it owns: the splits of one source subtask by number, their stamps, their pace. On the feeder's side: its loop and
its reader's thread, one after the other.
What it leaves: times and watermarks (`operators/timestamps.py`), the rule of the pace (`model/pace.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from lightflus.model.elements import SplitEnded, SplitFound
from lightflus.model.pace import Pace, pace_of
from lightflus.model.times import OWN_TIME
from lightflus.ports.sources import Run, SourceBatch
from lightflus.ports.stamps import SPLIT, TIME, constant, stamped
from lightflus.runtime.clocks import SplitClocks
from lightflus.runtime.times import as_times


@dataclass(slots=True)
class Timing:
    """The splits of one source subtask in event time.

    Attributes:
        numbers: the number of each split of the source, which says in every subtask and run which one it is; it grows.
        clocks: where they stand.
        max_drift: how far apart they may be read.
        lets_go: whether the last read brought nothing, so that nobody has to wait for the slowest.
    """

    numbers: Mapping[str, int]
    clocks: SplitClocks
    max_drift: int
    lets_go: bool = False
    _open: dict[str, None] = field(default_factory=dict)
    _pace: Pace | None = None

    def found(self, split: str, *, is_late: bool) -> SplitFound:
        """A split that is read here from now on."""
        self._open[split] = None
        self.clocks.names[self.numbers[split]] = split
        return SplitFound(self.numbers[split], is_late)

    def ended(self, split: str) -> SplitEnded:
        """A split of which nothing follows."""
        self._open.pop(split, None)
        return SplitEnded(self.numbers[split])

    def pace(self) -> Pace | None:
        """How to read on; None where nothing has changed, or there is but one split."""
        if len(self._open) < 2 and self._pace is None:
            return None
        clocks = {split: self.clocks.latest(self.numbers[split]) for split in list(self._open)}
        pace = pace_of(clocks, self.max_drift, lets_go=self.lets_go)
        changed, self._pace = pace != self._pace, pace
        return pace if changed else None

    def stamps(self, found: SourceBatch) -> pa.RecordBatch:
        """The split of each row, and the time that its system has for it, which may be null."""
        rows = found.columns.num_rows
        runs = found.runs or (Run(next(iter(found.positions)), rows),)
        splits = [constant(self.numbers[run.split], run.rows) for run in runs if run.rows]
        columns = {SPLIT: splits[0] if len(splits) == 1 else pa.concat_arrays(splits)}
        times = found.times if found.times is not None else _in_record(found.columns)
        return stamped(columns if times is None else {**columns, TIME: times})


def _in_record(columns: pa.RecordBatch) -> pa.Int64Array | None:
    if OWN_TIME not in columns.schema.names:
        return None
    column = columns.column(OWN_TIME)
    is_number = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
    is_time = is_number or column.type == pa.timestamp("ms")
    return as_times(column) if is_time else None
