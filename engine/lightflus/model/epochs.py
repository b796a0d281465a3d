"""Which epoch has reached every sink: the ledger behind what sources may call done.

What it owns: counting. Pure: facts in, an answer out. One epoch is under way at a time, as with checkpoints.
What it leaves: sending barriers and telling sources (`runtime/commits.py`).
"""

from __future__ import annotations


class EpochLedger:
    """Epochs from 1; each is complete when every sink writer has flushed all that came before its barrier.

    A writer whose input has ended has flushed everything, and is asked no more.
    """

    def __init__(self, writers: int) -> None:
        self._running = set(range(writers))
        self._waiting: set[int] = set()
        self._epoch = 0

    @property
    def is_complete(self) -> bool:
        """Whether no writer is waited for."""
        return not self._waiting

    def begin(self) -> int:
        """Begins the next epoch and returns its number."""
        self._epoch += 1
        self._waiting = set(self._running)
        return self._epoch

    def flushed(self, writer: int, epoch: int) -> None:
        """A writer has flushed all before the barrier of `epoch`."""
        if epoch == self._epoch:
            self._waiting.discard(writer)

    def ended(self, writer: int) -> None:
        """A writer has flushed all that it will ever get."""
        self._running.discard(writer)
        self._waiting.discard(writer)
