"""Ctrl-C while a sink is busy, or waits for its system: the signal is real, the sink is a double."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable

import trio
from jobs import WORD_COUNT, prepare

from lightflus.cli.stopping import Stopper
from lightflus.limits import STOP_STILL_MS
from lightflus.model.graph import Delivery
from lightflus.ports.health import Health
from lightflus.testing.graphs import word_count
from lightflus.testing.memory import MemorySink, MemoryWriter, Wait

LONG_SECONDS = 2.5 * STOP_STILL_MS / 1_000


class SlowSink(MemorySink):
    """A sink during whose first flush Ctrl-C comes, and which then does `during`."""

    def __init__(self, during: Callable[[Health], None]) -> None:
        super().__init__(delivery=Delivery.UPSERT)
        self.during = during

    def writer(self, subtask: int, health: Health) -> MemoryWriter:
        return SlowWriter(self, health)


class SlowWriter(MemoryWriter):
    def __init__(self, sink: SlowSink, health: Health) -> None:
        super().__init__(sink)
        self._slow, self._health = sink, health

    def flush(self) -> None:
        if not self._slow.flushes:
            os.kill(os.getpid(), signal.SIGINT)
            self._slow.during(self._health)
        super().flush()


async def stopped(sink: SlowSink) -> bool:
    """Whether the drain was cancelled."""
    endless = threading.Event()
    job = prepare(word_count(), WORD_COUNT, {"a": [["x"], Wait(endless.wait)]}, sink=sink, is_threaded=True)
    with trio.CancelScope() as scope:
        stopper = Stopper(job.run, scope, say=lambda _: None)
        async with trio.open_nursery() as nursery:
            await nursery.start(stopper.watch)
            await job.result()
            nursery.cancel_scope.cancel()
    endless.set()
    return stopper.is_cancelled


async def test_a_flush_that_takes_longer_than_a_standstill_is_waited_for() -> None:
    sink = SlowSink(lambda _: time.sleep(LONG_SECONDS))
    assert not await stopped(sink)
    assert sink.flushed == [{"key": "x", "value": "1"}]


async def test_a_sink_whose_system_is_away_is_not_waited_for() -> None:
    def away(health: Health) -> None:
        while not health.is_stopping:
            health.waiting("h:1 refuses connections")
            time.sleep(0.02)

    assert await stopped(SlowSink(away))
