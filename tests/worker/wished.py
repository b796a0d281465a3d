"""A coordinator in a test: wishes a job of several runners, real processes, and waits for what they report."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import trio

from lightflus.compose.loading import bound_graph, load_module
from lightflus.model.plan import Plan, plan_job
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.worker import pipe
from lightflus.worker.lease import SharedLease
from lightflus.worker.modules import keep_module
from lightflus.worker.processes import RunnerProcess
from lightflus.worker.runner import Setting

EVERYTHING: dict[str, list[str] | None] = {"read": None, "write": None, "net": None, "secret": None}
LONG = 120
LEASE_SECONDS = 3.0


def setting(folder: Path, name: str) -> Setting:
    return Setting("default", name, "127.0.0.1", "127.0.0.1", 2, str(folder), EVERYTHING)


@dataclass
class Attended:
    """A runner, what it has reported last, and its lease, which is renewed as long as `is_renewed`."""

    process: RunnerProcess
    lease: SharedLease
    reports: list[pb.FragmentReport] = field(default_factory=list)
    told: trio.Event = field(default_factory=trio.Event)
    is_renewed: bool = True

    async def wish(self, *wishes: pb.FragmentWish) -> None:
        await self.process.pipe.send(pipe.WISHES, pb.HeartbeatResponse(wishes=wishes).SerializeToString())

    async def listen(self) -> None:
        while (came := await self.process.pipe.receive()) is not None:
            self.reports = list(pb.HeartbeatRequest.FromString(came[1]).fragments)
            self.told.set()
            self.told = trio.Event()

    async def renew(self) -> None:
        while self.is_renewed:
            self.lease.renew(monotonic() + LEASE_SECONDS)
            await trio.sleep(0.5)

    async def end(self) -> None:
        self.lease.close()
        await self.process.end()

    async def until(self, is_so: Callable[[Sequence[pb.FragmentReport]], bool]) -> None:
        with trio.fail_after(LONG):
            while not is_so(self.reports):
                await self.told.wait()


def attended(setting: Setting) -> Attended:
    lease = SharedLease(monotonic() + LEASE_SECONDS)
    return Attended(RunnerProcess(setting, lease), lease)


@asynccontextmanager
async def runners(folder: Path, count: int) -> AsyncIterator[list[Attended]]:
    made = [attended(setting(folder, f"worker-{number}")) for number in range(count)]
    try:
        async with trio.open_nursery() as nursery:
            for one in made:
                nursery.start_soon(one.listen)
                nursery.start_soon(one.renew)
            yield made
            nursery.cancel_scope.cancel()
    finally:
        for one in made:
            await one.end()


def kept(folder: Path, wasm: bytes) -> str:
    digest = hashlib.sha256(wasm).hexdigest()
    keep_module(folder / "modules", digest, wasm)
    return digest


@dataclass
class Job:
    """A job as its wishes have it, dealt over runners: subtask by subtask, in turn."""

    wasm: bytes
    bindings: Sequence[str]
    parallelism: int
    digest: str
    generation: int = 1

    @property
    def plan(self) -> Plan:
        graph = bound_graph(load_module(self.wasm, lambda *_: None).graph, self.bindings)
        return plan_job(graph, parallelism=self.parallelism)

    def wishes(self, count: int) -> list[pb.FragmentWish]:
        made = [
            pb.FragmentWish(
                namespace="default",
                job="job",
                generation=self.generation,
                digest=self.digest,
                bindings=self.bindings,
                parallelism=self.parallelism,
                token="secret",
            )
            for _ in range(count)
        ]
        for number, subtask in enumerate(self.plan.subtasks):
            made[number % count].subtasks.add(task=subtask.task, number=subtask.number)
        return made


def introduced(wishes: Sequence[pb.FragmentWish], reports: Sequence[pb.FragmentReport]) -> None:
    """Tells each fragment of all others and of the splits, as a coordinator does once all are ready."""
    peers = [
        pb.Peer(subtask=subtask, address=report.address)
        for wish, report in zip(wishes, reports, strict=True)
        for subtask in wish.subtasks
    ]
    splits = [one for report in reports for one in report.splits]
    for wish in wishes:
        wish.peers.extend(peers)
        wish.splits.extend(splits)


async def started(job: Job, there: Sequence[Attended]) -> list[pb.FragmentWish]:
    """Wishes the job, and gives its wishes once it may run."""
    wishes = job.wishes(len(there))
    for one, wish in zip(there, wishes, strict=True):
        await one.wish(wish)
    for one in there:
        await one.until(lambda reports: any(report.status != pb.FRAGMENT_STATUS_STARTING for report in reports))
    introduced(wishes, [one.reports[0] for one in there])
    for one, wish in zip(there, wishes, strict=True):
        await one.wish(wish)
    return wishes


async def ended(there: Sequence[Attended]) -> list[pb.FragmentReport]:
    """The last reports, once every fragment has come to an end."""
    over = (pb.FRAGMENT_STATUS_FINISHED, pb.FRAGMENT_STATUS_FAILED, pb.FRAGMENT_STATUS_STOPPED)
    for one in there:
        await one.until(lambda reports: all(report.status in over for report in reports) and bool(reports))
    return [one.reports[0] for one in there]
