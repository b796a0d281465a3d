"""Time, chance and the network of a simulated cluster.

What it owns: a queue of what happens when, a clock that jumps there, and messages that are lost, late, doubled or
overtaken. Everything depends on the seed alone, so the same seed gives the same log.
What it leaves: who speaks (`agents.py`, `coordinator.py`, `users.py`), what must hold (`invariants.py`).
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Faults:
    """How bad a world is; chances are per message or per look."""

    loss: float = 0.0
    doubles: float = 0.0
    late: float = 0.0
    kills_coordinator: bool = False
    kills_agents: bool = False
    pauses_agents: bool = False
    cuts_links: bool = False
    fails_fragments: bool = False
    jumps_clock: bool = False


@dataclass(slots=True)
class World:
    """Virtual time and what is to happen in it."""

    seed: int
    faults: Faults
    now_ms: int = 0
    log: list[str] = field(default_factory=list)
    cut: set[str] = field(default_factory=set)
    chance: random.Random = field(init=False)
    is_calm: bool = False
    _wall_ms: int = 1_700_000_000_000
    _count: int = 0
    _queue: list[tuple[int, int, Callable[[], object]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def say(self, text: str) -> None:
        """A line of the log."""
        self.log.append(f"{self.now_ms:>7} {text}")

    def after(self, delay_ms: int, do: Callable[[], object]) -> None:
        """Does something later; what is due at one time happens in the order in which it was asked for."""
        self._count += 1
        heapq.heappush(self._queue, (self.now_ms + max(delay_ms, 0), self._count, do))

    def run_until(self, end_ms: int) -> None:
        """Lets time pass."""
        while self._queue and self._queue[0][0] <= end_ms:
            self.now_ms, _, do = heapq.heappop(self._queue)
            do()
        self.now_ms = end_ms

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return self.chance.randint(low, high)

    def happens(self, probability: float) -> bool:
        """A fault; none in a calm world."""
        return not self.is_calm and self.chance.random() < probability

    def send(self, link: str, deliver: Callable[[], object]) -> None:
        """A message over a link: it comes once, later, twice or never."""
        copies = 2 if self.happens(self.faults.doubles) else 1
        for _ in range(copies):
            delay = self.between(1, 40)
            if self.happens(self.faults.late):
                delay = self.between(500, 8_000)
            if not self.happens(self.faults.loss):
                self.after(delay, lambda: self._arrive(link, deliver))

    def _arrive(self, link: str, deliver: Callable[[], object]) -> None:
        if link not in self.cut:
            deliver()

    def jump_clock(self, by_ms: int) -> None:
        """The clock of the wall goes forth or back; the other one does not."""
        self._wall_ms += by_ms

    @property
    def wall_ms(self) -> int:
        """What the clock on the wall says."""
        return self._wall_ms + self.now_ms


@dataclass(frozen=True, slots=True)
class WorldClock:
    """The world's time as a coordinator asks for it."""

    world: World

    def now_ms(self) -> int:
        """See `Clock`."""
        return self.world.now_ms

    def at_ms(self) -> int:
        """See `Clock`."""
        return self.world.wall_ms
