"""When control elements of several inputs count."""

from __future__ import annotations

from lightflus.model.alignment import Alignment
from lightflus.model.elements import Barrier, EndOfInput, Idle, Stop, Watermark


def test_a_watermark_counts_when_every_input_has_one_and_is_the_smallest() -> None:
    inputs = Alignment(2)
    assert inputs.receive(0, Watermark(50)) == ()
    assert inputs.receive(1, Watermark(30)) == (Watermark(30),)
    assert inputs.receive(1, Watermark(80)) == (Watermark(50),)


def test_a_watermark_never_goes_back_or_comes_twice() -> None:
    inputs = Alignment(1)
    assert inputs.receive(0, Watermark(5)) == (Watermark(5),)
    assert inputs.receive(0, Watermark(5)) == ()
    assert inputs.receive(0, Watermark(4)) == ()


def test_an_idle_input_does_not_hold_others_back_until_it_speaks_again() -> None:
    inputs = Alignment(2)
    inputs.receive(0, Watermark(10))
    assert inputs.receive(1, Idle()) == (Watermark(10),)
    assert inputs.receive(1, Watermark(15)) == ()
    assert inputs.receive(0, Watermark(20)) == (Watermark(15),)


def test_all_idle_is_idle_and_said_once() -> None:
    inputs = Alignment(2)
    assert inputs.receive(0, Idle()) == ()
    assert inputs.receive(1, Idle()) == (Idle(),)
    assert inputs.receive(1, Idle()) == ()


def test_a_barrier_blocks_its_input_until_all_have_it() -> None:
    inputs = Alignment(2)
    assert inputs.receive(0, Barrier(7)) == ()
    assert inputs.blocked == {0}
    assert inputs.receive(1, Barrier(7)) == (Barrier(7),)
    assert inputs.blocked == frozenset()


def test_an_input_that_has_ended_does_not_hold_a_barrier_back() -> None:
    inputs = Alignment(2)
    inputs.receive(0, Barrier(7))
    assert inputs.receive(1, EndOfInput()) == (Barrier(7),)
    assert not inputs.is_ended


def test_an_input_that_has_ended_does_not_hold_watermarks_back() -> None:
    inputs = Alignment(2)
    inputs.receive(0, Watermark(10))
    assert inputs.receive(1, EndOfInput()) == (Watermark(10),)


def test_the_end_counts_when_all_inputs_have_ended() -> None:
    inputs = Alignment(2)
    assert inputs.receive(1, EndOfInput()) == ()
    assert inputs.receive(0, EndOfInput()) == (EndOfInput(),)
    assert inputs.is_ended


def test_without_inputs_it_has_ended() -> None:
    assert Alignment(0).is_ended


def test_where_an_input_was_stopped_all_together_have_stopped_and_not_ended() -> None:
    inputs = Alignment(3)
    assert inputs.receive(0, EndOfInput()) == ()
    assert inputs.receive(1, Stop()) == ()
    assert inputs.receive(2, EndOfInput()) == (Stop(),)
    assert inputs.is_ended


def test_an_input_that_was_stopped_still_holds_the_watermark_back() -> None:
    inputs = Alignment(2)
    inputs.receive(0, Watermark(10))
    inputs.receive(1, Watermark(10))
    assert inputs.receive(0, Stop()) == ()
    assert inputs.receive(1, Watermark(100)) == ()
    assert inputs.receive(1, EndOfInput()) == (Stop(),)


def test_an_input_that_was_stopped_before_its_first_watermark_lets_none_through() -> None:
    inputs = Alignment(2)
    inputs.receive(0, Stop())
    assert inputs.receive(1, Watermark(100)) == ()


def test_a_barrier_waits_for_no_input_that_was_stopped() -> None:
    inputs = Alignment(2)
    inputs.receive(0, Barrier(3))
    assert inputs.receive(1, Stop()) == (Barrier(3),)
