"""Rows that wait for the watermark, and leave in the order of event time.

What it owns: the waiting rows of one operator, by input, as sorted runs of which few are kept; the order: time, then
input, then split, then position (docs/time.md). On its subtask's lane.
What it leaves: what is late, how far the watermark is, what is done with rows (`process.py`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.errors import StateTooLarge
from lightflus.limits import MIB, WAITING_BYTES
from lightflus.ports.batch import Batch
from lightflus.ports.stamps import MARK, SPLIT, TIME, constant, counted_from, stamp, stamped

_Keys = Sequence[tuple[str, Literal["ascending"]]]
_ARRIVAL: Final = "arrival"
_RUNS: Final = 32
"""Sorted runs of one input that are kept apart: more are put together, so that a row is moved a few times only."""
_ORDER: Final[_Keys] = [(TIME, "ascending"), (SPLIT, "ascending"), (_ARRIVAL, "ascending")]
_BY_TIME: Final[_Keys] = [(TIME, "ascending"), ("side", "ascending")]


@dataclass(frozen=True, slots=True)
class Ordered:
    """Rows of both inputs in their order: `sides` has the input of each, 0 or 1; the batches have those of each."""

    sides: pa.UInt32Array
    first: Batch | None
    second: Batch | None


class Waiting:
    """The rows that wait in front of one operator."""

    def __init__(self, most_bytes: int = WAITING_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._runs: tuple[list[Batch], list[Batch]] = ([], [])
        self._arrived = 0

    @property
    def rows(self) -> int:
        """How many wait."""
        return sum(batch.rows for runs in self._runs for batch in runs)

    def add(self, side: int, batch: Batch) -> None:
        """Rows of an input, with their times, in the order in which they came. Raises StateTooLarge."""
        times = stamp(batch.stamps, TIME)
        assert times is not None, "rows in order of time have times"
        assert batch.stamps is not None
        arrived = counted_from(self._arrived, batch.rows)
        self._arrived += batch.rows
        columns = {name: column for name in (TIME, MARK) if (column := stamp(batch.stamps, name)) is not None}
        splits = stamp(batch.stamps, SPLIT)
        columns[SPLIT] = constant(-1, batch.rows) if splits is None else splits
        self._bytes += batch.columns.nbytes
        if self._bytes > self._most_bytes:  # reckoned: pieces of batches are not exactly as large as the whole
            self._bytes = batch.columns.nbytes + sum(run.columns.nbytes for runs in self._runs for run in runs)
        if self._bytes > self._most_bytes:
            raise StateTooLarge(
                f"{self.rows + batch.rows:,} records wait for the watermark, {self._bytes // MIB:,} MiB; "
                f"at most {self._most_bytes // MIB:,}",
                hint="see which split holds the watermark back (idleAfter lets the others go on), or ask for less "
                "outOfOrder and allowedLateness",
            )
        runs = self._runs[side]
        runs.append(_sorted(replace(batch, stamps=stamped({**columns, _ARRIVAL: arrived}), origin=None)))
        if len(runs) > _RUNS:
            runs.sort(key=lambda run: run.rows, reverse=True)
            half = _RUNS // 2
            runs[half:] = [_sorted(Batch.joined(runs[half:]))]

    def take(self, until: int) -> Ordered | None:
        """All rows whose time is at most `until`; None where there are none."""
        first, second = (self._taken(runs, until) for runs in self._runs)
        self._bytes -= sum(batch.columns.nbytes for batch in (first, second) if batch is not None)
        if first is None and second is None:
            return None
        times = [_times(batch) for batch in (first, second) if batch is not None]
        counts = [0 if batch is None else batch.rows for batch in (first, second)]
        sides = pa.concat_arrays([pa.repeat(pa.scalar(side, pa.uint32()), rows) for side, rows in enumerate(counts)])
        if first is not None and second is not None:
            table = pa.table({TIME: pa.concat_arrays(times), "side": sides})
            sides = sides.take(pc.sort_indices(table, sort_keys=_BY_TIME))
        return Ordered(sides, first, second)

    def all_rows(self) -> dict[int, Batch]:
        """All rows that wait, by input, in the order in which they leave."""
        return {side: _sorted(Batch.joined(runs)) for side, runs in enumerate(self._runs) if runs}

    def _taken(self, runs: list[Batch], until: int) -> Batch | None:
        taken: list[Batch] = []
        left: list[Batch] = []
        for run in runs:
            end = bisect_right(memoryview(_values(_times(run))).cast("q"), until)
            if end:
                taken.append(run.slice(0, end))
            if end < run.rows:
                left.append(run.slice(end, run.rows - end))
        runs[:] = left
        return _sorted(Batch.joined(taken)) if taken else None


def runs_of_sides(ordered: Ordered) -> Iterator[tuple[int, Batch]]:
    """The same as batches of one input each, in order."""
    sides = ordered.sides
    changes = pc.indices_nonzero(pc.not_equal(sides[1:], sides[:-1])).to_pylist()
    starts = [0, *(cast(int, at) + 1 for at in changes)]
    at = [0, 0]
    for start, end in zip(starts, [*starts[1:], len(sides)], strict=True):
        side = int(sides[start].as_py())
        batch = ordered.second if side else ordered.first
        assert batch is not None
        yield side, batch.slice(at[side], end - start)
        at[side] += end - start


def _times(batch: Batch) -> pa.Int64Array:
    times = stamp(batch.stamps, TIME)
    assert times is not None
    return times


def _values(times: pa.Int64Array) -> pa.Buffer:
    """The values of an array, from its offset on."""
    values = times.buffers()[1]
    assert values is not None, "rows have times"
    return values.slice(8 * times.offset, 8 * len(times))


def _sorted(batch: Batch) -> Batch:
    assert batch.stamps is not None
    order = pc.sort_indices(batch.stamps, sort_keys=_ORDER)
    return batch.take(cast(pa.UInt32Array, order.cast(pa.uint32())))
