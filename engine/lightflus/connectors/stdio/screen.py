"""The screen on which `stdout:` is a table, as the connector sees it.

What it owns: the seam. What it leaves: drawing (the CLI), what is shown (`streams.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ShownRows:
    """What a screen shows of one sink: the texts of at most STDOUT_TABLE_ROWS rows, the newest last."""

    sink: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    written: int


class Screen(Protocol):
    """Something that draws a table per sink and replaces what it drew of that sink before."""

    def show(self, rows: ShownRows) -> None:
        """Called at every flush, from the thread of a writer."""
        ...
