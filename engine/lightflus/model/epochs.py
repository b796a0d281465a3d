"""Which epoch has reached every end of a job: the ledger behind what sources may call done; what fragments tell of it.

What it owns: counting, and the words that go between the fragment that counts and the others. Pure: facts in, an answer
out. One epoch is under way at a time.
What it leaves: sending barriers and telling sources (`runtime/`), how words travel (`ports/epochs.py`), what is handed
over (`collecting.py`).
"""

from __future__ import annotations

from dataclasses import dataclass


class EpochLedger:
    """Epochs from 1; each is complete when every end has flushed all that came before its barrier.

    An end whose input has ended has flushed everything, and is asked no more. Who begins no epochs itself hears of the
    next one by its first barrier.
    """

    def __init__(self, ends: int, epoch: int = 0) -> None:
        """`epoch` is the last one of an earlier run."""
        self._running = set(range(ends))
        self._waiting: set[int] = set()
        self.epoch = epoch
        """The newest one."""

    @property
    def is_complete(self) -> bool:
        """Whether no end is waited for."""
        return not self._waiting

    @property
    def has_ended(self) -> bool:
        """Whether no end will ever flush anything again."""
        return not self._running

    @property
    def waiting(self) -> frozenset[int]:
        """Who is waited for."""
        return frozenset(self._waiting)

    def begin(self) -> int:
        """Begins the next epoch and returns its number."""
        self.epoch += 1
        self._waiting = set(self._running)
        return self.epoch

    def flushed(self, end: int, epoch: int) -> None:
        """An end has flushed all before the barrier of `epoch`."""
        if epoch > self.epoch:
            self.epoch, self._waiting = epoch, set(self._running)
        if epoch == self.epoch:
            self._waiting.discard(end)

    def ended(self, end: int) -> None:
        """An end has flushed all that it will ever get."""
        self._running.discard(end)
        self._waiting.discard(end)


@dataclass(frozen=True, slots=True)
class Joined:
    """Upward, first: whether any source of this fragment wants to know what is done."""

    is_committing: bool


@dataclass(frozen=True, slots=True)
class Begun:
    """Downward: barriers of `epoch` are to be sent."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Flushed:
    """Upward: all ends of the fragment have flushed what came before the barrier of `epoch`."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Done:
    """Downward: all ends of the job have."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Ended:
    """Upward, last: all ends of the fragment have flushed all that they will ever get."""


@dataclass(frozen=True, slots=True)
class Over:
    """Downward, last: all ends of the job have."""


Word = Joined | Begun | Flushed | Done | Ended | Over
"""What fragments of a job say to each other about epochs."""
