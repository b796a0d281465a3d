"""Whole streams do not depend on luck: unions, operators behind operators, running results (time.md, 6)."""

from __future__ import annotations

from collections import Counter

from contract import NEVER, Seen, by_key, in_order, results, seen, windowed
from drawn import ROWS, settled, splits_of_events
from hypothesis import given
from hypothesis import strategies as st
from moods import moods, said, sinks, told
from timed_jobs import EVENT, Event, Job, Row, cut, ids_of, run

from lightflus.model.timed import FixedWindow, SessionWindow
from lightflus.testing.context import Context
from lightflus.testing.memory import Value
from lightflus.testing.process import Handlers

PARALLELISM = st.sampled_from([1, 2, 3])
SEED = st.integers(0, 1_000)


def window_rows(rows: list[Row]) -> dict[tuple[Value, Value, Value], list[int]]:
    found = {(row["key"], row["start"], row["end"]): sorted(ids_of(row)) for row in rows}
    assert len(found) == len(rows)
    return found


@given(splits=splits_of_events(), rows=ROWS, seed=SEED)
@settled(40)
def test_times_may_be_given_in_fewer_or_more_subtasks_than_read(
    *, splits: list[list[Event]], rows: int, seed: int
) -> None:
    job = Job()
    many, few = seed % 3 + 1, seed % 2 + 1
    window = job.window(job.keyed(job.events(sources=many, timestamps=few)), FixedWindow(5))
    job.sink("results", window)
    ran = run(job, cut(splits, rows), parallelism=2, seed=seed)
    assert window_rows(ran.sinks["results"]) == results(windowed(seen(splits), FixedWindow(5)))
    assert ran.counter("window", "late_after_idle") == 0


@given(
    first=splits_of_events(most_splits=2),
    second=splits_of_events(most_splits=2),
    rows=ROWS,
    many=PARALLELISM,
    seed=SEED,
)
@settled(40)
def test_a_union_is_the_splits_of_all_its_sources(
    *, first: list[list[Event]], second: list[list[Event]], rows: int, many: int, seed: int
) -> None:
    handlers = moods(in_order=True, ttl=0)
    job = Job()
    keyed = job.keyed(job.union(job.events(), job.events()))
    sinks(job, job.process(keyed, handlers), has_late=False)
    ran = run(job, cut(first, rows), cut(second, rows), parallelism=many, seed=seed)
    ordered, _ = in_order(seen([*first, *second]))
    assert said(ran) == told(handlers, {key: [(0, one) for one in mine] for key, mine in by_key(ordered).items()})


@given(splits=splits_of_events(), rows=ROWS, many=PARALLELISM, seed=SEED)
@settled(40)
def test_a_window_behind_a_window_holds_all_of_its_results(
    *, splits: list[list[Event]], rows: int, many: int, seed: int
) -> None:
    job = Job()
    first = job.window(job.keyed(job.events()), FixedWindow(3), name="first")
    counted = job.map(first, EVENT, lambda row: {"key": row["key"], "time": 0, "id": row["start"]})
    second = job.window(job.keyed(counted), SessionWindow(4), fires_once=True)
    job.sink("results", second)
    ran = run(job, cut(splits, rows), parallelism=many, seed=seed)
    fired = [
        Seen(Event(key, end - 1, start), 0, 0, end - 2)
        for key, start, end in windowed(seen(splits), FixedWindow(3)).windows
    ]
    assert window_rows(ran.sinks["results"]) == results(windowed(fired, SessionWindow(4)))
    assert ran.counter("window", "late") == 0


