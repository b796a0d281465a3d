"""Coordinator, agents and runners together: a job over two workers, and what it survives."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import asdict, astuple, replace
from pathlib import Path

import pytest
import trio
from test_agent import runner_pids
from wished import EVERYTHING, Job

from lightflus.coordinator.process import coordinating
from lightflus.model.plan import Plan
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.proto.services import CONTROL
from lightflus.wire.control import Connection, Tls
from lightflus.wire.secure import TlsFiles
from lightflus.worker.agent import Agent, AgentSetting
from lightflus.worker.runner import Setting

LINES = [f"to be or not to be {number % 17} {number % 5}" for number in range(500)]
LONG = 60

pytestmark = pytest.mark.slow


def shapes(plan: Plan) -> Iterator[pb.TaskShape]:
    for task in plan.tasks:
        head = task.head.operator
        shape = pb.TaskShape(parallelism=task.parallelism, reads=[edge.upstream for edge in plan.inputs_of(task.id)])
        if not head.inputs:
            shape.source = head.id
        yield shape


class Cluster:
    """A coordinator and two workers; all runners are processes."""

    def __init__(self, folder: Path, connection: Connection) -> None:
        self._folder = folder
        self._connection = connection

    async def deploy(self, wasm: bytes, bindings: Sequence[str], name: str = "job") -> None:
        digest = hashlib.sha256(wasm).hexdigest()
        head = pb.PutModuleHead(namespace="default", digest=digest, bytes=len(wasm), description="{}")
        parts = iter([pb.PutModuleRequest(head=head), pb.PutModuleRequest(data=wasm)])
        await self._connection.send(CONTROL.methods["PutModule"], parts, pb.Module, seconds=10)
        job = Job(wasm, bindings, 2, digest)
        request = pb.CreateJobRequest(
            namespace="default",
            name=name,
            digest=digest,
            bindings=bindings,
            parallelism=2,
            tasks=list(shapes(job.plan)),
        )
        await self._connection.call(CONTROL.methods["CreateJob"], request, pb.Job, seconds=10)

    async def job(self, name: str = "job") -> pb.Job:
        request = pb.JobRequest(namespace="default", name=name)
        return await self._connection.call(CONTROL.methods["GetJob"], request, pb.Job, seconds=10)

    async def workers(self) -> list[pb.Worker]:
        method = CONTROL.methods["ListWorkers"]
        found = await self._connection.call(method, pb.Empty(), pb.ListWorkersResponse, seconds=10)
        return list(found.workers)

    async def events(self, kind: str) -> list[pb.Event]:
        request = pb.EventsRequest(namespace="default", job="job", kinds=[kind])
        async with aclosing(self._connection.stream(CONTROL.methods["Events"], request, pb.Event)) as events:
            return [one async for one in events]

    async def stop(self, name: str = "job") -> None:
        request = pb.StopJobRequest(namespace="default", name=name, ending=pb.ENDING_STOP)
        await self._connection.call(CONTROL.methods["StopJob"], request, pb.Job, seconds=10)

    async def delete(self, name: str) -> None:
        request = pb.JobRequest(namespace="default", name=name)
        await self._connection.call(CONTROL.methods["DeleteJob"], request, pb.Empty, seconds=10)

    async def until(self, is_so: Callable[[pb.Job], bool], name: str = "job") -> pb.Job:
        with trio.move_on_after(LONG):
            while not is_so(job := await self.job(name)):
                await trio.sleep(0.05)
        assert is_so(job), job
        return job


@asynccontextmanager
async def cluster(folder: Path, files: TlsFiles | None = None) -> AsyncIterator[Cluster]:
    """With files everything is secure: calls, and what flows between the workers."""
    tls = None if files is None else Tls(*(Path(name).read_bytes() for name in astuple(files)))
    async with coordinating("127.0.0.1:0", folder / "catalog", tls=tls) as port:
        with Connection(f"localhost:{port}", tls=tls) as connection:
            async with trio.open_nursery() as nursery:
                for number in range(2):
                    own = str(folder / f"worker-{number}")
                    Path(own).mkdir()
                    setting = Setting("", f"worker-{number}", "127.0.0.1", "127.0.0.1", 2, own, EVERYTHING)
                    runners = replace(setting, tls=None if files is None else asdict(files))
                    nursery.start_soon(Agent(connection, AgentSetting(runners, 1 << 34)).run)
                yield Cluster(folder, connection)
                nursery.cancel_scope.cancel()


def last_counts(out: Path) -> dict[str, int]:
    lines = out.read_text().splitlines() if out.exists() else []
    return {row["key"]: int(row["value"]) for row in map(json.loads, lines)}


def counted(lines: Sequence[str]) -> dict[str, int]:
    words = " ".join(lines).split()
    return {word: words.count(word) for word in set(words)}


async def test_a_job_over_two_workers_counts_right_and_finishes(tmp_path: Path, word_count: bytes) -> None:
    (tmp_path / "lines.txt").write_text("\n".join(LINES) + "\n")
    async with cluster(tmp_path) as there:
        await there.deploy(word_count, [f"topic=file:{tmp_path / 'lines.txt'}", f"redis=file:{tmp_path / 'out'}"])
        job = await there.until(lambda job: job.status == "finished")
    assert last_counts(tmp_path / "out") == counted(LINES)
    assert job.restarts == 0


async def test_a_job_goes_on_after_the_death_of_a_runner_and_stops_when_asked(
    tmp_path: Path, word_count: bytes
) -> None:
    (tmp_path / "lines.txt").write_text("\n".join(LINES) + "\n")
    bindings = [f"topic=file:{tmp_path / 'lines.txt'}?follow=true", f"redis=file:{tmp_path / 'out'}"]
    async with cluster(tmp_path) as there:
        await there.deploy(word_count, bindings)
        job = await there.until(lambda job: job.status == "running")
        assert {placed.worker for placed in job.placed} == {"worker-0", "worker-1"}
        os.kill(min(runner_pids()), signal.SIGKILL)
        await there.until(lambda job: job.restarts == 1 and job.status == "running")
        with (tmp_path / "lines.txt").open("a") as more:
            more.write("once more\n")
        with trio.fail_after(LONG):
            while last_counts(tmp_path / "out") != counted([*LINES, "once more"]):
                await trio.sleep(0.05)
        await there.stop()
        await there.until(lambda job: job.status == "stopped")
        with trio.fail_after(LONG):
            while runner_pids():
                await trio.sleep(0.05)
