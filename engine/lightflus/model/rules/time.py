"""Rules of event time: what needs times has them, what is refused because its results would be wrong or hang on luck.

What it owns: spans, where `withTimestamps` may stand, sessions and panes without `merge`, counting behind what fires
twice. Pure. What it leaves: record types (`records.py`).
"""

from __future__ import annotations

from lightflus import limits
from lightflus.model.graph import Filter, FlatMap, FunctionKind, Map, Operator, Source
from lightflus.model.operators import facts_of, is_keyed
from lightflus.model.rules.report import Report
from lightflus.model.timed import FixedWindow, Process, SessionWindow, SlidingWindow, Timestamps, Window, Windows
from lightflus.model.times import downstream, fires_again, timed_operators

_WHOLE = "a span is a whole number of milliseconds: seconds(10), minutes(1), ..."


def check_time(report: Report) -> None:
    """All rules of this file."""
    timed = timed_operators(report.graph)
    for operator in report.graph.operators:
        if _needs_times(operator) and operator.id not in timed:
            name = facts_of(operator).name
            text = f"a {name} works by event time, but its records have none"
            report.operator(operator, text, "write .withTimestamps((record) => record.time) behind the source")
        match operator.kind:
            case Timestamps() as timestamps:
                _check_timestamps(report, operator, timestamps)
            case Window() as window:
                _check_window(report, operator, window)
            case Process() as process:
                _check_process(report, operator, process)
            case _:
                pass
        if fires_again(operator):
            _check_counted_once(report, operator)


def _needs_times(operator: Operator) -> bool:
    is_connected = isinstance(operator.kind, Process) and len(operator.inputs) > 1
    return is_connected or facts_of(operator).needs_times(operator.kind)


def _check_timestamps(report: Report, operator: Operator, kind: Timestamps) -> None:
    for what, span in (("outOfOrder", kind.out_of_order), ("idleAfter", kind.idle_after), ("maxDrift", kind.max_drift)):
        _check_span(report, operator, what, span, least=0)
    known = {other.id: other for other in report.graph.operators}
    before = operator
    while before.inputs and before.inputs[0].operator in known:
        before = known[before.inputs[0].operator]
        if not isinstance(before.kind, Source | Map | Filter | FlatMap):
            text = f"withTimestamps stands behind {report.name_of(before)}, where a record's split is no longer known"
            report.operator(operator, text, "give records their times directly behind the source, once")
            return


def _check_window(report: Report, operator: Operator, kind: Window) -> None:
    _check_windows(report, operator, kind.windows)
    _check_span(report, operator, "allowedLateness", kind.allowed_lateness, least=0)
    _check_span(report, operator, "emitEarly", kind.emit_early, least=0)
    is_session = isinstance(kind.windows, SessionWindow)
    if kind.emit_early and (kind.fires_once or is_session):
        text = "emitEarly is asked of a window that gives its result once"
        report.operator(operator, text, "leave emitEarly out, or use reduce, aggregate, count or top of a fixed window")
    if is_session and not kind.fires_once:
        report.operator(operator, "a session gives its result once, but the graph says otherwise", _SDK)
    if _merges_states(kind.windows) and not _can_merge(report, kind):
        text = "its records meet in sessions or panes, and its aggregate cannot merge two of its states"
        report.operator(operator, text, "give the aggregate a function merge: (a, b) => ..., or use a fixed window")


_SDK = "this is a mistake of the SDK that built the module: build it again with one of this version"


def _can_merge(report: Report, kind: Window) -> bool:
    functions = report.graph.functions
    is_reduce = kind.function < len(functions) and functions[kind.function].kind is FunctionKind.REDUCE
    return kind.merges or is_reduce


def _merges_states(windows: Windows) -> bool:
    return isinstance(windows, SessionWindow) or (isinstance(windows, SlidingWindow) and windows.slide != windows.size)


def _check_windows(report: Report, operator: Operator, windows: Windows) -> None:
    match windows:
        case FixedWindow(size, offset):
            _check_span(report, operator, "the window's size", size)
            _check_offset(report, operator, offset)
        case SlidingWindow(size, slide, offset):
            _check_span(report, operator, "the window's size", size)
            _check_span(report, operator, "the window's slide", slide)
            _check_offset(report, operator, offset)
            if slide > size > 0:
                text = f"the window slides by {slide:,} ms, more than its size of {size:,} ms: records would be in none"
                report.operator(operator, text, "let it slide by its size or less")
            elif slide > 0 and size > slide * limits.WINDOWS_OF_RECORD:
                text = f"each record would be in {-(-size // slide):,} windows; at most {limits.WINDOWS_OF_RECORD:,}"
                report.operator(operator, text, "let it slide by more, or make it smaller")
        case SessionWindow(gap):
            _check_span(report, operator, "the session's gap", gap)


def _check_offset(report: Report, operator: Operator, offset: int) -> None:
    if abs(offset) > limits.SPAN_MS:
        report.operator(operator, f"the window's offset is {offset:,} ms; at most {limits.SPAN_MS:,}", _WHOLE)


def _check_span(report: Report, operator: Operator, what: str, span: int, *, least: int = 1) -> None:
    if span < least:
        report.operator(operator, f"{what} is {span:,} ms; it is {'positive' if least else '0 or more'}", _WHOLE)
    elif span > limits.SPAN_MS:
        report.operator(operator, f"{what} is {span:,} ms; at most {limits.SPAN_MS:,}", _WHOLE)


def _check_process(report: Report, operator: Operator, kind: Process) -> None:
    _check_span(report, operator, "ttl", kind.ttl, least=0)
    _check_span(report, operator, "allowedLateness", kind.allowed_lateness, least=0)
    if not kind.in_order and (kind.allowed_lateness or kind.late is not None):
        text = "it takes records as they come, so none of them is late"
        report.operator(operator, text, "say inOrder: true, or leave allowedLateness and lateTo out")
    names = [port.name for port in (*kind.ports, *([] if kind.late is None else [kind.late]))]
    if len(set(names)) < len(names):
        report.operator(operator, "two of its side outputs have one name", "give each side output its own name")


def _check_counted_once(report: Report, operator: Operator) -> None:
    for behind in downstream(report.graph, operator):
        if is_keyed(behind):
            text = f"it counts what {report.name_of(operator)} may give more than once for one window"
            hint = "leave allowedLateness and emitEarly of the first window out, or end the flow in a sink behind it"
            report.operator(behind, text, hint)
