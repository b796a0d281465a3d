"""How a connector tells whoever watches that it waits, while it works.

What it owns: the Protocol, for sources and sinks alike. From any thread.
What it leaves: counting and showing (`runtime/counters.py`).
"""

from __future__ import annotations

from typing import Protocol


class Health(Protocol):
    """How a connector is doing, for the person who watches. From any thread."""

    def waiting(self, reason: str) -> None:
        """It cannot go on for now: `localhost:6379 refuses connections; try 3, the next in 2 s`."""
        ...

    def fine(self) -> None:
        """It works (again). Cheap: called after every success."""
        ...

    @property
    def is_stopping(self) -> bool:
        """Whether the job is being cancelled: nobody waits any more for what the connector does."""
        ...
