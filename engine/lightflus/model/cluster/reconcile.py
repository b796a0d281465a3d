"""What reports, losses and time do to a job: the next status, from facts alone.

What it owns: every move that is not a user's. Pure; called again until nothing changes, and as often as one likes.
What it leaves: gathering the facts (`coordinator/cluster.py`), what is wished of workers then (`wishes.py`).

An older generation is over everywhere before a newer one begins: a job keeps its `placed` while it fails, is cancelled
or restarts, and gets a new place only when nothing of the old one is left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from lightflus.model.cluster.jobs import Job, moved
from lightflus.model.cluster.placement import NoRoom
from lightflus.model.cluster.restarts import attempts_after, is_echo, pause_ms
from lightflus.model.cluster.statuses import JobStatus
from lightflus.model.cluster.values import OVER, Ending, Failure, FragmentStatus, JobSpec, Placed, Report
from lightflus.model.cluster.wishes import listed_splits

_S = JobStatus
Placer = Callable[[JobSpec], tuple[Placed, ...] | NoRoom]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known when a job is looked at.

    Attributes:
        now_ms: the clock of this process.
        at_ms: milliseconds since 1970, for its history.
        reports: of the job's generation, by worker.
        lost: workers of `placed` whose session is over.
        missing: those that have the wish and do not say that they run it.
        gone: those of `placed` on which nothing of it runs, nor can begin.
    """

    now_ms: int
    at_ms: int
    reports: Mapping[str, Report]
    lost: frozenset[str]
    missing: frozenset[str]
    gone: frozenset[str]


def advanced(job: Job, facts: Facts, place: Placer) -> Job:
    """The job one step on, or the same object if nothing is to be done."""
    rule = _RULES.get(job.status)
    return rule(job, facts, place) if rule else job


def _starting(job: Job, facts: Facts, place: Placer) -> Job:
    if job.placed:
        return _attended(job, facts, place)
    found = place(job.spec)
    if isinstance(found, NoRoom):
        return _because(job, found.reason)
    where = "on " + ", ".join(one.worker for one in found)
    started = replace(job, placed=found, generation=job.generation + 1, splits=(), ending=Ending.NONE)
    return _because(started, where) if job.status is _S.DEPLOYING else moved(started, _S.DEPLOYING, facts.at_ms, where)


def _because(job: Job, reason: str) -> Job:
    """The same status for another reason; the same job if it is the same reason."""
    last = job.history[-1]
    return job if last.reason == reason else replace(job, history=(*job.history[:-1], replace(last, reason=reason)))


def _attended(job: Job, facts: Facts, _: Placer) -> Job:
    failure = _failure(job, facts)
    if failure is not None:
        return _failed(job, failure, facts)
    found = listed_splits(facts.reports)
    if found and found != job.splits:
        job = replace(job, splits=found)
    statuses = _statuses(job, facts)
    if all(status is FragmentStatus.FINISHED for status in statuses):
        return replace(moved(job, _S.FINISHED, facts.at_ms), placed=())
    is_up = all(status in (FragmentStatus.RUNNING, FragmentStatus.FINISHED) for status in statuses)
    return moved(job, _S.RUNNING, facts.at_ms) if is_up and job.status is _S.DEPLOYING else job


def _statuses(job: Job, facts: Facts) -> list[FragmentStatus]:
    found = (facts.reports.get(placed.worker) for placed in job.placed)
    return [report.status if report else FragmentStatus.STARTING for report in found]


def _failure(job: Job, facts: Facts) -> Failure | None:
    """The one to act on: a final one, else what is no echo of another, else any."""
    told = [one.failure for one in facts.reports.values() if one.status is FragmentStatus.FAILED and one.failure]
    told += [Failure("WorkerLost", f"the worker {name} is gone, or cannot be reached") for name in sorted(facts.lost)]
    told += [Failure("WorkerLost", f"the worker {name} no longer runs its part") for name in sorted(facts.missing)]
    untold = [one for one in facts.reports.values() if one.status is FragmentStatus.FAILED and not one.failure]
    told += [Failure("InternalError", "a fragment failed without a reason") for _ in untold]
    stopped = [one for one in facts.reports.values() if one.status is FragmentStatus.STOPPED]
    if job.ending is Ending.NONE:
        told += [Failure("InternalError", "a fragment stopped that nobody has asked to") for _ in stopped]
    return min(told, key=lambda one: (not one.is_final, is_echo(one.kind)), default=None)


def _failed(job: Job, failure: Failure, facts: Facts) -> Job:
    failed = replace(job, failure=failure)
    if failure.is_final:
        return moved(failed, _S.FAILING, facts.at_ms, failure.message)
    last = job.history[-1]
    ran_ms = facts.at_ms - last.at_ms if last.status is _S.RUNNING else 0
    attempts = attempts_after(job.attempts, ran_ms=ran_ms)
    again = replace(failed, attempts=attempts, restarts=job.restarts + 1, due_ms=facts.now_ms + pause_ms(attempts))
    return moved(again, _S.RESTARTING, facts.at_ms, failure.message)


def _draining(job: Job, facts: Facts, _: Placer) -> Job:
    """Ends with the last fragment. A worker that is lost meanwhile costs a drain its results, and a stop nothing."""
    if job.ending is Ending.NONE:
        return _ended(job, facts, _)
    failure = _failure(job, replace(facts, lost=frozenset(), missing=frozenset()))
    if failure is not None and not is_echo(failure.kind):
        return moved(replace(job, failure=failure), _S.FAILING, facts.at_ms, failure.message)
    away = facts.lost | facts.missing
    if away and job.ending is Ending.DRAIN:
        lost = Failure("WorkerLost", f"the worker {min(away)} was lost while the job drained")
        return moved(replace(job, failure=lost), _S.FAILING, facts.at_ms, lost.message)
    over = {worker for worker, report in facts.reports.items() if report.status in OVER}
    if all(placed.worker in over | facts.gone | away for placed in job.placed):
        return replace(moved(job, _S.STOPPED, facts.at_ms), placed=(), ending=Ending.NONE)
    return job


def _restarting(job: Job, facts: Facts, _: Placer) -> Job:
    final = _failure(job, replace(facts, lost=frozenset(), missing=frozenset()))
    if final is not None and final.is_final:
        return moved(replace(job, failure=final), _S.FAILING, facts.at_ms, final.message)
    if facts.now_ms < job.due_ms or not _is_gone(job, facts):
        return job
    return replace(moved(job, _S.DEPLOYING, facts.at_ms), placed=())


def _ended(job: Job, facts: Facts, _: Placer) -> Job:
    if not _is_gone(job, facts):
        return job
    return replace(moved(job, _ENDS[job.status], facts.at_ms, job.history[-1].reason), placed=(), ending=Ending.NONE)


def _is_gone(job: Job, facts: Facts) -> bool:
    return all(placed.worker in facts.gone | facts.lost for placed in job.placed)


_ENDS: Final = {_S.FAILING: _S.FAILED, _S.CANCELING: _S.CANCELED, _S.DRAINING: _S.STOPPED}
_RULES: Final[Mapping[JobStatus, Callable[[Job, Facts, Placer], Job]]] = {
    _S.CREATED: _starting,
    _S.DEPLOYING: _starting,
    _S.RUNNING: _attended,
    _S.DRAINING: _draining,
    _S.RESTARTING: _restarting,
    _S.FAILING: _ended,
    _S.CANCELING: _ended,
}
"""In a status that is not here nothing moves by itself."""