@given(splits=splits_of_events(), rows=ROWS, many=PARALLELISM, seed=SEED, out=st.sampled_from([0, 2]))
@settled(60)
def test_rows_of_records_and_timers_are_behind_an_operator_what_they_were_before_it(
    *, splits: list[list[Event]], rows: int, many: int, seed: int, out: int
) -> None:
    """In order, a record that is handed on is late nowhere; a timer's row has its time."""

    def on_record(state: int, row: dict[str, int], context: Context) -> Value:
        context.emit({"key": context.key, "text": f"{context.time}"})
        context.set_timer(row["time"] + 2)
        return state

    def on_timer(state: int, time: int, context: Context) -> Value:
        context.emit({"key": context.key, "text": f"{time}"})
        return state

    handlers = Handlers(lambda: 0, on_record, None, on_timer, in_order=True)
    job = Job()
    first = job.process(job.keyed(job.events(out_of_order=out)), handlers)
    as_events = job.map(first, EVENT, lambda row: {"key": row["key"], "time": 0, "id": int(row["text"])})
    job.sink("results", job.window(job.keyed(as_events), FixedWindow(4)))
    ran = run(job, cut(splits, rows), parallelism=many, seed=seed)
    ordered, _ = in_order(seen(splits, out))
    timers = {(one.event.key, one.time + 2) for one in ordered}
    made = [(one.event.key, one.time) for one in ordered] + sorted(timers)
    expected = windowed([Seen(Event(key, time, time), 0, 0, NEVER) for key, time in made], FixedWindow(4))
    assert window_rows(ran.sinks["results"]) == results(expected)
    assert ran.counter("window", "late") == 0


@given(splits=splits_of_events(most_splits=1), rows=ROWS, many=PARALLELISM)
@settled(40)
def test_as_records_come_what_is_late_stays_late_behind_an_operator(
    *, splits: list[list[Event]], rows: int, many: int
) -> None:
    def on_record(state: int, row: dict[str, int], context: Context) -> Value:
        context.emit({"key": context.key, "text": f"{row['id']}"})
        return state

    job = Job()
    first = job.process(job.keyed(job.events()), Handlers(lambda: 0, on_record))
    as_events = job.map(first, EVENT, lambda row: {"key": row["key"], "time": 0, "id": int(row["text"])})
    window = job.window(job.keyed(as_events), FixedWindow(4))
    job.sink("results", window)
    job.sink("late", window, "late")
    ran = run(job, cut(splits, rows), parallelism=many)
    expected = windowed(seen(splits), FixedWindow(4))
    assert window_rows(ran.sinks["results"]) == results(expected)
    assert Counter(row["id"] for row in ran.sinks["late"]) == Counter(one.event.id for one in expected.late)


@given(splits=splits_of_events(), rows=ROWS, many=PARALLELISM, seed=SEED)
@settled(40)
def test_a_running_aggregate_gives_an_update_for_every_record_that_counts_those_before_it(
    *, splits: list[list[Event]], rows: int, many: int, seed: int
) -> None:
    job = Job()
    job.sink("results", job.running(job.keyed(job.events())))
    ran = run(job, cut(splits, rows), parallelism=many, seed=seed)
    for key, records in by_key(seen(splits)).items():
        updates = [ids_of(row) for row in ran.sinks["results"] if row["key"] == key]
        assert [len(ids) for ids in updates] == list(range(1, len(records) + 1))
        assert sorted(updates[-1]) == sorted(one.event.id for one in records)
        of_splits = {one.split: [other.event.id for other in records if other.split == one.split] for one in records}
        for mine in of_splits.values():
            assert [number for number in updates[-1] if number in mine] == mine


@given(
    splits=splits_of_events(most_splits=1, most_events=16),
    rows=ROWS,
    many=PARALLELISM,
    keep=st.sampled_from(["first", "last"]),
    ttl=st.sampled_from([0, 3, 8]),
)
@settled(40)
def test_deduplicate_keeps_the_first_or_what_is_not_older_than_the_last(
    *, splits: list[list[Event]], rows: int, many: int, keep: str, ttl: int
) -> None:
    def on_record(state: int, row: dict[str, int], context: Context) -> Value:
        if state < -100 or (keep == "last" and row["time"] >= state):
            context.emit({"key": context.key, "text": f"{row['id']}"})
            return row["time"]
        return state

    job = Job()
    handlers = Handlers(lambda: -1_000, on_record, ttl=ttl)
    job.sink("results", job.process(job.keyed(job.events()), handlers, sets_timers=False))
    ran = run(job, cut(splits, rows), parallelism=many)
    kept: list[Value] = []
    for records in by_key(seen(splits)).values():
        begins = 0
        for at, one in enumerate(records):
            last = max((other.time for other in records[begins:at]), default=None)
            if last is None or (ttl and max(one.time, one.mark) - last >= ttl):
                begins = at
                kept.append(str(one.event.id))
            elif keep == "last" and one.time >= last:
                kept.append(str(one.event.id))
    assert Counter(row["text"] for row in ran.sinks["results"]) == Counter(kept)
