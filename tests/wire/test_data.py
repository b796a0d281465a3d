"""Two fragments' ways over a real connection: order, credit, ends, and who is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
import trio
import trio.testing
from edges import words

from lightflus import cluster_limits
from lightflus.errors import PeerLost, PeerRefused
from lightflus.model.elements import EndOfInput, Stop, Watermark
from lightflus.model.plan import SubtaskId, TaskId, plan_job
from lightflus.model.validation import checked
from lightflus.ports.batch import Batch, Element
from lightflus.testing.graphs import word_count
from lightflus.wire import frames
from lightflus.wire.arrivals import Arrivals
from lightflus.wire.data import DataNetwork
from lightflus.wire.frames import ELEMENTS, Head, Hello, Kind
from lightflus.wire.listener import Listener, open_listener
from lightflus.wire.secure import DataTls

PLAN = plan_job(checked(word_count()), parallelism=2)
WORDS, COUNTS = (PLAN.subtasks_of(task) for task in PLAN.tasks)
HELLO = Hello("default", "word count", 4, "secret", "worker-1")
END = Head(Kind.END_OF_INPUT, COUNTS[0], 0)


@dataclass
class Inlet:
    """An input that takes what it may: all, or as much as it is told."""

    room: trio.Semaphore = field(default_factory=lambda: trio.Semaphore(1_000))
    taken: list[Element] = field(default_factory=list)

    async def send(self, element: Element) -> None:
        await self.room.acquire()
        self.taken.append(element)

    @property
    def rows(self) -> list[object]:
        found = [one.columns.column(1).to_pylist() for one in self.taken if isinstance(one, Batch)]
        return [row for rows in found for row in rows]


class Receiving:
    """The subtasks that count, which listen; all that split send to them."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.inlets: dict[tuple[SubtaskId, int], Inlet] = {}
        self.arrivals = Arrivals(PLAN, COUNTS)
        self.arrivals.open(self.inlet)

    def inlet(self, subtask: SubtaskId, number: int) -> Inlet:
        return self.inlets.setdefault((subtask, number), Inlet())

    def network(self, hello: Hello = HELLO) -> DataNetwork:
        return DataNetwork(PLAN, WORDS, hello, dict.fromkeys(COUNTS, self.listener.address), self.listener.tls)


@asynccontextmanager
async def receiving(tls: DataTls | None = None) -> AsyncIterator[tuple[Receiving, trio.Nursery]]:
    listener = await open_listener("127.0.0.1", tls=tls)
    there = Receiving(listener)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(listener.run)
        with listener.admitting(HELLO, {ELEMENTS: there.arrivals}):
            yield there, nursery
        nursery.cancel_scope.cancel()


async def end_all(network: DataNetwork) -> None:
    for reader in COUNTS:
        for number in range(2):
            await network.sender(reader, number).send(EndOfInput())


async def failure_of(work: Callable[[], object]) -> PeerLost:
    with pytest.raises(PeerLost) as caught:
        await work()  # type: ignore[misc] # awaitable
    return caught.value


async def test_elements_arrive_in_order_and_both_sides_end() -> None:
    async with receiving() as (there, _nursery):
        network = there.network()
        sender = network.sender(COUNTS[0], 0)
        async with trio.open_nursery() as both:
            both.start_soon(network.run)
            both.start_soon(there.arrivals.run)
            for number in range(20):
                await sender.send(words(f"a{number}", "ß"))
                await sender.send(Watermark(number))
            await end_all(network)
        inlet = there.inlet(COUNTS[0], 0)
        assert inlet.rows == [word for number in range(20) for word in (f"a{number}", "ß")]
        assert inlet.taken[0] == words("a0", "ß")
        assert inlet.taken[-2:] == [Watermark(19), EndOfInput()]


async def test_an_input_that_takes_nothing_stalls_no_other() -> None:
    async with receiving() as (there, nursery):
        blocked, free = there.inlet(COUNTS[0], 0), there.inlet(COUNTS[0], 1)
        blocked.room = trio.Semaphore(0)
        network = there.network()
        nursery.start_soon(network.run)
        sent: list[int] = []

        async def fill() -> None:
            for number in range(100):
                await network.sender(COUNTS[0], 0).send(words("x"))
                sent.append(number)

        nursery.start_soon(fill)
        for number in range(200):
            await network.sender(COUNTS[0], 1).send(words(str(number)))
        while len(free.rows) < 200 - cluster_limits.EXCHANGE_CREDIT:
            await trio.lowlevel.checkpoint()
        assert not blocked.taken
        assert len(sent) <= cluster_limits.EXCHANGE_CREDIT


async def test_a_full_input_goes_on_when_it_has_room() -> None:
    async with receiving() as (there, _nursery):
        slow = there.inlet(COUNTS[0], 0)
        slow.room = trio.Semaphore(0)
        network = there.network()
        async with trio.open_nursery() as both:
            both.start_soon(network.run)
            both.start_soon(there.arrivals.run)

            async def let_in() -> None:
                for _ in range(51):
                    await trio.lowlevel.checkpoint()
                    slow.room.release()

            both.start_soon(let_in)
            for _ in range(50):
                await network.sender(COUNTS[0], 0).send(words("x"))
            await end_all(network)
        assert len(slow.rows) == 50


