"""How often each record is written, given checkpoints: what a kind of sink promises before anything is opened.

What it owns: the values. Pure. What it leaves: which sink promises what (each connector), showing it (`cli/`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Guarantee(Enum):
    """What holds of a sink whatever fails, and when."""

    EXACTLY_ONCE = "exactly once"
    """What others see is at any moment what a run without failures would have written by then."""
    IN_EFFECT = "exactly once in effect"
    """It is so at last: a failure may take back what others have seen since the last checkpoint, to write it again."""
    AT_LEAST_ONCE = "at least once"
    """After a failure some of it is there twice."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What a sink guarantees with checkpoints, and why: a clause that follows a colon."""

    guarantee: Guarantee
    reason: str


NO_CHECKPOINTS = Promise(Guarantee.AT_LEAST_ONCE, "its connector takes no part in checkpoints")
"""Of a sink whose kind says nothing."""
