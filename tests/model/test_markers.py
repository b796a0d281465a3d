from __future__ import annotations

from lightflus.model.markers import NOTHING, Marker, Verdict


def test_before_the_first_commit_everything_is_new() -> None:
    assert NOTHING.judge(0, 0) is Verdict.NEW


def test_an_epoch_is_committed_once() -> None:
    marker = NOTHING.after(1, 5)
    assert marker.judge(1, 5) is Verdict.DONE
    assert marker.judge(1, 4) is Verdict.DONE
    assert marker.judge(1, 6) is Verdict.NEW


def test_a_successor_commits_what_its_predecessor_has_prepared() -> None:
    assert Marker(1, 4, 1).judge(1, 5) is Verdict.NEW
    assert Marker(1, 4, 1).judge(2, 5) is Verdict.NEW


def test_what_was_committed_before_a_restart_is_still_done() -> None:
    marker = Marker(1, 5, 1).after(2, 6).after(2, 7)
    assert marker == Marker(2, 7, 6)
    assert marker.judge(1, 5) is Verdict.DONE


def test_an_epoch_that_a_newer_generation_has_made_again_is_refused() -> None:
    marker = Marker(2, 7, 6)
    assert marker.judge(1, 6) is Verdict.OLD
    assert marker.judge(1, 9) is Verdict.OLD
