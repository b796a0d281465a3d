"""State by key and window: a part of the kernel, as the data plane calls it.

What it owns: the Protocol and the values that cross it. Synchronous; one thread at a time uses an instance.
What it leaves: which windows there are (`model/windows.py`), the kernel itself (`kernel/`), folding (`runtime/`).
Buffers hold u32.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from lightflus.ports.durable import Durable


@dataclass(frozen=True, slots=True)
class Merges:
    """Sessions that have become one with another: the state of `cells[i]` goes to the group `groups[i]`.

    Those of one group stand by start, all behind the group's own state. The state of `cells` can be gathered until the
    next call of `scatter`, `undo`, `place`, `advance` or `fire`.
    """

    cells: pa.Buffer
    groups: pa.Buffer


@dataclass(frozen=True, slots=True)
class Placed:
    """Rows of a batch that have found their place.

    `rows` are those in time for a window (None: all), `groups` the group of each of these, < `group_count`; groups are
    numbered by first row. `cells` has the place of each group's state. `late` are the rows that are late for all of
    their windows, `late_in_part` counts those that are late for some; `late_after_idle` counts those of `late` that are
    so only since the operator's watermark is ahead of that of their split.
    """

    rows: pa.UInt32Array | None
    groups: pa.Buffer
    cells: pa.Buffer
    group_count: int
    late: pa.UInt32Array
    late_in_part: int
    late_after_idle: int
    merges: Merges | None


@dataclass(frozen=True, slots=True)
class Firing:
    """Keys with windows that fire, by window end, then key hash.

    A group is a key and a window: `keys`, `starts` and `ends` have a row for each. `cells` are the places of its state:
    one each, in the order of groups, if `is_single`; else several, those of one group adjacent, in the order in which
    they merge. `groups` has the group of each cell. No groups at all: the kernel has done its bounded part, and asks
    for the next call. Cells are good until the next call of `place`, `advance`, `fire` or `fire_changed`.
    """

    cells: pa.Buffer
    groups: pa.Buffer
    group_count: int
    keys: pa.RecordBatch
    starts: pa.Int64Array
    ends: pa.Int64Array
    is_single: bool


class WindowedState(Durable, Protocol):
    """State rows by key and window, in one kernel instance (one windowed operator of one subtask).

    A row's state lies in a cell: that of its session or window, or, where windows overlap, of its pane, which several
    windows share. The numbers of cells mean nothing by themselves.
    """

    def place(
        self, keys: pa.RecordBatch, hashes: pa.UInt64Array | None, times: pa.Int64Array, marks: pa.Int64Array | None
    ) -> Placed:
        """Finds or makes the cell of every row that is in time; at most FOLD_ROWS rows.

        `marks` has the watermark of each row's split just before it; null, or no marks: the row is late by none.
        Whoever places rows stores their state (`scatter`), or says `undo`.
        """
        ...

    def undo(self) -> None:
        """Takes the last `place` back, behind which there was no `scatter`, as if it had not been."""
        ...

    def gather(self, cells: pa.Buffer) -> pa.StructArray:
        """The state rows of `cells`, null where there is none."""
        ...

    def scatter(self, cells: pa.Buffer, state: pa.RecordBatch) -> None:
        """Stores a row per cell; cells are distinct."""
        ...

    def advance(self, watermark: int) -> None:
        """Says that the operator's watermark has come to that; `fire` gives what is due. THE_END: everything."""
        ...

    def fire(self, most: int) -> Firing | None:
        """Up to `most` groups that are due; None when nothing is left to fire, and what is over has been dropped.

        What `fire_changed` has not given comes first. Each call does a bounded part of the work.
        """
        ...

    def fire_changed(self, most: int, *, early: bool = False) -> Firing | None:
        """Up to `most` groups whose window has fired already, and whose state has changed since; None: no more.

        `early`: also of windows that have not fired, whose state has changed since they were last given so.
        """
        ...

    @property
    def windows(self) -> int:
        """Windows (panes where windows overlap) that hold state; sessions are counted one by one."""
        ...

    @property
    def rows(self) -> int:
        """Cells that hold state."""
        ...

    @property
    def memory_bytes(self) -> int:
        """What the kernel instance takes."""
        ...

    def close(self) -> None:
        """Gives the memory back. Idempotent."""
        ...
