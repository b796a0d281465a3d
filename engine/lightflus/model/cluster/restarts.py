"""Whether a job that has failed is tried again, and when.

What it owns: which errors would come again whatever is tried, and the pauses between tries. Pure.
What it leaves: when a failure is noticed, and what is started then (`jobs.py`).
"""

from __future__ import annotations

from lightflus.cluster_limits import RESTART_CALM_MS, RESTART_FIRST_MS, RESTART_MOST_MS
from lightflus.errors import GuestDeadlineExceeded, GuestDisturbed, LightflusError, PeerLost, UserError

_PASSING = (GuestDeadlineExceeded, GuestDisturbed)
"""Errors of the user's that a busy machine can cause: another try may go well."""


def is_final(error: LightflusError) -> bool:
    """Whether trying again would give the same: the job, its input or its binding is wrong."""
    return isinstance(error, UserError) and not isinstance(error, _PASSING)


def is_echo(kind: str) -> bool:
    """Whether a failure only tells of another one: a peer that is gone has failed itself, or its worker has."""
    return kind == PeerLost.__name__


def pause_ms(attempt: int) -> int:
    """The pause before try number `attempt` (from 1): doubles up to RESTART_MOST_MS."""
    return int(min(RESTART_FIRST_MS << min(attempt - 1, 32), RESTART_MOST_MS))


def attempts_after(attempts: int, *, ran_ms: int) -> int:
    """Tries in a row once a job fails again: one that has run for RESTART_CALM_MS begins anew."""
    return 1 if ran_ms >= RESTART_CALM_MS else attempts + 1
