"""The seam between a subtask and what it does: bodies take batches and yield batches.

What it owns: the Protocol. A body is synchronous and used on its slot's thread.
What it leaves: ending a guest's call from outside (`../guest_host.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from lightflus.ports.batch import Batch


class Body(Protocol):
    """The operators of one subtask.

    What its methods yield is computed while it is taken, so that a big batch neither blocks the slot for long nor lies
    in memory as a whole. One iterator is used up before the next method is called.
    """

    @property
    def prefers_rows(self) -> int:
        """Rows up to which waiting batches are better put together; 0 = as they come (and origins are kept)."""
        ...

    @property
    def is_holding(self) -> bool:
        """Whether `release` has something to yield."""
        ...

    def process(self, batch: Batch) -> Iterator[Batch]:
        """Works on a batch."""
        ...

    def release(self) -> Iterator[Batch]:
        """Yields what was held back."""
        ...

    def finish(self) -> Iterator[Batch]:
        """After the last batch: yields all that is left."""
        ...

    def close(self) -> None:
        """Gives memory back. Idempotent."""
        ...
