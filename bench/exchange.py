"""The exchange between two processes: MB/s of Arrow, and CPU of both ends together; and how long one small batch takes.

A process sends batches of words with keys, hashes and stamps to another one over loopback, as a fragment sends to
another: through `DataNetwork`, credit, checks and all. The other one answers how many rows came.
"""

from __future__ import annotations

import multiprocessing
import resource
import socket
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection

import pyarrow as pa
import trio

from bench.measure import record, table
from lightflus.model.elements import EndOfInput, Watermark
from lightflus.model.plan import SubtaskId, plan_job
from lightflus.model.validation import checked
from lightflus.ports.batch import Batch, Element
from lightflus.ports.stamps import MARK, TIME, stamped
from lightflus.testing.graphs import WORD, word_count
from lightflus.testing.memory import batch_of
from lightflus.wire.arrivals import Arrivals
from lightflus.wire.data import DataNetwork
from lightflus.wire.frames import ELEMENTS, Hello
from lightflus.wire.listener import open_listener

PLAN = plan_job(checked(word_count()), parallelism=2)
SENDING, READING = (PLAN.subtasks_of(task) for task in PLAN.tasks)
HELLO = Hello("default", "bench", 1, "secret", "bench")
BATCH_ROWS = 32_768
MEGABYTES = 2_000
ROUNDS = 5
SMALL = 2_000
GOAL_MB, GOAL_CPU_MS = 700, 1.0


@dataclass
class Counting:
    """An input that counts rows."""

    rows: int = 0

    async def send(self, element: Element) -> None:
        """Takes everything at once."""
        if isinstance(element, Batch):
            self.rows += element.rows
        await trio.lowlevel.checkpoint()


@dataclass
class Echo:
    """An input that sends what comes back: to a pipe that its own process reads."""

    link: socket.socket

    async def send(self, element: Element) -> None:
        """A byte for an element."""
        await trio.lowlevel.checkpoint()
        if isinstance(element, Watermark):
            self.link.send(b".")


def batch(rows: int) -> Batch:
    """Words of 12 letters, counted."""
    values: list[object] = [{"t0": 1.0, "t1": f"word-{number % 9_973:07}"} for number in range(rows)]
    columns = batch_of(WORD, values)
    times = pa.array(range(rows), pa.int64())
    keys = pa.RecordBatch.from_arrays([columns.column(1)], names=["value"])
    return Batch(columns, keys, pa.array(range(rows), pa.uint64()), stamped({TIME: times, MARK: times}))


def size(one: Batch) -> int:
    """Bytes of Arrow."""
    return sum(part.nbytes for part in (one.columns, one.keys, one.hashes, one.stamps) if part is not None)


def receive(parent: Connection[object, object], make: Callable[[], Counting | Echo]) -> None:
    """The other process."""
    inlet = make()

    async def run() -> None:
        listener = await open_listener("127.0.0.1")
        arrivals = Arrivals(PLAN, READING)
        arrivals.open(lambda _subtask, _number: inlet)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(listener.run)
            with listener.admitting(HELLO, {ELEMENTS: arrivals}):
                parent.send(listener.address)
                await arrivals.run()
                await trio.sleep(0.1)  # the goodbye
            nursery.cancel_scope.cancel()

    trio.run(run)
    parent.send((inlet.rows if isinstance(inlet, Counting) else 0, _cpu_seconds()))


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def send(address: str, work: Callable[[DataNetwork], object]) -> None:
    """Runs a network while `work` sends, and ends all inputs."""
    network = DataNetwork(PLAN, SENDING, HELLO, dict.fromkeys(READING, address))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(network.run)
        await work(network)  # type: ignore[misc] # awaitable
        for reader in READING:
            for number in range(len(SENDING)):
                await network.sender(reader, number).send(EndOfInput())


def throughput() -> tuple[float, float]:
    """MB/s, and CPU milliseconds of both ends for a MB."""
    one = batch(BATCH_ROWS)
    count = MEGABYTES * 1_000_000 // size(one)

    async def work(network: DataNetwork) -> None:
        sender = network.sender(_first(), 0)
        for _ in range(count):
            await sender.send(one)

    ours, theirs = multiprocessing.Pipe()
    other = multiprocessing.get_context("fork").Process(target=receive, args=(theirs, Counting))
    other.start()
    address = ours.recv()
    cpu, wall = _cpu_seconds(), time.perf_counter()
    trio.run(send, address, work)
    seconds, used = time.perf_counter() - wall, _cpu_seconds() - cpu
    rows, theirs_used = ours.recv()
    other.join()
    assert rows == count * BATCH_ROWS, "rows were lost"
    megabytes = count * size(one) / 1e6
    return megabytes / seconds, (used + theirs_used) * 1e3 / megabytes


def delays() -> list[float]:
    """Milliseconds from a small batch and its watermark to the answer that both were taken."""
    there, back = socket.socketpair()
    one, taken = batch(1), []

    async def work(network: DataNetwork) -> None:
        sender = network.sender(_first(), 0)
        answers = trio.SocketStream(trio.socket.from_stdlib_socket(back))
        for number in range(SMALL):
            begin = time.perf_counter()
            await sender.send(one)
            await sender.send(Watermark(number))
            await answers.receive_some(1)
            taken.append((time.perf_counter() - begin) * 1e3)

    ours, theirs = multiprocessing.Pipe()
    other = multiprocessing.get_context("fork").Process(target=receive, args=(theirs, lambda: Echo(there)))
    other.start()
    trio.run(send, ours.recv(), work)
    ours.recv()
    other.join()
    return sorted(taken)


def _first() -> SubtaskId:
    return READING[0]


def main() -> None:
    """Measures both, prints medians."""
    found = [throughput() for _ in range(ROUNDS)]
    speed = statistics.median(one for one, _ in found)
    cpu = statistics.median(one for _, one in found)
    waits = delays()
    table(
        f"exchange between two processes over loopback, {ROUNDS} rounds of {MEGABYTES:,} MB",
        ["", "median", "goal"],
        [
            ["MB/s", f"{speed:,.0f}", f">= {GOAL_MB}"],
            ["CPU of both ends, ms per MB", f"{cpu:.2f}", f"<= {GOAL_CPU_MS}"],
            ["a small batch there, ms: median", f"{waits[len(waits) // 2]:.2f}", ""],
            ["the same, 99 %", f"{waits[len(waits) * 99 // 100]:.2f}", ""],
        ],
    )
    record("exchange", {"megabytes_per_second": [one for one, _ in found], "cpu_ms": [one for _, one in found]})
