"""The small cases of time.md that are about process functions: timers, order, expiry, rules, what fails."""

from __future__ import annotations

from typing import cast

import pyarrow as pa
import pytest
from moods import say
from timed_jobs import EVENT, IDS, Event, Job, Ran, cut, events, ids_of, poisoned, run

from lightflus.errors import GuestAborted
from lightflus.limits import FOLD_BYTES, TIME_MS
from lightflus.model.graph import BadRecords
from lightflus.model.timed import FixedWindow
from lightflus.ports.batch import Batch
from lightflus.runtime.operators.process_calls import Rows
from lightflus.testing.context import Context
from lightflus.testing.graphs import UTF8
from lightflus.testing.memory import Value, batch_of
from lightflus.testing.process import Handlers


def late(ran: Ran) -> list[Value]:
    """The ids of late records."""
    return [row["id"] for row in ran.sinks["late"]]


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


def test_records_of_two_inputs_that_are_too_large_for_one_call_are_cut() -> None:
    keys = batch_of(UTF8, ["k"] * 6)
    long = batch_of(UTF8, ["x" * (FOLD_BYTES // 2)] * 3)
    sides = pa.array([0, 1, 0, 1, 0, 1], pa.uint32())
    pieces = list(Rows(Batch(keys, keys), long, long, sides).pieces())
    assert pieces[0][0] == 0
    assert [stop for _, stop in pieces[:-1]] == [start for start, _ in pieces[1:]]
    assert pieces[-1][1] == 6
    assert len(pieces) > 2
