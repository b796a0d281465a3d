"""How a subtask's time is told apart: work, waiting for room, waiting for anything to do."""

from __future__ import annotations

import pytest
import trio
import trio.testing
from test_subtask import ROW, Running

from lightflus.model.elements import EndOfInput, Watermark
from lightflus.model.plan import SubtaskId, TaskId
from lightflus.runtime.channel import Mailbox
from lightflus.runtime.counters import Counters
from lightflus.runtime.meter import Doing, Meter, SubtaskProgress, Watched

ONE = SubtaskId(TaskId(0), 0)


class Looked:
    """A subtask whose time a test makes up."""

    def __init__(self, *, is_source: bool = False) -> None:
        self.meter, self.mailbox, self.counters = Meter(), Mailbox([0], capacity=4), Counters()
        reader = self.counters if is_source else None
        counted = [self.counters]
        self.watched = Watched(ONE, "task", meter=self.meter, mailbox=self.mailbox, counted=counted, reader=reader)

    async def spend(self, **seconds: float) -> SubtaskProgress:
        for what, some in seconds.items():
            self.meter.turn(Doing(what))
            await trio.sleep(some)
        return self.watched.look(wall_ms=10_000)


def shares(one: SubtaskProgress) -> tuple[float, float, float]:
    return (one.busy_share, one.backpressured_share, one.idle_share)


async def test_shares_are_those_of_the_time_since_the_last_look(autojump_clock: trio.testing.MockClock) -> None:
    looked = Looked()
    assert shares(await looked.spend(busy=1, backpressured=2, idle=1)) == pytest.approx((0.25, 0.5, 0.25))
    assert shares(await looked.spend(busy=3, idle=1)) == pytest.approx((0.75, 0, 0.25))


async def test_a_wait_that_has_not_ended_counts(autojump_clock: trio.testing.MockClock) -> None:
    looked = Looked()
    looked.meter.turn(Doing.BACKPRESSURED)
    await trio.sleep(10)
    assert shares(looked.watched.look(0)) == pytest.approx((0, 1, 0))


async def test_less_than_a_second_says_nothing_new(autojump_clock: trio.testing.MockClock) -> None:
    looked = Looked()
    first = await looked.spend(busy=2)
    assert shares(await looked.spend(idle=0.5)) == shares(first)


async def test_a_source_is_as_busy_as_its_reader(autojump_clock: trio.testing.MockClock) -> None:
    looked = Looked(is_source=True)
    looked.counters.busy_ns = 3_000_000_000
    assert shares(await looked.spend(busy=1, idle=3)) == pytest.approx((0.75, 0, 0.25))


async def test_a_reader_that_waits_for_room_as_its_subtask_does_is_not_busy(
    autojump_clock: trio.testing.MockClock,
) -> None:
    looked = Looked(is_source=True)
    looked.counters.busy_ns = 9_000_000_000
    assert shares(await looked.spend(busy=1, backpressured=3)) == pytest.approx((0.25, 0.75, 0))


async def test_event_time_lags_behind_the_clock_and_is_absent_without(autojump_clock: trio.testing.MockClock) -> None:
    looked = Looked()
    assert (await looked.spend(busy=1)).watermark_lag is None
    looked.counters.watermark = 7_000
    assert (await looked.spend(busy=1)).watermark_lag == 3_000


async def test_a_mailbox_is_as_full_as_its_fullest_input() -> None:
    mailbox = Mailbox([0, 0], capacity=4)
    await mailbox.inlet(0).send(Watermark(1))
    for time in range(2):
        await mailbox.inlet(1).send(Watermark(time))
    assert (mailbox.waiting, mailbox.fill) == (3, 0.5)


async def test_rows_and_bytes_that_go_through_a_subtask_are_counted(autojump_clock: trio.testing.MockClock) -> None:
    running = Running()
    await running.feed(ROW, ROW, EndOfInput())
    meter = running.meter
    assert (meter.rows_in, meter.bytes_in) == (2, 2 * ROW.columns.nbytes)
    assert meter.rows_out >= 1  # its stage makes a row of what it holds, once or twice
    assert meter.bytes_out == meter.rows_out * ROW.columns.nbytes


async def test_waiting_for_work_is_idle_and_a_hop_is_busy(autojump_clock: trio.testing.MockClock) -> None:
    running = Running(seconds=2)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(running.subtask.run)
        await trio.sleep(3)
        await running.mailbox.inlet(0).send(ROW)
        await running.mailbox.inlet(0).send(EndOfInput())
    spent = running.meter.spent()
    assert spent[Doing.IDLE] == pytest.approx(3)
    assert spent[Doing.BUSY] > 2
