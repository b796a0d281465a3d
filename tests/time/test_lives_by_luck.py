"""Results are a function of the records, however often a job is killed: every sink shows what a clean run shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from lives import lived
from moods import moods, say, sinks
from timed_jobs import EVENT, IDS, Event, Job, Row, cut, ids_of, run

from lightflus.model.extract import Emit
from lightflus.model.timed import FixedWindow, SessionWindow, SlidingWindow, Windows
from lightflus.testing.context import Context
from lightflus.testing.ledger import Showing
from lightflus.testing.memory import Value
from lightflus.testing.process import Handlers


def events(seed: int) -> list[list[Event]]:
    """Three splits whose times go on, with some disorder."""
    return [
        [Event("abcde"[(at * 7 + split) % 5], at * 2 + (at * 13 + seed) % 5, 1_000 * split + at) for at in range(60)]
        for split in range(3)
    ]


def windowed(windows: Windows, *, allowed_lateness: int = 0) -> Job:
    job = Job()
    keyed, is_once = job.keyed(job.events(out_of_order=3)), isinstance(windows, SessionWindow)
    window = job.window(keyed, windows, allowed_lateness=allowed_lateness, fires_once=is_once)
    job.sink("main", window)
    job.sink("late", window, "late")
    return job


def counted(emit: Emit = Emit.UPDATES) -> Job:
    job = Job()
    job.sink("main", job.running(job.keyed(job.events(out_of_order=3)), emit=emit))
    return job


def with_timers(*, ttl: int = 0) -> Job:
    job = Job()
    process = job.process(job.keyed(job.events(out_of_order=3)), moods(in_order=True, ttl=ttl))
    sinks(job, process, has_late=True)
    return job


def every_row(rows: Sequence[Row]) -> Counter[str]:
    """The rows, whose ids are a set: which of two splits came first is nobody's promise."""
    return Counter(repr({**row, "ids": sorted(ids_of(row))} if "ids" in row else row) for row in rows)


def last_rows(rows: Sequence[Row]) -> dict[str, str]:
    """The last result of each key and window: how often one is given again depends on when the watermark comes."""
    return {repr((row["key"], row.get("start"))): repr(sorted(ids_of(row))) for row in rows if "ids" in row}


def counts(rows: Sequence[Row]) -> Counter[str]:
    """How far each key was counted, step by step: each step comes once."""
    return Counter(repr((row["key"], len(ids_of(row)))) for row in rows)


def in_branches() -> Job:
    job = Job()
    events = job.events(out_of_order=3)
    job.sink("main", job.map(events, EVENT, lambda row: row))
    job.sink("windows", job.window(job.keyed(events), FixedWindow(10)))
    return job


def early() -> Job:
    job = Job()
    window = job.window(job.keyed(job.events(out_of_order=3)), FixedWindow(10), emit_early=30, allowed_lateness=8)
    job.sink("main", window)
    return job


def connected() -> Job:
    job = Job()
    left, right = job.keyed(job.events()), job.keyed(job.events())
    sinks(job, job.process(left, moods(in_order=True, ttl=4), other=right), has_late=False)
    return job


def with_rules() -> Job:
    def on_record(state: int, row: dict[str, int], seen: list[int], context: Context) -> Value:
        say(context, f"record {row['id']} sees {seen}")
        context.set_timer(row["time"] + 2)
        return state + 1

    def on_timer(state: int, time: int, seen: list[int], context: Context) -> Value:
        say(context, f"timer {time} after {state} sees {seen}")
        return state

    job = Job()
    keyed, rules = job.keyed(job.events()), job.broadcast(job.events())
    handlers = Handlers(lambda: 0, on_record, None, on_timer, rules=list, in_order=True)
    process = job.process(
        keyed, handlers, other=rules, rules=IDS, on_rule=lambda ids, row: [*ids, row["id"]], allowed_lateness=3
    )
    sinks(job, process, has_late=False)
    return job


def mapped() -> Job:
    job = Job()
    job.sink("main", job.map(job.events(out_of_order=3), EVENT, lambda row: {**row, "id": row["id"] + 1}))
    return job


JOBS: dict[str, tuple[Callable[[], Job], Callable[[Sequence[Row]], object]]] = {
    "mapped": (mapped, every_row),
    "branches": (in_branches, every_row),
    "fixed": (lambda: windowed(FixedWindow(10)), every_row),
    "sliding": (lambda: windowed(SlidingWindow(size=12, slide=4)), every_row),
    "session": (lambda: windowed(SessionWindow(6)), every_row),
    "late": (lambda: windowed(FixedWindow(10), allowed_lateness=8), last_rows),
    "running": (counted, counts),
    "final": (lambda: counted(Emit.FINAL), every_row),
    "early": (early, last_rows),
    "connected": (connected, every_row),
    "rules": (with_rules, every_row),
    "timers": (with_timers, every_row),
    "ttl": (lambda: with_timers(ttl=4), every_row),
}


@pytest.mark.parametrize("name", JOBS)
def test_a_job_that_is_killed_shows_what_a_clean_run_shows(name: str, life: int) -> None:
    check(name, life, Showing.STAGED)


@pytest.mark.parametrize("name", ["branches", "fixed", "timers"])
def test_so_it_does_where_output_is_shown_at_once_and_cut_off_again(name: str, life: int) -> None:
    check(name, life, Showing.CUT)


def check(name: str, life: int, showing: Showing) -> None:
    make, seen = JOBS[name]
    read = [cut(events(life), 3)]
    if name in ("connected", "rules"):
        read.append(cut([split[:8] for split in events(life + 50)], 2))
    clean = run(make(), *read, seed=0, record=EVENT)
    story = lived(make(), *read, seed=life, showing=showing)
    for sink, rows in clean.sinks.items():
        again = f"make simulate SIMULATE='--lives 1 --first-life {life} -k {name}'"
        assert seen(story.rows(sink)) == seen(rows), "\n".join([again, *story.log])


def test_a_seed_gives_the_same_lives_each_time() -> None:
    make, _ = JOBS["timers"]
    first, second = (lived(make(), cut(events(5), 3), seed=5) for _ in range(2))
    assert first.lives > 2
    assert (first.log, first.sinks["main"].rows) == (second.log, second.sinks["main"].rows)
