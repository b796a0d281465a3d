"""Shares of the CPU: who takes more than an equal one, and whose turns are long for it."""

from __future__ import annotations

import pytest

from lightflus.cluster_limits import LONG_SLICE_US, SHORT_SLICE_US
from lightflus.model.shares import share_of, turn_us


def test_one_alone_may_take_nearly_all() -> None:
    assert share_of([1.9], 2) == pytest.approx(1.6)


def test_two_have_the_same_share_whatever_they_take() -> None:
    assert share_of([1.7, 0.3], 2) == share_of([0.3, 0.3], 2) == pytest.approx(0.8)


def test_who_does_nothing_takes_no_share_from_the_others() -> None:
    assert share_of([1.0, 0.3, 0.0, 0.01], 2) == share_of([1.0, 0.3], 2)


def test_nobody_at_all_is_no_error() -> None:
    assert share_of([], 4) == pytest.approx(3.2)


def test_who_takes_half_of_his_share_has_short_turns() -> None:
    assert turn_us(0.5) == SHORT_SLICE_US


def test_who_takes_all_of_his_share_has_long_turns() -> None:
    assert turn_us(1.0) == turn_us(20.0) == LONG_SLICE_US
