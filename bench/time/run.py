"""What event time costs: stages of a Rust job, driven batch by batch, each against the running reduce in the same run.

Batches come as an exchange would hand them on: with keys and stamps, keys not hashed yet. Hashing, look-up, the guest's
fold, firing and results are in; reading, decoding, channels and sinks are not. CPU time of this thread.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from random import Random
from time import thread_time

import pyarrow as pa

from bench.measure import LIGHTFLUS, ROOT, WORK, record, run_program, table
from lightflus.compose.loading import load_module
from lightflus.kernel import WasmKernel
from lightflus.limits import FOLD_ROWS, MIB
from lightflus.model.plan import Plan, plan_job
from lightflus.ports.batch import Batch
from lightflus.ports.stamps import TIME, stamped
from lightflus.runtime.assembly import guest_callers
from lightflus.runtime.clocks import SplitClocks
from lightflus.runtime.counters import Counters
from lightflus.runtime.guest_host import GuestHost
from lightflus.runtime.operators.process import WallClock
from lightflus.runtime.operators.stage import Stage
from lightflus.runtime.poison import RetryBudget
from lightflus.runtime.stages import STAGES, Parts
from lightflus.sandbox.module import LoadedModule

CRATE = ROOT / "bench" / "time" / "rust"
ROWS = 4 * 1024 * 1024
KEYS = 10_000
RATES = {100: "a hundred", 1_000: "a thousand"}
"""Rows per millisecond of event time: a window of 10 s holds so many rows of each key."""
ROUNDS = 5
MANY = 10_000_000
GOALS = {"fixed": "0.7 or more", "sliding": "1.5 of fixed's cost", "session": "2.5 of fixed's cost"}


@dataclass
class Driven:
    """One stage, and the longest that one of its steps took."""

    stage: Stage
    counters: Counters
    worst: float = 0.0

    def take(self, outs: Iterator[object]) -> int:
        """Runs an iterator of the stage to its end; batches that came out."""
        count = 0
        while True:
            begin = thread_time()
            out = next(outs, None)
            self.worst = max(self.worst, thread_time() - begin)
            if out is None:
                return count
            count += isinstance(out, Batch)


def main() -> None:
    """Builds, drives, prints."""
    module = built()
    plan = plan_job(module.graph)
    seconds = {rate: ratios(module, plan, rate) for rate in RATES}
    timers, many = timers_of(module, plan), many_keys(module, plan)
    record("time", {"rows": ROWS, "seconds": seconds, "timers": timers, "many": many})


def ratios(module: LoadedModule, plan: Plan, rate: int) -> dict[str, float]:
    """CPU seconds of each operator over the same rows, so many of them a millisecond."""
    batches = list(events(ROWS, KEYS, rate))
    seconds: dict[str, list[float]] = {name: [] for name in ("reduce", "fixed", "sliding", "session")}
    for _ in range(ROUNDS):
        for name, times in seconds.items():
            times.append(timed(module, plan, name, batches))
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    slow, fixed = medians["reduce"], medians["fixed"]
    rows = [
        [name, f"{ROWS / used / 1e6:.1f}", f"{slow / used:.2f}", f"{used / fixed:.2f}", GOALS.get(name, "")]
        for name, used in medians.items()
    ]
    table(
        f"{ROWS:,} rows, {KEYS:,} keys, {RATES[rate]} rows of a key in 10 s, Rust guest, one core",
        ["operator", "M rows/CPU-s", "speed : reduce", "cost : fixed", "goal"],
        rows,
    )
    return medians


def built() -> LoadedModule:
    """The job's module."""
    file = WORK / "time.wasm"
    run_program([LIGHTFLUS, "build", str(CRATE), "-o", str(file)])
    return load_module(file.read_bytes(), lambda _level, _text: None)


