"""The seam between a chain and the operators in it: stages take batches and yield batches, sides and controls.

What it owns: the base class, with what a stage does that has nothing to hold, fire or give back. Synchronous; used on
its subtask's lane. What it leaves: handing on from stage to stage (`chain.py`), ending a guest's call
(`../guest_host.py`).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from lightflus.model.elements import SplitChange, Watermark
from lightflus.ports.batch import Batch, Out


class Stage(ABC):
    """One step of a chain.

    What its methods yield is computed while it is taken, so that a big batch neither blocks the slot for long nor lies
    in memory as a whole. One iterator is used up before the next method is called.
    """

    prefers_rows: ClassVar[int] = 0
    """Rows up to which batches that are there are better put together; 0 = as they come (and origins are kept)."""

    @property
    def is_holding(self) -> bool:
        """Whether `release` has something to yield."""
        return False

    @property
    def wakes_at(self) -> float:
        """When, by trio's clock, `wake` is wanted at the latest."""
        return math.inf

    @abstractmethod
    def process(self, side: int, batch: Batch) -> Iterator[Out]:
        """Works on a batch of one of its inputs; an operator with one input has side 0 alone."""

    def split(self, change: SplitChange) -> Iterator[Out]:
        """A source has found a split, or one has ended."""
        yield change

    def watermark(self, time_ms: int) -> Iterator[Out]:
        """Yields what fires, then the watermark that holds for what follows."""
        yield Watermark(time_ms)

    def wake(self, now: float) -> Iterator[Out]:
        """Yields what is due by trio's clock."""
        return iter(())

    def release(self) -> Iterator[Out]:
        """Yields what was held back."""
        return iter(())

    def finish(self) -> Iterator[Out]:
        """After the last batch of an input that has ended: yields all that is left. A stop does not call it."""
        return iter(())

    def close(self) -> None:  # noqa: B027 - most stages have nothing to give back
        """Gives memory back. Idempotent."""
