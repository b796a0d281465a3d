"""What time.md says, read as it stands: given the records of every split, what is late, and what every window holds.

What it owns: definitions over whole inputs, without watermarks that move, batches, panes or merging as one goes.
What it leaves: running anything (`timed_jobs.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from timed_jobs import Event

from lightflus.model.timed import FixedWindow, SessionWindow, SlidingWindow, Windows

NEVER = -(10**18)
"""Before the first record of a split."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An event with its place, and the watermark of its split just before it."""

    event: Event
    split: int
    position: int
    mark: int

    @property
    def time(self) -> int:
        """When it happened."""
        return self.event.time


def seen(splits: Sequence[Sequence[Event]], out_of_order: int = 0) -> list[Seen]:
    """All events; w(i) = max(t(0..i)) - outOfOrder - 1, and an event sees the one before its own."""
    return [
        Seen(event, split, position, max((one.time for one in events[:position]), default=NEVER) - out_of_order - 1)
        for split, events in enumerate(splits)
        for position, event in enumerate(events)
    ]


def windows_of(time: int, windows: FixedWindow | SlidingWindow) -> list[tuple[int, int]]:
    """Every `[start, end)` that holds a time; starts are multiples of the slide plus the offset."""
    slide = windows.slide if isinstance(windows, SlidingWindow) else windows.size
    starts = range(time - windows.size + 1, time + 1)
    return [(start, start + windows.size) for start in starts if (start - windows.offset) % slide == 0]


@dataclass(frozen=True, slots=True)
class Expected:
    """What a window operator gives: the records of each key and window, and what is late."""

    windows: Mapping[tuple[str, int, int], list[Seen]]
    late: list[Seen]
    late_in_part: int


def windowed(events: Iterable[Seen], windows: Windows, lateness: int = 0) -> Expected:
    """Which events each window holds."""
    if isinstance(windows, SessionWindow):
        late = [one for one in events if one.time + lateness <= one.mark]
        return Expected(_sessions([one for one in events if one not in late], windows.gap), late, 0)
    held: dict[tuple[str, int, int], list[Seen]] = {}
    late, in_part = [], 0
    for one in events:
        all_of_it = windows_of(one.time, windows)
        open_ = [(start, end) for start, end in all_of_it if not end - 1 + lateness <= one.mark]
        for start, end in open_:
            held.setdefault((one.event.key, start, end), []).append(one)
        if not open_:
            late.append(one)
        elif len(open_) < len(all_of_it):
            in_part += 1
    return Expected(held, late, in_part)


def _sessions(events: Sequence[Seen], gap: int) -> dict[tuple[str, int, int], list[Seen]]:
    """Records whose spans `[t, t + gap)` overlap, one through the other."""
    found: dict[tuple[str, int, int], list[Seen]] = {}
    for key in {one.event.key for one in events}:
        times = sorted({one.time for one in events if one.event.key == key})
        starts = [time for at, time in enumerate(times) if at == 0 or time >= times[at - 1] + gap]
        for start, following in zip(starts, [*starts[1:], None], strict=True):
            mine = [
                one
                for one in events
                if one.event.key == key and start <= one.time and (following is None or one.time < following)
            ]
            found[key, start, max(one.time for one in mine) + gap] = mine
    return found


def results(expected: Expected) -> dict[tuple[str, int, int], list[int]]:
    """The ids of each window, in an order that does not matter."""
    return {window: sorted(one.event.id for one in held) for window, held in expected.windows.items()}


def in_order(events: Iterable[Seen], lateness: int = 0) -> tuple[list[Seen], list[Seen]]:
    """Events by time, then split, then position; and those that are late."""
    all_of_them = list(events)
    late = [one for one in all_of_them if one.time + lateness <= one.mark]
    rest = [one for one in all_of_them if one not in late]
    return sorted(rest, key=lambda one: (one.time, one.split, one.position)), late


def rules_in_order(events: Iterable[Seen], lateness: int = 0) -> list[Seen]:
    """Rules by the time from which they hold: a late one from w + 1 on."""
    moved = [
        replace(one, event=replace(one.event, time=one.mark + 1)) if one.time + lateness <= one.mark else one
        for one in events
    ]
    return sorted(moved, key=lambda one: (one.time, one.split, one.position))


def by_key(events: Iterable[Seen]) -> dict[str, list[Seen]]:
    """The same by key, each in the order given."""
    found: dict[str, list[Seen]] = {}
    for one in events:
        found.setdefault(one.event.key, []).append(one)
    return found
