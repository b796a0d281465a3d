"""An honest job beside attackers: what they take from it in throughput, latency and memory.

One process, two slots, as a worker has them. The honest job reads at 30 % of what it could; a batch's latency is from
the moment when it is due to its write in the sink. By turns it runs alone and beside an attacker of each kind that
comes again a quarter of a second after it has been ended. Its output is counted before any figure is printed.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter, sleep

import pyarrow as pa
import trio

from bench.measure import record, table
from lightflus.codec import schema_of
from lightflus.evil.arena import Arena, settled_bytes
from lightflus.evil.attack import LIMITS
from lightflus.evil.guests import guest
from lightflus.evil.suite import attacks
from lightflus.kernel import WasmKernel
from lightflus.limits import SWITCH_US
from lightflus.model.graph import Delivery
from lightflus.model.pace import Pace
from lightflus.model.plan import plan_job
from lightflus.model.types import Scalar, ScalarType
from lightflus.ports.health import Health
from lightflus.ports.sources import SourceBatch, SourceReader
from lightflus.runtime.fragment import Fragment
from lightflus.runtime.slots import ThreadSlots
from lightflus.sandbox.module import LoadedModule, load
from lightflus.testing.memory import RowOrigin

ROWS = 2_000
"""Of a batch."""
SECONDS = 2.0
"""Of a turn."""
ROUNDS = 4
SHARE = 0.30
GOAL = 0.10
ATTACKERS = {
    "loops": "a map that loops on every row",
    "traps": "unreachable in a map",
    "memory": "an arena that is never full",
    "answers": "2^31 rows",
    "life": "a description of another graph than the module carries",
    "host": "a storm of calls to the host",
    "maps": "a map of 8 MiB of segments",
    "graph": "1,000,000 operators",
    "files": "300 functions of 400 joins",
}


@dataclass
class Paced:
    """`ports.Source` and its reader: a batch every `period` seconds; 0 = as fast as it is read."""

    batches: int
    period: float
    dues: list[float] = field(default_factory=list)
    is_growing = False
    is_committing = False
    is_rewindable = True

    def splits(self) -> Sequence[str]:
        """One."""
        return ["rows"]

    def reader(self, splits: Mapping[str, str | None], health: Health) -> SourceReader:
        """Itself."""
        return self

    def read(self) -> SourceBatch | None:
        """The next batch, when it is due."""
        if len(self.dues) == self.batches:
            return None
        due = self.dues[0] + len(self.dues) * self.period if self.dues and self.period else perf_counter()
        sleep(max(0.0, due - perf_counter()))
        self.dues.append(due)
        schema = schema_of(ScalarType(Scalar.INT64))
        rows = pa.record_batch({"value": pa.array(range(ROWS), pa.int64())}, schema=schema)
        return SourceBatch(rows, RowOrigin("rows", len(self.dues)), {}, rows.nbytes)

    def add(self, splits: Sequence[str]) -> None:
        """It does not grow."""

    def commit(self, positions: Mapping[str, str]) -> None:
        """It keeps none."""

    def pace(self, pace: Pace) -> None:
        """It has one split, at its own pace."""

    def lag(self) -> int | None:
        """Not known."""
        return None

    def close(self) -> None:
        """Nothing to give back."""


@dataclass
class Counted:
    """`ports.Sink` and its writer: counts rows, and notes when a batch's worth of them is there."""

    per_batch: int
    delivery: Delivery = Delivery.APPEND
    rows: int = 0
    times: list[float] = field(default_factory=list)

    def writer(self, subtask: int, health: Health) -> Counted:
        """Itself."""
        return self

    def write(self, columns: pa.RecordBatch) -> None:
        """Counts."""
        self.rows += columns.num_rows
        while self.rows >= (len(self.times) + 1) * self.per_batch:
            self.times.append(perf_counter())

    def flush(self) -> None:
        """Nothing is held."""

    def close(self) -> None:
        """Nothing to give back."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One turn of the honest job."""

    rows_per_second: float
    p99_ms: float


