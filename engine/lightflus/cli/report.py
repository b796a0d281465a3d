"""How a run tells of itself: live on a terminal, a summary in a log, JSON lines for a program, or not at all.

What it owns: the four ways, behind one interface. On the event loop of the main thread.
What it leaves: drawing (`live.py`); errors, which the guard prints (`guard.py`).
"""

from __future__ import annotations

from dataclasses import asdict
from types import TracebackType
from typing import Protocol

from lightflus.cli.checkpointing import note_of
from lightflus.cli.live import LiveView, Progress, summary
from lightflus.cli.problems import to_json
from lightflus.cli.screen import emit_json, results, say, tell
from lightflus.connectors.stdio.screen import Screen
from lightflus.errors import LightflusError
from lightflus.model.plan import Plan
from lightflus.model.text import counted
from lightflus.runtime.checkpointing import CheckpointProgress
from lightflus.runtime.counters import OperatorProgress
from lightflus.runtime.fragment import JobResult
from lightflus.sandbox.module import LoadedModule
from lightflus.telemetry.metrics import OPERATOR_METRICS

_JSON_SECONDS = 1.0


class Report(Protocol):
    """What a run calls; used as a context around the run itself."""

    @property
    def screen(self) -> Screen | None:
        """Where `stdout:` is a table; None: it is JSON lines."""
        ...

    def __enter__(self) -> object: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def started(self, plan: Plan, module: LoadedModule) -> None:
        """The job is about to run."""
        ...

    def progress(self, seconds: float, progress: Progress, checkpoints: CheckpointProgress | None) -> None:
        """A few times a second; checkpoints where the run takes some."""
        ...

    def say(self, text: str) -> None:
        """Something worth a line."""
        ...

    def ended(self, plan: Plan, result: JobResult | None) -> None:
        """The job is over; None: it was cancelled."""
        ...

    def failed(self, error: LightflusError) -> None:
        """The command fails; the error is printed by the guard."""
        ...


class QuietReport:
    """Says nothing."""

    screen: Screen | None = None

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def started(self, plan: Plan, module: LoadedModule) -> None:
        """Nothing."""

    def progress(self, seconds: float, progress: Progress, checkpoints: CheckpointProgress | None) -> None:
        """Nothing."""

    def say(self, text: str) -> None:
        """Nothing."""

    def ended(self, plan: Plan, result: JobResult | None) -> None:
        """Nothing."""

    def failed(self, error: LightflusError) -> None:
        """Nothing."""


class PlainReport(QuietReport):
    """A summary at the end, on standard error."""

    def say(self, text: str) -> None:
        """At once."""
        say(text)

    def ended(self, plan: Plan, result: JobResult | None) -> None:
        """A table of the operators."""
        if result is not None:
            tell(summary(plan.graph.job, result.seconds, result.operators))
            for one in result.operators:
                if result.is_stopped and (left := _left_open(one)):
                    say(f"{one.name}: {left}, not written; --drain fires them")
                if one.open:
                    waits = f"{one.name}: {counted(one.open, 'result')} waiting for the end of its input"
                    say(f"{waits}, not written; --drain writes them")


def _left_open(one: OperatorProgress) -> str:
    """What waits in an operator for its time."""
    windows = f"{counted(one.windows, 'window')} open" if one.windows else ""
    timers = f"{counted(one.timers, 'timer')} set" if one.timers else ""
    return " and ".join(filter(None, (windows, timers)))


class LiveReport(PlainReport):
    """A picture that moves, and the summary at the end."""

    def __init__(self) -> None:
        self._view = LiveView()
        self.screen = self._view if results().is_terminal else None

    def __enter__(self) -> None:
        self._view.open()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._view.close()

    def started(self, plan: Plan, module: LoadedModule) -> None:
        """Names the picture."""
        self._view.title = plan.graph.job

    def progress(self, seconds: float, progress: Progress, checkpoints: CheckpointProgress | None) -> None:
        """Draws."""
        self._view.update(seconds, progress, "" if checkpoints is None else note_of(checkpoints, seconds))


class JsonReport(QuietReport):
    """One JSON object a line on standard output: `started`, `progress` each second, then `ended` or `failed`."""

    def __init__(self) -> None:
        self._next = 0.0

    def started(self, plan: Plan, module: LoadedModule) -> None:
        """Which job this is."""
        graph = plan.graph
        _event(
            "started",
            job=graph.job,
            namespace=graph.namespace,
            digest=module.report.digest,
            subtasks=len(plan.subtasks),
        )

    def progress(self, seconds: float, progress: Progress, checkpoints: CheckpointProgress | None) -> None:
        """At most once a second."""
        if seconds >= self._next:
            self._next = seconds + _JSON_SECONDS
            kept = {} if checkpoints is None else {"checkpoints": asdict(checkpoints)}
            _event("progress", seconds=round(seconds, 3), operators=_operators(progress), **kept)

    def ended(self, plan: Plan, result: JobResult | None) -> None:
        """What it did."""
        if result is None:
            _event("cancelled")
        else:
            operators = _operators(result.operators)
            _event("ended", seconds=round(result.seconds, 6), is_stopped=result.is_stopped, operators=operators)

    def failed(self, error: LightflusError) -> None:
        """What went wrong."""
        _event("failed", error=to_json(error))


def _event(event: str, **details: object) -> None:
    emit_json({"event": event, **details})


def _operators(progress: Progress) -> list[dict[str, object]]:
    return [{"name": one.name, **_counted(one), "status": one.status} for one in progress]


def _counted(one: OperatorProgress) -> dict[str, object]:
    """Its metrics, times to the microsecond."""
    values: dict[str, object] = {metric.key: getattr(one, metric.key) for metric in OPERATOR_METRICS}
    return {key: round(value, 6) if isinstance(value, float) else value for key, value in values.items()}
