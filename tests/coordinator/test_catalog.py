"""The catalog, in a file and in memory: one suite; then what only a file can do, such as outlive its process."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lightflus.cluster_limits import EVENTS_KEPT, EVENTS_SPARE
from lightflus.coordinator.catalog import Catalog, Event, ModuleInfo
from lightflus.coordinator.sqlite import SqliteCatalog
from lightflus.errors import ExternalError
from lightflus.model.cluster.jobs import Job, created, moved
from lightflus.model.cluster.statuses import JobStatus
from lightflus.model.cluster.values import (
    Ending,
    Failure,
    JobKey,
    JobSpec,
    Placed,
    Problem,
    Subtask,
    TaskShape,
    Worker,
)
from lightflus.testing.catalog import MemoryCatalog

KEY = JobKey("ns", "job")
FAILURE = Failure("JobInvalid", "wrong", "here", "do that", True, (Problem("op", "no key", "name one"),))
EVENT = Event(KEY, 3, 1_000, "error", "it failed", FAILURE)


def whole_job() -> Job:
    """One in which no field has its default, besides the one that is not kept."""
    spec = JobSpec(KEY, "d" * 64, ("a=b",), 2, (("x", "y"),), (TaskShape(2, (), 0), TaskShape(1, (0,), None)))
    job = moved(created(spec, 5), JobStatus.DEPLOYING, 6, "on w")
    return replace(
        job,
        generation=4,
        placed=(Placed("w", 9, (Subtask(0, 0), Subtask(1, 0))),),
        ending=Ending.DRAIN,
        restarts=2,
        attempts=1,
        failure=FAILURE,
        splits=((0, ("p0", "p1")),),
        token="secret",
    )


@pytest.fixture(params=["file", "memory"])
def catalog(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalog]:
    if request.param == "memory":
        yield MemoryCatalog()
        return
    found = SqliteCatalog(tmp_path / "catalog.db")
    yield found
    found.close()


def test_numbers_only_grow(catalog: Catalog) -> None:
    assert catalog.number("session") == 0
    assert [catalog.next_number("session") for _ in range(3)] == [1, 2, 3]
    assert catalog.next_number("life") == 1
    catalog.set_number("session", 9)
    assert (catalog.number("session"), catalog.next_number("session")) == (9, 10)


def test_a_job_comes_back_as_it_was(catalog: Catalog) -> None:
    catalog.put_job(whole_job())
    assert catalog.jobs() == [whole_job()]


def test_when_a_job_is_due_is_not_kept_since_no_other_process_shares_the_clock(catalog: Catalog) -> None:
    catalog.put_job(replace(whole_job(), due_ms=77))
    assert catalog.jobs() == [whole_job()]


def test_a_job_replaces_the_last_of_its_key_and_is_found_in_order(catalog: Catalog) -> None:
    other = created(JobSpec(JobKey("a", "z"), "d"), 1)
    for job in (created(whole_job().spec, 1), other, whole_job()):
        catalog.put_job(job)
    assert catalog.jobs() == [other, whole_job()]


def test_a_job_that_is_deleted_takes_its_events_with_it(catalog: Catalog) -> None:
    catalog.put_job(whole_job())
    catalog.add_event(EVENT)
    catalog.delete_job(KEY)
    assert (catalog.jobs(), catalog.events(KEY, 0, 10)) == ([], [])


def test_a_worker_comes_back_as_it_was(catalog: Catalog) -> None:
    worker = Worker("w", "host", 3, 4, 1 << 40, (("zone", "west"),), "0.1.0", "process", 2, is_lost=True)
    catalog.put_worker(replace(worker, session=1))
    catalog.put_worker(worker)
    assert catalog.workers() == [worker]


def test_modules_are_listed_from_a_digest_on_without_their_graphs(catalog: Catalog) -> None:
    for digest in "cab":
        catalog.put_module(ModuleInfo("a", digest, 3, "{}", "graph"))
    assert catalog.modules("a", "a", 1) == [ModuleInfo("a", "b", 3, "{}")]
    assert catalog.module("a", "b") == ModuleInfo("a", "b", 3, "{}", "graph")


def test_modules_belong_to_namespaces_and_share_their_bytes(catalog: Catalog) -> None:
    one, other = ModuleInfo("a", "d", 3, "{}"), ModuleInfo("b", "d", 3, "{}")
    catalog.put_module(one)
    catalog.put_module(other)
    assert (catalog.modules("a", "", 9), catalog.module("b", "d"), catalog.module("c", "d")) == ([one], other, None)
    catalog.delete_module("a", "d")
    assert (catalog.modules("a", "", 9), catalog.is_used("d")) == ([], True)
    catalog.delete_module("b", "d")
    assert not catalog.is_used("d")


def test_events_get_numbers_and_are_read_on_from_one(catalog: Catalog) -> None:
    added = [catalog.add_event(replace(EVENT, text=f"{n}", failure=None if n else FAILURE)) for n in range(5)]
    assert [one.number for one in added] == [1, 2, 3, 4, 5]
    assert catalog.events(KEY, 0, 2) == added[:2]
    assert catalog.events(KEY, 2, 100) == added[2:]
    assert catalog.events(JobKey("other", "job"), 0, 100) == []


def test_the_oldest_events_are_forgotten_and_numbers_go_on(catalog: Catalog) -> None:
    with catalog.transaction():
        for _ in range(EVENTS_KEPT + 2 * EVENTS_SPARE):
            last = catalog.add_event(EVENT)
    numbers = [one.number for one in catalog.events(KEY, 0, 10_000)]
    assert numbers == list(range(last.number - EVENTS_KEPT + 1, last.number + 1))


def test_a_job_that_logs_much_keeps_its_errors_and_statuses(catalog: Catalog) -> None:
    with catalog.transaction():
        first = [catalog.add_event(replace(EVENT, kind=kind)) for kind in ("status", "error")]
        for _ in range(EVENTS_KEPT + 2 * EVENTS_SPARE):
            catalog.add_event(replace(EVENT, kind="log"))
    found = catalog.events(KEY, 0, 10_000)
    assert list(found[:2]) == first
    assert len(found) <= 2 + EVENTS_KEPT + EVENTS_SPARE


def test_an_answer_is_remembered_for_its_namespace(catalog: Catalog) -> None:
    catalog.remember("a", "key", "job")
    assert (catalog.remembered("a", "key"), catalog.remembered("b", "key")) == ("job", None)


def test_what_fails_within_a_transaction_leaves_nothing(catalog: Catalog) -> None:
    def change_much_and_fail() -> None:
        with catalog.transaction():
            catalog.next_number("n")
            with catalog.transaction():
                catalog.add_event(EVENT)
            catalog.delete_job(KEY)
            raise ZeroDivisionError

    catalog.put_job(whole_job())
    with pytest.raises(ZeroDivisionError):
        change_much_and_fail()
    assert catalog.jobs() == [whole_job()]
    assert (catalog.number("n"), catalog.events(KEY, 0, 10)) == (0, [])


# --- files ---------------------------------------------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from lightflus.coordinator.sqlite import SqliteCatalog
catalog = SqliteCatalog(Path(sys.argv[1]))
while True:
    with catalog.transaction():
        first, second = catalog.next_number("a"), catalog.next_number("b")
    print(first, second, flush=True)
"""


def test_a_file_that_is_open_elsewhere_is_refused(tmp_path: Path) -> None:
    first = SqliteCatalog(tmp_path / "catalog.db")
    with pytest.raises(ExternalError, match="cannot open the catalog") as refusal:
        SqliteCatalog(tmp_path / "catalog.db")
    assert "directory of its own" in (refusal.value.hint or "")
    first.close()


def test_a_file_of_another_program_is_refused(tmp_path: Path) -> None:
    (tmp_path / "catalog.db").write_bytes(b"no database at all" * 1_000)
    with pytest.raises(ExternalError, match="cannot open the catalog"):
        SqliteCatalog(tmp_path / "catalog.db")


def test_what_a_killed_process_has_said_is_kept_and_halves_are_not(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline() for _ in range(20)]
        writer.send_signal(signal.SIGKILL)
        said += writer.stdout.readlines()
    catalog = SqliteCatalog(path)
    last = next(line for line in reversed(said) if line.endswith("\n"))
    assert catalog.number("a") >= int(last.split()[0])
    assert catalog.number("a") == catalog.number("b")
    catalog.close()
