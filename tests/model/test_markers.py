from __future__ import annotations

from lightflus.model.markers import NOTHING, Marker


def test_before_the_first_run_nobody_is_shut_out_and_nothing_is_visible() -> None:
    assert not NOTHING.shuts_out(1)
    assert not NOTHING.covers(1)


def test_an_epoch_is_visible_once_it_or_a_later_one_was_committed() -> None:
    assert Marker(1, 5).covers(4)
    assert Marker(1, 5).covers(5)
    assert not Marker(1, 5).covers(6)


def test_an_older_run_is_shut_out_and_its_successor_is_not() -> None:
    assert Marker(2, 5).shuts_out(1)
    assert not Marker(2, 5).shuts_out(2)
    assert not Marker(2, 5).shuts_out(3)
