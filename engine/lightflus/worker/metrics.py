"""What a worker tells whoever scrapes it: its jobs by operator and subtask, its runners and their memory.

What it owns: the samples, of what its runners have said last. On the event loop.
What it leaves: names (`telemetry/metrics.py`), measuring (`runtime/`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.proto.messages import numbers_of
from lightflus.telemetry.exposition import Sample
from lightflus.telemetry.metrics import MEMORY_LIMIT, OPERATOR_METRICS, RUNNER_MEMORY, RUNNERS, SUBTASK_METRICS


def samples_of(
    fragments: Iterable[pb.FragmentReport], memory: Mapping[str, int], memory_limit: int
) -> Iterator[Sample]:
    """`memory` is that of each namespace's runner."""
    yield Sample(RUNNERS, (), len(memory))
    yield Sample(MEMORY_LIMIT, (), memory_limit)
    for namespace, taken in memory.items():
        yield Sample(RUNNER_MEMORY, (namespace,), taken)
    for fragment in fragments:
        yield from _of_operators(fragment)
        yield from _of_subtasks(fragment)


def _of_operators(fragment: pb.FragmentReport) -> Iterator[Sample]:
    for one in fragment.metrics:
        for metric in OPERATOR_METRICS:
            if metric.key in one.values:
                yield Sample(metric, (fragment.namespace, fragment.job, one.operator), one.values[metric.key])


def _of_subtasks(fragment: pb.FragmentReport) -> Iterator[Sample]:
    for one in fragment.subtasks:
        labels = (fragment.namespace, fragment.job, one.name, str(one.subtask.number))
        values = numbers_of(one)
        for metric in SUBTASK_METRICS:
            if metric.key in values:
                yield Sample(metric, labels, values[metric.key])
