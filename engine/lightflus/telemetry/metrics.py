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


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        name: full name; the unit is its last word, `_total` after that on counters.
        kind: counter or gauge.
        unit: rows, batches, bytes, calls, seconds.
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
        """The name without what all metrics of operators have in common: `rows_in`."""
        return self.name.removeprefix(_PREFIX).removesuffix("_total")


_PREFIX = "lightflus_operator_"
_OPERATOR = ("namespace", "job", "operator")


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
METRICS: tuple[Metric, ...] = (*OPERATOR_METRICS, JOB_SECONDS)
"""All of them, in the order of docs/metrics.md."""
