"""Threads: where synchronous work runs, off the event loop.

What it owns: the Protocols of a thread and of slots, which several subtasks share. What it leaves: threads
(`runtime/compute.py`, `runtime/slots.py`), and the same without any, for tests (`testing/compute.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Compute(Protocol):
    """Runs synchronous work in order, one piece at a time, off the event loop (or inline, in tests)."""

    async def run(self, work: Callable[[], T]) -> T:
        """Runs `work` and returns or raises what it does.

        Cancellation is noticed at once by the caller; work that has begun is left to end on its thread.
        """
        ...

    def post(self, work: Callable[[], object]) -> None:
        """Runs `work` after all that was asked before, without waiting for it: for closing what threads may still use.

        What it raises is lost.
        """
        ...

    def close(self) -> None:
        """Takes no more, and ends its thread, if it is its own, after the work that it has. Idempotent."""
        ...


class ComputeFactory(Protocol):
    """Makes threads; `name` is for thread lists and traces."""

    def __call__(self, name: str) -> Compute:
        """A thread of its own: its work runs in order, beside that of others."""
        ...


class Slots(Protocol):
    """Compute threads that the subtasks of one or many jobs share."""

    def lane(self, number: int, name: str) -> Compute:
        """A lane in the slot with the fewest, `number` (counted round) before others: its work runs in order.

        Lanes of a slot take turns.
        """
        ...
