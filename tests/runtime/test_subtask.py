"""When a subtask lets held updates and unflushed writes go, in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
import trio
import trio.testing

from lightflus.model.elements import Barrier, Control, EndOfInput, Watermark
from lightflus.ports.batch import Batch, Out
from lightflus.runtime.channel import Mailbox
from lightflus.runtime.meter import Meter
from lightflus.runtime.operators.chain import Chain
from lightflus.runtime.operators.stage import Stage
from lightflus.runtime.outputs import Routed
from lightflus.runtime.subtask import Subtask
from lightflus.testing.compute import InlineCompute
from lightflus.testing.graphs import UTF8
from lightflus.testing.memory import batch_of

T = TypeVar("T")
ROW = Batch(batch_of(UTF8, ["a"]))


class SlowCompute(InlineCompute):
    """Every piece of work takes `seconds` of trio's clock."""

    def __init__(self, seconds: float) -> None:
        super().__init__("slow")
        self._seconds = seconds

    async def run(self, work: Callable[[], T]) -> T:
        await trio.sleep(self._seconds)
        return work()


class Holding(Stage):
    """A stage that holds every batch until it is released."""

    def __init__(self) -> None:
        self.held = 0

    @property
    def is_holding(self) -> bool:
        return self.held > 0

    def process(self, side: int, batch: Batch) -> Iterator[Out]:
        self.held += 1
        return iter(())

    def release(self) -> Iterator[Out]:
        if self.held:
            self.held = 0
            yield ROW

    def finish(self) -> Iterator[Out]:
        return self.release()


class Log:
    """A sink that writes down what happened when."""

    is_sink = True

    def __init__(self) -> None:
        self.events: list[tuple[float, str]] = []

    def route(self, port: str, batch: Batch) -> list[Routed]:
        return [Routed(None, batch)]

    async def deliver(self, routed: Routed) -> None:
        self._add("write")

    async def flush(self) -> None:
        self._add("flush")

    async def prepare(self, epoch: int | None) -> None:
        if self.events and self.events[-1][1] == "write":
            self._add("flush")

    async def control(self, element: Control) -> None:
        self._add(type(element).__name__)

    def close(self) -> None: ...

    def _add(self, what: str) -> None:
        self.events.append((round(trio.current_time(), 3), what))


class Running:
    """A subtask with one input that tests send to."""

    def __init__(self, seconds: float = 0) -> None:
        self.mailbox = Mailbox([0])
        self.log = Log()
        self.stage = Holding()
        chain = Chain([self.stage], lambda: None)
        self.meter = Meter()
        self.subtask = Subtask("task", self.mailbox, chain, self.log, compute=SlowCompute(seconds), meter=self.meter)

    async def feed(self, *elements: Batch | Control) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.subtask.run)
            for element in elements:
                await self.mailbox.inlet(0).send(element)


async def test_when_nothing_else_arrives_updates_are_written_and_flushed_at_once(
    autojump_clock: trio.testing.MockClock,
) -> None:
    running = Running()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(running.subtask.run)
        await trio.sleep(5)
        await running.mailbox.inlet(0).send(ROW)
        await trio.sleep(1)
        nursery.cancel_scope.cancel()
    assert running.log.events == [(5, "write"), (5, "flush")]


async def test_under_load_updates_go_when_the_hold_ends_and_so_do_writes(
    autojump_clock: trio.testing.MockClock,
) -> None:
    running = Running(seconds=0.3)
    await running.feed(*[ROW] * 12, EndOfInput())
    writes = [time for time, what in running.log.events if what == "write"]
    flushes = [time for time, what in running.log.events if what == "flush"]
    assert len(writes) >= 2
    assert writes[0] == pytest.approx(
        1.8
    )  # held since 0.3, due at 1.3, the batch in work ends at 1.5, release takes 0.3
    assert flushes[0] - writes[0] <= 1.0 + 0.6
    assert running.log.events[-1][1] == "EndOfInput"


async def test_the_end_of_input_writes_what_is_held_and_flushes_before_it_says_so(
    autojump_clock: trio.testing.MockClock,
) -> None:
    running = Running()
    await running.feed(ROW, EndOfInput())
    assert [what for _, what in running.log.events] == ["write", "flush", "EndOfInput"]


async def test_a_barrier_does_the_same_and_the_stream_goes_on(autojump_clock: trio.testing.MockClock) -> None:
    running = Running()
    await running.feed(ROW, Barrier(1), ROW, EndOfInput())
    names = [what for _, what in running.log.events]
    assert names[:3] == ["write", "flush", "Barrier"]
    assert names[3:] == ["write", "flush", "EndOfInput"]


async def test_watermarks_are_handed_on(autojump_clock: trio.testing.MockClock) -> None:
    running = Running()
    await running.feed(Watermark(7), EndOfInput())
    assert "Watermark" in [what for _, what in running.log.events]


async def test_expensive_releases_become_rare_when_batches_trickle_in(autojump_clock: trio.testing.MockClock) -> None:
    """Each release costs 0.1 s; a batch arrives every 0.2 s; without a rest there would be a release for each."""
    running = Running(seconds=0.05)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(running.subtask.run)
        for _ in range(40):
            await running.mailbox.inlet(0).send(ROW)
            await trio.sleep(0.2)
        await running.mailbox.inlet(0).send(EndOfInput())
    assert sum(what == "write" for _, what in running.log.events) < 20
