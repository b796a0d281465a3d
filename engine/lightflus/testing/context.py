"""What a process function in Python sees while it is called: key, time, timers, outputs (docs/abi.md, 10.6 and 10.7).

What it owns: contexts, a key's timers. What it leaves: when a function is called (`process.py`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field

from lightflus.limits import TIME_MS
from lightflus.model.windows import NEVER
from lightflus.testing.memory import Value


@dataclass(slots=True)
class Key:
    """A key while a call runs. `is_known` says whether it has state."""

    value: Value
    is_known: bool = False
    state: Value = None
    timers: list[int] = field(default_factory=list)
    processing_timers: list[int] = field(default_factory=list)
    passed: list[int] = field(default_factory=list)
    """Processing timers that the function at work has set for a time already passed."""
    last: int = NEVER
    fired: int = 0

    def forget(self) -> None:
        """As if it had never been."""
        self.is_known, self.state, self.last = False, None, NEVER
        for timers in (self.timers, self.processing_timers, self.passed):
            timers.clear()


@dataclass(frozen=True, slots=True)
class Stamps:
    """Time and mark of the rows that a function makes."""

    time: int
    mark: int


Emit = Callable[[str, Value, Stamps], None]
"""Takes what a function hands on: port, record, and its stamps."""


class Context:
    """What a handler gets beside state and value (10.7)."""

    def __init__(
        self, key: Key, time: int, *, watermark: int, processing_time: int, stamps: Stamps, emit: Emit
    ) -> None:
        self.key = key.value
        self.time = time
        self.watermark = clamped(watermark)
        self.processing_time = processing_time
        self._emit = emit
        self._key = key
        self._stamps = stamps

    def emit(self, value: Value) -> None:
        """Hands a record on."""
        self._emit("", value, self._stamps)

    def emit_to(self, port: str, value: Value) -> None:
        """Hands a record on through a side output."""
        self._emit(port, value, self._stamps)

    def set_timer(self, time: float) -> None:
        """Has `on_timer` called at an event time."""
        _insert(self._key.timers, time)

    def delete_timer(self, time: float) -> None:
        """Takes it back."""
        _remove(self._key.timers, time)

    def set_processing_timer(self, time: float) -> None:
        """The same by the clock."""
        has_passed = time <= self.processing_time and time not in self._key.processing_timers
        _insert(self._key.passed if has_passed else self._key.processing_timers, time)

    def delete_processing_timer(self, time: float) -> None:
        """Takes it back."""
        _remove(self._key.processing_timers, time)
        _remove(self._key.passed, time)


def clamped(time: int) -> int:
    """A time that a row may have, or a function may see."""
    return min(max(time, -TIME_MS), TIME_MS)


def _insert(timers: list[int], time: float) -> None:
    if time != time or abs(time) > TIME_MS or time != int(time):  # noqa: PLR0124 (NaN)
        raise ValueError(f"a timer is set for {time}, which is no whole millisecond within ±{TIME_MS:,}")
    at = bisect_left(timers, time)
    if timers[at : at + 1] != [int(time)]:
        timers.insert(at, int(time))


def _remove(timers: list[int], time: float) -> None:
    if time in timers:
        timers.remove(int(time))
