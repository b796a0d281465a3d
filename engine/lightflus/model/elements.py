"""What travels through a channel besides batches: one small closed union.

What it owns: the control elements of a stream. Pure. A batch carries Arrow data and lives in `ports/batch.py`;
`ports.batch.Element` is the union of both.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Watermark:
    """No record with event time <= `time_ms` (since 1970) is expected any more."""

    time_ms: int


@dataclass(frozen=True, slots=True)
class Barrier:
    """Everything before it belongs to checkpoint `epoch`."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Idle:
    """The sender has nothing to say for now: its watermark does not hold others back."""


@dataclass(frozen=True, slots=True)
class EndOfInput:
    """The input has ended, and nothing follows: what waits for its end fires now."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The job stops here, and nothing follows in this run: the input may go on in another one, so nothing fires."""


@dataclass(frozen=True, slots=True)
class SplitFound:
    """Records of a split may follow: it holds the watermark until they do, or, one that came late, begins at it."""

    split: int
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class SplitEnded:
    """No record of a split follows: its watermark does not hold others back any more."""

    split: int


SplitChange = SplitFound | SplitEnded
"""What a source says of its splits, to the operator that gives its records their times."""

Control = SplitChange | Watermark | Barrier | Idle | EndOfInput | Stop
