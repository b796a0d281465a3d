"""Turns on the CPU between the namespaces of a worker: whoever takes much waits for whoever takes little.

What it owns: what each namespace takes, measured again and again; the length of its turns, and the small weight of one
that takes more than its share. A namespace keeps its standing when its process is another. On the event loop of the
agent.
What it leaves: what a share is (`model/shares.py`), what the system offers (`scheduling.py`), which processes there are
(`runners.py`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from lightflus import scheduling
from lightflus.cluster_limits import HEAVY_NICE, LONG_SLICE_US, RUNNER_NICE
from lightflus.model.shares import share_of, turn_us

_KEPT = 0.9
"""Of the most that was seen, at each look: what comes in bursts, such as one start after the other, is not forgotten
in between."""
_FORGOTTEN = 0.005
"""Cores below which a namespace without a process is not remembered."""


@dataclass(slots=True)
class _Seen:
    pid: int | None
    seconds: float = 0.0
    """CPU time at the last look."""
    cores: float = 0.0
    """What it has taken of late, at most."""
    turn_us: int = LONG_SLICE_US
    """As the system has been told of this process."""
    nice: int = HEAVY_NICE


class Turns:
    """Of one worker."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}
        self._cores = len(os.sched_getaffinity(0))

    def begin(self, namespace: str, pid: int) -> None:
        """It has a new process. Starting one is work for which nobody has to wait."""
        known = self._seen.get(namespace)
        self._seen[namespace] = _Seen(pid, cores=known.cores if known else 0.0)
        scheduling.set_slice(pid, LONG_SLICE_US)
        scheduling.set_session_nice(pid, HEAVY_NICE)

    def look(self, pids: Mapping[str, int], elapsed: float) -> None:
        """Measures the processes of namespaces, `elapsed` seconds after the last time, and tells the system."""
        for namespace, one in list(self._seen.items()):
            _measure(one, pids.get(namespace), elapsed)
            if one.pid is None and one.cores < _FORGOTTEN:
                del self._seen[namespace]
        share = share_of([one.cores for one in self._seen.values()], self._cores)
        for one in self._seen.values():
            if one.pid is not None:
                _tell(one, one.pid, one.cores / share)


def _measure(one: _Seen, pid: int | None, elapsed: float) -> None:
    one.pid = pid
    seconds = one.seconds if pid is None else scheduling.cpu_seconds(pid) or one.seconds
    one.cores = max(one.cores * _KEPT, (seconds - one.seconds) / elapsed)
    one.seconds = seconds


def _tell(one: _Seen, pid: int, part: float) -> None:
    turn = turn_us(part)
    if turn != one.turn_us:
        one.turn_us = turn
        scheduling.set_slice(pid, turn)
    nice = HEAVY_NICE if part > 1 else RUNNER_NICE
    if nice != one.nice and scheduling.set_session_nice(pid, nice):
        one.nice = nice
