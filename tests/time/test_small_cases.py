"""The small cases of time.md: those in which a wording once gave two results, and the edges of each rule."""

from __future__ import annotations

from typing import cast

import pyarrow as pa
import pytest
from moods import say
from ordered_source import scripted
from timed_jobs import EVENT, IDS, Event, Job, Ran, cut, ids_of, run

from lightflus.errors import GuestAborted, TimeInvalid
from lightflus.kernel import WasmPartitioner
from lightflus.limits import FOLD_BYTES, TIME_MS
from lightflus.model.graph import BadRecords, Input
from lightflus.model.timed import FixedWindow, SessionWindow, SlidingWindow, Timestamps, Windows
from lightflus.ports.batch import Batch
from lightflus.runtime.operators.process_calls import Rows
from lightflus.testing.context import Context
from lightflus.testing.graphs import FLOAT64, INT64, UTF8, field, struct
from lightflus.testing.guests import PythonAggregate
from lightflus.testing.memory import Value, batch_of
from lightflus.testing.process import Handlers


def events(*times: int, key: str = "a") -> list[Event]:
    """Records of one key, numbered from 0."""
    return [Event(key, time, number) for number, time in enumerate(times)]


def windowed(
    windows: Windows, *splits: list[Event], out_of_order: int = 0, lateness: int = 0, fires_once: bool = False
) -> Ran:
    """The windows of some splits, read row by row."""
    job = Job()
    keyed = job.keyed(job.events(out_of_order=out_of_order))
    is_once = fires_once or isinstance(windows, SessionWindow)
    window = job.window(keyed, windows, allowed_lateness=lateness, fires_once=is_once)
    job.sink("results", window)
    job.sink("late", window, "late")
    return run(job, cut(splits, 1))


def spans(ran: Ran) -> list[tuple[Value, Value, Value]]:
    """Start, end and ids of all results, in their order."""
    return [(row["start"], row["end"], row["ids"]) for row in ran.sinks["results"]]


def late(ran: Ran) -> list[Value]:
    """The ids of late records."""
    return [row["id"] for row in ran.sinks["late"]]


def test_a_record_is_late_for_a_window_whose_last_millisecond_the_watermark_has_reached() -> None:
    assert late(windowed(FixedWindow(10), events(10, 9))) == [1]
    assert late(windowed(FixedWindow(10), events(9, 0))) == []
    assert late(windowed(FixedWindow(10), events(10, 9), out_of_order=1)) == []


def test_allowed_lateness_counts_from_the_last_millisecond_of_the_window() -> None:
    assert late(windowed(FixedWindow(10), events(14, 0), lateness=5)) == []
    assert late(windowed(FixedWindow(10), events(15, 0), lateness=5)) == [1]


def test_a_session_takes_a_record_whose_own_time_is_within_the_lateness() -> None:
    assert late(windowed(SessionWindow(10), events(10, 9))) == [1]
    assert late(windowed(SessionWindow(10), events(10, 5), lateness=5)) == []
    assert late(windowed(SessionWindow(10), events(11, 5), lateness=5)) == [1]


def test_records_exactly_a_gap_apart_are_two_sessions() -> None:
    assert spans(windowed(SessionWindow(10), events(0, 10, 19))) == [(0, 10, [0]), (10, 29, [1, 2])]


def test_a_pane_is_known_by_the_first_window_that_its_record_is_in_time_for() -> None:
    ran = windowed(SlidingWindow(10, 5), events(3, 12, 7))
    assert spans(ran) == [(-5, 5, [0]), (0, 10, [0]), (5, 15, [2, 1]), (10, 20, [1])]
    assert (late(ran), ran.counter("window", "late_in_part")) == ([], 1)


def test_a_session_waits_for_its_lateness_so_that_none_stays_beside_a_larger_one() -> None:
    assert spans(windowed(SessionWindow(10), events(0, 50, 5), lateness=100)) == [(0, 15, [0, 2]), (50, 60, [1])]


def test_two_sessions_that_a_late_record_joins_are_one() -> None:
    assert spans(windowed(SessionWindow(10), events(0, 15, 8), lateness=100)) == [(0, 25, [0, 1, 2])]


