"""Which split of a source to read next, so that windows stay open no longer than the splits lie apart.

What it owns: the order, and who has to wait. Pure. What it leaves: where each split stands (`runtime/clocks.py`),
reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """How the splits of a reader stand to each other in event time.

    Attributes:
        order: its splits that have not ended, the one that is furthest behind first.
        held: those of them that are too far ahead of the first: nothing is to be read of them for now.
    """

    order: Sequence[str]
    held: frozenset[str]


def pace_of(clocks: Mapping[str, int | None], max_drift: int, *, lets_go: bool) -> Pace:
    """The pace of a reader's splits.

    Args:
        clocks: the latest time of each of its splits that has not ended; None = nothing of it has been read.
        max_drift: how far ahead of the slowest one another may be.
        lets_go: whether the slowest have nothing to read, so that it would be in vain to wait for them.
    """
    order = sorted(clocks, key=lambda split: (clocks[split] is not None, clocks[split] or 0))
    known = [time for time in clocks.values() if time is not None]
    if lets_go or len(known) < len(clocks) or not known:
        return Pace(order, frozenset())
    latest = min(known) + max_drift
    return Pace(order, frozenset(split for split, time in clocks.items() if time is not None and time > latest))
