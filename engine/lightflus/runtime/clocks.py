"""Where the splits of one source subtask stand in event time: written on a lane, read on the reader's thread.

What it owns: the latest time of each split, by number, and its name. What it leaves: what follows for watermarks
(`operators/timestamps.py`) and for reading (`model/pace.py`).
"""

from __future__ import annotations


class SplitClocks:
    """One writer per split; a reader may be late by an update, which costs nothing but memory."""

    def __init__(self) -> None:
        self._latest: dict[int, int] = {}
        self.names: dict[int, str] = {}
        """What people call the splits."""

    def advance(self, split: int, time_ms: int) -> None:
        """A record of a split has that time."""
        if time_ms > self._latest.get(split, time_ms - 1):
            self._latest[split] = time_ms

    def latest(self, split: int) -> int | None:
        """The latest time of a split; None before its first record."""
        return self._latest.get(split)
