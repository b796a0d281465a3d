"""A job's life: what is known of it for ever, and what its user may do to it.

What it owns: the job as the catalog keeps it, moves along the table of statuses, and the user's wishes. Pure; times are
handed in. What it leaves: what reports and losses do to a job (`reconcile.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lightflus.cluster_limits import STATUS_CHANGES
from lightflus.errors import Conflict
from lightflus.model.cluster.statuses import ENDED, LEGAL, MOVES, JobStatus, Wish, legal_wishes
from lightflus.model.cluster.values import Ending, Failure, JobKey, JobSpec, Placed, Splits


@dataclass(frozen=True, slots=True)
class StatusChange:
    """When a job came to a status, in milliseconds since 1970, and why."""

    status: JobStatus
    at_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job and where it is in its life.

    Attributes:
        history: its changes of status, the oldest first; the last STATUS_CHANGES of them. The last one is where it is.
        generation: the number of its start; 0 before the first.
        placed: where this generation's fragments are, or may still be; empty when there are none anywhere.
        ending: how its fragments end while it drains; those of a start that has failed already end by themselves.
        restarts: starts after a failure, ever.
        attempts: failures in a row; what the pause before the next start depends on.
        due_ms: when it is started again, on the clock of this process; not kept.
        failure: its last one.
        splits: of its sources, as this generation has listed them.
        token: a secret of this generation, which its fragments show each other.
    """

    spec: JobSpec
    history: tuple[StatusChange, ...]
    generation: int = 0
    placed: tuple[Placed, ...] = ()
    ending: Ending = Ending.NONE
    restarts: int = 0
    attempts: int = 0
    due_ms: int = 0
    failure: Failure | None = None
    splits: Splits = ()
    token: str = ""

    @property
    def key(self) -> JobKey:
        """Its name within its namespace."""
        return self.spec.key

    @property
    def status(self) -> JobStatus:
        """Where it is now."""
        return self.history[-1].status

    @property
    def has_ended(self) -> bool:
        """Whether nothing of it runs, nor will unless somebody asks."""
        return self.status in ENDED


def created(spec: JobSpec, at_ms: int) -> Job:
    """A job that has just been accepted."""
    return Job(spec, (StatusChange(JobStatus.CREATED, at_ms, ""),))


def moved(job: Job, status: JobStatus, at_ms: int, reason: str = "") -> Job:
    """The job in its next status; to move against the table is our own bug."""
    assert status in MOVES[job.status], f"{job.key}: {job.status.value} -> {status.value}"
    return replace(job, history=(*job.history, StatusChange(status, at_ms, reason))[-STATUS_CHANGES:])


def wished(job: Job, wish: Wish, at_ms: int) -> Job:
    """What a user's wish makes of a job. A wish that is already being done changes nothing.

    Raises:
        Conflict: it is not legal in the job's status.
    """
    if _is_under_way(job, wish):
        return job
    if job.status not in LEGAL[wish]:
        may = ", ".join(one.value for one in legal_wishes(job.status)) or "nothing but waiting"
        raise Conflict(
            f"{wish.value} is not possible: the job {job.key.name} is {job.status.value}",
            where=job.key.name,
            hint=f"possible now: {may}",
        )
    match wish:
        case Wish.STOP | Wish.DRAIN:
            ending = Ending.STOP if wish is Wish.STOP else Ending.DRAIN
            if job.status is JobStatus.RESTARTING:
                ending = Ending.NONE
            return replace(moved(job, JobStatus.DRAINING, at_ms, f"{wish.value} was asked for"), ending=ending)
        case Wish.CANCEL:
            return moved(job, JobStatus.CANCELING, at_ms, "cancel was asked for")
        case Wish.RESTART:
            status = JobStatus.DEPLOYING if job.has_ended else JobStatus.RESTARTING
            again = replace(job, ending=Ending.NONE, attempts=0, due_ms=0, failure=None)
            return moved(again, status, at_ms, "restart was asked for")
        case Wish.DELETE:
            return job


def _is_under_way(job: Job, wish: Wish) -> bool:
    """So that a request that comes twice is answered twice alike."""
    if job.status is JobStatus.DRAINING:
        return wish.value == job.ending.value or (wish is Wish.STOP and job.ending is Ending.NONE)
    return (wish, job.status) in {
        (Wish.CANCEL, JobStatus.CANCELING),
        (Wish.CANCEL, JobStatus.CANCELED),
        (Wish.STOP, JobStatus.STOPPED),
        (Wish.DRAIN, JobStatus.STOPPED),
    }
