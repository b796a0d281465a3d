"""What a windowed state is asked to keep: the windows, how long they take late records, when they fire.

What it owns: `WindowSpec`, and the watermarks that stand for "not yet" and "at the end". Pure.
What it leaves: which rows are in which windows (`engine/kernel/src`, `testing/windows.py`), the operator as the user
wrote it (`timed.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lightflus.model.timed import SessionWindow, Windows

NEVER: Final = -(2**63)
"""The watermark before the first record of a split."""
THE_END: Final = 2**63 - 1
"""The watermark behind the last record of all: everything fires."""


def known(watermark: int) -> int | None:
    """A watermark as people see it: None before the first record."""
    return None if watermark == NEVER else watermark


@dataclass(frozen=True, slots=True)
class WindowSpec:
    """Windows of one operator. `lateness` is in milliseconds.

    A window `[start, end)` fires at a watermark of `end - 1`, with `fires_once` of `end - 1 + lateness`, as sessions
    always do; it takes records until `end - 1 + lateness`. `fires_early` says that `fire_changed` will be asked for
    windows that have not fired: what changed is noted for it.
    """

    windows: Windows
    lateness: int = 0
    fires_once: bool = False
    fires_early: bool = False

    @property
    def hold_back(self) -> int:
        """How long after its end a window fires, and by how much its results are behind the watermark."""
        return self.lateness if self.fires_once or isinstance(self.windows, SessionWindow) else 0
