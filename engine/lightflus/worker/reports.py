"""What runners report: metrics as messages; read without being believed, and looked at for news.

What it owns: which statuses are an end, and which changes cannot wait for the next heartbeat. Any thread.
What it leaves: what is counted (`runtime/`), names and meaning (`telemetry/metrics.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lightflus.cluster_limits import EVENT_BYTES
from lightflus.errors import PeerRefused
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.proto.messages import read_message
from lightflus.runtime.counters import OperatorProgress
from lightflus.runtime.meter import SubtaskProgress
from lightflus.telemetry.metrics import OPERATOR_METRICS, SUBTASK_METRICS

OVER: Final = frozenset({pb.FRAGMENT_STATUS_FINISHED, pb.FRAGMENT_STATUS_STOPPED, pb.FRAGMENT_STATUS_FAILED})
"""Nothing of such a fragment runs any more."""


def read_reports(came: bytes, namespace: str) -> pb.HeartbeatRequest:
    """Reports and events in a message of the runner of a namespace. Raises PeerRefused."""
    found = read_message(pb.HeartbeatRequest, came)
    if found is None:
        raise PeerRefused("its runner sent what is no report")
    spoken_for = {one.namespace for one in found.fragments} | {one.namespace for one in found.events}
    if spoken_for - {namespace}:
        raise PeerRefused("its runner spoke for another namespace")
    if any(event.ByteSize() > EVENT_BYTES for event in found.events):
        raise PeerRefused(f"its runner sent an event of more than {EVENT_BYTES:,} bytes")
    return found


def is_news(before: Sequence[pb.FragmentReport], now: Sequence[pb.FragmentReport]) -> bool:
    """Whether anything but metrics is another."""
    return [_told(one) for one in before] != [_told(one) for one in now]


def _told(one: pb.FragmentReport) -> tuple[object, ...]:
    splits = [(split.operator, tuple(split.names)) for split in one.splits]
    return (one.namespace, one.job, one.generation, one.status, one.address, splits)


def operator_metrics(one: OperatorProgress) -> pb.OperatorMetrics:
    """What an operator has done, by the names of metrics."""
    values = {metric.key: getattr(one, metric.key) for metric in OPERATOR_METRICS}
    numbers = {key: float(value) for key, value in values.items() if isinstance(value, int | float)}
    return pb.OperatorMetrics(operator=one.name, values=numbers, status=one.status)


def subtask_metrics(one: SubtaskProgress) -> pb.SubtaskMetrics:
    """How a subtask stands; the message has a field for each metric."""
    subtask = pb.Subtask(task=one.subtask.task, number=one.subtask.number)
    values = {metric.key: getattr(one, metric.key) for metric in SUBTASK_METRICS}
    return pb.SubtaskMetrics(subtask=subtask, name=one.task, **values)
