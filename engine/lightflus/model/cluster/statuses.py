"""Statuses of a job, and which may follow which: the one table from which documents and refusals are made.

What it owns: the words that scripts read for years. Pure. What it leaves: when a status changes (`jobs.py`).
"""

from __future__ import annotations

from enum import Enum
from typing import Final


class JobStatus(Enum):
    """Where a job is in its life."""

    CREATED = "created"
    DEPLOYING = "deploying"
    RUNNING = "running"
    DRAINING = "draining"
    SAVEPOINTING = "savepointing"
    RESTARTING = "restarting"
    FAILING = "failing"
    CANCELING = "canceling"
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELED = "canceled"


_S = JobStatus
ENDED: Final = frozenset({_S.STOPPED, _S.FINISHED, _S.FAILED, _S.CANCELED})
"""Nothing of such a job runs, and nothing will unless it is started again."""

MOVES: Final[dict[JobStatus, frozenset[JobStatus]]] = {
    _S.CREATED: frozenset({_S.DEPLOYING, _S.FAILING, _S.CANCELING}),
    _S.DEPLOYING: frozenset({_S.RUNNING, _S.RESTARTING, _S.DRAINING, _S.FAILING, _S.CANCELING, _S.FINISHED}),
    _S.RUNNING: frozenset({_S.DRAINING, _S.SAVEPOINTING, _S.FINISHED, _S.RESTARTING, _S.FAILING, _S.CANCELING}),
    _S.DRAINING: frozenset({_S.STOPPED, _S.FAILING, _S.CANCELING}),
    _S.SAVEPOINTING: frozenset({_S.STOPPED, _S.RESTARTING, _S.FAILING, _S.CANCELING}),
    _S.RESTARTING: frozenset({_S.DEPLOYING, _S.DRAINING, _S.FAILING, _S.CANCELING}),
    _S.FAILING: frozenset({_S.FAILED, _S.CANCELING}),
    _S.CANCELING: frozenset({_S.CANCELED}),
    _S.STOPPED: frozenset({_S.DEPLOYING}),
    _S.FINISHED: frozenset({_S.DEPLOYING}),
    _S.FAILED: frozenset({_S.DEPLOYING}),
    _S.CANCELED: frozenset({_S.DEPLOYING}),
}
"""What may follow each status. What has ended is deployed again by `restart`."""


class Wish(Enum):
    """What a user may ask of a job; the first three are ways to stop it."""

    STOP = "stop"
    DRAIN = "drain"
    CANCEL = "cancel"
    RESTART = "restart"
    DELETE = "delete"


LEGAL: Final[dict[Wish, frozenset[JobStatus]]] = {
    Wish.STOP: frozenset({_S.DEPLOYING, _S.RUNNING, _S.RESTARTING}),
    Wish.DRAIN: frozenset({_S.DEPLOYING, _S.RUNNING}),
    Wish.CANCEL: frozenset(_S) - ENDED - {_S.CANCELING},
    Wish.RESTART: ENDED | {_S.RUNNING},
    Wish.DELETE: ENDED,
}
"""In which status each wish is legal."""


def legal_wishes(status: JobStatus) -> tuple[Wish, ...]:
    """What may be asked of a job now."""
    return tuple(wish for wish in Wish if status in LEGAL[wish])
