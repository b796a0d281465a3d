"""Threads: where synchronous work runs, off the event loop.

What it owns: the Protocol of a slot. What it leaves: threads (`runtime/compute.py`), and the same without any, for
tests (`testing/compute.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Compute(Protocol):
    """A slot: runs synchronous work in order, off the event loop (or inline, in tests)."""

    async def run(self, work: Callable[[], T]) -> T:
        """Runs `work` on the slot's thread and returns or raises what it does.

        Cancellation is noticed at once by the caller; work that has begun is left to end on its thread.
        """
        ...

    def post(self, work: Callable[[], object]) -> None:
        """Runs `work` after all that was asked before, without waiting for it: for closing what threads may still use.

        What it raises is lost.
        """
        ...

    def close(self) -> None:
        """Ends the thread after the work that it has."""
        ...
