"""One suite over the double of the coordinator, the client in front of it, and the real one: they answer alike."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from pathlib import Path

import pytest
import trio

from lightflus.apiserver.ports import Coordinator
from lightflus.apiserver.remote import RemoteCoordinator
from lightflus.coordinator.process import coordinating
from lightflus.errors import CallFailed, Conflict, NotFound
from lightflus.limits import MIB
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.proto.services import CONTROL
from lightflus.testing.coordinator import MemoryCoordinator
from lightflus.wire.control import Connection, serving

Open = Callable[[], AbstractAsyncContextManager[Coordinator]]
WASM = b"\0asm"
DIGEST = hashlib.sha256(WASM).hexdigest()


@asynccontextmanager
async def in_memory() -> AsyncIterator[Coordinator]:
    yield MemoryCoordinator()


@asynccontextmanager
async def by_calls() -> AsyncIterator[Coordinator]:
    async with serving("127.0.0.1:0", [(CONTROL, MemoryCoordinator().handlers())]) as port:
        with Connection(f"127.0.0.1:{port}") as connection:
            yield RemoteCoordinator(connection)


@asynccontextmanager
async def real() -> AsyncIterator[Coordinator]:
    with tempfile.TemporaryDirectory() as folder:
        async with coordinating("127.0.0.1:0", Path(folder)) as port:
            with Connection(f"127.0.0.1:{port}") as connection:
                yield RemoteCoordinator(connection)


@pytest.fixture(params=[in_memory, by_calls, real])
def opened(request: pytest.FixtureRequest) -> Open:
    found: Open = request.param
    return found


async def put(coordinator: Coordinator, wasm: bytes = WASM, graph: str = "") -> pb.Module:
    digest = hashlib.sha256(wasm).hexdigest()
    head = pb.PutModuleHead(namespace="a", digest=digest, bytes=len(wasm), description="{}", graph=graph)
    return await coordinator.put_module(head, wasm)


async def create(coordinator: Coordinator, name: str = "job", key: str = "") -> pb.Job:
    request = pb.CreateJobRequest(
        namespace="a",
        name=name,
        digest=DIGEST,
        parallelism=1,
        idempotency_key=key,
        tasks=[pb.TaskShape(parallelism=1, source=0)],
    )
    return await coordinator.create_job(request)


async def has_ended(coordinator: Coordinator) -> None:
    """Hears of a job until it has ended."""
    with trio.fail_after(30):
        async with aclosing(coordinator.events(pb.EventsRequest(namespace="a", job="job", follow=True))) as events:
            async for _ in events:
                pass


async def test_a_module_is_kept_whole_and_is_new_once(opened: Open) -> None:
    async with opened() as coordinator:
        first = await put(coordinator, bytes(3 * MIB + 1))
        assert (first.bytes, first.is_new) == (3 * MIB + 1, True)
        assert not (await put(coordinator, bytes(3 * MIB + 1))).is_new
        modules = (await coordinator.list_modules(pb.ListModulesRequest(namespace="a"))).modules
        assert [(module.bytes, module.description) for module in modules] == [(3 * MIB + 1, "{}")]


async def test_a_list_of_modules_comes_in_pages_and_a_module_alone_has_its_graph(opened: Open) -> None:
    async with opened() as coordinator:
        digests = sorted([(await put(coordinator, bytes(size), graph="[1]")).digest for size in (1, 2, 3)])
        found, cursor = [], ""
        for _ in digests:
            page = await coordinator.list_modules(pb.ListModulesRequest(namespace="a", limit=1, cursor=cursor))
            found += [(module.digest, module.graph) for module in page.modules]
            cursor = page.next_cursor
        assert (found, cursor) == ([(digest, "") for digest in digests], "")
        module = await coordinator.get_module(pb.ModuleRequest(namespace="a", digest=digests[0]))
        assert (module.digest, module.graph) == (digests[0], "[1]")
        with pytest.raises(NotFound):
            await coordinator.get_module(pb.ModuleRequest(namespace="b", digest=digests[0]))


async def test_what_another_namespace_has_is_not_there(opened: Open) -> None:
    async with opened() as coordinator:
        await put(coordinator)
        await create(coordinator)
        assert not (await coordinator.list_modules(pb.ListModulesRequest(namespace="b"))).modules
        with pytest.raises(NotFound):
            await coordinator.get_job(pb.JobRequest(namespace="b", name="job"))
        with pytest.raises(NotFound):
            await coordinator.delete_module(pb.ModuleRequest(namespace="b", digest=DIGEST))


async def test_a_module_of_a_job_cannot_be_deleted(opened: Open) -> None:
    async with opened() as coordinator:
        await put(coordinator)
        await create(coordinator)
        with pytest.raises(Conflict):
            await coordinator.delete_module(pb.ModuleRequest(namespace="a", digest=DIGEST))


async def test_a_job_without_its_module_is_not_made(opened: Open) -> None:
    async with opened() as coordinator:
        with pytest.raises(NotFound):
            await create(coordinator)


async def test_the_same_key_is_the_same_job_and_the_same_name_another_conflict(opened: Open) -> None:
    async with opened() as coordinator:
        await put(coordinator)
        first = await create(coordinator, key="k")
        assert (await create(coordinator, key="k")).generation == first.generation
        with pytest.raises(Conflict):
            await create(coordinator, key="other")


async def test_a_canceled_job_can_be_deleted_and_is_gone(opened: Open) -> None:
    async with opened() as coordinator:
        await put(coordinator)
        await create(coordinator)
        await coordinator.stop_job(pb.StopJobRequest(namespace="a", name="job", ending=pb.ENDING_CANCEL))
        await has_ended(coordinator)
        await coordinator.delete_job(pb.JobRequest(namespace="a", name="job"))
        assert not (await coordinator.list_jobs(pb.ListJobsRequest(namespace="a", limit=10))).jobs


async def test_events_come_in_order_from_a_number_on(opened: Open) -> None:
    async with opened() as coordinator:
        await put(coordinator)
        await create(coordinator)
        await coordinator.stop_job(pb.StopJobRequest(namespace="a", name="job", ending=pb.ENDING_CANCEL))
        await has_ended(coordinator)
        request = pb.EventsRequest(namespace="a", job="job", kinds=["status"])
        async with aclosing(coordinator.events(request)) as events:
            found = [(event.number, event.text) async for event in events]
        assert found == sorted(found)
        assert len(found) > 1
        request.after = found[0][0]
        async with aclosing(coordinator.events(request)) as events:
            assert [(event.number, event.text) async for event in events] == found[1:]


async def test_a_follower_can_be_cancelled(opened: Open) -> None:
    async with opened() as coordinator:
        await put(coordinator)
        await create(coordinator)
        request = pb.EventsRequest(namespace="a", job="job", follow=True)
        with trio.move_on_after(0.3) as scope:
            async with aclosing(coordinator.events(request)) as events:
                async for _ in events:
                    pass
        assert scope.cancelled_caught


async def test_a_coordinator_that_is_away_is_told_as_that() -> None:
    async with serving("127.0.0.1:0", [(CONTROL, MemoryCoordinator().handlers())]) as port:
        pass
    with Connection(f"127.0.0.1:{port}") as connection, pytest.raises(CallFailed):
        await RemoteCoordinator(connection).list_workers(pb.Empty())
