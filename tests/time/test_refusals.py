"""What is refused when a job is built, with its place and a way out (time.md, rule 7)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from timed_jobs import EVENT, IDS, Job

from lightflus.limits import SPAN_MS, WINDOWS_OF_RECORD
from lightflus.model.graph import Input, JobGraph, OperatorId
from lightflus.model.timed import FixedWindow, Process, SessionWindow, SlidingWindow, Timestamps, Window, Windows
from lightflus.model.validation import problems
from lightflus.testing.graphs import INT64, field
from lightflus.testing.memory import Value
from lightflus.testing.process import Handlers


def keep(state: int, *_beside: Value) -> Value:
    """What a process function of these tests does: nothing."""
    return state


PLAIN = Handlers(lambda: 0, keep, keep)
IN_ORDER = Handlers(lambda: 0, keep, keep, in_order=True)


def said(job: Job) -> list[tuple[str, str, str]]:
    """All problems: text, place, hint."""
    return [(one.text, one.where or "", one.hint or "") for one in problems(job.builder.build())]


def said_of(graph: JobGraph) -> list[tuple[str, str, str]]:
    """The same of a graph."""
    return [(one.text, one.where or "", one.hint or "") for one in problems(graph)]


def untimed(job: Job) -> OperatorId:
    """Events without times."""
    return job.builder.source(EVENT)


def changed(job: Job, operator: OperatorId, **changes: object) -> JobGraph:
    """The graph, but for some of an operator's kind."""
    graph = job.builder.build()
    operators = list(graph.operators)
    kind = operators[operator].kind
    assert isinstance(kind, Window | Process | Timestamps)
    operators[operator] = replace(operators[operator], kind=replace(kind, **changes))  # type: ignore[arg-type]
    return replace(graph, operators=tuple(operators))


def windowed(windows: Windows, **options: bool | int) -> tuple[Job, OperatorId]:
    """A job with one window."""
    job = Job()
    window = job.window(job.keyed(job.events()), windows, **options)  # type: ignore[arg-type]
    job.sink("results", window)
    return job, window


def test_a_window_without_times_is_refused_at_its_line() -> None:
    job = Job()
    job.sink("results", job.window(job.keyed(untimed(job)), FixedWindow(10)))
    ((text, where, hint),) = said(job)
    assert text == "window: a window works by event time, but its records have none"
    assert where == "job.ts:3:3"
    assert "withTimestamps((record) => record.time)" in hint


def test_records_of_a_union_have_times_if_all_of_them_have() -> None:
    job = Job()
    both = job.union(job.events(), untimed(job))
    job.sink("results", job.window(job.keyed(both), FixedWindow(10)))
    ((text, where, _),) = said(job)
    assert (text, where) == ("window: a window works by event time, but its records have none", "job.ts:6:3")


@pytest.mark.parametrize(
    ("handlers", "sets_timers", "is_connected"),
    [(IN_ORDER, False, False), (PLAIN, True, False), (PLAIN, False, True)],
    ids=["in order", "with timers", "connected"],
)
def test_a_process_function_that_works_by_time_needs_times(
    *, handlers: Handlers, sets_timers: bool, is_connected: bool
) -> None:
    job = Job()
    keyed = job.keyed(untimed(job))
    other = job.keyed(untimed(job)) if is_connected else None
    job.sink("said", job.process(keyed, handlers, other=other, sets_timers=sets_timers))
    assert [text for text, _, _ in said(job)] == ["process: a process works by event time, but its records have none"]


def test_a_process_function_of_the_clock_needs_no_times() -> None:
    job = Job()
    process = job.process(job.keyed(untimed(job)), PLAIN, sets_timers=False, sets_processing_timers=True)
    job.sink("said", process)
    assert said(job) == []


@pytest.mark.parametrize("what", ["key_by", "union", "timestamps", "window"])
def test_times_are_given_directly_behind_the_source_and_once(what: str) -> None:
    job = Job()
    events = job.events()
    match what:
        case "key_by":
            before = job.keyed(untimed(job))
        case "union":
            before = job.union(untimed(job), untimed(job))
        case "timestamps":
            before = events
        case _:
            before = job.window(job.keyed(events), FixedWindow(10))
    path = "end" if what == "window" else "time"
    again = job.builder.add(Timestamps(field(path)), [Input(before)], job.builder.type_of(before))
    job.sink("results", again)
    if before != events:
        job.sink("others", events)
    texts = [(text, hint) for text, _, hint in said(job) if "split" in text]
    ((text, hint),) = texts
    assert "withTimestamps stands behind" in text
    assert "where a record's split is no longer known" in text
    assert hint == "give records their times directly behind the source, once"


