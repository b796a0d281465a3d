"""One chunk of cases: inputs that follow from seed, target and number, read one after the other.

What it owns: noticing what has no name or hangs, and the command that repeats it. In any process.
"""

from __future__ import annotations

import signal
from random import Random
from types import FrameType
from typing import Final

from tools.fuzz.targets import TARGETS

_SIZES: Final = {"jail": 50}
_SIZE: Final = 1_000
HANG_SECONDS: Final = 60
"""A case takes microseconds, one in the jail some milliseconds: on any machine that is no time at all."""

Work = tuple[str, int, int]
"""Target, seed, number of the chunk."""


def size_of(target: str) -> int:
    """Cases of one chunk."""
    return _SIZES.get(target, _SIZE)


class Hang(Exception):
    """A case took longer than HANG_SECONDS."""


def _hang(_number: int, _frame: FrameType | None) -> None:
    raise Hang(f"it took longer than {HANG_SECONDS} s")


def run(work: Work) -> str | None:
    """Runs a chunk; what failed, in words, or None."""
    name, seed, number = work
    target, chance = TARGETS[name], Random(f"{name} {seed} {number}")
    signal.signal(signal.SIGALRM, _hang)
    for case in range(size_of(name)):
        data = target.make(chance)
        signal.alarm(HANG_SECONDS)
        try:
            target.read(data)
        except Exception as error:  # whatever has no name
            shown = data if len(data) < 2_000 else data[:2_000] + b"..."
            again = f"python -m tools.fuzz --target {name} --seed {seed} --chunk {number}"
            return f"{name}, case {case}: {type(error).__name__}: {error}\n  input {shown!r}\n  again: {again}"
        finally:
            signal.alarm(0)
    return None