async def turn(module: LoadedModule, slots: ThreadSlots, batches: int, period: float) -> Seen:
    """Runs the honest job once. Ends the benchmark if its output is not whole."""
    graph = module.graph
    per_batch = sum(number & 3 for number in range(1, ROWS + 1) if number & 1)
    source, sink = Paced(batches, period), Counted(per_batch)
    run = Fragment(
        plan_job(graph),
        guests=module,
        kernel=WasmKernel(),
        sources={graph.operators[0].id: source},
        sinks={graph.operators[-1].id: sink},
        slots=slots,
    )
    await run.run()
    if sink.rows != batches * per_batch:
        raise SystemExit(f"{sink.rows:,} rows came out, not {batches * per_batch:,}")
    late = sorted(end - due for due, end in zip(source.dues, sink.times, strict=True))
    seconds = sink.times[-1] - source.dues[0]
    return Seen(batches * ROWS / seconds, late[len(late) * 99 // 100] * 1_000)


async def beside(arena: Arena, wasm: bytes | None, honest: Callable[[], Awaitable[Seen]]) -> Seen:
    """A turn with an attacker beside it that comes again and again; without one, alone."""
    seen: list[Seen] = []
    async with trio.open_nursery() as nursery:
        if wasm is not None:
            nursery.start_soon(arena.attack_for_ever, wasm)
        seen.append(await honest())
        nursery.cancel_scope.cancel()
    return seen[0]


async def measured(arena: Arena) -> tuple[dict[str, list[Seen]], dict[str, int]]:
    """All turns by attacker, `alone` before each; and what the process has grown by behind each."""
    module, slots = load(guest({}), limits=LIMITS), arena.slots
    full = await turn(module, slots, 300, 0)
    period = ROWS / (SHARE * full.rows_per_second)
    honest = partial(turn, module, slots, int(SECONDS / period), period)
    chosen = {(one.kind, one.name): one.module() for one in attacks() if ATTACKERS.get(one.kind) == one.name}
    seen: dict[str, list[Seen]] = {"alone": []}
    grown: dict[str, int] = {}
    for wasm in chosen.values():
        await beside(arena, wasm, partial(turn, module, slots, 20, period))
    before = settled_bytes()
    for _ in range(ROUNDS):
        for (kind, _name), wasm in chosen.items():
            seen["alone"].append(await beside(arena, None, honest))
            seen.setdefault(kind, []).append(await beside(arena, wasm, honest))
            grown[kind] = settled_bytes() - before
    print(f"  the honest job alone could do {full.rows_per_second:,.0f} rows/s; it is given {SHARE:.0%} of that")
    return seen, {kind: 100 * size // before for kind, size in grown.items()}


def main() -> None:
    """Runs, compares, prints."""
    pid = os.getpid()
    sys.setswitchinterval(SWITCH_US / 1_000_000)  # as the command line does
    with tempfile.TemporaryDirectory() as folder, Arena(Path(folder)) as arena:
        seen, grown = trio.run(measured, arena)
    if os.getpid() != pid or threading.active_count() > 50:
        raise SystemExit("the process is another, or has threads left behind")
    median = {kind: (statistics.median(s.rows_per_second for s in turns), statistics.median(s.p99_ms for s in turns))
              for kind, turns in seen.items()}  # fmt: skip
    rate, p99 = median["alone"]
    rows = [
        [kind, f"{m[0]:,.0f}", f"{m[0] / rate:.3f}", f"{m[1]:.1f}", f"{m[1] / p99:.2f}", f"{grown.get(kind, 0)} %"]
        for kind, m in median.items()
    ]
    head = ["beside", "rows/s", "of alone", "p99 ms", "of alone", "memory"]
    table(f"an honest job at {SHARE:.0%} of its capacity, two slots, output counted", head, rows)
    worst = max((m[1] / p99, kind) for kind, m in median.items())
    print(f"  p99 at worst {worst[0]:.2f} of alone, beside {worst[1]} (goal {1 + GOAL:.2f})")
    record("neighbours", {"median": median, "grown_percent": grown})