def events(rows: int, keys: int, rate: int) -> Iterator[Batch]:
    """Rows of random keys whose times go on evenly, so many a millisecond."""
    random = Random(1)
    for first in range(0, rows, FOLD_ROWS):
        count = min(FOLD_ROWS, rows - first)
        numbers = pa.array([random.randrange(keys) for _ in range(count)], pa.int64())
        times = pa.array([(first + row) // rate for row in range(count)], pa.int64())
        yield batch(numbers, times)


def batch(keys: pa.Int64Array, times: pa.Int64Array) -> Batch:
    """Events of keys and times."""
    ones = pa.repeat(pa.scalar(1, pa.int64()), len(keys))
    columns = pa.RecordBatch.from_arrays([keys, ones, times], ["key", "value", "at"])
    return Batch(columns, pa.RecordBatch.from_arrays([keys], ["value"]), stamps=stamped({TIME: times}))


def stage(module: LoadedModule, plan: Plan, name: str) -> Driven:
    """A new stage of one operator."""
    task, planned = next((t, o) for t in plan.tasks for o in t.operators if o.name == name)
    counters = {one.operator.id: Counters() for one in task.operators}
    host = GuestHost(module, guest_callers(plan, task, {}, counters), RetryBudget())
    clocks = {o.id: SplitClocks() for o in plan.graph.operators}
    parts = Parts(plan, WasmKernel(), host, counters, clocks, WallClock(lambda: 0, 0.0))
    return Driven(STAGES[type(planned.operator.kind)](planned, parts), counters[planned.operator.id])


def timed(module: LoadedModule, plan: Plan, name: str, batches: list[Batch]) -> float:
    """CPU seconds of all batches through a new stage, a watermark behind each, and the end."""
    driven = stage(module, plan, name)
    with closing(driven.stage):
        begin = thread_time()
        for one in batches:
            driven.take(driven.stage.process(0, one))
            assert one.stamps is not None
            driven.take(driven.stage.watermark(one.stamps.column(TIME)[-1].as_py() - 1_001))
        driven.take(driven.stage.finish())
        return thread_time() - begin


def timers_of(module: LoadedModule, plan: Plan, keys: int = 1_000_000) -> dict[str, float]:
    """A timer for each of a million keys: memory, and the time to set and to fire one, the guest's calls included."""
    driven = stage(module, plan, "timers")
    with closing(driven.stage):
        begin = thread_time()
        for first in range(0, keys, FOLD_ROWS):
            numbers = pa.array(range(first, min(first + FOLD_ROWS, keys)), pa.int64())
            driven.take(driven.stage.process(0, batch(numbers, pa.repeat(pa.scalar(first, pa.int64()), len(numbers)))))
        set_seconds = thread_time() - begin
        size, driven.worst = driven.counters.state_bytes / MIB, 0.0
        begin = thread_time()
        driven.take(driven.stage.finish())
        fire_seconds = thread_time() - begin
    used = {"set us": set_seconds / keys * 1e6, "fire us": fire_seconds / keys * 1e6, "MiB": size}
    print(f"  {keys:,} timers: " + ", ".join(f"{what} {value:.2f}" for what, value in used.items()), end="")
    print(" (goals: below 1 us each without the guest, 150 MB)")
    return used


def many_keys(module: LoadedModule, plan: Plan, keys: int = MANY) -> dict[str, float]:
    """10^7 open (key, window) pairs, then all of them fire; and as many keys that come and go."""
    found: dict[str, float] = {}
    for what, per_ms in (("open", 0), ("come and go", 100)):
        driven = stage(module, plan, "fixed")
        with closing(driven.stage):
            begin = thread_time()
            for first in range(0, keys, FOLD_ROWS):
                numbers = pa.array(range(first, min(first + FOLD_ROWS, keys)), pa.int64())
                time = first // per_ms if per_ms else 5
                driven.take(
                    driven.stage.process(0, batch(numbers, pa.repeat(pa.scalar(time, pa.int64()), len(numbers))))
                )
                driven.take(driven.stage.watermark(time - 1_001))
            size = driven.counters.state_bytes / MIB
            driven.take(driven.stage.finish())
            used = thread_time() - begin
        found |= {f"{what}: s": used, f"{what}: MiB": size, f"{what}: worst ms": driven.worst * 1e3}
    print("  10^7 keys and windows, " + ", ".join(f"{what} {value:,.1f}" for what, value in found.items()))
    return found
