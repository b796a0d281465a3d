"""All attacks, run one after the other in one process, and whether each was held.

What it owns: what must hold of every attack: its named error, its bounds of time and memory, harmless words, a right
neighbour; and of all together: the same process, its memory as before. What it leaves: the report (`cli/attacking.py`).
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import trio

from lightflus import errors
from lightflus.client.api import Api
from lightflus.errors import JobInvalid, LightflusError
from lightflus.evil import files, graphs, guests, maps
from lightflus.evil.arena import Arena, Fight, Shown, settled_bytes
from lightflus.evil.attack import NOTHING, Attack, Outcome
from lightflus.evil.siege import Siege, abroad
from lightflus.limits import MIB

Progress = Callable[[Outcome], None]
"""Gets each outcome as it comes."""
_TOLERANCE: Final = 1.2
_GROWTH: Final = 1.05
_SLACK_BYTES: Final = 8 * MIB
"""What allocators keep all the same."""
_HARMFUL: Final = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_MOST_SHOWN: Final = 20_000
"""Characters of a whole error."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was seen of all attacks.

    Attributes:
        outcomes: one per attack.
        held_not: what did not hold of all together, in words.
        grown_bytes: by how much the process is larger than after half of them.
    """

    outcomes: tuple[Outcome, ...]
    held_not: tuple[str, ...]
    grown_bytes: int

    @property
    def has_held(self) -> bool:
        """Whether everything did."""
        return not self.held_not and not any(one.held_not for one in self.outcomes)


def attacks() -> Iterator[Attack]:
    """Every attack of the suite."""
    yield from files.attacks()
    yield from graphs.attacks()
    yield from maps.attacks()
    yield from guests.attacks()


def run(chosen: Sequence[Attack], shown: Shown, hear: Progress) -> Report:
    """Runs attacks. `shown` makes of an error what a person sees, `hear` gets each outcome. Raises LightflusError."""
    with tempfile.TemporaryDirectory(prefix="lightflus-evil-") as folder, Arena(Path(folder)) as arena:
        return trio.run(_run, arena, chosen, shown, hear)


def run_abroad(api: Api, chosen: Sequence[Attack], shown: Shown, hear: Progress) -> Report:
    """The same against a running cluster, with its operator's token. Raises LightflusError."""
    outcomes = []
    with Siege(api) as siege:
        for attack in map(abroad, chosen):
            outcomes.append(judged(attack, siege.fight(attack), shown))
            hear(outcomes[-1])
    return Report(tuple(outcomes), (), 0)


async def _run(arena: Arena, chosen: Sequence[Attack], shown: Shown, hear: Progress) -> Report:
    pid, outcomes, before = os.getpid(), [], 0
    for half in (chosen[::2], chosen[1::2]):  # each has attacks of every kind: what the second adds is a leak
        before = settled_bytes()
        for attack in half:
            outcome = judged(attack, await arena.fight(attack), shown)
            outcomes.append(outcome)
            hear(outcome)
    grown = settled_bytes() - before
    held_not = []
    if grown > max(before * (_GROWTH - 1), _SLACK_BYTES):
        held_not.append(f"the process grew by {grown // MIB} MiB, from {before // MIB} MiB")
    if os.getpid() != pid:
        held_not.append("the process is another")
    return Report(tuple(outcomes), tuple(held_not), grown)


def judged(attack: Attack, fight: Fight, shown: Shown) -> Outcome:
    """Whether an attack was held."""
    error = fight.error
    ended = NOTHING if error is None else name_of(error)
    said = shown(error) if isinstance(error, LightflusError) else str(error or "")
    return Outcome(attack, ended, said, fight.seconds, fight.memory_bytes, tuple(_held_not(attack, fight, ended, said)))


def name_of(error: Exception) -> str:
    """The class of `errors.py` that an error is, or its own where it is none of ours."""
    return next(
        (kind.__name__ for kind in type(error).__mro__ if kind.__module__ == errors.__name__), type(error).__name__
    )


def _held_not(attack: Attack, fight: Fight, ended: str, said: str) -> Iterator[str]:
    if ended not in attack.ends:
        yield f"it ended with {ended}, not with {' or '.join(sorted(attack.ends))}"
    allowed = attack.seconds * fight.busy
    if fight.seconds > allowed * _TOLERANCE:
        yield f"it took {fight.seconds:.1f} s; {allowed:.1f} s are allowed"
    if fight.memory_bytes > attack.memory_bytes * _TOLERANCE:
        yield f"it took {fight.memory_bytes // MIB} MiB; {attack.memory_bytes // MIB} MiB are allowed"
    if not fight.is_neighbour_right:
        yield "the output of the honest job beside it is wrong"
    if any(_HARMFUL.search(line) or "\n" in line for line in fight.said):
        yield "a log line of it may harm a terminal"
    problems = len(fight.error.problems) if isinstance(fight.error, JobInvalid) else 1
    begun = sum(not one.startswith((" ", "...")) for one in said.split("\n") if one)
    if _HARMFUL.search(said) or len(said) > _MOST_SHOWN or begun > max(problems, 1):
        yield "its error may harm a terminal"
