"""Jobs that share a process and its slots do not disturb each other: real modules, one of which never ends."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

import pytest
import trio
from numbers_guest import GRAPH, NUMBER, Loads, numbers

from lightflus.errors import GuestMemoryExceeded, GuestTrapped
from lightflus.kernel import WasmKernel
from lightflus.model.extract import FieldPath, FunctionNumber
from lightflus.model.graph import Input, Map, SinkField
from lightflus.model.pace import Pace
from lightflus.model.plan import plan_job
from lightflus.ports.health import Health
from lightflus.ports.sources import SourceBatch, SourceReader
from lightflus.proto.convert import graph_to_json
from lightflus.runtime.fragment import Fragment
from lightflus.runtime.slots import ThreadSlots
from lightflus.sandbox.limits import GuestLimits
from lightflus.testing.graphs import GraphBuilder
from lightflus.testing.memory import MemorySink, RowOrigin, batch_of

PLUS_ONE, LOGS = FunctionNumber(0), FunctionNumber(6)
TRAPS, LOOPS, GROWS = 13, 15, 16
HONEST_JOBS = 50
HONEST_ROWS = 40
WORST_SECONDS = 0.2
"""What 99 of 100 rows of an honest job take at most from source to sink."""


@dataclass
class PacedSource:
    """One row after the other, each when the one before it has been written; measures how long that takes."""

    values: Sequence[int]
    seconds: list[float] = field(default_factory=list)
    is_growing = False
    is_committing = False
    is_rewindable = True

    def __post_init__(self) -> None:
        self._may_read = threading.Semaphore(1)
        self._next = 0
        self._sent = 0.0

    def splits(self) -> Sequence[str]:
        return ["rows"]

    def reader(self, splits: Mapping[str, str | None], health: Health) -> SourceReader:
        return self

    def read(self) -> SourceBatch | None:
        if self._next == len(self.values):
            return None
        self._may_read.acquire()
        rows = batch_of(NUMBER, [self.values[self._next]])
        self._next += 1
        self._sent = perf_counter()
        return SourceBatch(rows, RowOrigin("rows", self._next - 1), {}, 8)

    def written(self) -> None:
        self.seconds.append(perf_counter() - self._sent)
        self._may_read.release()

    def pace(self, pace: Pace) -> None: ...

    def add(self, splits: Sequence[str]) -> None: ...

    def commit(self, positions: Mapping[str, str]) -> None: ...

    def lag(self) -> int | None:
        return None

    def close(self) -> None: ...


class Neighbour:
    """A job of one map, with a module, a source and a sink of its own."""

    def __init__(self, loads: Loads, slots: ThreadSlots, function: FunctionNumber, values: Sequence[int]) -> None:
        builder = GraphBuilder("numbers")
        source = builder.source(NUMBER)
        mapped = builder.add(Map(function), (Input(source),), NUMBER)
        builder.sink(mapped, (SinkField("value", FieldPath(()), NUMBER),))
        graph = replace(builder.build(), functions=GRAPH.functions)
        limits = GuestLimits(memory_bytes=8 << 20, deadline_ms=60_000)
        self.source = PacedSource(values)
        self.sink = MemorySink(on_write=self.source.written)
        self.run = Fragment(
            plan_job(graph),
            guests=loads(numbers(graph=graph_to_json(graph)), limits=limits),
            kernel=WasmKernel(),
            sources={graph.operators[0].id: self.source},
            sinks={graph.operators[2].id: self.sink},
            slots=slots,
        )


async def failing(neighbour: Neighbour, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        await neighbour.run.run()


async def until_cancelled(neighbour: Neighbour, scope: trio.CancelScope) -> None:
    with scope:
        await neighbour.run.run()


def worst_of(jobs: Sequence[Neighbour]) -> float:
    """What 99 of 100 rows take at most."""
    taken = sorted(second for one in jobs for second in one.source.seconds)
    return taken[len(taken) * 99 // 100]


@pytest.mark.slow
async def test_fifty_honest_jobs_beside_one_that_loops_and_others_that_fail(loads: Loads) -> None:
    slots = ThreadSlots(2)
    values = list(range(100, 100 + HONEST_ROWS))
    alone, honest = ([Neighbour(loads, slots, PLUS_ONE, values) for _ in range(HONEST_JOBS)] for _ in range(2))
    async with trio.open_nursery() as nursery:
        for one in alone:
            nursery.start_soon(one.run.run)
    looping = Neighbour(loads, slots, PLUS_ONE, [LOOPS])
    scope = trio.CancelScope()

    async def cancel_when_it_is_done(one: Neighbour) -> None:
        await one.run.run()
        scope.cancel()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(until_cancelled, looping, scope)
        nursery.start_soon(failing, Neighbour(loads, slots, PLUS_ONE, [1, TRAPS]), GuestTrapped)
        nursery.start_soon(failing, Neighbour(loads, slots, PLUS_ONE, [1, GROWS]), GuestMemoryExceeded)
        nursery.start_soon(Neighbour(loads, slots, LOGS, [20_000] * 3).run.run)
        nursery.start_soon(cancel_when_it_is_done, honest[0])
        for one in honest[1:]:
            nursery.start_soon(one.run.run)
    slots.close()
    assert scope.cancelled_caught
    for one in honest:
        assert [row["value"] for row in one.sink.flushed] == [value + 1 for value in values]
    assert worst_of(honest) < max(WORST_SECONDS, 8 * worst_of(alone))  # on a busy machine all take longer
