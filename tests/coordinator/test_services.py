"""The coordinator over real sockets: what an agent and the ApiServer say to it and get."""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from lightflus.cluster_limits import EVENT_TEXT
from lightflus.coordinator.cluster import Cluster
from lightflus.coordinator.process import coordinating
from lightflus.errors import Conflict, ExternalError, NotFound, Superseded, UserError
from lightflus.proto.coordinator.probe_pb2 import ProbeRequest, ProbeResponse
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.proto.services import CONTROL, COORDINATOR_PROBE, WORKERS
from lightflus.wire.control import Connection

WASM = bytes(range(256)) * 10_000
DIGEST = hashlib.sha256(WASM).hexdigest()
C, W = CONTROL.methods, WORKERS.methods
SECONDS = 30
STOPPED, RUNNING, READY = pb.FRAGMENT_STATUS_STOPPED, pb.FRAGMENT_STATUS_RUNNING, pb.FRAGMENT_STATUS_READY


class Agent:
    """An agent that runs nothing and says that it runs everything."""

    def __init__(self, connection: Connection, name: str = "w") -> None:
        self.connection = connection
        self.name = name
        self.number = 0
        self.seen = 0
        self.token = ""

    async def register(self, process: str = "p1", attempt: int = 1, protocol: int = 1) -> None:
        request = pb.RegisterRequest(
            name=self.name, host="127.0.0.1", slots=2, memory_bytes=1 << 30, process=process, attempt=attempt
        )
        request.versions.protocol = protocol
        self.answer = await self.connection.call(W["Register"], request, pb.RegisterResponse, seconds=SECONDS)

    async def beat(
        self, *fragments: pb.FragmentReport, wait_ms: int = 0, events: tuple[pb.Event, ...] = ()
    ) -> list[pb.FragmentWish]:
        self.number += 1
        request = pb.HeartbeatRequest(
            worker=self.answer.worker,
            session=self.answer.session,
            seen=self.seen,
            number=self.number,
            wait_ms=wait_ms,
            fragments=fragments,
            events=events,
        )
        answer = await self.connection.call(W["Heartbeat"], request, pb.HeartbeatResponse, seconds=SECONDS)
        self.seen = answer.version
        self.token = answer.wishes[0].token if answer.wishes else ""
        return list(answer.wishes)


def report(status: pb.FragmentStatus.ValueType, generation: int = 1) -> pb.FragmentReport:
    splits = [pb.Splits(operator=0, names=["one"])]
    return pb.FragmentReport(
        namespace="ns", job="job", generation=generation, status=status, address="w:1", splits=splits
    )


@asynccontextmanager
async def connected(folder: Path) -> AsyncIterator[Connection]:
    async with coordinating("127.0.0.1:0", folder) as port:
        with Connection(f"127.0.0.1:{port}") as connection:
            yield connection


def parts(wasm: bytes, digest: str, size: int) -> Iterator[pb.PutModuleRequest]:
    head = pb.PutModuleHead(namespace="ns", digest=digest, bytes=size, description="{}")
    yield pb.PutModuleRequest(head=head)
    for start in range(0, len(wasm), 1 << 20):
        yield pb.PutModuleRequest(data=wasm[start : start + (1 << 20)])


async def upload(connection: Connection, wasm: bytes = WASM, digest: str = DIGEST, size: int = 0) -> pb.Module:
    return await connection.send(C["PutModule"], parts(wasm, digest, size or len(wasm)), pb.Module, seconds=SECONDS)


async def create(connection: Connection, name: str = "job", key: str = "", digest: str = DIGEST) -> pb.Job:
    tasks = [pb.TaskShape(parallelism=1, source=0)]
    request = pb.CreateJobRequest(namespace="ns", name=name, digest=digest, tasks=tasks, idempotency_key=key)
    return await connection.call(C["CreateJob"], request, pb.Job, seconds=SECONDS)


async def job(connection: Connection, namespace: str = "ns") -> pb.Job:
    return await connection.call(C["GetJob"], pb.JobRequest(namespace=namespace, name="job"), pb.Job, seconds=SECONDS)


async def events(connection: Connection, **asked: object) -> list[pb.Event]:
    request = pb.EventsRequest(namespace="ns", job="job", **asked)  # type: ignore[arg-type]
    return [one async for one in connection.stream(C["Events"], request, pb.Event, seconds=SECONDS)]


async def running(connection: Connection) -> Agent:
    await upload(connection)
    agent = Agent(connection)
    await agent.register()
    await create(connection)
    await agent.beat()
    await agent.beat(report(READY))
    await agent.beat(report(RUNNING))
    return agent


async def test_the_probe_of_the_published_compose_file_is_answered(tmp_path: Path) -> None:
    async with connected(tmp_path) as connection:
        probe = COORDINATOR_PROBE.methods["Probe"]
        assert (await connection.call(probe, ProbeRequest(), ProbeResponse, seconds=SECONDS)).available


