"""The coordinator in virtual time among agents, a network and a catalog that fail: 200 seeds, each repeatable."""

from __future__ import annotations

import pytest
from tools.simulation.__main__ import failure_of
from tools.simulation.coordinator import NAMESPACE
from tools.simulation.run import Simulation
from tools.simulation.world import Faults

from lightflus.coordinator.books import Book
from lightflus.model.cluster import reconcile
from lightflus.model.cluster.statuses import JobStatus
from lightflus.model.cluster.values import OVER, JobKey

SEEDS = 200
PARTS = 8


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_fails_no_two_generations_live_and_everything_comes_to_where_it_ought_to_be(part: int) -> None:
    found = [failure_of(seed) for seed in range(part, SEEDS, PARTS)]
    assert not [text for text in found if text]


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_a_seed_gives_the_same_log_each_time(seed: int) -> None:
    one, other = Simulation(seed), Simulation(seed)
    one.run()
    other.run()
    assert len(one.log) > 20
    assert one.log == other.log


def test_the_death_of_the_coordinator_alone_stops_no_job() -> None:
    deaths = 0
    for seed in range(10):
        simulation = Simulation(seed, Faults(kills_coordinator=True))
        simulation.run(has_users=False)
        deaths += sum("coordinator killed" in line for line in simulation.log)
        assert not [line for line in simulation.log if "ends everything" in line]
        assert simulation.coordinator.cluster is not None
        jobs = simulation.coordinator.cluster.jobs(NAMESPACE)
        assert jobs
        assert {job.generation for job in jobs} == {1}
        assert all(job.status in (JobStatus.RUNNING, JobStatus.FINISHED) for job in jobs)
    assert deaths > 10


def test_a_seed_that_fails_prints_the_command_that_repeats_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "_is_gone", lambda job, facts: True)
    text = next(found for seed in range(SEEDS) if (found := failure_of(seed)))
    assert "lives in the generations" in text
    assert "again: python -m tools.simulation --seed " in text


def gone_unseen(book: Book, key: JobKey) -> bool:
    """Wrong: a wish that is still under way to the worker can begin there."""
    report = book.reports.get(key)
    return key not in book.wishes and (report is None or report.status in OVER)


def test_the_simulation_finds_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Book, "is_gone", gone_unseen)
    assert any(failure_of(seed) for seed in range(SEEDS))