def test_a_split_that_is_left_behind_loses_nothing() -> None:
    ahead, behind = events(1_000, 2_000), [Event("a", 5, 7), Event("a", 12, 8)]
    ran = windowed(FixedWindow(10), ahead, behind)
    assert (0, 10, [7]) in spans(ran)
    assert late(ran) == []


def test_windows_start_at_multiples_also_before_1970() -> None:
    assert spans(windowed(FixedWindow(10, 3), events(-8, -7))) == [(-17, -7, [0]), (-7, 3, [1])]


def test_a_window_that_may_fire_again_ends_with_all_of_its_records() -> None:
    ran = windowed(FixedWindow(10), events(1, 12, 2), lateness=20)
    of_first = [ids for start, _, ids in spans(ran) if start == 0]
    assert of_first[-1] == [0, 2]


def test_the_end_fires_by_window_end_and_then_by_hash_of_the_key() -> None:
    keys = ["a", "b", "c", "d", "e"]
    records = [Event(key, time, 0) for key in keys for time in (5, 15)]
    job = Job()
    job.sink("results", job.window(job.keyed(job.events(out_of_order=100)), FixedWindow(10)))
    ran = run(job, cut([records], 1_000))
    (share,) = WasmPartitioner(UTF8).hash_and_distribute(pa.RecordBatch.from_pydict({"value": keys}), 1, 128)
    by_hash = [key for _, key in sorted(zip(share.hashes.to_pylist(), keys, strict=True))]
    assert [(row["end"], row["key"]) for row in ran.sinks["results"]] == [(e, k) for e in (10, 20) for k in by_hash]


def test_a_stop_fires_nothing() -> None:
    job = Job()
    window = job.window(job.keyed(job.events()), FixedWindow(10))
    job.sink("results", window)
    ran = run(job, cut([events(*range(0, 1_000, 10))], 1), seconds_per_read=1.0, stop_after=5.5)
    assert ran.result.is_stopped
    assert len(ran.sinks["results"]) < ran.counter("window", "rows_in")
    assert ran.counter("window", "windows") == 1


def test_an_idle_split_holds_nobody_and_what_it_brings_later_may_be_late() -> None:
    job = Job()
    window = job.window(job.keyed(job.events(idle_after=3_000)), FixedWindow(10))
    job.sink("results", window)
    job.sink("late", window, "late")
    slow = [Event("a", 1, 100), Event("a", 2, 101)]
    fast = events(*range(0, 200, 10))
    ran = run(
        job,
        cut([fast, slow], 1),
        choose=scripted("s1", *["s0"] * 20, "s1"),
        seconds_per_read=1.0,
    )
    assert late(ran) == [101]
    assert (ran.counter("window", "late"), ran.counter("window", "late_after_idle")) == (1, 1)


def test_a_split_that_is_not_idle_yet_holds_the_watermark() -> None:
    job = Job()
    window = job.window(job.keyed(job.events(idle_after=60_000)), FixedWindow(10))
    job.sink("results", window)
    job.sink("late", window, "late")
    slow = [Event("a", 1, 100), Event("a", 2, 101)]
    choose = scripted("s1", *["s0"] * 20, "s1")
    ran = run(job, cut([events(*range(0, 200, 10)), slow], 1), choose=choose, seconds_per_read=1.0)
    assert late(ran) == []


@pytest.mark.parametrize("time", [float("nan"), float("inf"), -float("inf"), 0.5, TIME_MS + 1024.0, -1e300])
def test_what_is_no_time_is_a_bad_record_with_its_place(time: float) -> None:
    record = struct(key=UTF8, time=FLOAT64, id=INT64)
    job = Job()
    source = job.builder.source(record)
    timed = job.builder.add(Timestamps(field("time")), [Input(source)], record)
    window = job.window(job.keyed(timed), FixedWindow(10))
    job.sink("results", window)
    rows: list[Value] = [{"key": "a", "time": at, "id": number} for number, at in enumerate([1.0, time, 2.0])]
    ran = run(job, {"s0": [rows]}, record=record, poison=BadRecords.DEAD_LETTER)
    assert spans(ran) == [(0, 10, [0, 2])]
    (letter,) = ran.letters.kept
    assert (letter.position, letter.kind) == ("s0:2", "TimeInvalid")
    with pytest.raises(TimeInvalid, match="s0:2: this record has no event time"):
        run(job, {"s0": [rows]}, record=record)


