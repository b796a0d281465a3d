"""How long to wait between two tries: exponential, bounded, with full jitter in its upper half.

What it owns: the rule. Pure: chance is handed in. What it leaves: waiting (`connectors/toolbox/retry.py`).
"""

from __future__ import annotations

from lightflus.limits import RETRY_FIRST_MS, RETRY_MOST_MS


def pause_seconds(attempt: int, chance: float) -> float:
    """The pause after try number `attempt` (from 1), in seconds.

    Doubles from RETRY_FIRST_MS up to RETRY_MOST_MS; `chance` in [0, 1) takes away up to half of it, so that many
    clients of one server do not come back at one moment.
    """
    doublings = min(attempt - 1, 32)
    longest = min(RETRY_FIRST_MS << doublings, RETRY_MOST_MS)
    return longest * (1 - chance / 2) / 1_000
