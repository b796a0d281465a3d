"""What fragments have counted, as their workers last said: by operator and by subtask.

What it owns: the last report of each worker, of which only names and numbers that mean something stay.
On the event loop. Not kept: metrics are of now.
What it leaves: measuring (`runtime/`), names (`telemetry/metrics.py`), the rule of the bottleneck (`model/cluster/`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import isfinite

from lightflus.cluster_limits import NAME_CHARACTERS
from lightflus.model.cluster.bottleneck import Bottleneck, Shares, bottleneck
from lightflus.model.cluster.jobs import Job
from lightflus.model.cluster.values import JobKey, Subtask
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.proto.messages import numbers_of
from lightflus.telemetry.metrics import OPERATOR_METRICS

_KNOWN = frozenset(metric.key for metric in OPERATOR_METRICS)


class Measures:
    """Of all workers."""

    def __init__(self) -> None:
        self._by_worker: dict[str, dict[JobKey, pb.FragmentReport]] = {}

    def keep(self, worker: str, fragments: Iterable[pb.FragmentReport]) -> None:
        """What a worker says, in the place of what it said before."""
        self._by_worker[worker] = {JobKey(one.namespace, one.job): one for one in fragments}

    def operators(self, job: Job) -> list[pb.OperatorMetrics]:
        """What the fragments of a job's generation have counted, one after the other."""
        return [_cleaned(one) for report in self._of(job) for one in report.metrics]

    def subtasks(self, job: Job) -> list[pb.SubtaskMetrics]:
        """How its subtasks stand, in order; each as the worker that has it says."""
        found = {
            Subtask(one.subtask.task, one.subtask.number): one
            for report in self._of(job)
            for one in report.subtasks
            if all(map(isfinite, numbers_of(one).values()))
        }
        return [found[subtask] for subtask in job.spec.subtasks if subtask in found]

    def bottleneck(self, job: Job, subtasks: Sequence[pb.SubtaskMetrics]) -> Bottleneck | None:
        """Who holds it up, by how its subtasks stand."""
        shares = {
            Subtask(one.subtask.task, one.subtask.number): Shares(one.busy_share, one.backpressured_share)
            for one in subtasks
        }
        return bottleneck(job.spec.tasks, shares)

    def _of(self, job: Job) -> Iterator[pb.FragmentReport]:
        for placed in job.placed:
            report = self._by_worker.get(placed.worker, {}).get(job.key)
            if report is not None and report.generation == job.generation:
                yield report


def _cleaned(one: pb.OperatorMetrics) -> pb.OperatorMetrics:
    values = {key: value for key, value in one.values.items() if key in _KNOWN and isfinite(value)}
    return pb.OperatorMetrics(operator=one.operator[:NAME_CHARACTERS], status=one.status, values=values)
