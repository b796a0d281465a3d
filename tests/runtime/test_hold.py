"""When something held is let go."""

from __future__ import annotations

import math

from lightflus.runtime.hold import Hold


def test_nothing_held_is_never_due() -> None:
    hold = Hold(1.0, 0.1)
    assert hold.may_end_at == hold.must_end_at == math.inf


def test_with_nothing_else_to_do_it_goes_at_once_and_otherwise_when_the_hold_ends() -> None:
    hold = Hold(1.0, 0.1)
    hold.begin(5.0)
    hold.begin(5.5)
    assert (hold.may_end_at, hold.must_end_at) == (5.0, 6.0)


def test_after_an_expensive_release_it_rests_until_that_was_a_tenth_of_the_time() -> None:
    hold = Hold(1.0, 0.1)
    hold.begin(5.0)
    hold.end(5.0, 5.03)
    hold.begin(5.1)
    assert math.isclose(hold.may_end_at, 5.33)


def test_it_never_rests_beyond_the_hold() -> None:
    hold = Hold(1.0, 0.1)
    hold.begin(5.0)
    hold.end(5.0, 7.0)
    hold.begin(7.5)
    assert hold.may_end_at == hold.must_end_at == 8.5


def test_after_a_free_release_it_does_not_rest() -> None:
    hold = Hold(1.0, 0.1)
    hold.begin(5.0)
    hold.end(5.0, 5.0)
    hold.begin(5.0)
    assert hold.may_end_at == 5.0
