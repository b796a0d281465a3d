"""Which split is read next, and which ones wait."""

from __future__ import annotations

from lightflus.model.pace import Pace, pace_of


def test_the_split_that_is_furthest_behind_is_read_first() -> None:
    assert list(pace_of({"a": 30, "b": -5, "c": 10}, 100, lets_go=False).order) == ["b", "c", "a"]


def test_a_split_that_has_not_begun_is_before_all_others() -> None:
    assert list(pace_of({"a": -30, "b": None}, 100, lets_go=False).order) == ["b", "a"]


def test_what_is_further_ahead_than_the_drift_waits() -> None:
    assert pace_of({"a": 0, "b": 10, "c": 11}, 10, lets_go=False).held == {"c"}


def test_nobody_waits_while_a_split_has_not_begun() -> None:
    assert pace_of({"a": 0, "b": 1_000, "c": None}, 10, lets_go=False).held == frozenset()


def test_nobody_waits_for_splits_that_have_nothing_to_read() -> None:
    assert pace_of({"a": 0, "b": 1_000}, 10, lets_go=True).held == frozenset()


def test_without_splits_there_is_no_pace() -> None:
    assert pace_of({}, 10, lets_go=False) == Pace([], frozenset())