def test_a_timer_for_a_time_already_passed_fires_behind_the_record_that_set_it_with_its_time() -> None:
    def on_record(state: int, row: dict[str, int], context: Context) -> Value:
        context.set_timer(row["time"] - 5)
        say(context, f"record {row['id']}")
        return state

    def on_timer(state: int, time: int, context: Context) -> Value:
        say(context, f"timer {time}")
        return state

    job = Job()
    process = job.process(job.keyed(job.events()), Handlers(lambda: 0, on_record, None, on_timer))
    job.sink("said", process)
    as_events = job.map(process, EVENT, lambda row: {"key": row["key"], "time": 0, "id": 0})
    job.sink("results", job.window(job.keyed(as_events), FixedWindow(10)))
    ran = run(job, cut([events(20, 21)], 1))
    assert [row["text"] for row in ran.sinks["said"]] == ["a record 0", "a timer 15", "a record 1", "a timer 16"]
    assert [(row["start"], len(ids_of(row))) for row in ran.sinks["results"]] == [(10, 1), (20, 3)]


def test_in_order_a_timer_comes_behind_the_records_of_its_time() -> None:
    def on_record(state: int, row: dict[str, int], context: Context) -> Value:
        context.set_timer(10)
        say(context, f"record {row['id']}")
        return state

    def on_timer(state: int, time: int, context: Context) -> Value:
        say(context, f"timer {time}")
        return state

    job = Job()
    handlers = Handlers(lambda: 0, on_record, None, on_timer, in_order=True)
    job.sink("said", job.process(job.keyed(job.events(out_of_order=20)), handlers))
    ran = run(job, cut([events(5, 11, 10)], 1))
    said = [row["text"] for row in ran.sinks["said"]]
    assert said == ["a record 0", "a record 2", "a timer 10", "a record 1", "a timer 10"]


def test_a_timer_that_sets_itself_for_ever_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lightflus.testing.process.KEY_TIMERS", 1_000)

    def on_record(state: int, row: dict[str, int], context: Context) -> Value:
        context.set_timer(row["time"] + 1)
        return state

    def on_timer(state: int, time: int, context: Context) -> Value:
        context.set_timer(time + 1)
        return state

    job = Job()
    job.sink("said", job.process(job.keyed(job.events()), Handlers(lambda: 0, on_record, None, on_timer)))
    with pytest.raises(GuestAborted, match="with key 'a': more than 1,000 timers fire for one key at once"):
        run(job, cut([events(5)], 1))


@pytest.mark.parametrize("times", [(0, 20), (0,)], ids=["for a record", "at the end"])
def test_what_expires_fires_the_timers_before_it_and_forgets_those_behind(times: tuple[int, ...]) -> None:
    def on_record(state: int, row: dict[str, int], context: Context) -> Value:
        say(context, f"record {row['id']} after {state}")
        if row["id"] == 0:
            context.set_timer(9)
            context.set_timer(10)
        return state + 1

    def on_timer(state: int, time: int, context: Context) -> Value:
        say(context, f"timer {time}")
        return state

    job = Job()
    handlers = Handlers(lambda: 0, on_record, None, on_timer, ttl=10)
    job.sink("said", job.process(job.keyed(job.events()), handlers))
    ran = run(job, cut([events(*times)], 1))
    said = [row["text"] for row in ran.sinks["said"]]
    assert said == ["a record 0 after 0", "a timer 9", "a record 1 after 0"][: len(times) + 1]


