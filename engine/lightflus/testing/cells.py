"""In which cells rows are, for the model of windowed state: panes of windows that slide, or sessions.

What it owns: both, by looking at every window and session there is. What it leaves: what lies in cells, what fires
(`windows.py`). It is no part of the data path.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import gcd

from lightflus.model.timed import FixedWindow, SessionWindow, SlidingWindow
from lightflus.model.windows import NEVER, THE_END, WindowSpec


@dataclass(slots=True)
class Cell:
    """`[start, end)` of a session, or of a pane, which is merged into windows from the one that starts at `first`."""

    key: bytes
    start: int
    end: int
    first: int
    into: int | None = None


class Cells(ABC):
    """Cells by number."""

    def __init__(self, spec: WindowSpec) -> None:
        self._late = spec.lateness
        self._open: dict[int, Cell] = {}
        self._next = 1

    @abstractmethod
    def windows(self, cell: int) -> Sequence[tuple[int, int]]:
        """Start and end of each window that a cell is merged into."""

    @abstractmethod
    def lateness(self, time: int, mark: int) -> float:
        """For how many of its windows a row is late: 0 none, 1 all."""

    @abstractmethod
    def add(self, key: bytes, time: int, mark: int) -> int:
        """The cell of a row that is not late for all."""

    @abstractmethod
    def window(self, cell: int) -> tuple[int, int]:
        """What a run says of a cell beside its key."""

    @abstractmethod
    def restore(self, key: bytes, window: tuple[int, int]) -> int:
        """The cell of a key of which a run says that."""

    @abstractmethod
    def open_from(self, mark: int) -> int:
        """Before which windows are over at a watermark: those that start before it, sessions that end at or before."""

    @abstractmethod
    def mark_of(self, bound: int) -> int:
        """A watermark of which that is `open_from`."""

    @abstractmethod
    def is_over(self, window: tuple[int, int], bound: int) -> bool:
        """Whether a cell is over by such a bound."""

    @abstractmethod
    def last_of(self, window: tuple[int, int]) -> int:
        """The last window that a cell is about, as runs say it."""

    @abstractmethod
    def span(self, window: tuple[int, int]) -> tuple[int, int]:
        """Start and end of a cell, of which a run says that."""

    def key(self, cell: int) -> bytes:
        """The key of a cell."""
        return self._open[cell].key

    def now(self, cell: int) -> int:
        """What a cell has become."""
        into = self._open[cell].into
        return cell if into is None else self.now(into)

    def merges(self, before: Cells) -> Iterator[tuple[int, int, int]]:
        """Cells of before that went into others: where they started, and into which."""
        for number, cell in before._open.items():
            if cell.into is None and self._open[number].into is not None:
                yield number, cell.start, self.now(number)

    def take_merged(self) -> list[int]:
        """Cells that went into others."""
        return [number for number, cell in self._open.items() if cell.into is not None]

    def of(self, key: bytes, start: int, rows: Collection[int]) -> tuple[int, ...]:
        """The cells of a key that are merged into the window that starts there, in the order in which they merge."""
        mine = [n for n, cell in self._open.items() if n in rows and cell.key == key]
        inside = [n for n in mine if start in (window for window, _ in self.windows(n))]
        return tuple(sorted(inside, key=lambda n: (self._open[n].start, self._open[n].first)))

    def over(self, watermark: int) -> list[int]:
        """Cells all of whose windows take no rows any more."""
        return [n for n in self._open if all(end - 1 + self._late <= watermark for _, end in self.windows(n))]

    def drop(self, cell: int) -> None:
        """A cell is no more."""
        del self._open[cell]

    def count(self, rows: Iterable[int]) -> int:
        """Different panes, or sessions, of cells."""
        return len(list(rows))

    def _make(self, cell: Cell) -> int:
        number, self._next = self._next, self._next + 1
        self._open[number] = cell
        return number


class _Panes(Cells):
    def __init__(self, spec: WindowSpec, size: int, slide: int, offset: int) -> None:
        super().__init__(spec)
        self._size, self._slide, self._offset = size, slide, offset
        self._pane = gcd(size, slide)

    def _of_time(self, time: int) -> list[int]:
        last = time - (time - self._offset) % self._slide
        return list(range(last, time - self._size, -self._slide))[::-1]

    def _in_time(self, time: int, mark: int) -> list[int]:
        return [start for start in self._of_time(time) if start + self._size - 1 + self._late > mark]

    def windows(self, cell: int) -> Sequence[tuple[int, int]]:
        pane = self._open[cell]
        return [(start, start + self._size) for start in self._of_time(pane.start) if start >= pane.first]

    def lateness(self, time: int, mark: int) -> float:
        return 1 - len(self._in_time(time, mark)) / len(self._of_time(time))

    def add(self, key: bytes, time: int, mark: int) -> int:
        start = time - (time - self._offset) % self._pane
        pane = Cell(key, start, start + self._pane, self._in_time(time, mark)[0])
        return next((number for number, cell in self._open.items() if cell == pane), None) or self._make(pane)

    def window(self, cell: int) -> tuple[int, int]:
        return self._open[cell].start, self._open[cell].first

    def restore(self, key: bytes, window: tuple[int, int]) -> int:
        pane = Cell(key, window[0], window[0] + self._pane, window[1])
        return next((number for number, cell in self._open.items() if cell == pane), None) or self._make(pane)

    def open_from(self, mark: int) -> int:
        if mark in (NEVER, THE_END):
            return mark
        return self._of_time(mark - self._size + 1)[-1] + self._slide

    def mark_of(self, bound: int) -> int:
        return bound if bound in (NEVER, THE_END) else bound - self._slide + self._size - 1

    def is_over(self, window: tuple[int, int], bound: int) -> bool:
        return self._of_time(window[0])[-1] < bound

    def last_of(self, window: tuple[int, int]) -> int:
        return self._of_time(window[0])[-1]

    def span(self, window: tuple[int, int]) -> tuple[int, int]:
        return window[0], window[0] + self._pane

    def count(self, rows: Iterable[int]) -> int:
        return len({(self._open[n].start, self._open[n].first) for n in rows})


class _Sessions(Cells):
    def __init__(self, spec: WindowSpec, gap: int) -> None:
        super().__init__(spec)
        self._gap = gap

    def windows(self, cell: int) -> Sequence[tuple[int, int]]:
        session = self._open[cell]
        return [(session.start, session.end)]

    def window(self, cell: int) -> tuple[int, int]:
        return self._open[cell].start, self._open[cell].end

    def restore(self, key: bytes, window: tuple[int, int]) -> int:
        start, end = window
        for number, cell in self._open.items():
            if (cell.key, cell.start) == (key, start):
                cell.end = end
                return number
        return self._make(Cell(key, start, end, start))

    def open_from(self, mark: int) -> int:
        return mark if mark in (NEVER, THE_END) else mark + 1

    def mark_of(self, bound: int) -> int:
        return bound if bound in (NEVER, THE_END) else bound - 1

    def is_over(self, window: tuple[int, int], bound: int) -> bool:
        return window[1] <= bound

    def last_of(self, window: tuple[int, int]) -> int:
        return window[1]

    def span(self, window: tuple[int, int]) -> tuple[int, int]:
        return window

    def lateness(self, time: int, mark: int) -> float:
        return float(time + self._late <= mark)

    def add(self, key: bytes, time: int, mark: int) -> int:
        alive = {number: cell for number, cell in self._open.items() if cell.key == key and cell.into is None}
        end = time + self._gap
        touched = [number for number, cell in alive.items() if cell.start < end and time < cell.end]
        if not touched:
            return self._make(Cell(key, time, end, time))
        stays = min(touched, key=lambda number: alive[number].start)
        cell = alive[stays]
        cell.end = max(end, *(alive[number].end for number in touched))
        cell.start = min(time, cell.start)
        for number in touched:
            if number != stays:
                alive[number].into = stays
        return stays


def cells_of(spec: WindowSpec) -> Cells:
    """None yet."""
    match spec.windows:
        case FixedWindow(size, offset):
            return _Panes(spec, size, size, offset)
        case SlidingWindow(size, slide, offset):
            return _Panes(spec, size, slide, offset)
        case SessionWindow(gap):
            return _Sessions(spec, gap)
