"""Jobs, workers and reports between the model's values and messages: for the wire and for the catalog.

What it owns: the two directions, and bounds on what a message may ask for. Any thread.
What it leaves: meaning (`model/cluster/`), sending (`wire/control.py`), keeping (`coordinator/sqlite.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from lightflus.cluster_limits import JOB_SUBTASKS, JOB_TASKS, NAME_CHARACTERS
from lightflus.errors import UserError
from lightflus.limits import PARALLELISM
from lightflus.model.cluster import values as v
from lightflus.model.cluster.jobs import Job, StatusChange
from lightflus.model.cluster.statuses import JobStatus
from lightflus.model.cluster.wishes import FragmentWish
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb

_ENDINGS: Final = {
    v.Ending.NONE: pb.ENDING_UNSPECIFIED,
    v.Ending.STOP: pb.ENDING_STOP,
    v.Ending.DRAIN: pb.ENDING_DRAIN,
}
_STATUSES: Final = {
    v.FragmentStatus.STARTING: pb.FRAGMENT_STATUS_STARTING,
    v.FragmentStatus.READY: pb.FRAGMENT_STATUS_READY,
    v.FragmentStatus.RUNNING: pb.FRAGMENT_STATUS_RUNNING,
    v.FragmentStatus.FINISHED: pb.FRAGMENT_STATUS_FINISHED,
    v.FragmentStatus.STOPPED: pb.FRAGMENT_STATUS_STOPPED,
    v.FragmentStatus.FAILED: pb.FRAGMENT_STATUS_FAILED,
}
_FROM_STATUS: Final = {number: status for status, number in _STATUSES.items()}
_FROM_ENDING: Final = {number: ending for ending, number in _ENDINGS.items()}


# --- jobs ----------------------------------------------------------------------------------------------------------


def to_spec(request: pb.CreateJobRequest) -> v.JobSpec:
    """A job as a request asks for it. Raises UserError: a name or number is out of bounds."""
    checked_name(request.namespace, "namespace")
    checked_name(request.name, "job")
    tasks = tuple(
        v.TaskShape(one.parallelism, tuple(one.reads), one.source if one.HasField("source") else None)
        for one in request.tasks
    )
    if not 0 < len(tasks) <= JOB_TASKS:
        raise UserError(f"a job has 1 to {JOB_TASKS:,} tasks, not {len(tasks):,}", where=request.name)
    if any(not 0 < one.parallelism <= PARALLELISM for one in tasks):
        raise UserError(f"a task has 1 to {PARALLELISM} subtasks", where=request.name)
    if sum(one.parallelism for one in tasks) > JOB_SUBTASKS:
        raise UserError(
            f"a job has at most {JOB_SUBTASKS:,} subtasks", where=request.name, hint="lower the parallelism"
        )
    options = tuple(sorted(request.options.items()))
    key = v.JobKey(request.namespace, request.name)
    return v.JobSpec(key, request.digest, tuple(request.bindings), request.parallelism or 1, options, tasks)


def from_spec(spec: v.JobSpec) -> pb.CreateJobRequest:
    """The request that asks for a job."""
    return pb.CreateJobRequest(
        namespace=spec.key.namespace,
        name=spec.key.name,
        digest=spec.digest,
        bindings=spec.bindings,
        parallelism=spec.parallelism,
        options=dict(spec.options),
        tasks=[pb.TaskShape(parallelism=t.parallelism, reads=t.reads, source=t.source) for t in spec.tasks],
    )


def checked_name(name: str, what: str) -> str:
    """A name of one line that can be printed. Raises UserError."""
    if not 0 < len(name) <= NAME_CHARACTERS or not name.isprintable() or "/" in name:
        hint = f"1 to {NAME_CHARACTERS} characters that can be printed, without a slash"
        raise UserError(f"{name[:NAME_CHARACTERS]!r} is no name for a {what}", hint=hint)
    return name


def to_record(job: Job) -> bytes:
    """What the catalog keeps of a job."""
    record = pb.JobRecord(
        spec=from_spec(job.spec),
        history=from_history(job.history),
        generation=job.generation,
        placed=[
            pb.PlacedRecord(worker=p.worker, session=p.session, subtasks=from_subtasks(p.subtasks)) for p in job.placed
        ],
        ending=_ENDINGS[job.ending],
        restarts=job.restarts,
        attempts=job.attempts,
        failure=from_failure(job.failure) if job.failure else None,
        splits=from_splits(job.splits),
        token=job.token,
    )
    return record.SerializeToString()


def from_record(data: bytes) -> Job:
    """The job that the catalog has kept."""
    record = pb.JobRecord.FromString(data)
    return Job(
        to_spec(record.spec),
        tuple(StatusChange(JobStatus(one.status), one.at_ms, one.reason) for one in record.history),
        record.generation,
        tuple(v.Placed(one.worker, one.session, to_subtasks(one.subtasks)) for one in record.placed),
        _FROM_ENDING[record.ending],
        record.restarts,
        record.attempts,
        failure=to_failure(record.failure) if record.HasField("failure") else None,
        splits=to_splits(record.splits),
        token=record.token,
    )


def from_job(job: Job, reports: Mapping[str, v.Report]) -> pb.Job:
    """A job as the ApiServer is told of it."""
    found = {one.worker: reports.get(one.worker) for one in job.placed}
    placed = [
        pb.Placed(
            worker=one.worker,
            subtasks=from_subtasks(one.subtasks),
            status=_STATUSES[report.status] if (report := found[one.worker]) else pb.FRAGMENT_STATUS_UNSPECIFIED,
        )
        for one in job.placed
    ]
    return pb.Job(
        namespace=job.key.namespace,
        name=job.key.name,
        status=job.status.value,
        history=from_history(job.history),
        generation=job.generation,
        parallelism=job.spec.parallelism,
        digest=job.spec.digest,
        bindings=job.spec.bindings,
        restarts=job.restarts,
        failure=from_failure(job.failure) if job.failure else None,
        placed=placed,
        options=dict(job.spec.options),
    )


def from_history(history: Sequence[StatusChange]) -> list[pb.StatusChange]:
    """Changes of status as messages."""
    return [pb.StatusChange(status=one.status.value, at_ms=one.at_ms, reason=one.reason) for one in history]


# --- fragments -----------------------------------------------------------------------------------------------------


def from_wish(wish: FragmentWish) -> pb.FragmentWish:
    """A wish as an agent gets it."""
    return pb.FragmentWish(
        namespace=wish.spec.key.namespace,
        job=wish.spec.key.name,
        generation=wish.generation,
        digest=wish.spec.digest,
        bindings=wish.spec.bindings,
        parallelism=wish.spec.parallelism,
        subtasks=from_subtasks(wish.subtasks),
        peers=[pb.Peer(subtask=pb.Subtask(task=s.task, number=s.number), address=a) for s, a in wish.peers],
        ending=_ENDINGS[wish.ending],
        splits=from_splits(wish.splits),
        options=dict(wish.spec.options),
        token=wish.token,
    )


def to_report(report: pb.FragmentReport) -> v.Report:
    """A report as an agent sent it; an unknown status is a fragment that is starting."""
    return v.Report(
        report.generation,
        _FROM_STATUS.get(report.status, v.FragmentStatus.STARTING),
        report.address,
        to_failure(report.failure) if report.HasField("failure") else None,
        to_splits(report.splits),
    )


def from_subtasks(subtasks: Iterable[v.Subtask]) -> list[pb.Subtask]:
    """Subtasks as messages."""
    return [pb.Subtask(task=one.task, number=one.number) for one in subtasks]


def to_subtasks(subtasks: Iterable[pb.Subtask]) -> tuple[v.Subtask, ...]:
    """Subtasks from messages."""
    return tuple(v.Subtask(one.task, one.number) for one in subtasks)


def from_splits(splits: v.Splits) -> list[pb.Splits]:
    """Splits as messages."""
    return [pb.Splits(operator=operator, names=names) for operator, names in splits]


def to_splits(splits: Iterable[pb.Splits]) -> v.Splits:
    """Splits from messages, in order."""
    return tuple(sorted((one.operator, tuple(one.names)) for one in splits))


def from_failure(failure: v.Failure) -> pb.Failure:
    """A failure as a message."""
    return pb.Failure(
        kind=failure.kind,
        message=failure.message,
        where=failure.where,
        hint=failure.hint,
        is_final=failure.is_final,
        problems=[pb.Problem(where=one.where, what=one.what, hint=one.hint) for one in failure.problems],
    )


def to_failure(failure: pb.Failure) -> v.Failure:
    """A failure from a message."""
    problems = tuple(v.Problem(one.where, one.what, one.hint) for one in failure.problems)
    return v.Failure(failure.kind, failure.message, failure.where, failure.hint, failure.is_final, problems)


# --- workers -------------------------------------------------------------------------------------------------------


def to_worker(request: pb.RegisterRequest, session: int, *, is_lost: bool = False) -> v.Worker:
    """A worker as it registers. Raises UserError: its name is none."""
    return v.Worker(
        checked_name(request.name, "worker"),
        request.host,
        session,
        request.slots,
        request.memory_bytes,
        tuple(sorted(request.labels.items())),
        request.versions.engine,
        request.process,
        request.attempt,
        is_lost,
    )


def from_worker(worker: v.Worker, subtasks: int) -> pb.Worker:
    """A worker as the ApiServer is told of it."""
    return pb.Worker(
        id=worker.name,
        name=worker.name,
        host=worker.host,
        status="lost" if worker.is_lost else "alive",
        slots=worker.slots,
        memory_bytes=worker.memory_bytes,
        labels=dict(worker.labels),
        subtasks=subtasks,
        versions=pb.Versions(engine=worker.engine),
    )


def to_worker_record(worker: v.Worker) -> bytes:
    """What the catalog keeps of a worker."""
    registered = pb.RegisterRequest(
        name=worker.name,
        host=worker.host,
        slots=worker.slots,
        memory_bytes=worker.memory_bytes,
        labels=dict(worker.labels),
        versions=pb.Versions(engine=worker.engine),
        process=worker.process,
        attempt=worker.attempt,
    )
    record = pb.WorkerRecord(registered=registered, session=worker.session, is_lost=worker.is_lost)
    return record.SerializeToString()


def from_worker_record(data: bytes) -> v.Worker:
    """The worker that the catalog has kept."""
    record = pb.WorkerRecord.FromString(data)
    return to_worker(record.registered, record.session, is_lost=record.is_lost)
