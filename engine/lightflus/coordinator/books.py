"""One session of a worker as the coordinator sees it: what is wished of it, what it has said, when it was last heard.

What it owns: versions of the wishes, and from the version that the worker has seen: what it must know by now, and what
it can no longer begin. Not kept: a coordinator that starts makes new books, with higher versions.
What it leaves: what is wished (`model/cluster/wishes.py`), what follows from it (`cluster.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lightflus.model.cluster.values import OVER, JobKey, Report, Worker
from lightflus.model.cluster.wishes import FragmentWish


@dataclass(slots=True)
class Book:
    """Of one session.

    Attributes:
        worker: who it is.
        heard_ms: when it was last heard.
        version: of `wishes`; grows with each change, and from one life of a coordinator to the next.
    """

    worker: Worker
    heard_ms: int
    version: int
    wishes: dict[JobKey, FragmentWish] = field(default_factory=dict)
    reports: dict[JobKey, Report] = field(default_factory=dict)
    _changed: dict[JobKey, int] = field(default_factory=dict)
    _base: int = 0
    _seen: int = 0
    _number: int = 0

    def __post_init__(self) -> None:
        self._base = self.version

    def wish(self, key: JobKey, wish: FragmentWish | None) -> bool:
        """What is wished of a job from now on; whether that is new."""
        before = self.wishes.get(key)
        if wish == before:
            return False
        self.version += 1
        if wish is None:
            del self.wishes[key]
        else:
            self.wishes[key] = wish
        if wish is None or before is None or wish.generation != before.generation:
            self._changed[key] = self.version
        return True

    def hear(self, number: int, seen: int, reports: Mapping[JobKey, Report], now_ms: int) -> set[JobKey]:
        """Takes a heartbeat; gives the jobs for which it says anything new. One that comes late says nothing."""
        self.heard_ms = max(self.heard_ms, now_ms)
        if number <= self._number:
            return set()
        self._number = number
        fresh = {key for key in self.reports.keys() | reports.keys() if self.reports.get(key) != reports.get(key)}
        if self._seen < self._base <= seen:
            fresh |= self.wishes.keys()
        known = {key for key, version in self._changed.items() if version <= seen}
        for key in known - self.wishes.keys():
            del self._changed[key]
        fresh |= {key for key in known if self._changed.get(key, 0) > self._seen or key not in self.wishes}
        self.reports = dict(reports)
        self._seen = min(max(self._seen, seen), self.version)
        return fresh

    def is_missing(self, key: JobKey) -> bool:
        """Whether it knows that it ought to run a job's newest generation, and does not say that it does."""
        wish = self.wishes.get(key)
        if wish is None or self._seen < self._changed.get(key, self._base):
            return False
        report = self.reports.get(key)
        return report is None or report.generation < wish.generation

    def is_gone(self, key: JobKey) -> bool:
        """Whether nothing of a job runs there, nor can begin: it knows that nothing is wished, and says nothing."""
        if key in self.wishes or self._seen < self._changed.get(key, self._base):
            return False
        report = self.reports.get(key)
        return report is None or report.status in OVER
