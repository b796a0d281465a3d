"""How a subtask spends its time, and what went through it: the numbers by which one finds what holds a job up.

What it owns: three kinds of time, of which a subtask always has one: busy, back-pressured (what it has made finds no
room), idle (nothing has come); their shares of the last second; rows and bytes in and out; its guest's CPU, memory and
traps. Time is told on the event loop, the rest by the thread that works.
What it leaves: what operators count (`counters.py`), names and meaning (`telemetry/metrics.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import trio

from lightflus.model.plan import SubtaskId
from lightflus.runtime.channel import Mailbox
from lightflus.runtime.counters import Counters

_SECONDS = 1.0
"""The span of which shares are told, at least."""


class Doing(Enum):
    """What a subtask's time goes into."""

    BUSY = "busy"
    BACKPRESSURED = "backpressured"
    IDLE = "idle"


class Meter:
    """Of one subtask."""

    def __init__(self) -> None:
        self.rows_in = 0
        self.bytes_in = 0
        self.rows_out = 0
        self.bytes_out = 0
        self.guest_cpu_ns = 0
        self.guest_memory_bytes = 0
        self.traps = 0
        self._spent = dict.fromkeys(Doing, 0.0)
        self._doing = Doing.IDLE
        self._since: float | None = None

    def turn(self, what: Doing) -> None:
        """From now on its time is this. On the event loop."""
        now = trio.current_time()
        if self._since is not None:
            self._spent[self._doing] += now - self._since
        self._since, self._doing = now, what

    def spent(self) -> dict[Doing, float]:
        """Seconds since it began, up to now. On the event loop."""
        self.turn(self._doing)
        return dict(self._spent)


@dataclass(frozen=True, slots=True)
class SubtaskProgress:
    """One subtask at one moment; see `telemetry/metrics.py` for what each means."""

    subtask: SubtaskId
    task: str
    rows_in: int
    rows_out: int
    bytes_in: int
    bytes_out: int
    busy_share: float
    backpressured_share: float
    idle_share: float
    queue: int
    queue_fill: float
    lag: int | None
    watermark_lag: int | None
    guest_cpu_seconds: float
    guest_memory_bytes: int
    traps: int


class Watched:
    """A subtask that is looked at from time to time: `look` is its progress. On the event loop."""

    def __init__(
        self,
        subtask: SubtaskId,
        task: str,
        *,
        meter: Meter,
        mailbox: Mailbox,
        counted: Sequence[Counters],
        reader: Counters | None,
    ) -> None:
        """`counted` are its operators' counters, `reader` those of the source that it begins with, if it does."""
        self._subtask = subtask
        self._task = task
        self._meter = meter
        self._mailbox = mailbox
        self._counted = counted
        self._reader = reader
        self._seen_at = trio.current_time()
        self._seen = meter.spent()
        self._read_ns = self._reading_ns
        self._shares = {Doing.BUSY: 0.0, Doing.BACKPRESSURED: 0.0, Doing.IDLE: 1.0}

    def look(self, wall_ms: int) -> SubtaskProgress:
        """Where it stands; `wall_ms` is now, in milliseconds since 1970."""
        self._measure()
        meter, shares = self._meter, self._shares
        times = [one.watermark for one in self._counted if one.watermark is not None]
        return SubtaskProgress(
            subtask=self._subtask,
            task=self._task,
            rows_in=meter.rows_in,
            rows_out=meter.rows_out,
            bytes_in=meter.bytes_in,
            bytes_out=meter.bytes_out,
            busy_share=shares[Doing.BUSY],
            backpressured_share=shares[Doing.BACKPRESSURED],
            idle_share=shares[Doing.IDLE],
            queue=self._mailbox.waiting,
            queue_fill=self._mailbox.fill,
            lag=None if self._reader is None else self._reader.lag,
            watermark_lag=max(0, wall_ms - min(times)) if times else None,
            guest_cpu_seconds=meter.guest_cpu_ns / 1e9,
            guest_memory_bytes=meter.guest_memory_bytes,
            traps=meter.traps,
        )

    @property
    def _reading_ns(self) -> int:
        return 0 if self._reader is None else self._reader.busy_ns

    def _measure(self) -> None:
        """A source's reader works beside its subtask: the busier of the two is what it is measured by."""
        now = trio.current_time()
        passed = now - self._seen_at
        if passed < _SECONDS:
            return
        spent, read_ns = self._meter.spent(), self._reading_ns
        part = {what: (spent[what] - self._seen[what]) / passed for what in Doing}
        reading = min(1.0, (read_ns - self._read_ns) / 1e9 / passed)
        busy = max(part[Doing.BUSY], min(reading, 1.0 - part[Doing.BACKPRESSURED]))
        idle = max(0.0, 1.0 - busy - part[Doing.BACKPRESSURED])
        self._shares = {Doing.BUSY: busy, Doing.BACKPRESSURED: part[Doing.BACKPRESSURED], Doing.IDLE: idle}
        self._seen_at, self._seen, self._read_ns = now, spent, read_ns
