"""Trying again while a server is away: bounded, with pauses that grow, and seen by whoever watches.

What it owns: the loop. It runs and waits on the connector's own thread, so that what waits upstream feels it.
What it leaves: which failures pass by themselves (each connector's mapping raises `Passing` for those), how long a
pause is (`model/backoff.py`).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from lightflus.errors import ExternalError
from lightflus.limits import RETRY_SECONDS
from lightflus.model.backoff import pause_seconds
from lightflus.model.text import counted
from lightflus.ports.health import Health

T = TypeVar("T")

_LOOK_SECONDS = 0.05
"""How often a pause looks whether the job is being stopped."""


class Passing(Exception):
    """The system cannot be used for now, and that may pass; `str` says why: `localhost:6379 refuses connections`."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one reader or writer tries again.

    Attributes:
        where: what the system is called in errors: `redis://localhost:6379`.
        failure: the error that is raised when patience ends: SourceFailed or SinkFailed.
        health: told while it waits.
        seconds: how long it tries, from the first failure on.
        now: a monotonic clock, in seconds.
        sleep: waits, in seconds.
        chance: a number in [0, 1).
    """

    where: str
    failure: type[ExternalError]
    health: Health
    seconds: float = RETRY_SECONDS
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random

    def call(self, work: Callable[[], T]) -> T:
        """Does `work`, again and again while it raises `Passing`.

        Raises:
            ExternalError: of class `failure`, when it has failed for `seconds`, or the job is being stopped. What
                `work` raises otherwise goes through.
        """
        attempt, since = 0, self.now()
        while True:
            try:
                done = work()
            except Passing as reason:
                attempt += 1
                self._wait(str(reason), attempt, since)
            else:
                self.health.fine()
                return done

    def _wait(self, reason: str, attempt: int, since: float) -> None:
        pause = pause_seconds(attempt, self.chance())
        left = since + self.seconds - self.now()
        if left <= 0 or self.health.is_stopping:
            raise self.failure(
                f"{reason}; tried {counted(attempt, 'time')} in {self.now() - since:.0f} s",
                where=self.where,
                hint="bring the server back and start the job again; option `retry` says for how many seconds to try",
            )
        self.health.waiting(f"{reason}; try {attempt + 1} in {pause:.1f} s")
        until = self.now() + min(pause, left)
        while (rest := until - self.now()) > 0 and not self.health.is_stopping:
            self.sleep(min(rest, _LOOK_SECONDS))