async def test_a_module_travels_up_and_down_whole_and_only_to_a_worker_that_needs_it(tmp_path: Path) -> None:
    async with connected(tmp_path) as connection:
        assert (await upload(connection)).is_new
        assert not (await upload(connection)).is_new
        agent = Agent(connection)
        await agent.register()
        asked = pb.GetModuleRequest(worker="w", session=agent.answer.session, digest=DIGEST)
        with pytest.raises(NotFound, match="no job of w"):
            await anext(connection.stream(W["GetModule"], asked, pb.Chunk))
        await create(connection)
        chunks = [one.data async for one in connection.stream(W["GetModule"], asked, pb.Chunk)]
        assert b"".join(chunks) == WASM
        assert max(map(len, chunks)) <= 1 << 20


@pytest.mark.parametrize(
    ("digest", "size", "text"),
    [("0" * 64, len(WASM), "do not have the digest"), (DIGEST, 10, "10 bytes were announced"), ("../x", 9, "SHA-256")],
)
async def test_bytes_that_are_not_what_was_announced_are_refused(
    tmp_path: Path, digest: str, size: int, text: str
) -> None:
    async with connected(tmp_path) as connection:
        with pytest.raises(UserError, match=text):
            await upload(connection, digest=digest, size=size)
        found = await connection.call(
            C["ListModules"], pb.ListModulesRequest(namespace="ns"), pb.ListModulesResponse, seconds=SECONDS
        )
        assert not found.modules


async def test_a_job_runs_when_its_worker_says_so_and_stops_when_asked(tmp_path: Path) -> None:
    async with connected(tmp_path) as connection:
        agent = await running(connection)
        found = await job(connection)
        assert (found.status, found.generation, found.placed[0].worker) == ("running", 1, "w")
        await connection.call(C["StopJob"], pb.StopJobRequest(namespace="ns", name="job"), pb.Job, seconds=SECONDS)
        (wish,) = await agent.beat(report(RUNNING))
        assert wish.ending == pb.ENDING_STOP
        assert await agent.beat(report(STOPPED)) == []
        assert (await job(connection)).status == "stopped"
        assert [one.text for one in await events(connection)][-1] == "stopped"


async def test_a_heartbeat_waits_for_news_and_is_answered_with_them_at_once(tmp_path: Path) -> None:
    async with connected(tmp_path) as connection:
        agent = await running(connection)
        await agent.beat(report(RUNNING))
        found: list[pb.FragmentWish] = []

        async def wait() -> None:
            found.extend(await agent.beat(report(RUNNING), wait_ms=1_000))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait)
            await connection.call(C["StopJob"], pb.StopJobRequest(namespace="ns", name="job"), pb.Job, seconds=SECONDS)
        assert [one.ending for one in found] == [pb.ENDING_STOP]


async def test_a_coordinator_that_comes_back_takes_up_what_still_runs(tmp_path: Path) -> None:
    async with connected(tmp_path) as connection:
        agent = await running(connection)
        assert len(agent.token) == 32
    async with connected(tmp_path) as connection:
        agent.connection = connection
        before = agent.token
        (wish,) = await agent.beat(report(RUNNING))
        assert (wish.job, wish.generation, wish.digest, wish.token) == ("job", 1, DIGEST, before)
        found = await job(connection)
        assert (found.status, found.generation, found.restarts) == ("running", 1, 0)


async def test_another_process_of_the_same_name_replaces_a_session_and_the_older_one_is_told(tmp_path: Path) -> None:
    async with connected(tmp_path) as connection:
        older, newer = Agent(connection), Agent(connection)
        await older.register("p1")
        await newer.register("p2")
        assert newer.answer.session > older.answer.session
        with pytest.raises(Superseded, match="another process"):
            await older.beat()
        assert await newer.beat() == []


async def test_a_registration_that_is_repeated_gives_the_same_session(tmp_path: Path) -> None:
    async with connected(tmp_path) as connection:
        agent = Agent(connection)
        await agent.register()
        first = agent.answer.session
        await agent.register()
        assert agent.answer.session == first


async def test_a_worker_that_nobody_knows_is_told_to_register(tmp_path: Path) -> None:
    async with connected(tmp_path) as connection:
        agent = Agent(connection)
        agent.answer = pb.RegisterResponse(worker="w", session=7)
        with pytest.raises(NotFound, match="is over"):
            await agent.beat()


async def test_another_protocol_is_refused_by_name(tmp_path: Path) -> None:
    async with connected(tmp_path) as connection:
        with pytest.raises(Conflict, match="protocol 9, this coordinator 1"):
            await Agent(connection).register(protocol=9)


async def test_a_job_is_created_once_for_an_idempotency_key(tmp_path: Path) -> None:
    async with connected(tmp_path) as connection:
        await upload(connection)
        await create(connection, key="k")
        assert (await create(connection, key="k")).name == "job"
        with pytest.raises(Conflict, match="already"):
            await create(connection)
        with pytest.raises(Conflict, match="was used for the job job"):
            await create(connection, name="other", key="k")


