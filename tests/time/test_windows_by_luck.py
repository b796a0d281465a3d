"""Windows do not depend on luck: batches, interleavings and parallelism change no result (time.md, 1 to 5)."""

from __future__ import annotations

from collections import Counter

import pytest
import xxhash
from contract import Expected, results, seen, windowed
from drawn import ROWS, settled, splits_of_events
from hypothesis import given
from hypothesis import strategies as st
from timed_jobs import Event, Job, Ran, cut, ids_of, run

from lightflus.kernel import WasmKernel
from lightflus.model.timed import FixedWindow, SessionWindow, SlidingWindow, Windows
from lightflus.ports.kernel import Kernel
from lightflus.testing.kernel import ModelKernel

WINDOWS = [
    FixedWindow(1),
    FixedWindow(5),
    FixedWindow(7, 3),
    SlidingWindow(10, 5),
    SlidingWindow(6, 4, 1),
    SlidingWindow(5, 5),
    SlidingWindow(7, 1),
    SessionWindow(1),
    SessionWindow(4),
]


def windowing(windows: Windows, lateness: int, out_of_order: int, *, fires_once: bool) -> Job:
    job = Job()
    keyed = job.keyed(job.events(out_of_order=out_of_order))
    window = job.window(keyed, windows, allowed_lateness=lateness, fires_once=fires_once)
    job.sink("results", window)
    job.sink("late", window, "late")
    return job


def check(ran: Ran, expected: Expected, *, fires_once: bool) -> None:
    rows = [((row["key"], row["start"], row["end"]), sorted(ids_of(row))) for row in ran.sinks["results"]]
    if fires_once:
        assert len(dict(rows)) == len(rows)
    assert dict(rows) == results(expected)
    assert Counter(row["id"] for row in ran.sinks["late"]) == Counter(one.event.id for one in expected.late)
    assert ran.counter("window", "late") == len(expected.late)
    assert ran.counter("window", "late_in_part") == expected.late_in_part
    assert ran.counter("window", "late_after_idle") == 0


@pytest.mark.parametrize("windows", WINDOWS, ids=str)
@given(
    splits=splits_of_events(),
    lateness=st.sampled_from([0, 0, 1, 6]),
    out_of_order=st.sampled_from([0, 0, 2]),
    fires_once=st.booleans(),
    rows=ROWS,
    parallelism=st.sampled_from([1, 2, 3]),
    seed=st.integers(0, 1_000),
    kernel=st.sampled_from([WasmKernel(), WasmKernel(), ModelKernel(xxhash.xxh3_64_intdigest)]),
)
@settled(20)
def test_the_last_result_of_each_key_and_window_is_what_the_contract_says(
    *,
    windows: Windows,
    splits: list[list[Event]],
    lateness: int,
    out_of_order: int,
    fires_once: bool,
    rows: int,
    parallelism: int,
    seed: int,
    kernel: Kernel,
) -> None:
    fires_once = fires_once or isinstance(windows, SessionWindow)
    job = windowing(windows, lateness, out_of_order, fires_once=fires_once)
    ran = run(job, cut(splits, rows), parallelism=parallelism, seed=seed, kernel=kernel)
    check(ran, windowed(seen(splits, out_of_order), windows, lateness), fires_once=fires_once or lateness == 0)
