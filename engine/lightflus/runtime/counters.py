"""What operators have done so far, in plain integers, and how their connectors are doing.

What it owns: one counter set per operator and subtask, written by the thread that works for it, and sums of them, read
by the loop at any time (a read may miss the batch in progress).
What it leaves: names and meaning (`telemetry/metrics.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lightflus.model.graph import OperatorId
from lightflus.model.plan import Plan, SubtaskId


@dataclass(slots=True)
class Counters:
    """One operator in one subtask; see `telemetry/metrics.py` for what each counts."""

    rows_in: int = 0
    rows_out: int = 0
    batches: int = 0
    bytes_in: int = 0
    calls: int = 0
    busy_ns: int = 0
    rejected: int = 0
    poisoned: int = 0
    retries: int = 0
    lag: int | None = None
    open: int = 0
    late: int = 0
    late_in_part: int = 0
    late_after_idle: int = 0
    windows: int = 0
    timers: int = 0
    keys: int = 0
    state_bytes: int = 0
    watermark: int | None = None
    slowest_split: str = ""


class OperatorHealth:
    """`ports.Health` of one operator in one subtask: counts retries, keeps the newest reason."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self.status = ""
        """Why it waits; empty: it does not."""
        self.is_stopping = False

    def waiting(self, reason: str) -> None:
        """See `ports.Health`."""
        self._counters.retries += 1
        self.status = reason

    def fine(self) -> None:
        """See `ports.Health`."""
        self.status = ""


@dataclass(frozen=True, slots=True)
class OperatorProgress:
    """One operator, all its subtasks together.

    Attributes:
        operator: the operator.
        name: its name.
        rows_in: rows that reached it; of a source, rows read.
        rows_out: rows that left it; of a sink, rows written.
        batches: batches that reached it.
        bytes_in: bytes that a source has read; 0 for others.
        calls: calls of the guest.
        busy_seconds: time in which its subtasks worked for it, summed.
        rejected: records of a source that could not be decoded, and were put aside or dropped.
        poisoned: records on which a function failed, and that were put aside or dropped.
        retries: tries that its connector had to repeat.
        lag: records that wait in a source's system; None = unknown, and for other operators.
        status: why its connector waits; empty: it does not.
        open: results that it has and that wait for the end of its input.
        late: records that were late for all of their windows, or to be put in order.
        late_in_part: records that were late for some of their windows.
        late_after_idle: those of `late` that are so only since their split was idle, or found late.
        windows: windows (panes, where windows overlap) that are open.
        timers: timers that are set.
        keys: rows of state by key, or by key and window.
        state_bytes: memory in which it keeps its state.
        watermark: its event time, milliseconds since 1970; None before the first, and without event time.
        slowest_split: of a `withTimestamps`, the split that holds its watermark back.
    """

    operator: OperatorId
    name: str
    rows_in: int
    rows_out: int
    batches: int
    bytes_in: int
    calls: int
    busy_seconds: float
    rejected: int = 0
    poisoned: int = 0
    retries: int = 0
    lag: int | None = None
    status: str = ""
    open: int = 0
    late: int = 0
    late_in_part: int = 0
    late_after_idle: int = 0
    windows: int = 0
    timers: int = 0
    keys: int = 0
    state_bytes: int = 0
    watermark: int | None = None
    slowest_split: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """One operator in one subtask."""

    counters: Counters
    health: OperatorHealth


class Accounts:
    """What all operators of one fragment have done, by subtask."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._accounts: dict[OperatorId, dict[SubtaskId, Account]] = {o.id: {} for o in plan.graph.operators}

    def of(self, subtask: SubtaskId, operator: OperatorId) -> Account:
        """One account; a new one begins at nothing."""
        found = self._accounts[operator].get(subtask)
        if found is None:
            counters = Counters()
            found = self._accounts[operator][subtask] = Account(counters, OperatorHealth(counters))
        return found

    def counters_of(self, subtask: SubtaskId) -> dict[OperatorId, Counters]:
        """The counters of all operators of a subtask."""
        operators = self._plan.tasks[subtask.task].operators
        return {planned.operator.id: self.of(subtask, planned.operator.id).counters for planned in operators}

    def progress(self) -> tuple[OperatorProgress, ...]:
        """The sums, in order of registration."""
        names = self._plan.names
        return tuple(
            progress_of(number, names[number], list(accounts.values())) for number, accounts in self._accounts.items()
        )

    def stop(self) -> None:
        """Tells all connectors that nobody waits any more."""
        for accounts in self._accounts.values():
            for account in accounts.values():
                account.health.is_stopping = True


def progress_of(operator: OperatorId, name: str, accounts: Sequence[Account]) -> OperatorProgress:
    """The sum of an operator's subtasks."""
    every = [account.counters for account in accounts]
    lags = [one.lag for one in every if one.lag is not None]
    timed = [one for one in every if one.watermark is not None]
    slowest = min(timed, key=lambda one: one.watermark or 0, default=Counters())
    return OperatorProgress(
        operator=operator,
        name=name,
        rows_in=sum(one.rows_in for one in every),
        rows_out=sum(one.rows_out for one in every),
        batches=sum(one.batches for one in every),
        bytes_in=sum(one.bytes_in for one in every),
        calls=sum(one.calls for one in every),
        busy_seconds=sum(one.busy_ns for one in every) / 1e9,
        rejected=sum(one.rejected for one in every),
        poisoned=sum(one.poisoned for one in every),
        retries=sum(one.retries for one in every),
        lag=sum(lags) if lags else None,
        status=next((account.health.status for account in accounts if account.health.status), ""),
        open=sum(one.open for one in every),
        late=sum(one.late for one in every),
        late_in_part=sum(one.late_in_part for one in every),
        late_after_idle=sum(one.late_after_idle for one in every),
        windows=sum(one.windows for one in every),
        timers=sum(one.timers for one in every),
        keys=sum(one.keys for one in every),
        state_bytes=sum(one.state_bytes for one in every),
        watermark=slowest.watermark,
        slowest_split=slowest.slowest_split,
    )