def test_a_late_rule_takes_effect_one_behind_the_watermark_of_its_split() -> None:
    def on_record(state: int, row: dict[str, int], rules: list[int], context: Context) -> Value:
        say(context, f"{row['time']} sees {rules}")
        return state

    job = Job()
    rules = job.broadcast(job.events())
    process = job.process(
        job.keyed(job.events()),
        Handlers(lambda: 0, on_record, rules=list, in_order=True),
        other=rules,
        rules=IDS,
        on_rule=lambda ids, row: [*ids, row["id"]],
    )
    job.sink("said", process)
    # its split's watermark is 19: the rule of time 5 holds from 20 on, so records behind 20 see it
    ran = run(job, cut([[Event("r", 20, 1), Event("r", 5, 2)]], 1), cut([events(6, 20, 21)], 1))
    assert [row["text"] for row in ran.sinks["said"]] == ["a 6 sees []", "a 20 sees []", "a 21 sees [1, 2]"]


def poisoned(row: dict[str, int]) -> None:
    if row["id"] == 13:
        raise ValueError("thirteen")


@pytest.mark.parametrize("windows", [FixedWindow(10), SlidingWindow(10, 5), SessionWindow(10)], ids=str)
@pytest.mark.parametrize("rows", [1, 1_000])
def test_windows_are_as_if_a_poison_record_had_never_come(windows: Windows, rows: int) -> None:
    def add(ids: list[int], row: dict[str, int]) -> Value:
        poisoned(row)
        return [*ids, row["id"]]

    def job_over(splits: list[list[Event]]) -> Ran:
        job = Job()
        window = job.window(job.keyed(job.events()), windows, fires_once=isinstance(windows, SessionWindow))
        job.functions[0] = PythonAggregate(list, add, lambda a, b: a + b)
        job.sink("results", window)
        return run(job, cut(splits, rows), poison=BadRecords.DEAD_LETTER)

    poison = Event("b", 14, 13)
    good = [Event("a", 1, 1), Event("b", 3, 2), Event("a", 14, 3), Event("b", 20, 4)]
    ran = job_over([[*good[:3], poison, good[3]]])
    without = job_over([good])
    assert sorted(map(str, ran.sinks["results"])) == sorted(map(str, without.sinks["results"]))
    (letter,) = ran.letters.kept
    assert letter.operator == "window"
    assert ran.counter("window", "poisoned") == 1


@pytest.mark.parametrize("in_order", [False, True])
@pytest.mark.parametrize("rows", [1, 1_000])
def test_process_state_is_as_if_a_poison_record_had_never_come(in_order: bool, rows: int) -> None:
    def on_record(state: int, row: dict[str, int], context: Context) -> Value:
        context.set_timer(row["time"] + 3)
        say(context, f"record {row['id']} after {state}")
        poisoned(row)
        return state + 1

    def on_timer(state: int, time: int, context: Context) -> Value:
        say(context, f"timer {time}")
        return state

    job = Job()
    handlers = Handlers(lambda: 0, on_record, None, on_timer, in_order=in_order)
    job.sink("said", job.process(job.keyed(job.events()), handlers))
    records = [Event("a", 1, 1), Event("b", 2, 13), Event("a", 9, 13), Event("a", 10, 2)]
    ran = run(job, cut([records], rows), poison=BadRecords.DEAD_LETTER)
    said = [row["text"] for row in ran.sinks["said"]]
    assert said == ["a record 1 after 0", "a timer 4", "a record 2 after 1", "a timer 13"]
    assert [letter.operator for letter in ran.letters.kept] == ["process", "process"]


def test_a_key_whose_timer_fails_is_put_aside_and_forgotten() -> None:
    def on_record(state: int, row: dict[str, int], context: Context) -> Value:
        say(context, f"record {row['id']} after {state}")
        context.set_timer(row["time"] + 3)
        return state + 1

    def on_timer(state: int, time: int, context: Context) -> Value:
        if context.key == "bad":
            raise ValueError("bad")
        say(context, f"timer {time}")
        return state

    job = Job()
    handlers = Handlers(lambda: 0, on_record, None, on_timer)
    job.sink("said", job.process(job.keyed(job.events()), handlers))
    records = [Event("bad", 1, 1), Event("a", 2, 2), Event("c", 9, 3), Event("bad", 10, 4)]
    ran = run(job, cut([records], 1), poison=BadRecords.DEAD_LETTER)
    said = [str(row["text"]) for row in ran.sinks["said"]]
    assert [text for text in said if text.startswith("bad")] == ["bad record 1 after 0", "bad record 4 after 0"]
    assert [text for text in said if "timer" in text] == ["a timer 5", "c timer 12"]
    assert [letter.key[0].as_py() for letter in ran.letters.kept if letter.key is not None] == ["bad", "bad"]