@pytest.mark.parametrize(
    ("hello", "why"),
    [
        (replace(HELLO, generation=3), "generation 3 of default/word count is over; 4 runs here"),
        (replace(HELLO, generation=5), "generation 5 of default/word count is not here yet; 4 runs here"),
        (replace(HELLO, token="guessed"), "the token is not that of default/word count"),
        (replace(HELLO, namespace="another"), "no part of another/word count runs here"),
    ],
)
async def test_who_does_not_belong_to_this_life_of_the_job_is_refused(hello: Hello, why: str) -> None:
    async with receiving() as (there, _):
        lost = await failure_of(there.network(hello).run)
        assert isinstance(lost, PeerRefused)
        assert str(lost) == f"the runner at {there.listener.address} refuses: {why}"


async def test_another_version_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving() as (there, _):
        monkeypatch.setattr(frames, "VERSION", 9)
        said = frames.hello_bytes(HELLO)
        monkeypatch.undo()
        stream = await trio.open_tcp_stream("127.0.0.1", int(there.listener.address.split(":")[1]))
        await stream.send_all(said)
        answer = await stream.receive_some(4_096)
        assert b"speaks version 9 of the data plane, this one 1" in answer
        await stream.aclose()


async def test_senders_hear_that_their_peer_is_not_there() -> None:
    listener = await open_listener("127.0.0.1")
    there = Receiving(listener)
    await listener.close()
    network = there.network()
    lost = await failure_of(network.run)
    assert "cannot be reached" in str(lost)
    again = await failure_of(lambda: network.sender(COUNTS[0], 0).send(Stop()))
    assert str(again) == str(lost)


async def test_a_sender_that_waits_for_credit_hears_that_its_peer_is_gone() -> None:
    failures: list[PeerLost] = []
    async with receiving() as (there, _nursery):
        there.inlet(COUNTS[0], 0).room = trio.Semaphore(0)
        network = there.network()

        async def fill() -> None:
            while True:
                await network.sender(COUNTS[0], 0).send(words("x"))

        async with trio.open_nursery() as both:
            for work in (network.run, fill):
                both.start_soon(noted, work, failures)
            await trio.testing.wait_all_tasks_blocked(0.05)
            there.arrivals.close()
    assert len(failures) == 2
    assert all("ended before its inputs did" in str(lost) for lost in failures)


async def noted(work: Callable[[], object], failures: list[PeerLost]) -> None:
    failures.append(await failure_of(work))


async def connected(there: Receiving) -> trio.SocketStream:
    """A connection that has said a right hello, and may now say anything."""
    stream = await trio.open_tcp_stream("127.0.0.1", int(there.listener.address.split(":")[1]))
    await stream.send_all(frames.hello_bytes(HELLO))
    assert frames.refusal((await stream.receive_some(4_096))[frames.GREETING_BYTES :]) is None
    return stream


def batch(bytes_follow: int, *, parts: int = 0) -> bytes:
    return Head(Kind.BATCH, COUNTS[0], 0, bytes_follow, parts).to_bytes()


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"", "the runner of worker-1 is gone"),
        (b"\x02", "ended in the middle of a word"),
        (batch(10) + b"short", "ended in the middle of a word"),
        (batch(10) + b"0123456789", "sent a batch that Arrow does not read"),
        (batch(10, parts=200) + b"0123456789", "sent a batch with parts 0xc8"),
        (batch(cluster_limits.FRAME_BYTES + 1), "sent a batch of 268,435,457 bytes"),
        (bytes(frames.HEAD_BYTES), r"sent a frame of kind 0\.0"),
        (Head(Kind.CREDIT, COUNTS[0], 0, 1).to_bytes(), "sent a frame of kind CREDIT"),
        (Head(Kind.STOP, WORDS[0], 0).to_bytes(), "sent a frame for input 0 of subtask 0.0, which is not fed from"),
        (Head(Kind.STOP, SubtaskId(TaskId(9), 9), 9).to_bytes(), "sent a frame for input 9 of subtask 9.9"),
        (END.to_bytes() * 2, "sent a frame behind the last one of its input"),
        (Head(Kind.IDLE, COUNTS[0], 0).to_bytes() * 5, "sent more frames than it has credit for"),
    ],
)
async def test_a_peer_that_breaks_its_word_ends_the_fragment_with_the_reason(sent: bytes, why: str) -> None:
    async with receiving() as (there, _):
        there.inlet(COUNTS[0], 0).room = trio.Semaphore(0)
        stream = await connected(there)
        await stream.send_all(Head(Kind.WATERMARK, COUNTS[0], 1, 1).to_bytes() + sent)
        await stream.send_eof()
        with pytest.raises(PeerLost, match=why):
            await there.arrivals.run()
        await stream.aclose()


async def test_an_input_has_one_sender() -> None:
    async with receiving() as (there, _):
        first = await connected(there)
        await first.send_all(Head(Kind.IDLE, COUNTS[0], 0).to_bytes())
        while not there.inlet(COUNTS[0], 0).taken:
            await trio.lowlevel.checkpoint()
        second = await connected(there)
        await second.send_all(Head(Kind.IDLE, COUNTS[0], 0).to_bytes())
        with pytest.raises(PeerRefused, match=r"input 0 of subtask 1\.0, which another connection feeds"):
            await there.arrivals.run()
        await first.aclose()
        await second.aclose()


async def test_strangers_disturb_nobody() -> None:
    async with receiving() as (there, _nursery):
        for said in (b"", b"GET / HTTP/1.1\r\n\r\n", frames.greeting({}), b"LFLSDATA"):
            stream = await trio.open_tcp_stream("127.0.0.1", int(there.listener.address.split(":")[1]))
            await stream.send_all(said)
            await stream.aclose()
        network = there.network()
        async with trio.open_nursery() as both:
            both.start_soon(network.run)
            both.start_soon(there.arrivals.run)
            await end_all(network)
        assert all(inlet.taken == [EndOfInput()] for inlet in there.inlets.values())
