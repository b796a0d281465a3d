"""What the coordinator may conclude from the heartbeats of a session."""

from __future__ import annotations

from lightflus.coordinator.books import Book
from lightflus.model.cluster.values import Ending, FragmentStatus, JobKey, JobSpec, Report, Subtask, Worker
from lightflus.model.cluster.wishes import FragmentWish

KEY = JobKey("ns", "job")
RUNS = Report(1, FragmentStatus.RUNNING, "w:1")


def wish(generation: int = 1, ending: Ending = Ending.NONE) -> FragmentWish:
    return FragmentWish(JobSpec(KEY, "d"), generation, (Subtask(0, 0),), (), (), ending)


def book() -> Book:
    return Book(Worker("w", "w", 1, 1, 1), 0, 100)


def test_the_version_grows_only_when_a_wish_changes() -> None:
    found = book()
    assert found.wish(KEY, wish())
    assert not found.wish(KEY, wish())
    assert found.version == 101
    assert found.wish(KEY, wish(ending=Ending.STOP))
    assert found.version == 102


def test_a_worker_that_has_not_yet_seen_a_wish_is_not_missing_it() -> None:
    found = book()
    found.wish(KEY, wish())
    found.hear(1, 100, {}, 0)
    assert not found.is_missing(KEY)
    assert found.hear(2, 101, {}, 0) == {KEY}
    assert found.is_missing(KEY)
    found.hear(3, 101, {KEY: RUNS}, 0)
    assert not found.is_missing(KEY)


def test_a_job_is_gone_only_when_its_worker_knows_that_it_ought_to_be() -> None:
    found = book()
    found.wish(KEY, wish())
    found.hear(1, 100, {}, 0)
    found.wish(KEY, None)
    found.hear(2, 100, {}, 0)
    assert not found.is_gone(KEY), "the answer with the wish may still be under way"
    found.hear(3, 101, {KEY: RUNS}, 0)
    assert not found.is_gone(KEY)
    found.hear(4, 102, {KEY: RUNS}, 0)
    assert not found.is_gone(KEY), "it still runs"
    assert found.hear(5, 102, {}, 0) == {KEY}
    assert found.is_gone(KEY)


def test_a_heartbeat_that_comes_late_says_nothing() -> None:
    found = book()
    found.wish(KEY, wish())
    found.hear(2, 101, {KEY: RUNS}, 0)
    assert found.hear(1, 101, {}, 0) == set()
    assert found.reports == {KEY: RUNS}


def test_a_new_life_concludes_nothing_from_what_a_worker_had_seen_before_it() -> None:
    found = book()
    found.hear(1, 99, {}, 0)
    assert not found.is_gone(KEY)
    found.hear(2, 100, {}, 0)
    assert found.is_gone(KEY)


def test_a_worker_that_claims_to_have_seen_the_future_is_not_believed() -> None:
    found = book()
    found.wish(KEY, wish())
    found.hear(1, 10_000, {}, 0)
    found.wish(KEY, None)
    assert not found.is_gone(KEY)
