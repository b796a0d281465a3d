"""The names of all metrics, typed and explained: what the live view, `--json` and later a scrape call them.

What it owns: names, units, kinds, meaning. Pure; a test keeps docs/metrics.md in step.
What it leaves: counting (`runtime/counters.py`), showing (`cli/report.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class MetricKind(Enum):
    """How values relate over time."""

    COUNTER = "counter"
    """Only grows within a run."""
    GAUGE = "gauge"
    """A value of now."""
    HISTOGRAM = "histogram"
    """Counts by upper bound, their sum and their number."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        name: full name; the unit is its last word, `_total` after that on counters.
        kind: counter or gauge.
        unit: rows, batches, bytes, calls, seconds; 1 is a share.
        labels: what tells its series apart.
        meaning: one sentence.
    """

    name: str
    kind: MetricKind
    unit: str
    labels: tuple[str, ...]
    meaning: str

    @property
    def key(self) -> str:
        """The name without what all metrics of operators, or of subtasks, have in common: `rows_in`."""
        return self.name.removeprefix(_PREFIX).removeprefix(_OF_SUBTASKS).removesuffix("_total")


_PREFIX = "lightflus_operator_"
_OPERATOR = ("namespace", "job", "operator")
_OF_SUBTASKS = "lightflus_subtask_"
_SUBTASK = ("namespace", "job", "task", "subtask")


def _counter(name: str, unit: str, meaning: str) -> Metric:
    return Metric(f"{_PREFIX}{name}_total", MetricKind.COUNTER, unit, _OPERATOR, meaning)


ROWS_IN = _counter("rows_in", "rows", "Rows that reached the operator; of a source, rows read.")
ROWS_OUT = _counter("rows_out", "rows", "Rows that left the operator; of a sink, rows handed to its system.")
BATCHES = _counter("batches", "batches", "Batches that the operator worked on; rows per batch tell how full they are.")
BYTES_IN = _counter("bytes_in", "bytes", "Bytes that a source has read; 0 for other operators.")
CALLS = _counter("calls", "calls", "Guest calls that succeeded.")
BUSY_SECONDS = _counter(
    "busy_seconds", "seconds", "Time in which subtasks worked for the operator, summed; waiting is not counted."
)
REJECTED = _counter(
    "rejected", "records", "Records of a source that could not be decoded, and were put aside or dropped."
)
POISONED = _counter(
    "poisoned", "records", "Records on which a function of the operator failed, and that were put aside or dropped."
)
RETRIES = _counter("retries", "tries", "Tries that a source or sink had to repeat, since its system was away.")
LAG = Metric(
    f"{_PREFIX}lag",
    MetricKind.GAUGE,
    "records",
    _OPERATOR,
    "Records that wait in a source's system; absent where it does not say.",
)
LATE = _counter("late", "records", "Records that were late for all of their windows, or to be put in order.")
LATE_IN_PART = _counter("late_in_part", "records", "Records that were late for some of their windows, not for all.")
LATE_AFTER_IDLE = _counter(
    "late_after_idle", "records", "Late records that are so only since their split had been idle, or was found late."
)


def _gauge(name: str, unit: str, meaning: str) -> Metric:
    return Metric(f"{_PREFIX}{name}", MetricKind.GAUGE, unit, _OPERATOR, meaning)


WINDOWS = _gauge("windows", "windows", "Windows that are open; where windows overlap, panes; sessions by key.")
TIMERS = _gauge("timers", "timers", "Timers that are set, of event time and processing time.")
KEYS = _gauge("keys", "rows", "Rows of state of a windowed or process operator: by key, or by key and window.")
STATE_BYTES = _gauge("state_bytes", "bytes", "Memory in which such an operator keeps its state.")
WATERMARK = _gauge(
    "watermark", "milliseconds", "Event time that the operator has reached, since 1970; absent before the first."
)
OPEN = Metric(
    f"{_PREFIX}open",
    MetricKind.GAUGE,
    "results",
    _OPERATOR,
    "Results that a keyed operator has and that wait for the end of its input.",
)


def _of_subtask(name: str, kind: MetricKind, unit: str, meaning: str) -> Metric:
    end = "_total" if kind is MetricKind.COUNTER else ""
    return Metric(f"{_OF_SUBTASKS}{name}{end}", kind, unit, _SUBTASK, meaning)


_C, _G = MetricKind.COUNTER, MetricKind.GAUGE
SUBTASK_METRICS: tuple[Metric, ...] = (
    _of_subtask("rows_in", _C, "rows", "Rows that the subtask has taken from its mailbox."),
    _of_subtask("rows_out", _C, "rows", "Rows that it has given: to other subtasks, or to its sink."),
    _of_subtask("bytes_in", _C, "bytes", "The first ones as Arrow, in memory."),
    _of_subtask("bytes_out", _C, "bytes", "The second ones as Arrow, in memory."),
    _of_subtask(
        "busy_share",
        _G,
        "1",
        "Share of the last second in which it worked, waited for its slot or wrote to its sink.",
    ),
    _of_subtask(
        "backpressured_share", _G, "1", "Share in which what it had made found no room: who reads it is too slow."
    ),
    _of_subtask("idle_share", _G, "1", "Share in which nothing had come."),
    _of_subtask("queue", _G, "elements", "Elements in its mailbox."),
    _of_subtask("queue_fill", _G, "1", "Which part of its room is taken, of its fullest input."),
    _of_subtask("lag", _G, "records", "Records that wait in the system of its source; absent where it does not say."),
    _of_subtask(
        "watermark_lag", _G, "milliseconds", "How far its event time is behind the clock; absent without event time."
    ),
    _of_subtask("guest_cpu_seconds", _C, "seconds", "CPU time of its guest's calls, with copying in and out."),
    _of_subtask("guest_memory_bytes", _G, "bytes", "Linear memory of its guest."),
    _of_subtask("traps", _C, "calls", "Calls of its guest that failed: it trapped, threw, took too long or too much."),
)
"""What is told of each subtask; `key` is its name in answers and in the runtime's `SubtaskProgress`."""
JOB_RESTARTS = Metric(
    "lightflus_job_restarts_total", _C, "restarts", ("namespace", "job"), "Starts of the job after a failure, ever."
)
JOBS = Metric("lightflus_jobs", _G, "jobs", ("status",), "Jobs that the coordinator knows, by status.")
WORKERS = Metric("lightflus_workers", _G, "workers", ("status",), "Workers that have registered: alive or lost.")
RUNNERS = Metric("lightflus_worker_runners", _G, "processes", (), "Runners of the worker: one for each namespace.")
RUNNER_MEMORY = Metric(
    "lightflus_worker_runner_memory_bytes", _G, "bytes", ("namespace",), "Resident memory of a namespace's runner."
)
MEMORY_LIMIT = Metric(
    "lightflus_worker_memory_limit_bytes", _G, "bytes", (), "What all runners of the worker may take together."
)
API_REQUESTS = Metric(
    "lightflus_api_requests_total", _C, "requests", ("route", "method", "status"), "Requests that were answered."
)
API_SECONDS = Metric(
    "lightflus_api_request_seconds",
    MetricKind.HISTOGRAM,
    "seconds",
    ("route",),
    "Time to the end of an answer; streams last as long as their client follows.",
)
API_UNDER_WAY = Metric("lightflus_api_requests_under_way", _G, "requests", (), "Requests now.")
JOB_SECONDS = Metric(
    "lightflus_job_seconds", MetricKind.GAUGE, "seconds", ("namespace", "job"), "Time since the run began."
)

OPERATOR_METRICS: tuple[Metric, ...] = (
    ROWS_IN,
    ROWS_OUT,
    BATCHES,
    BYTES_IN,
    CALLS,
    BUSY_SECONDS,
    REJECTED,
    POISONED,
    RETRIES,
    LAG,
    OPEN,
    LATE,
    LATE_IN_PART,
    LATE_AFTER_IDLE,
    WINDOWS,
    TIMERS,
    KEYS,
    STATE_BYTES,
    WATERMARK,
)
"""What is counted for each operator; `key` is its name in `--json` and in the runtime's `OperatorProgress`."""
METRICS: tuple[Metric, ...] = (
    *OPERATOR_METRICS,
    JOB_SECONDS,
    *SUBTASK_METRICS,
    JOB_RESTARTS,
    JOBS,
    WORKERS,
    RUNNERS,
    RUNNER_MEMORY,
    MEMORY_LIMIT,
    API_REQUESTS,
    API_SECONDS,
    API_UNDER_WAY,
)
"""All of them, in the order of docs/metrics.md."""
