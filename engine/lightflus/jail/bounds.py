"""What a piece of work in the jail is, what it may use, and what it is called when it wants more. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from lightflus.errors import InternalError
from lightflus.limits import JAIL_WALL_SECONDS_PER_CPU_SECOND

Hear = Callable[[int, str], None]
"""Takes a line that a guest of the work logs: its level and its text."""
Task = Callable[[bytes, Hear], bytes]
"""A piece of work: a function at the top of its file, so that a child finds it by its name. It may raise
LightflusErrors, which come back as what they are."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a child may use.

    Attributes:
        cpu_seconds: CPU time, of all its threads.
        memory_bytes: memory beyond what it begins with; addresses that are only reserved do not count.
        answer_bytes: size of its answer.
    """

    cpu_seconds: int
    memory_bytes: int
    answer_bytes: int

    @property
    def wall_seconds(self) -> int:
        """When it is given up on a machine that is busy with other things."""
        return self.cpu_seconds * JAIL_WALL_SECONDS_PER_CPU_SECOND


class Exceeded(InternalError):
    """A child wanted more than its bounds; whoever asked says what that means for the user.

    Attributes:
        what: which of the bounds.
    """

    def __init__(self, what: Literal["time", "memory", "answer"]) -> None:
        super().__init__(f"the work in the jail took more {what} than it may")
        self.what = what
