"""An agent and its runners against a coordinator of the test's: real calls, real processes."""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from wished import EVERYTHING, Job, introduced

from lightflus.errors import Superseded
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.proto.services import WORKERS
from lightflus.wire.control import Connection, Handler, serving
from lightflus.worker.agent import Agent, AgentSetting
from lightflus.worker.runner import Setting

READY, RUNNING = pb.FRAGMENT_STATUS_READY, pb.FRAGMENT_STATUS_RUNNING
FINISHED, FAILED = pb.FRAGMENT_STATUS_FINISHED, pb.FRAGMENT_STATUS_FAILED
LONG = 40

pytestmark = pytest.mark.slow


class Coordinator:
    """Gives whoever registers a session, and its wishes; remembers what was reported last."""

    def __init__(self, wasm: bytes, *, lease_ms: int = 3_000) -> None:
        self.wasm = wasm
        self.digest = hashlib.sha256(wasm).hexdigest()
        self.lease_ms = lease_ms
        self.session = 0
        self.wishes: list[pb.FragmentWish] = []
        self.version = 0
        self.reports: list[pb.FragmentReport] = []
        self.fetched = 0
        self.is_silent = False
        self._told = trio.Event()
        self._wished = trio.Event()

    @property
    def table(self) -> dict[str, Handler]:
        return {"Register": self.register, "Heartbeat": self.heartbeat, "GetModule": self.module}

    async def register(self, request: pb.RegisterRequest) -> pb.RegisterResponse:
        self.session += 1
        return pb.RegisterResponse(worker=request.name, session=self.session, lease_ms=self.lease_ms)

    async def heartbeat(self, request: pb.HeartbeatRequest) -> pb.HeartbeatResponse:
        if self.is_silent:
            await trio.sleep_forever()
        if request.session != self.session:
            raise Superseded("another session of this worker is newer")
        self.reports = list(request.fragments)
        self._told.set()
        self._told = trio.Event()
        if request.seen == self.version:
            with trio.move_on_after(request.wait_ms / 1_000):
                await self._wished.wait()
        return pb.HeartbeatResponse(version=self.version, wishes=self.wishes)

    async def module(self, request: pb.GetModuleRequest) -> AsyncIterator[pb.Chunk]:
        self.fetched += 1
        for at in range(0, len(self.wasm), 1_000_000):
            yield pb.Chunk(data=self.wasm[at : at + 1_000_000])

    def wish(self, *wishes: pb.FragmentWish) -> None:
        self.wishes, self.version = list(wishes), self.version + 1
        self._wished.set()
        self._wished = trio.Event()

    async def until(self, is_so: Callable[[Sequence[pb.FragmentReport]], bool]) -> None:
        with trio.move_on_after(LONG):
            while not is_so(self.reports):
                await self._told.wait()
        assert is_so(self.reports), self.reports

    async def begin(self, job: Job) -> pb.FragmentWish:
        (wish,) = job.wishes(1)
        self.wish(wish)
        await self.until(
            lambda reports: any(one.generation == job.generation and one.status == READY for one in reports)
        )
        introduced([wish], [one for one in self.reports if one.generation == job.generation])
        self.wish(wish)
        return wish


@asynccontextmanager
async def a_worker(folder: Path, coordinator: Coordinator, *, memory: int = 1 << 40) -> AsyncIterator[None]:
    runners = Setting("", "worker-1", "127.0.0.1", "127.0.0.1", 2, str(folder), EVERYTHING)
    async with serving("127.0.0.1:0", [(WORKERS, coordinator.table)]) as port:
        with Connection(f"127.0.0.1:{port}") as connection:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(Agent(connection, AgentSetting(runners, memory)).run)
                yield
                nursery.cancel_scope.cancel()


def following(folder: Path, coordinator: Coordinator) -> Job:
    """A word count that never ends by itself."""
    (folder / "lines.txt").write_text("to be or not to be\n")
    bindings = [f"topic=file:{folder / 'lines.txt'}?follow=true", f"redis=file:{folder / 'out'}?append=true"]
    return Job(coordinator.wasm, bindings, 2, coordinator.digest)


