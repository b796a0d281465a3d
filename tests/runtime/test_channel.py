"""Mailboxes: bounds, fairness, blocked inputs."""

from __future__ import annotations

import math

import trio
import trio.testing

from lightflus.model.elements import EndOfInput, Watermark
from lightflus.ports.batch import Batch
from lightflus.runtime.channel import Inlet, Mailbox
from lightflus.testing.graphs import UTF8
from lightflus.testing.memory import batch_of

ONE, TWO = Batch(batch_of(UTF8, ["a"])), Batch(batch_of(UTF8, ["b", "c"]))


async def send_all(inlet: Inlet, count: int) -> None:
    for number in range(count):
        await inlet.send(Watermark(number))


async def test_a_sender_waits_when_its_input_is_full_and_goes_on_when_there_is_room() -> None:
    mailbox = Mailbox([0], capacity=2)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(send_all, mailbox.inlet(0), 10)
        await trio.testing.wait_all_tasks_blocked()
        assert mailbox.waiting == 2
        taken = [await mailbox.receive(math.inf) for _ in range(10)]
    assert taken == [(0, Watermark(number)) for number in range(10)]


async def test_inputs_take_turns() -> None:
    mailbox = Mailbox([0, 0, 0], capacity=4)
    for number in (0, 2):
        await send_all(mailbox.inlet(number), 3)
    taken = [mailbox.receive_nowait() for _ in range(7)]
    assert [None if one is None else one[0] for one in taken] == [0, 2, 0, 2, 0, 2, None]


async def test_nothing_is_taken_from_a_blocked_input_until_it_is_free_again() -> None:
    mailbox = Mailbox([0, 0])
    await mailbox.inlet(0).send(EndOfInput())
    mailbox.block({0})
    assert mailbox.receive_nowait() is None
    await mailbox.inlet(1).send(Watermark(1))
    assert mailbox.receive_nowait() == (1, Watermark(1))
    mailbox.block(())
    assert mailbox.receive_nowait() == (0, EndOfInput())


async def test_waiting_ends_at_the_deadline(autojump_clock: trio.testing.MockClock) -> None:
    mailbox = Mailbox([0])
    assert await mailbox.receive(trio.current_time() + 5) is None
    assert autojump_clock.current_time() == 5


async def test_a_receiver_wakes_up_for_an_element(autojump_clock: trio.testing.MockClock) -> None:
    mailbox = Mailbox([0])

    async def later() -> None:
        await trio.sleep(3)
        await mailbox.inlet(0).send(EndOfInput())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(later)
        assert await mailbox.receive(math.inf) == (0, EndOfInput())


async def test_a_cancelled_sender_leaves_nothing_behind() -> None:
    mailbox = Mailbox([0], capacity=1)
    await send_all(mailbox.inlet(0), 1)
    with trio.CancelScope() as scope:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(send_all, mailbox.inlet(0), 1)
            await trio.testing.wait_all_tasks_blocked()
            scope.cancel()
    assert mailbox.waiting == 1


async def test_a_mailbox_gives_more_only_if_it_is_a_batch_that_fits() -> None:
    mailbox = Mailbox([0])
    for element in (ONE, TWO, Watermark(1)):
        await mailbox.inlet(0).send(element)
    assert mailbox.take_batch(0, 0) is None
    first, second = mailbox.take_batch(0, 1), mailbox.take_batch(0, 5)
    assert (first and first.rows, second and second.rows) == (1, 2)
    assert mailbox.take_batch(0, 5) is None
    assert mailbox.receive_nowait() == (0, Watermark(1))


async def test_a_mailbox_gives_no_batch_of_another_side() -> None:
    mailbox = Mailbox([0, 1])
    await mailbox.inlet(1).send(ONE)
    assert mailbox.take_batch(0, 5) is None
    assert mailbox.take_batch(1, 5) == ONE
