"""An honest job beside attackers: what they take from it in throughput, latency and memory.

Twice: in one process, two slots, and as jobs of two namespaces in two runners of one worker (`neighbours_apart.py`).
The honest job reads at 30 % of what it could; a batch's latency is from the moment when it is due to its write in the
sink. By turns it runs alone and beside an attacker of each kind that comes again a quarter of a second after it has
been ended. Its output is counted before any figure is printed.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import trio

from bench.measure import record, table
from bench.neighbours_apart import Turn
from bench.neighbours_apart import measured as apart
from bench.paced import PER_BATCH, ROWS, Counted, Paced
from lightflus.evil.arena import Arena, settled_bytes
from lightflus.evil.attack import LIMITS
from lightflus.evil.guests import guest
from lightflus.evil.suite import attacks
from lightflus.kernel import WasmKernel
from lightflus.limits import SWITCH_US
from lightflus.model.plan import plan_job
from lightflus.runtime.fragment import Fragment
from lightflus.runtime.slots import ThreadSlots
from lightflus.sandbox.module import LoadedModule, load

SECONDS = 2.0
"""Of a turn."""
ROUNDS = 4
APART_SECONDS = 1.5
APART_ROUNDS = 3
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


@dataclass(frozen=True, slots=True)
class Seen:
    """One turn of the honest job."""

    rows_per_second: float
    p99_ms: float


async def turn(module: LoadedModule, slots: ThreadSlots, batches: int, period: float) -> Seen:
    """Runs the honest job once. Ends the benchmark if its output is not whole."""
    graph = module.graph
    source, sink = Paced(batches, period), Counted()
    run = Fragment(
        plan_job(graph),
        guests=module,
        kernel=WasmKernel(),
        sources={graph.operators[0].id: source},
        sinks={graph.operators[-1].id: sink},
        slots=slots,
    )
    await run.run()
    if sink.rows != batches * PER_BATCH:
        raise SystemExit(f"{sink.rows:,} rows came out, not {batches * PER_BATCH:,}")
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
    chosen = attackers()
    seen: dict[str, list[Seen]] = {"alone": []}
    grown: dict[str, int] = {}
    for wasm in chosen.values():
        await beside(arena, wasm, partial(turn, module, slots, 20, period))
    before = settled_bytes()
    for _ in range(ROUNDS):
        for kind, wasm in chosen.items():
            seen["alone"].append(await beside(arena, None, honest))
            seen.setdefault(kind, []).append(await beside(arena, wasm, honest))
            grown[kind] = settled_bytes() - before
    print(f"  the honest job alone could do {full.rows_per_second:,.0f} rows/s; it is given {SHARE:.0%} of that")
    return seen, {kind: 100 * size // before for kind, size in grown.items()}


def attackers() -> dict[str, bytes]:
    """One of each kind."""
    return {one.kind: one.module() for one in attacks() if ATTACKERS.get(one.kind) == one.name}


def in_one_process() -> dict[str, object]:
    """Runs, compares, prints; what is recorded."""
    pid = os.getpid()
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
    table(f"an honest job at {SHARE:.0%} of its capacity, one process, two slots, output counted", head, rows)
    worst = max((m[1] / p99, kind) for kind, m in median.items())
    print(f"  p99 at worst {worst[0]:.2f} of alone, beside {worst[1]} (goal {1 + GOAL:.2f})")
    return {"median": median, "grown_percent": grown}


def in_two_namespaces() -> dict[str, object]:
    """The same: each turn beside an attacker is compared with the turn alone before it, and the median is told."""
    run = partial(apart, slots=2, share=SHARE, seconds=APART_SECONDS, rounds=APART_ROUNDS)
    with tempfile.TemporaryDirectory() as folder:
        full, turns, grown = trio.run(run, Path(folder), attackers())
    pairs: dict[str, list[tuple[Turn, Turn]]] = {}
    for alone, beside_it in zip(turns[::2], turns[1::2], strict=True):
        pairs.setdefault(beside_it.beside, []).append((alone, beside_it))
    rows, ratios = [], {}
    for kind, both in pairs.items():
        p99 = ratios[kind] = sorted(two.p99_ms / one.p99_ms for one, two in both)
        rate = statistics.median(two.rows_per_second / one.rows_per_second for one, two in both)
        alone_ms, beside_ms = (statistics.median(pair[at].p99_ms for pair in both) for at in (0, 1))
        rows.append([kind, f"{rate:.3f}", f"{alone_ms:.1f}", f"{beside_ms:.1f}", f"{statistics.median(p99):.2f}",
                     f"{p99[0]:.2f} to {p99[-1]:.2f}"])  # fmt: skip
    head = ["beside", "rows/s of alone", "p99 ms alone", "beside", "of alone", "in turns"]
    table(f"the same in a namespace of its own, a runner's process each ({full:,.0f} rows/s if not paced)", head, rows)
    print(f"  its process is {grown - 1:.1%} larger at the end than after the first round")
    return {"p99_ratios": ratios, "grown": grown}


def main() -> None:
    """Both."""
    sys.setswitchinterval(SWITCH_US / 1_000_000)  # as the command line does
    record("neighbours", {"one_process": in_one_process(), "two_namespaces": in_two_namespaces()})
