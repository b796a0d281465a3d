"""When something that is held back should be let go.

What it owns: a rule over times: at once when there is nothing else to do; but so seldom that letting go takes at most a
small share of the time; and at the latest when the hold ends. Pure; times in seconds of one clock.
Why: an emission or a flush costs the same for many updates of a key as for one. Under load, fewer is cheaper; a single
line typed into a terminal should be seen at once.
"""

from __future__ import annotations

import math


class Hold:
    """One thing that is held: updates of a keyed operator, or what a sink has not flushed."""

    def __init__(self, longest: float, share: float) -> None:
        """`longest` is the most that anything is held, in seconds; `share` the part of the time for early releases."""
        self._longest = longest
        self._share = share
        self._since = math.inf
        self._rest_until = -math.inf

    def begin(self, now: float) -> None:
        """Something is held from now on, unless it was already."""
        self._since = min(self._since, now)

    def end(self, started: float, now: float) -> None:
        """It was let go: that began at `started`."""
        self._since = math.inf
        self._rest_until = now + (now - started) / self._share

    @property
    def is_held(self) -> bool:
        """Whether anything is held."""
        return self._since < math.inf

    @property
    def must_end_at(self) -> float:
        """When it has to go, even if there is other work; infinite if nothing is held."""
        return self._since + self._longest

    @property
    def may_end_at(self) -> float:
        """When it should go if there is no other work; infinite if nothing is held."""
        if not self.is_held:
            return math.inf
        return min(max(self._since, self._rest_until), self.must_end_at)
