"""A job's life: what its user may ask, what reports and losses make of it, who gets its subtasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightflus.cluster_limits import RESTART_CALM_MS, RESTART_FIRST_MS, RESTART_MOST_MS, STATUS_CHANGES
from lightflus.errors import (
    Conflict,
    GuestAborted,
    GuestDeadlineExceeded,
    JobInvalid,
    KernelFailed,
    PeerLost,
    RecordInvalid,
    SinkFailed,
)
from lightflus.model.cluster.jobs import Job, created, moved, wished
from lightflus.model.cluster.placement import Load, NoRoom, place
from lightflus.model.cluster.reconcile import Facts, advanced
from lightflus.model.cluster.restarts import attempts_after, is_final, pause_ms
from lightflus.model.cluster.statuses import ENDED, LEGAL, MOVES, JobStatus, Wish
from lightflus.model.cluster.values import (
    Ending,
    Failure,
    FragmentStatus,
    JobKey,
    JobSpec,
    Placed,
    Report,
    Subtask,
    TaskShape,
    Worker,
)
from lightflus.model.cluster.wishes import wish_for

S, F = JobStatus, FragmentStatus
KEY = JobKey("ns", "job")
SPEC = JobSpec(KEY, "d", tasks=(TaskShape(2, (), 7), TaskShape(2, (0,))))
PLACES = (
    Placed("a", 1, (Subtask(0, 0), Subtask(1, 0))),
    Placed("b", 2, (Subtask(0, 1), Subtask(1, 1))),
)
SPLITS = ((7, ("one", "two")),)
BROKEN = Failure("SinkFailed", "redis is away")
FINAL = Failure("RecordInvalid", "line 3 is no JSON", is_final=True)
ECHO = Failure("PeerLost", "the other end is gone")


DONE_ALREADY = {
    (Wish.STOP, S.DRAINING),
    (Wish.STOP, S.STOPPED),
    (Wish.DRAIN, S.STOPPED),
    (Wish.CANCEL, S.CANCELING),
    (Wish.CANCEL, S.CANCELED),
}


def facts(
    reports: Mapping[str, Report] | None = None, *, now: int = 0, lost: str = "", missing: str = "", gone: str = ""
) -> Facts:
    return Facts(now, 1_000 + now, reports or {}, frozenset(lost), frozenset(missing), frozenset(gone))


def told(**statuses: FragmentStatus) -> dict[str, Report]:
    return {
        name: Report(1, status, f"{name}:1", splits=SPLITS if name == "a" else ()) for name, status in statuses.items()
    }


def somewhere(_: JobSpec) -> tuple[Placed, ...]:
    return PLACES


def nowhere(_: JobSpec) -> NoRoom:
    return NoRoom("no worker is there")


def settled(job: Job, known: Facts) -> Job:
    while (then := advanced(job, known, somewhere)) != job:
        job = then
    return job


def deploying() -> Job:
    return settled(created(SPEC, 0), facts())


def running() -> Job:
    return settled(deploying(), facts(told(a=F.RUNNING, b=F.RUNNING)))


def in_status(status: JobStatus) -> Job:
    ways: dict[JobStatus, Callable[[], Job]] = {
        S.CREATED: lambda: created(SPEC, 0),
        S.DEPLOYING: deploying,
        S.RUNNING: running,
        S.DRAINING: lambda: wished(running(), Wish.STOP, 0),
        S.RESTARTING: lambda: wished(running(), Wish.RESTART, 0),
        S.FAILING: lambda: moved(running(), S.FAILING, 0),
        S.CANCELING: lambda: wished(running(), Wish.CANCEL, 0),
        S.SAVEPOINTING: lambda: moved(running(), S.SAVEPOINTING, 0),
        S.STOPPED: lambda: settled(wished(running(), Wish.STOP, 0), facts(told(a=F.STOPPED, b=F.STOPPED))),
        S.FINISHED: lambda: settled(running(), facts(told(a=F.FINISHED, b=F.FINISHED))),
        S.FAILED: lambda: settled(moved(running(), S.FAILING, 0), facts(gone="ab")),
        S.CANCELED: lambda: settled(wished(running(), Wish.CANCEL, 0), facts(gone="ab")),
    }
    return ways[status]()


# --- the table -----------------------------------------------------------------------------------------------------


def test_every_status_can_be_left_for_an_end() -> None:
    reached = set(ENDED)
    for _ in MOVES:
        reached |= {status for status, after in MOVES.items() if after & reached}
    assert reached == set(S)


@pytest.mark.parametrize("status", S)
def test_the_way_to_each_status_is_legal_and_ends_there(status: JobStatus) -> None:
    assert in_status(status).status is status


@pytest.mark.parametrize("status", S)
@pytest.mark.parametrize("wish", Wish)
def test_a_wish_is_done_where_the_table_says_so_and_refused_with_what_is_possible_elsewhere(
    wish: Wish, status: JobStatus
) -> None:
    job = in_status(status)
    if status in LEGAL[wish]:
        wished(job, wish, 1)
        return
    if (wish, status) in DONE_ALREADY:
        assert wished(job, wish, 1) is job
        return
    with pytest.raises(Conflict) as refusal:
        wished(job, wish, 1)
    hint = refusal.value.hint or ""
    assert all((one.value in hint.split(": ")[1].split(", ")) == (status in LEGAL[one]) for one in Wish)


def test_a_stop_that_is_asked_for_twice_is_answered_twice() -> None:
    job = wished(running(), Wish.STOP, 0)
    assert wished(job, Wish.STOP, 1) is job


def test_a_job_keeps_only_its_last_changes() -> None:
    job = running()
    for _ in range(STATUS_CHANGES):
        job = moved(moved(moved(job, S.RESTARTING, 0), S.DEPLOYING, 0), S.RUNNING, 0)
    assert len(job.history) == STATUS_CHANGES


# --- starting ------------------------------------------------------------------------------------------------------


def test_a_job_that_is_placed_begins_its_first_generation() -> None:
    job = deploying()
    assert (job.status, job.generation, job.placed) == (S.DEPLOYING, 1, PLACES)


def test_a_job_without_room_waits_and_says_why() -> None:
    job = advanced(created(SPEC, 0), facts(), nowhere)
    assert (job.status, job.history[-1].reason) == (S.CREATED, "no worker is there")
    assert advanced(job, facts(now=5), nowhere) == job


def test_fragments_get_their_peers_once_all_listen_and_the_splits_are_known() -> None:
    job = deploying()
    early = {**told(b=F.READY), "a": Report(1, F.READY, "a:1")}
    assert wish_for(job, PLACES[0], early).peers == ()  # type: ignore[union-attr]
    reports = told(a=F.READY, b=F.READY)
    job = settled(job, facts(reports))
    wish = wish_for(job, PLACES[0], reports)
    assert wish is not None
    assert dict(wish.peers) == {subtask: f"{placed.worker}:1" for placed in PLACES for subtask in placed.subtasks}
    assert wish.splits == SPLITS


def test_a_fragment_that_is_still_starting_holds_the_others_back() -> None:
    reports = told(a=F.READY, b=F.STARTING)
    wish = wish_for(settled(deploying(), facts(reports)), PLACES[0], reports)
    assert wish is not None
    assert wish.peers == ()


def test_a_job_runs_when_all_its_fragments_do() -> None:
    assert settled(deploying(), facts(told(a=F.RUNNING, b=F.READY))).status is S.DEPLOYING
    assert running().status is S.RUNNING


def test_a_job_has_finished_when_all_its_fragments_have() -> None:
    assert settled(running(), facts(told(a=F.FINISHED, b=F.RUNNING))).status is S.RUNNING
    job = settled(running(), facts(told(a=F.FINISHED, b=F.FINISHED)))
    assert (job.status, job.placed) == (S.FINISHED, ())


# --- failing -------------------------------------------------------------------------------------------------------


def failed(failure: Failure) -> dict[str, Report]:
    return {**told(a=F.RUNNING), "b": Report(1, F.FAILED, "b:1", failure)}


def test_a_failure_that_may_pass_restarts_the_job_after_a_pause() -> None:
    job = settled(running(), facts(failed(BROKEN)))
    assert (job.status, job.failure, job.restarts) == (S.RESTARTING, BROKEN, 1)
    assert settled(job, facts(gone="ab", now=RESTART_FIRST_MS - 1)) == job
    again = settled(job, facts(gone="ab", now=RESTART_FIRST_MS))
    assert (again.status, again.generation) == (S.DEPLOYING, 2)


def test_no_generation_begins_before_the_older_one_is_over_everywhere() -> None:
    job = settled(running(), facts(failed(BROKEN)))
    assert settled(job, facts(gone="a", now=1_000_000)) == job
    assert settled(job, facts(gone="a", lost="b", now=1_000_000)).generation == 2


def test_a_final_failure_ends_the_job() -> None:
    job = settled(running(), facts(failed(FINAL)))
    assert (job.status, job.failure) == (S.FAILING, FINAL)
    assert settled(job, facts(gone="ab")).status is S.FAILED


def test_a_final_failure_counts_more_than_the_echo_that_came_before_it() -> None:
    job = settled(running(), facts(failed(ECHO)))
    assert job.status is S.RESTARTING
    both = {"a": Report(1, F.FAILED, "a:1", FINAL), "b": Report(1, F.FAILED, "b:1", ECHO)}
    assert settled(job, facts(both)).status is S.FAILING


def test_a_lost_worker_restarts_the_job() -> None:
    job = settled(running(), facts(told(a=F.RUNNING), lost="b"))
    assert job.status is S.RESTARTING
    assert "b is gone" in job.history[-1].reason


def test_a_worker_that_no_longer_runs_its_part_restarts_the_job() -> None:
    assert settled(running(), facts(told(a=F.RUNNING), missing="b")).status is S.RESTARTING


def test_nothing_is_wished_of_workers_while_a_job_waits_to_be_restarted() -> None:
    job = settled(running(), facts(failed(BROKEN)))
    assert [wish_for(job, placed, {}) for placed in job.placed] == [None, None]


def test_a_job_that_ran_for_long_begins_anew_with_its_pauses() -> None:
    assert attempts_after(9, ran_ms=RESTART_CALM_MS) == 1
    assert attempts_after(9, ran_ms=RESTART_CALM_MS - 1) == 10


@given(st.integers(1, 10_000))
def test_pauses_grow_up_to_their_cap(attempt: int) -> None:
    assert RESTART_FIRST_MS <= pause_ms(attempt) <= pause_ms(attempt + 1) <= RESTART_MOST_MS


def test_errors_that_would_come_again_are_final() -> None:
    final = (RecordInvalid("x"), JobInvalid("x", ()), GuestAborted("x"))
    passing = (SinkFailed("x"), PeerLost("x"), GuestDeadlineExceeded("x"), KernelFailed("x"))
    assert all(is_final(error) for error in final)
    assert not any(is_final(error) for error in passing)


# --- ending --------------------------------------------------------------------------------------------------------


def test_a_stop_ends_when_the_last_fragment_has_stopped() -> None:
    job = wished(running(), Wish.STOP, 0)
    wish = wish_for(job, PLACES[0], {})
    assert wish is not None
    assert wish.ending is Ending.STOP
    assert settled(job, facts(told(a=F.STOPPED, b=F.RUNNING))).status is S.DRAINING
    assert settled(job, facts(told(a=F.STOPPED, b=F.STOPPED))).status is S.STOPPED


def test_a_worker_that_is_lost_costs_a_stop_nothing_and_a_drain_its_results() -> None:
    reports = told(a=F.STOPPED)
    assert settled(wished(running(), Wish.STOP, 0), facts(reports, lost="b")).status is S.STOPPED
    drained = settled(wished(running(), Wish.DRAIN, 0), facts(reports, lost="b"))
    assert (drained.status, drained.failure and drained.failure.kind) == (S.FAILING, "WorkerLost")


def test_a_job_that_waits_to_be_restarted_stops_without_being_started() -> None:
    job = wished(settled(running(), facts(failed(BROKEN))), Wish.STOP, 0)
    assert [wish_for(job, placed, {}) for placed in job.placed] == [None, None]
    assert settled(job, facts(failed(BROKEN))).status is S.DRAINING
    assert settled(job, facts(failed(BROKEN), gone="ab")).status is S.STOPPED


def test_a_cancelled_job_is_cancelled_once_it_is_gone_everywhere() -> None:
    job = wished(running(), Wish.CANCEL, 0)
    assert settled(job, facts(told(a=F.RUNNING, b=F.RUNNING))).status is S.CANCELING
    assert settled(job, facts(gone="ab")).status is S.CANCELED


def test_a_job_that_has_ended_begins_its_next_generation_when_it_is_restarted() -> None:
    job = settled(wished(in_status(S.STOPPED), Wish.RESTART, 0), facts())
    assert (job.status, job.generation, job.placed) == (S.DEPLOYING, 2, PLACES)


REPORTS = st.dictionaries(
    st.sampled_from("ab"),
    st.builds(
        Report,
        st.just(1),
        st.sampled_from(F),
        st.sampled_from(["", "x:1"]),
        st.sampled_from([None, BROKEN, FINAL, ECHO]),
        st.sampled_from([(), SPLITS]),
    ),
)
SETS = st.sampled_from(["", "a", "b", "ab"])


@given(
    st.lists(
        st.one_of(
            st.sampled_from([wish for wish in Wish if wish is not Wish.DELETE]),
            st.builds(facts, REPORTS, now=st.integers(0, 100_000), lost=SETS, missing=SETS, gone=SETS),
        ),
        max_size=30,
    )
)
def test_whatever_happens_a_job_moves_along_the_table_and_comes_to_rest(steps: list[Wish | Facts]) -> None:
    job = created(SPEC, 0)
    for step in steps:
        before = job
        if isinstance(step, Facts):
            for _ in range(10):
                job = advanced(job, step, somewhere)  # asserts that each move is in the table
            assert advanced(job, step, somewhere) == job or job.status is S.DEPLOYING
        else:
            try:
                job = wished(job, step, 0)
            except Conflict:
                assert job.status not in LEGAL[step]
        assert job.generation >= before.generation
        assert not (job.has_ended and job.placed)


# --- placement -----------------------------------------------------------------------------------------------------


def worker(name: str, *, slots: int = 2, memory: int = 1 << 30, zone: str = "") -> Worker:
    return Worker(name, name, 1, slots, memory, (("zone", zone),) if zone else ())


def test_subtasks_of_a_number_stay_together_and_numbers_are_spread() -> None:
    found = place(SPEC, [worker("b"), worker("a")], {})
    assert found == (
        Placed("a", 1, (Subtask(0, 0), Subtask(1, 0))),
        Placed("b", 1, (Subtask(0, 1), Subtask(1, 1))),
    )


def test_the_worker_with_less_to_do_gets_a_small_job() -> None:
    small = JobSpec(KEY, "d")
    found = place(small, [worker("a"), worker("b")], {"a": Load(4, 0)})
    assert not isinstance(found, NoRoom)
    assert [one.worker for one in found] == ["b"]


def test_labels_are_respected_and_their_absence_is_told() -> None:
    spec = JobSpec(KEY, "d", options=(("worker.zone", "west"),))
    found = place(spec, [worker("a", zone="east"), worker("b", zone="west")], {})
    assert not isinstance(found, NoRoom)
    assert [one.worker for one in found] == ["b"]
    assert place(spec, [worker("a", zone="east")], {}) == NoRoom("no worker has the labels zone=west")


def test_a_worker_without_memory_gets_nothing() -> None:
    spec = JobSpec(KEY, "d", options=(("memory-bytes", "1000"),))
    found = place(spec, [worker("a", memory=999), worker("b", memory=1_000)], {})
    assert not isinstance(found, NoRoom)
    assert [one.worker for one in found] == ["b"]
    assert isinstance(place(spec, [worker("b", memory=1_000)], {"b": Load(1, 1)}), NoRoom)


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 40)), min_size=1, max_size=5),
)
def test_every_subtask_is_placed_once_or_none_is(shape: list[int], sizes: list[tuple[int, int]]) -> None:
    spec = JobSpec(KEY, "d", options=(("memory-bytes", "1"),), tasks=tuple(TaskShape(degree) for degree in shape))
    workers = [worker(f"w{n}", slots=slots, memory=memory) for n, (slots, memory) in enumerate(sizes)]
    found = place(spec, workers, {})
    if isinstance(found, NoRoom):
        return
    placed = sorted(subtask for one in found for subtask in one.subtasks)
    assert placed == list(spec.subtasks)
    assert all(len(one.subtasks) <= workers[int(one.worker[1:])].memory_bytes for one in found)
