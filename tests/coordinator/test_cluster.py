"""The cluster driven by hand: leases, a stalled coordinator, a catalog that fails, many jobs at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from lightflus.cluster_limits import LEASE_MS, STALL_MS, TICK_MS
from lightflus.coordinator.catalog import ModuleInfo
from lightflus.coordinator.cluster import Cluster, Heartbeat
from lightflus.errors import Conflict, ExternalError, NotFound
from lightflus.model.cluster.statuses import JobStatus
from lightflus.model.cluster.values import FragmentStatus, JobKey, JobSpec, Report, TaskShape, Worker
from lightflus.testing.catalog import MemoryCatalog

KEY = JobKey("ns", "job")
SPEC = JobSpec(KEY, "d", tasks=(TaskShape(1, (), 0),))


@dataclass
class HandClock:
    """Time that a test moves."""

    now: int = 0

    def now_ms(self) -> int:
        return self.now

    def at_ms(self) -> int:
        return 1_000_000 + self.now


class CountingCatalog(MemoryCatalog):
    """Counts what would be commits, and fails when told to."""

    commits = 0
    is_full = False

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with super().transaction():
            yield
            if self.is_full:
                raise ExternalError("the disk is full")
        self.commits += self._depth == 0


class Rig:
    """A cluster with one worker."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.catalog = CountingCatalog()
        self.catalog.put_module(ModuleInfo("ns", "d", 1, ""))
        self.told: list[str] = []
        self.cluster = Cluster(
            self.catalog, self.clock, secret=lambda: "secret", tell=lambda words, _: self.told.append(words)
        )
        self.worker = self.cluster.register(Worker("w", "w", 0, 1, 1 << 40))
        self.number = 0

    def beat(self, status: FragmentStatus) -> None:
        self.number += 1
        book = self.cluster.book("w", self.worker.session)
        reports = {key: Report(1, status, "w:1", splits=((0, ("s",)),)) for key in book.wishes}
        self.cluster.hear(Heartbeat("w", self.worker.session, self.number, book.version, reports))

    def pass_time(self, ms: int) -> None:
        for _ in range(0, ms, TICK_MS):
            self.clock.now += TICK_MS
            self.cluster.tick()


def test_a_worker_that_is_silent_for_a_lease_is_lost_and_its_job_waits_for_another() -> None:
    rig = Rig()
    rig.cluster.create(SPEC)
    rig.beat(FragmentStatus.RUNNING)
    rig.pass_time(LEASE_MS)
    assert rig.cluster.job(KEY).status is JobStatus.RUNNING
    rig.pass_time(LEASE_MS)
    job = rig.cluster.job(KEY)
    assert (job.status, job.history[-1].reason) == (JobStatus.DEPLOYING, "no worker is there")
    with pytest.raises(NotFound):
        rig.beat(FragmentStatus.RUNNING)


def test_a_coordinator_that_was_stalled_gives_nobody_up_for_it() -> None:
    rig = Rig()
    rig.cluster.create(SPEC)
    rig.beat(FragmentStatus.RUNNING)
    rig.clock.now += 10 * LEASE_MS
    rig.cluster.tick()
    rig.beat(FragmentStatus.RUNNING)
    assert rig.cluster.job(KEY).status is JobStatus.RUNNING
    assert STALL_MS > TICK_MS


def test_a_coordinator_that_starts_takes_nobody_for_gone_before_a_lease_has_passed() -> None:
    rig = Rig()
    rig.cluster.create(SPEC)
    rig.beat(FragmentStatus.RUNNING)
    rig.cluster.register(Worker("w", "w", 0, 1, 1 << 40, process="another"))
    rig.cluster = Cluster(rig.catalog, rig.clock, secret=lambda: "secret")
    rig.pass_time(LEASE_MS)
    assert rig.cluster.job(KEY).generation == 1
    rig.pass_time(LEASE_MS)
    assert rig.cluster.job(KEY).history[-1].reason == "no worker is there"


def test_what_a_heartbeat_says_of_many_jobs_is_kept_by_one_commit() -> None:
    rig = Rig()
    for number in range(50):
        rig.cluster.create(JobSpec(JobKey("ns", f"job{number}"), "d", tasks=SPEC.tasks))
    before = rig.catalog.commits
    rig.beat(FragmentStatus.RUNNING)
    assert {job.status for job in rig.cluster.jobs("ns")} == {JobStatus.RUNNING}
    assert rig.catalog.commits == before + 1


def test_a_coordinator_whose_catalog_has_failed_says_nothing_more() -> None:
    rig = Rig()
    rig.cluster.create(SPEC)
    rig.catalog.is_full = True
    with pytest.raises(ExternalError, match="disk is full"):
        rig.beat(FragmentStatus.RUNNING)
    rig.catalog.is_full = False
    with pytest.raises(ExternalError, match="disk is full"):
        rig.beat(FragmentStatus.RUNNING)
    with pytest.raises(ExternalError, match="disk is full"):
        rig.cluster.tick()


def test_a_job_that_no_worker_has_room_for_is_refused_while_workers_are_there() -> None:
    rig = Rig()
    greedy = JobSpec(KEY, "d", options=(("memory-bytes", str(1 << 41)),), tasks=SPEC.tasks)
    with pytest.raises(Conflict, match="no worker has room"):
        rig.cluster.create(greedy)
    assert rig.cluster.jobs("ns") == []


def test_an_older_generation_that_is_reported_changes_nothing() -> None:
    rig = Rig()
    rig.cluster.create(SPEC)
    rig.beat(FragmentStatus.RUNNING)
    rig.pass_time(LEASE_MS)
    rig.pass_time(LEASE_MS)
    rig.worker = rig.cluster.register(Worker("w", "w", 0, 1, 1 << 40, attempt=1))
    rig.number = 0
    assert rig.cluster.job(KEY).generation == 2
    rig.beat(FragmentStatus.RUNNING)  # says generation 1
    assert rig.cluster.job(KEY).status is not JobStatus.RUNNING


def test_what_happens_to_workers_and_jobs_is_told_in_words() -> None:
    rig = Rig()
    rig.cluster.create(SPEC)
    rig.beat(FragmentStatus.READY)
    rig.beat(FragmentStatus.RUNNING)
    rig.beat(FragmentStatus.RUNNING)
    rig.pass_time(LEASE_MS + TICK_MS)
    assert rig.told[:4] == [
        "worker w has registered from w",
        "job ns/job: created",
        "job ns/job: deploying on w",
        "job ns/job: running",
    ]
    assert rig.told[4:6] == [
        "worker w was not heard for a lease: it is lost",
        "job ns/job: restarting the worker w is gone, or cannot be reached",
    ]
