"""Pauses between tries."""

from __future__ import annotations

import pytest

from lightflus.limits import RETRY_FIRST_MS, RETRY_MOST_MS
from lightflus.model.backoff import pause_seconds


def test_pauses_double_up_to_a_bound() -> None:
    pauses = [pause_seconds(attempt, 0.0) for attempt in range(1, 9)]
    assert pauses[0] == RETRY_FIRST_MS / 1_000
    assert pauses[1] == 2 * pauses[0]
    assert pauses[-1] == RETRY_MOST_MS / 1_000
    assert pause_seconds(10**6, 0.0) == RETRY_MOST_MS / 1_000


def test_chance_takes_away_up_to_half() -> None:
    assert pause_seconds(3, 0.5) == pytest.approx(0.75 * pause_seconds(3, 0.0))
    assert pause_seconds(3, 0.999) > 0.5 * pause_seconds(3, 0.0)
