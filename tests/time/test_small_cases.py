"""The small cases of time.md: those in which a wording once gave two results, and the edges of each rule."""

from __future__ import annotations

import pyarrow as pa
import pytest
from ordered_source import scripted
from timed_jobs import Event, Job, Ran, cut, events, ids_of, poisoned, run

from lightflus.errors import TimeInvalid
from lightflus.kernel import WasmPartitioner
from lightflus.limits import TIME_MS
from lightflus.model.graph import BadRecords, Input
from lightflus.model.timed import FixedWindow, SessionWindow, SlidingWindow, Timestamps, Windows
from lightflus.testing.graphs import FLOAT64, INT64, UTF8, field, struct
from lightflus.testing.guests import PythonAggregate
from lightflus.testing.memory import Value


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


def test_early_results_come_before_the_window_ends_and_the_last_one_is_whole() -> None:
    job = Job()
    job.sink("results", job.window(job.keyed(job.events()), FixedWindow(100), emit_early=2_000))
    ran = run(job, cut([events(*range(10))], 1), seconds_per_read=1.0)
    sizes = [len(ids_of(row)) for row in ran.sinks["results"]]
    assert sizes == sorted(sizes)
    assert 3 <= len(sizes) <= 6
    assert sizes[-1] == 10


def test_a_running_aggregate_may_ask_for_the_times_of_its_records() -> None:
    job = Job()
    job.sink("results", job.running(job.keyed(job.events()), of_times=True))
    ran = run(job, cut([events(7, 3, 9)], 1_000))
    assert ids_of(ran.sinks["results"][-1]) == [7, 3, 9]
