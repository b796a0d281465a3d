"""What a worker ought to run of a job, from the job and what its workers have reported.

What it owns: when fragments get to know their peers, and what none gets any more. Pure.
What it leaves: versions of the list that a worker has (`coordinator/books.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lightflus.model.cluster.jobs import Job
from lightflus.model.cluster.statuses import JobStatus
from lightflus.model.cluster.values import Ending, FragmentStatus, JobSpec, Placed, Report, Splits, Subtask

_RUNS: Final = frozenset({JobStatus.DEPLOYING, JobStatus.RUNNING, JobStatus.DRAINING})
"""Only in these is anything wished; in every other one, what still runs ends."""

Peers = tuple[tuple[Subtask, str], ...]


@dataclass(frozen=True, slots=True)
class FragmentWish:
    """A fragment that ought to run. Without `peers` it listens and waits."""

    spec: JobSpec
    generation: int
    subtasks: tuple[Subtask, ...]
    peers: Peers
    splits: Splits
    ending: Ending
    token: str = ""


def wish_for(job: Job, placed: Placed, reports: Mapping[str, Report]) -> FragmentWish | None:
    """What the worker of `placed` ought to run; `reports` are this generation's, by worker."""
    is_ending_already = job.status is JobStatus.DRAINING and job.ending is Ending.NONE
    if job.status not in _RUNS or is_ending_already:
        return None
    peers = _peers(job, reports)
    splits = job.splits if peers else ()
    return FragmentWish(job.spec, job.generation, placed.subtasks, peers, splits, job.ending, job.token)


def listed_splits(reports: Mapping[str, Report]) -> Splits:
    """What fragments have listed of the sources whose subtask 0 they have."""
    return tuple(sorted({operator: names for one in reports.values() for operator, names in one.splits}.items()))


def _peers(job: Job, reports: Mapping[str, Report]) -> Peers:
    sources = {shape.source for shape in job.spec.tasks if shape.source is not None}
    if sources - {operator for operator, _ in job.splits}:
        return ()
    found: dict[Subtask, str] = {}
    for placed in job.placed:
        report = reports.get(placed.worker)
        if report is None or report.status is FragmentStatus.STARTING or not report.address:
            return ()
        found.update(dict.fromkeys(placed.subtasks, report.address))
    return tuple(sorted(found.items()))