@pytest.mark.parametrize("way", ["directly", "through a map", "through a union"])
@pytest.mark.parametrize("twice", ["allowed_lateness", "emit_early"])
def test_what_counts_behind_a_window_that_may_fire_twice_is_refused(way: str, twice: str) -> None:
    job = Job()
    first = job.window(job.keyed(job.events()), FixedWindow(10), name="first")
    counted = job.map(first, EVENT, lambda row: row)
    behind = {"directly": lambda: first, "through a map": lambda: counted}
    stream = behind[way]() if way in behind else job.union(counted, job.events())
    keyed = job.keyed(stream)
    job.sink("results", job.window(keyed, FixedWindow(10)))
    job.sink("counted", counted)
    assert said(job) == []
    ((text, where, hint),) = said_of(changed(job, first, **{twice: 5}))
    assert text == "window: it counts what first may give more than once for one window"
    assert where == f"job.ts:{keyed + 2}:3"
    assert "leave allowedLateness and emitEarly of the first window out" in hint


@pytest.mark.parametrize("windows", [SessionWindow(10), SlidingWindow(10, 5)], ids=str)
def test_states_that_meet_need_a_merge(windows: Windows) -> None:
    job, window = windowed(windows, fires_once=isinstance(windows, SessionWindow))
    assert said(job) == []
    ((text, _, hint),) = said_of(changed(job, window, merges=False))
    assert text == "window: its records meet in sessions or panes, and its aggregate cannot merge two of its states"
    assert "give the aggregate a function merge" in hint


@pytest.mark.parametrize("windows", [FixedWindow(10), SlidingWindow(10, 10)], ids=str)
def test_states_that_never_meet_need_no_merge(windows: Windows) -> None:
    job, window = windowed(windows)
    assert said_of(changed(job, window, merges=False)) == []


@pytest.mark.parametrize(
    ("windows", "text"),
    [
        (FixedWindow(0), "window: the window's size is 0 ms; it is positive"),
        (FixedWindow(-5), "window: the window's size is -5 ms; it is positive"),
        (FixedWindow(SPAN_MS + 1), f"window: the window's size is {SPAN_MS + 1:,} ms; at most {SPAN_MS:,}"),
        (SlidingWindow(10, 0), "window: the window's slide is 0 ms; it is positive"),
        (FixedWindow(1, SPAN_MS + 1), f"window: the window's offset is {SPAN_MS + 1:,} ms; at most {SPAN_MS:,}"),
        (SessionWindow(0), "window: the session's gap is 0 ms; it is positive"),
        (
            SlidingWindow(5, 10),
            "window: the window slides by 10 ms, more than its size of 5 ms: records would be in none",
        ),
        (
            SlidingWindow(2 * WINDOWS_OF_RECORD, 1),
            f"window: each record would be in {2 * WINDOWS_OF_RECORD:,} windows; at most {WINDOWS_OF_RECORD:,}",
        ),
    ],
    ids=str,
)
def test_spans_that_make_no_windows_are_refused(windows: Windows, text: str) -> None:
    job, _ = windowed(windows, fires_once=isinstance(windows, SessionWindow))
    ((found, where, hint),) = said(job)
    assert (found, where) == (text, "job.ts:4:3")
    assert hint


@pytest.mark.parametrize("windows", [FixedWindow(10), SessionWindow(10)], ids=str)
def test_early_results_of_what_gives_its_result_once_are_refused(windows: Windows) -> None:
    job, window = windowed(windows, fires_once=True)
    ((text, _, hint),) = said_of(changed(job, window, emit_early=5))
    assert text == "window: emitEarly is asked of a window that gives its result once"
    assert hint.startswith("leave emitEarly out")


def test_lateness_is_refused_where_records_are_taken_as_they_come() -> None:
    job = Job()
    job.sink("said", job.process(job.keyed(job.events()), PLAIN, allowed_lateness=5))
    ((text, _, hint),) = said(job)
    assert text == "process: it takes records as they come, so none of them is late"
    assert hint.startswith("say inOrder: true")


def test_streams_of_two_types_of_keys_are_not_connected() -> None:
    job = Job()
    left = job.keyed(job.events())
    right = job.builder.key_by(job.events(), field("time"), INT64)
    job.sink("said", job.process(left, PLAIN, other=right))
    ((text, _, hint),) = said(job)
    assert text == "process: its inputs have keys of two types, utf8 and int64"
    assert hint == "key both streams by the same type"


def test_rules_come_from_a_broadcast() -> None:
    job = Job()
    handlers = Handlers(lambda: 0, keep, rules=list)
    rules = job.keyed(job.events())
    process = job.process(
        job.keyed(job.events()), handlers, other=rules, rules=IDS, on_rule=lambda ids, row: [*ids, row["id"]]
    )
    job.sink("said", process)
    ((text, _, hint),) = said(job)
    assert text == "process: its rules are a broadcast, but key_by-1 is a key_by"
    assert hint == "write keyed.connect(rules.broadcast()).process(...)"


@pytest.mark.parametrize("option", ["out_of_order", "idle_after", "max_drift"])
def test_spans_of_times_are_not_negative(option: str) -> None:
    job, _ = windowed(FixedWindow(10))
    ((text, where, _),) = said_of(changed(job, OperatorId(1), **{option: -1}))
    assert text.endswith("is -1 ms; it is 0 or more")
    assert where == "job.ts:2:3"
