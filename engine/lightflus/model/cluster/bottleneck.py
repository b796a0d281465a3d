"""Which subtask holds a job up: the first busy one downstream of back-pressured ones.

What it owns: the rule, and what counts as busy and as back-pressured. Pure.
What it leaves: measuring (`runtime/meter.py`), who is asked (`coordinator/control_service.py`).

A subtask that is too slow fills its inputs; then those that feed it wait for room, and so on up to the sources. So the
culprit is where back-pressure ends. Without any, one that never waits is as fast as the job can be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lightflus.model.cluster.values import Subtask, TaskShape

WAITING: Final = 0.2
"""Share of its time that a subtask waits for room, from which on it is back-pressured."""
BUSY: Final = 0.5
"""Share of its time that the culprit works, at least: what is less has other reasons, such as a slow network."""
ALL: Final = 0.9
"""Share of its time that a subtask works which nobody waits for, and which holds the job up nevertheless."""


@dataclass(frozen=True, slots=True)
class Shares:
    """What a subtask's time went into: parts of the last second."""

    busy: float
    backpressured: float


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """The culprit, and how it is known."""

    subtask: Subtask
    reason: str


def bottleneck(tasks: Sequence[TaskShape], shares: Mapping[Subtask, Shares]) -> Bottleneck | None:
    """The subtask that the others wait for; None where nothing holds the job up, or not enough is known.

    `tasks` are in order: each reads from earlier ones.
    """
    for task, shape in enumerate(tasks):
        waiting = max((_most(shares, upstream) for upstream in shape.reads), default=0.0)
        found = _busiest(shares, task)
        if found and waiting >= WAITING > shares[found].backpressured and shares[found].busy >= BUSY:
            busy = f"busy {shares[found].busy:.0%}"
            return Bottleneck(found, f"{busy}, while what feeds it waits {waiting:.0%} of its time")
    ends = [found for task in range(len(tasks)) if (found := _busiest(shares, task)) and shares[found].busy >= ALL]
    return Bottleneck(ends[0], f"busy {shares[ends[0]].busy:.0%}; nothing waits for it") if ends else None


def _most(shares: Mapping[Subtask, Shares], task: int) -> float:
    """How long the subtasks of a task wait for room, of the one that waits longest."""
    return max((one.backpressured for subtask, one in shares.items() if subtask.task == task), default=0.0)


def _busiest(shares: Mapping[Subtask, Shares], task: int) -> Subtask | None:
    """The one that works most; of equal ones the first."""
    found = sorted(subtask for subtask in shares if subtask.task == task)
    return max(found, key=lambda subtask: shares[subtask].busy, default=None)