def test_early_results_come_before_the_window_ends_and_the_last_one_is_whole() -> None:
    job = Job()
    job.sink("results", job.window(job.keyed(job.events()), FixedWindow(100), emit_early=2_000))
    ran = run(job, cut([events(*range(10))], 1), seconds_per_read=1.0)
    sizes = [len(ids_of(row)) for row in ran.sinks["results"]]
    assert sizes == sorted(sizes)
    assert 3 <= len(sizes) <= 6
    assert sizes[-1] == 10


def test_a_timer_of_the_clock_fires_at_its_tick_and_its_rows_are_late_nowhere() -> None:
    def on_record(state: int, row: dict[str, int], context: Context) -> Value:
        context.set_processing_timer(context.processing_time + 2_500)
        return state

    def on_processing_timer(state: int, time: int, context: Context) -> Value:
        say(context, f"{time}")
        return state

    job = Job()
    handlers = Handlers(lambda: 0, on_record, on_processing_timer=on_processing_timer)
    process = job.process(job.keyed(job.events()), handlers, sets_timers=False, sets_processing_timers=True)
    job.sink("said", process)
    as_events = job.map(process, EVENT, lambda row: {"key": row["key"], "time": 0, "id": 0})
    window = job.window(job.keyed(as_events), FixedWindow(10))
    job.sink("results", window)
    ran = run(job, cut([events(100, 200, 300, 400, 500, 600)], 1), seconds_per_read=1.0)
    assert len(ran.sinks["said"]) == 6
    assert sum(len(ids_of(row)) for row in ran.sinks["results"]) == 6
    assert ran.counter("window", "late") == 0
    starts = [cast(int, row["start"]) for row in ran.sinks["results"]]
    assert starts[0] >= 100
    assert starts[-1] == TIME_MS // 10 * 10


def test_in_order_a_timer_of_the_clock_fires_no_timer_whose_records_may_still_come() -> None:
    def on_record(state: int, row: dict[str, int], context: Context) -> Value:
        say(context, f"record {row['id']}")
        context.set_timer(row["time"] + 3)
        context.set_processing_timer(context.processing_time + 1_000)
        return state

    def on_timer(state: int, time: int, context: Context) -> Value:
        say(context, f"timer {time}")
        return state

    def on_processing_timer(state: int, time: int, context: Context) -> Value:
        return state

    job = Job()
    handlers = Handlers(lambda: 0, on_record, None, on_timer, on_processing_timer, in_order=True)
    process = job.process(
        job.keyed(job.events()), handlers, allowed_lateness=20, sets_timers=True, sets_processing_timers=True
    )
    job.sink("said", process)
    # at time 33, with a lateness of 20, all up to 12 has been handled: a record of 13 may come, before the timer of 13
    ran = run(job, cut([events(10, 30, 31, 32, 33, 13)], 1), seconds_per_read=1.0)
    said = [row["text"] for row in ran.sinks["said"]]
    assert said.index("a record 5") < said.index("a timer 13")


def test_a_running_aggregate_may_ask_for_the_times_of_its_records() -> None:
    job = Job()
    job.sink("results", job.running(job.keyed(job.events()), of_times=True))
    ran = run(job, cut([events(7, 3, 9)], 1_000))
    assert ids_of(ran.sinks["results"][-1]) == [7, 3, 9]


def test_records_of_two_inputs_that_are_too_large_for_one_call_are_cut() -> None:
    keys = batch_of(UTF8, ["k"] * 6)
    long = batch_of(UTF8, ["x" * (FOLD_BYTES // 2)] * 3)
    sides = pa.array([0, 1, 0, 1, 0, 1], pa.uint32())
    pieces = list(Rows(Batch(keys, keys), long, long, sides).pieces())
    assert pieces[0][0] == 0
    assert [stop for _, stop in pieces[:-1]] == [start for start, _ in pieces[1:]]
    assert pieces[-1][1] == 6
    assert len(pieces) > 2
