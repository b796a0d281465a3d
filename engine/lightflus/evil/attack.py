"""What an attack is, and what is seen of one. Pure.

What it owns: the expectations that every attack shares: how long a hostile module may keep the engine busy, and how
much memory it may cost, where an attack does not say it itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lightflus.limits import COMPILE_CPU_SECONDS, MIB
from lightflus.sandbox.limits import GuestLimits

NOTHING: Final = "nothing"
"""The error of an attack that harms nobody: the job runs to its end."""
LIMITS: Final = GuestLimits(memory_bytes=64 * MIB, deadline_ms=200, job_memory_bytes=64 * MIB)
"""What a hostile guest may use, a shared cluster's memory and a fifth of its deadline."""
CALL_SECONDS: Final = 4.0
"""A call that runs into its deadline is cut in pieces, each of which may do so again; the engine's own work."""
EXAMINE_SECONDS: Final = 1.2 * COMPILE_CPU_SECONDS
MEMORY_BYTES: Final = LIMITS.memory_bytes + 32 * MIB
"""Its linear memory, and what its answers become in the host."""


@dataclass(frozen=True, slots=True)
class Attack:
    """A hostile module.

    Attributes:
        kind: what it attacks: `loops`, `answers`, `graph`.
        name: what it does, in some words.
        module: makes its bytes.
        ends: names of the errors that it may end with; NOTHING = it runs to its end.
        seconds: what it may take from the first look at its bytes to its end, on a machine that is not busy.
        memory_bytes: what the engine's process may grow by meanwhile.
        is_bound: whether its source and sink are the operator's; else it names them itself.
    """

    kind: str
    name: str
    module: Callable[[], bytes]
    ends: frozenset[str]
    seconds: float = CALL_SECONDS
    memory_bytes: int = MEMORY_BYTES
    is_bound: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attack.

    Attributes:
        attack: which one.
        ended: the name of the error; NOTHING if there was none.
        said: the error as a person would see it.
        seconds: what it took.
        memory_bytes: what the process grew by, at most.
        held_not: what did not hold, in words; empty if all did.
    """

    attack: Attack
    ended: str
    said: str
    seconds: float
    memory_bytes: int
    held_not: tuple[str, ...]
