"""Who takes more of the CPU than others, and how long his turns are for it. Pure.

What it owns: an equal share, and the length of turns: whoever takes little asks for short ones, and has his next one
before those who take much. What it leaves: measuring, telling the system (`worker/turns.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from lightflus.cluster_limits import LONG_SLICE_US, SHORT_SLICE_US

_OURS: Final = 0.8
"""Of the cores: the rest is for whoever is not counted here."""
_ACTIVE_CORES: Final = 0.02
"""Who takes less does not ask for a share."""

_MODEST: Final = 0.75
"""Of a share: up to there turns are short. It is no whole one, which a process takes that starts over and over."""


def share_of(taken: Collection[float], cores: int) -> float:
    """What each may take, in cores, of those who take so much each."""
    return cores * _OURS / max(1, sum(one > _ACTIVE_CORES for one in taken))


def turn_us(part: float) -> int:
    """The length of turns of somebody who takes that part of his share."""
    return SHORT_SLICE_US if part < _MODEST else LONG_SLICE_US
