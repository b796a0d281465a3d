"""Which subtask is told to hold a job up."""

from __future__ import annotations

from lightflus.model.cluster.bottleneck import Shares, bottleneck
from lightflus.model.cluster.values import Subtask, TaskShape

LINE = (TaskShape(1, (), 0), TaskShape(2, (0,)), TaskShape(1, (1,)))
FREE = Shares(0.1, 0.0)


def subtasks(*shares: Shares) -> dict[Subtask, Shares]:
    """Of the four subtasks of `LINE`, in order."""
    return dict(zip((Subtask(0, 0), Subtask(1, 0), Subtask(1, 1), Subtask(2, 0)), shares, strict=True))


def test_it_is_where_back_pressure_ends() -> None:
    found = bottleneck(LINE, subtasks(Shares(0.2, 0.8), Shares(0.3, 0.7), Shares(0.3, 0.6), Shares(1.0, 0.0)))
    assert found is not None
    assert (found.subtask, found.reason) == (Subtask(2, 0), "busy 100%, while what feeds it waits 70% of its time")


def test_one_hot_subtask_among_its_like_is_named() -> None:
    found = bottleneck(LINE, subtasks(Shares(0.2, 0.8), Shares(0.2, 0.0), Shares(0.95, 0.0), FREE))
    assert found is not None
    assert found.subtask == Subtask(1, 1)


def test_who_waits_itself_is_not_the_culprit_however_busy() -> None:
    found = bottleneck(LINE, subtasks(Shares(0.1, 0.9), Shares(0.6, 0.4), Shares(0.6, 0.4), Shares(0.9, 0.0)))
    assert found is not None
    assert found.subtask == Subtask(2, 0)


def test_without_back_pressure_it_is_the_first_one_that_never_waits() -> None:
    found = bottleneck(LINE, subtasks(Shares(0.97, 0.0), FREE, FREE, FREE))
    assert found is not None
    assert (found.subtask, found.reason) == (Subtask(0, 0), "busy 97%; nothing waits for it")


def test_a_job_that_has_little_to_do_has_none() -> None:
    assert bottleneck(LINE, subtasks(FREE, FREE, FREE, FREE)) is None


def test_back_pressure_before_somebody_who_is_not_busy_says_nothing() -> None:
    assert bottleneck(LINE, subtasks(Shares(0.2, 0.8), FREE, FREE, FREE)) is None


def test_nothing_is_known_of_a_job_that_has_just_started() -> None:
    assert bottleneck(LINE, {}) is None
