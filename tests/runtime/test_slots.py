"""Slots that subtasks share: order in a lane, turns between lanes, and long work that holds nobody up."""

from __future__ import annotations

import threading
from functools import partial

import pytest
import trio

from lightflus.limits import SPARE_THREADS
from lightflus.ports.compute import Compute
from lightflus.runtime.slots import ThreadSlots
from lightflus.testing.compute import ComputeContract


def lane_of_its_own(name: str) -> Compute:
    return ThreadSlots(1).lane(0, name)


class TestLane(ComputeContract):
    make = staticmethod(lane_of_its_own)


class Long:
    """Work that lasts until it may end."""

    def __init__(self) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()

    def __call__(self) -> threading.Thread:
        self.begun.set()
        self.may_end.wait()
        return threading.current_thread()


@pytest.fixture
def slots() -> ThreadSlots:
    return ThreadSlots(1)


async def test_lanes_of_one_slot_share_a_thread(slots: ThreadSlots) -> None:
    first = await slots.lane(0, "a").run(threading.current_thread)
    second = await slots.lane(1, "b").run(threading.current_thread)
    assert first is second
    assert first.daemon
    slots.close()
    slots.close()
    await trio.to_thread.run_sync(first.join)


async def test_lanes_of_several_jobs_are_spread_over_the_slots() -> None:
    slots = ThreadSlots(2)
    one, other = slots.lane(0, "a job's"), slots.lane(0, "another's")
    first, second = await one.run(threading.current_thread), await other.run(threading.current_thread)
    assert first is not second
    one.close()
    assert await slots.lane(1, "a third's").run(threading.current_thread) is first
    slots.close()


async def test_lanes_take_turns(slots: ThreadSlots) -> None:
    busy, other = slots.lane(0, "busy"), slots.lane(0, "other")
    long, done = Long(), list[str]()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(busy.run, long)
        await trio.to_thread.run_sync(long.begun.wait)
        for _ in range(3):
            busy.post(lambda: done.append("busy"))
        other.post(lambda: done.append("other"))
        long.may_end.set()
    await busy.run(lambda: None)
    await other.run(lambda: None)
    assert done.index("other") <= 1
    slots.close()


async def test_those_who_wait_for_a_slot_go_on_while_a_call_in_it_runs_long(slots: ThreadSlots) -> None:
    long, other = Long(), slots.lane(0, "other")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(slots.lane(0, "long").run, long)
        await trio.to_thread.run_sync(long.begun.wait)
        with trio.fail_after(5):
            assert [await other.run(partial(int, number)) for number in range(100)] == list(range(100))
        long.may_end.set()
    slots.close()


async def test_a_lane_whose_call_runs_long_is_not_worked_on_by_the_spare_thread(slots: ThreadSlots) -> None:
    lane, long, order = slots.lane(0, "long"), Long(), list[str]()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lane.run, long)
        await trio.to_thread.run_sync(long.begun.wait)
        lane.post(lambda: order.append("its next"))
        with trio.fail_after(5):
            await slots.lane(0, "other").run(lambda: order.append("another's"))
        long.may_end.set()
    await lane.run(lambda: None)
    assert order == ["another's", "its next"]
    slots.close()


async def test_the_thread_of_a_long_call_ends_with_it(slots: ThreadSlots) -> None:
    lane, long, held_up = slots.lane(0, "long"), Long(), list[threading.Thread]()

    async def hold_up() -> None:
        held_up.append(await lane.run(long))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(hold_up)
        await trio.to_thread.run_sync(long.begun.wait)
        spare = await slots.lane(0, "other").run(threading.current_thread)
        long.may_end.set()
    await trio.to_thread.run_sync(held_up[0].join)
    assert await lane.run(threading.current_thread) is spare
    slots.close()


async def test_no_more_threads_than_there_may_be_are_held_up(slots: ThreadSlots) -> None:
    begun, may_end = threading.Semaphore(0), threading.Semaphore(0)
    before = threading.active_count()

    def work() -> None:
        begun.release()
        may_end.acquire()

    async def begins() -> bool:
        return await trio.to_thread.run_sync(begun.acquire, True, 10)

    async with trio.open_nursery() as nursery:
        for number in range(SPARE_THREADS + 3):
            nursery.start_soon(slots.lane(0, f"long-{number}").run, work)
        assert all([await begins() for _ in range(SPARE_THREADS + 1)])
        may_end.release()
        assert await begins()
        assert not begun.acquire(blocking=False)
        assert threading.active_count() <= before + SPARE_THREADS + 2
        may_end.release(SPARE_THREADS + 2)
    slots.close()


async def test_short_work_never_leaves_its_thread(slots: ThreadSlots) -> None:
    seen: set[threading.Thread] = set()
    for _ in range(200):
        seen.add(await slots.lane(0, "a").run(threading.current_thread))
    assert len(seen) == 1
    slots.close()
