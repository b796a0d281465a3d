"""Runs of windowed state for tests: rows are folded into a text that says which rows there were, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import pyarrow as pa
from kernel_samples import UTF8, batch_of, numbers_of, texts

from lightflus.ports.windows import Firing, Placed, WindowedState


@dataclass(frozen=True, slots=True)
class Row:
    """A record: its key, its time, and the watermark of its split just before it."""

    key: str
    time: int
    mark: int | None = None


Fired = tuple[str, int, int, str]
"""Key, start, end, and what the window holds."""


class Run:
    """One state, whichever implements it."""

    def __init__(self, state: WindowedState, most: int = 3) -> None:
        """Takes up to `most` groups at a time."""
        self.state = state
        self._most = most
        self._count = 0

    def place(self, rows: Sequence[Row]) -> Placed:
        """Places rows, and stores nothing."""
        times = pa.array([row.time for row in rows], pa.int64())
        marks = pa.array([row.mark for row in rows], pa.int64())
        return self.state.place(
            texts(row.key for row in rows), None, times, marks if marks.null_count < len(rows) else None
        )

    def fold(self, rows: Sequence[Row]) -> object:
        """Folds rows in; what can be compared of where they were placed."""
        placed = self.place(rows)
        folded = self._texts(placed.cells)
        if placed.merges is not None:
            merged = zip(self._texts(placed.merges.cells), numbers_of(placed.merges.groups), strict=True)
            for text, group in merged:
                folded[group] += text
        groups = numbers_of(placed.groups)
        for group, row in zip(groups, range(self._count, self._count + len(groups)), strict=True):
            folded[group] += f"{row},"
        self._count += len(groups)
        assert placed.group_count == len(folded)
        self.state.scatter(placed.cells, batch_of(UTF8, [{"value": text} for text in folded]))
        rows_in_time = None if placed.rows is None else placed.rows.to_pylist()
        return rows_in_time, groups, folded, placed.late.to_pylist(), placed.late_in_part, placed.late_after_idle

    def fire(self) -> list[Fired]:
        """All that is due."""
        return [fired for firing in iter(lambda: self.state.fire(self._most), None) for fired in self._fired(firing)]

    def fire_changed(self, *, early: bool = False) -> list[Fired]:
        """All that has changed."""
        firings = iter(lambda: self.state.fire_changed(self._most, early=early), None)
        return [fired for firing in firings for fired in self._fired(firing)]

    def advance(self, watermark: int) -> list[Fired]:
        """All that is due at a watermark."""
        self.state.advance(watermark)
        return self.fire()

    def _fired(self, firing: Firing) -> Iterator[Fired]:
        assert firing.group_count == firing.keys.num_rows == len(firing.starts) == len(firing.ends) <= self._most
        groups = numbers_of(firing.groups)
        assert groups == sorted(groups)
        assert not firing.is_single or groups == list(range(firing.group_count))
        held = [""] * firing.group_count
        for text, group in zip(self._texts(firing.cells), groups, strict=True):
            assert text
            held[group] += f"{text}|"
        windows = (firing.keys.column(0), firing.starts, firing.ends)
        return cast("Iterator[Fired]", zip(*(column.to_pylist() for column in windows), held, strict=True))

    def _texts(self, cells: pa.Buffer) -> list[str]:
        return cast("list[str]", self.state.gather(cells).field(0).fill_null("").to_pylist())
