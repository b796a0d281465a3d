"""The seam between a chain and the operators in it: stages take batches and yield batches, sides and controls.

What it owns: the base class, with what a stage does that has nothing to hold, fire or give back. Synchronous; used on
its subtask's lane. What it leaves: handing on from stage to stage (`chain.py`), ending a guest's call
(`../guest_host.py`).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import pyarrow as pa

from lightflus.model.elements import SplitChange, Watermark
from lightflus.model.key_groups import KeyGroupRange
from lightflus.ports.batch import Batch, Out
from lightflus.ports.durable import Durable


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a stage keeps at a barrier.

    Attributes:
        facts: what is not by key.
        tables: rows that are kept whole, by name.
        run: the state whose changes are sealed: pieces are to be taken; None where nothing has changed.
    """

    facts: bytes = b""
    tables: Mapping[str, pa.RecordBatch] = field(default_factory=dict)
    run: Durable | None = None


@dataclass(frozen=True, slots=True)
class KeptPart:
    """What one subtask of a run before this one kept.

    Attributes:
        facts: what is not by key.
        tables: rows that are kept whole, by name; also those of keys that are not this subtask's.
        blocks: blocks of its runs, older ones first, and the key groups of which their rows are to be taken.
    """

    facts: bytes
    tables: Mapping[str, pa.RecordBatch]
    blocks: Iterator[tuple[pa.Buffer, KeyGroupRange]]


@dataclass(frozen=True, slots=True)
class Kept:
    """What a checkpoint holds for one subtask of an operator.

    Attributes:
        own_rows: which rows of keys of the operator are this subtask's.
        parts: of all subtasks that had some of its keys.
    """

    own_rows: Callable[[pa.RecordBatch], pa.UInt32Array]
    parts: Sequence[KeptPart]


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

    def seal(self, *, is_whole: bool) -> Sealed | None:
        """At a barrier, when nothing is held: what it keeps; None: nothing. Takes a bounded time.

        `is_whole`: all state, not only what has changed since the last time.
        """
        return None

    def restore(self, kept: Kept) -> None:  # noqa: B027 - most stages keep nothing
        """Before the first batch: goes on from what stages like it have kept. Raises CheckpointDamaged, StoreFailed."""

    def close(self) -> None:  # noqa: B027 - most stages have nothing to give back
        """Gives memory back. Idempotent."""