def runner_pids() -> set[int]:
    """Runners that this process has started and that have not ended."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return {int(pid) for pid in children if b"worker.runner" in Path(f"/proc/{pid}/cmdline").read_bytes()}


def has(status: pb.FragmentStatus.ValueType) -> Callable[[Sequence[pb.FragmentReport]], bool]:
    return lambda reports: any(one.status == status for one in reports)


async def test_what_is_wished_runs_to_its_end_and_its_module_is_fetched_once(tmp_path: Path, word_count: bytes) -> None:
    coordinator = Coordinator(word_count)
    job = following(tmp_path, coordinator)
    job.bindings = [one.removesuffix("?follow=true") for one in job.bindings]
    async with a_worker(tmp_path, coordinator):
        await coordinator.begin(job)
        await coordinator.until(has(FINISHED))
        coordinator.wish()
        await coordinator.until(lambda reports: not reports)
        job.generation = 2
        await coordinator.begin(job)
        await coordinator.until(has(FINISHED))
    assert coordinator.fetched == 1
    assert '"be"' in (tmp_path / "out").read_text()


async def test_what_is_not_wished_any_more_ends_and_so_does_its_runner(tmp_path: Path, word_count: bytes) -> None:
    coordinator = Coordinator(word_count)
    async with a_worker(tmp_path, coordinator):
        await coordinator.begin(following(tmp_path, coordinator))
        await coordinator.until(has(RUNNING))
        coordinator.wish()
        await coordinator.until(lambda reports: not reports)
        with trio.fail_after(10):
            while runner_pids():
                await trio.sleep(0.05)


async def test_a_runner_that_is_killed_has_failed_and_the_next_generation_runs(
    tmp_path: Path, word_count: bytes
) -> None:
    coordinator = Coordinator(word_count)
    job = following(tmp_path, coordinator)
    async with a_worker(tmp_path, coordinator):
        await coordinator.begin(job)
        await coordinator.until(has(RUNNING))
        (pid,) = runner_pids()
        os.kill(pid, signal.SIGKILL)
        await coordinator.until(has(FAILED))
        assert coordinator.reports[0].failure.message == "job: its runner was ended by signal 9"
        assert not coordinator.reports[0].failure.is_final
        job.generation = 2
        await coordinator.begin(job)
        await coordinator.until(has(RUNNING))


async def test_silence_ends_everything_with_the_lease(tmp_path: Path, word_count: bytes) -> None:
    coordinator = Coordinator(word_count)
    async with a_worker(tmp_path, coordinator):
        await coordinator.begin(following(tmp_path, coordinator))
        await coordinator.until(has(RUNNING))
        coordinator.is_silent = True
        with trio.fail_after(coordinator.lease_ms / 1_000 + 3):
            while runner_pids():
                await trio.sleep(0.05)
        coordinator.is_silent = False
        with trio.fail_after(10):
            while coordinator.session == 1:
                await trio.sleep(0.05)


async def test_a_newer_session_ends_what_the_older_one_ran(tmp_path: Path, word_count: bytes) -> None:
    coordinator = Coordinator(word_count)
    async with a_worker(tmp_path, coordinator):
        wish = await coordinator.begin(following(tmp_path, coordinator))
        await coordinator.until(has(RUNNING))
        (before,) = runner_pids()
        coordinator.session = 7
        coordinator.wish(wish)
        with trio.fail_after(LONG):
            while not runner_pids() or before in runner_pids():
                await trio.sleep(0.05)
        assert coordinator.session == 8


async def test_a_coordinator_that_is_restarted_ends_nothing(tmp_path: Path, word_count: bytes) -> None:
    coordinator = Coordinator(word_count)
    runners = Setting("", "worker-1", "127.0.0.1", "127.0.0.1", 2, str(tmp_path), EVERYTHING)
    async with trio.open_nursery() as nursery:
        async with serving("127.0.0.1:0", [(WORKERS, coordinator.table)]) as port:
            connection = Connection(f"127.0.0.1:{port}")
            nursery.start_soon(Agent(connection, AgentSetting(runners, 1 << 40)).run)
            await coordinator.begin(following(tmp_path, coordinator))
            await coordinator.until(has(RUNNING))
            before = runner_pids()
        await trio.sleep(coordinator.lease_ms / 1_000 + 1)  # longer than the lease
        coordinator.reports = []
        async with serving(f"127.0.0.1:{port}", [(WORKERS, coordinator.table)]):
            await coordinator.until(has(RUNNING))
        assert runner_pids() == before
        assert coordinator.session == 1
        nursery.cancel_scope.cancel()
    connection.__exit__(None)


async def test_a_worker_without_memory_ends_the_heaviest_runner_and_says_so(tmp_path: Path, word_count: bytes) -> None:
    coordinator = Coordinator(word_count)
    async with a_worker(tmp_path, coordinator, memory=1 << 20):
        coordinator.wish(following(tmp_path, coordinator).wishes(1)[0])
        await coordinator.until(has(FAILED))
        assert "MiB, and the worker has 1" in coordinator.reports[0].failure.message