async def test_a_job_without_its_module_is_refused(tmp_path: Path) -> None:
    async with connected(tmp_path) as connection:
        with pytest.raises(NotFound, match="no module"):
            await create(connection)


async def test_another_namespace_does_not_see_a_job(tmp_path: Path) -> None:
    async with connected(tmp_path) as connection:
        await upload(connection)
        await create(connection)
        with pytest.raises(NotFound):
            await job(connection, namespace="other")


async def test_a_module_that_a_job_uses_is_not_deleted(tmp_path: Path) -> None:
    module = pb.ModuleRequest(namespace="ns", digest=DIGEST)
    async with connected(tmp_path) as connection:
        await upload(connection)
        await create(connection)
        with pytest.raises(Conflict, match="used by job"):
            await connection.call(C["DeleteModule"], module, pb.Empty, seconds=SECONDS)
        stop = pb.StopJobRequest(namespace="ns", name="job", ending=pb.ENDING_CANCEL)
        await connection.call(C["StopJob"], stop, pb.Job, seconds=SECONDS)
        await connection.call(C["DeleteJob"], pb.JobRequest(namespace="ns", name="job"), pb.Empty, seconds=SECONDS)
        await connection.call(C["DeleteModule"], module, pb.Empty, seconds=SECONDS)
        assert not list((tmp_path / "modules").iterdir())


async def test_log_lines_of_a_worker_are_kept_once_and_only_of_its_own_generation(tmp_path: Path) -> None:
    async with connected(tmp_path) as connection:
        agent = await running(connection)
        line = pb.Event(number=1, namespace="ns", job="job", generation=1, kind="log", text="hello")
        other = pb.Event(number=2, namespace="ns", job="job", generation=9, kind="log", text="forged")
        for _ in range(2):
            await agent.beat(report(RUNNING), events=(line, other))
        assert [one.text for one in await events(connection, kinds=["log"])] == ["hello"]


async def test_a_worker_that_lies_about_jobs_times_and_generations_changes_nothing(tmp_path: Path) -> None:
    async with connected(tmp_path) as connection:
        agent, liar = await running(connection), Agent(connection, "liar")
        await agent.beat(report(RUNNING))
        await liar.register("p2")
        failed = report(pb.FRAGMENT_STATUS_FAILED)
        failed.failure.kind = "UserError"
        failed.failure.is_final = True
        elsewhere = pb.FragmentReport(namespace="ns", job="nobody's", generation=1, status=RUNNING)
        said = pb.Event(number=1, namespace="ns", job="job", generation=1, kind="log", text="forged")
        await liar.beat(failed, elsewhere, events=(said,))
        await liar.beat(report(RUNNING, generation=1 << 60))
        long = "x" * 2 * EVENT_TEXT
        future = pb.Event(number=1, namespace="ns", job="job", generation=1, kind="log", text=long, at_ms=1 << 62)
        status = pb.Event(number=2, namespace="ns", job="job", generation=1, kind="status", text="finished")
        await agent.beat(report(RUNNING), events=(future, status))
        found = await job(connection)
        assert (found.status, found.restarts, found.generation) == ("running", 0, 1)
        (kept,) = await events(connection, kinds=["log"])
        assert len(kept.text) == EVENT_TEXT
        assert kept.at_ms <= time.time() * 1_000
        assert "finished" not in [one.text for one in await events(connection)]


async def test_who_follows_a_job_is_told_until_it_has_ended(tmp_path: Path) -> None:
    async with connected(tmp_path) as connection:
        agent = await running(connection)
        seen: list[str] = []

        async def follow() -> None:
            seen.extend(one.text for one in await events(connection, follow=True, kinds=["status"]))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(follow)
            stop = pb.StopJobRequest(namespace="ns", name="job")
            await connection.call(C["StopJob"], stop, pb.Job, seconds=SECONDS)
            await agent.beat(report(STOPPED))
        assert [text.split(":")[0] for text in seen] == ["created", "deploying", "running", "draining", "stopped"]


async def test_a_coordinator_whose_catalog_fails_ends_with_that_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Cluster) -> None:
        raise ExternalError("the disk is full")

    async def coordinate() -> None:
        async with coordinating("127.0.0.1:0", tmp_path):
            monkeypatch.setattr(Cluster, "tick", full)
            await trio.sleep_forever()

    with pytest.raises(ExternalError, match="disk is full"), trio.fail_after(30):
        await coordinate()


async def test_jobs_come_in_pages(tmp_path: Path) -> None:
    async with connected(tmp_path) as connection:
        await upload(connection)
        for name in ("b", "a", "c"):
            await create(connection, name=name)
        names, cursor = [], ""
        while True:
            asked = pb.ListJobsRequest(namespace="ns", limit=2, cursor=cursor)
            page = await connection.call(C["ListJobs"], asked, pb.ListJobsResponse, seconds=SECONDS)
            names.append([one.name for one in page.jobs])
            cursor = page.next_cursor
            if not cursor:
                break
        assert names == [["a", "b"], ["c"]]
