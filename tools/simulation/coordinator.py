"""The coordinator's process in a simulated world: its own code on a catalog that survives, killed at any write.

What it owns: dying, coming back, and calls that get an answer only while it lives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lightflus.cluster_limits import TICK_MS
from lightflus.coordinator.catalog import ModuleInfo
from lightflus.coordinator.cluster import Cluster
from lightflus.errors import LightflusError
from lightflus.testing.catalog import MemoryCatalog
from tools.simulation.world import World, WorldClock

NAMESPACE = "default"
DIGEST = "d" * 64


class Killed(BaseException):
    """The process is gone in the middle of what it did."""


class MortalCatalog(MemoryCatalog):
    """A catalog whose process may be killed before or after each transaction is kept."""

    def __init__(self, is_fatal: Callable[[], bool]) -> None:
        super().__init__()
        self._is_fatal = is_fatal

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """See `Catalog`."""
        with super().transaction():
            yield
            if self._is_fatal():
                raise Killed
        if self._is_fatal():
            raise Killed


class Process:
    """The coordinator as others reach it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.catalog = MortalCatalog(self._dies)
        self.catalog.put_module(ModuleInfo(NAMESPACE, DIGEST, 1, "{}"))
        self.cluster: Cluster | None = None
        self._life = 0
        self._is_starting = True
        self.start()

    def start(self) -> None:
        """A new life on the same catalog."""
        self._is_starting = True
        self.cluster = Cluster(self.catalog, WorldClock(self._world), secret=self._secret)
        self._is_starting = False
        self._life += 1
        self._world.say(f"coordinator begins life {self.cluster.life}")
        self._tick(self._life)

    def kill(self) -> None:
        """It comes back at once or some seconds later."""
        if self.cluster is not None:
            self._world.say("coordinator killed")
            self.cluster = None
            longest = self._world.chance.choice((500, 2_000, 20_000))
            self._world.after(self._world.between(100, longest), self.start)

    def call(self, do: Callable[[Cluster], None], refuse: Callable[[LightflusError], None]) -> bool:
        """Whether it lived through the call; `do` answers, or `refuse` tells why not."""
        if self.cluster is None:
            return False
        try:
            do(self.cluster)
        except LightflusError as error:
            refuse(error)
        except Killed:
            self.kill()
            return False
        return True

    def _secret(self) -> str:
        return f"{self._world.chance.getrandbits(64):x}"

    def _tick(self, life: int) -> None:
        if self.cluster is not None and life == self._life:
            self.call(Cluster.tick, lambda _: None)
            self._world.after(TICK_MS, lambda: self._tick(life))

    def _dies(self) -> bool:
        may = self._world.faults.kills_coordinator and not self._is_starting
        return may and self._world.happens(0.02)
