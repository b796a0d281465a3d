"""The bridge between gRPC and trio: calls, streams, errors, deadlines and cancellation, over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager

import pytest
import trio
from grpc_health.v1 import health_pb2

from lightflus.cluster_limits import FAILURE_BYTES
from lightflus.errors import CallFailed, Conflict, ExternalError, JobInvalid, NotFound, Problem
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.proto.services import CONTROL, Method, Service
from lightflus.wire.control import Connection, Handler, is_refused, serving
from lightflus.wire.failures import to_failure

PUT = CONTROL.methods["PutModule"]
EVENTS = CONTROL.methods["Events"]
JOB = CONTROL.methods["GetJob"]
SERVICE = Service("lightflus.v1.Control", {m.path.rpartition("/")[2]: m for m in (JOB, PUT, EVENTS)})


class Handlers:
    """What the tests' server answers, and what it noticed."""

    def __init__(self) -> None:
        self.cancelled = trio.Event()
        self.begun = trio.Event()
        self.made = 0

    def table(self) -> dict[str, Handler]:
        return {"GetJob": self.job, "PutModule": self.put, "Events": self.events}

    async def job(self, request: pb.JobRequest) -> pb.Job:
        match request.name:
            case "missing":
                raise NotFound("there is no job missing", hint="the jobs are: a, b")
            case "wrong":
                raise JobInvalid("the job is wrong", (Problem("no sink", "op"), Problem("no key", "op2", "name one")))
            case "bug":
                raise KeyError("ours")
            case "slow":
                await self._wait_for_ever()
        return pb.Job(name=request.name)

    async def put(self, parts: AsyncIterator[pb.PutModuleRequest]) -> pb.Module:
        return pb.Module(bytes=sum([len(part.data) async for part in parts]))

    async def events(self, request: pb.EventsRequest) -> AsyncIterator[pb.Event]:
        while request.follow or self.made < 3:
            self.made += 1
            yield pb.Event(number=self.made, text=request.job * 10_000)
        if request.job == "broken":
            raise Conflict("the job has been deleted")
        if request.job == "quiet":
            await self._wait_for_ever()

    async def _wait_for_ever(self) -> None:
        self.begun.set()
        try:
            await trio.sleep_forever()
        finally:
            self.cancelled.set()


@asynccontextmanager
async def connected(handlers: Handlers) -> AsyncIterator[Connection]:
    async with serving("127.0.0.1:0", [(SERVICE, handlers.table())]) as port:
        with Connection(f"127.0.0.1:{port}") as connection:
            yield connection


async def test_a_call_is_answered_on_the_event_loop() -> None:
    async with connected(Handlers()) as connection:
        job = await connection.call(JOB, pb.JobRequest(name="a"), pb.Job, seconds=30)
        assert job.name == "a"


async def test_an_error_of_a_handler_comes_back_as_the_same_class_with_its_way_out() -> None:
    async with connected(Handlers()) as connection:
        with pytest.raises(NotFound, match="no job missing") as caught:
            await connection.call(JOB, pb.JobRequest(name="missing"), pb.Job, seconds=30)
        assert caught.value.hint == "the jobs are: a, b"


async def test_all_problems_of_a_job_come_back() -> None:
    async with connected(Handlers()) as connection:
        with pytest.raises(JobInvalid) as caught:
            await connection.call(JOB, pb.JobRequest(name="wrong"), pb.Job, seconds=30)
        assert caught.value.problems == (Problem("no sink", "op"), Problem("no key", "op2", "name one"))


async def test_our_own_bug_is_told_without_its_text_and_the_server_lives_on() -> None:
    async with connected(Handlers()) as connection:
        with pytest.raises(CallFailed, match="KeyError in the server"):
            await connection.call(JOB, pb.JobRequest(name="bug"), pb.Job, seconds=30)
        assert (await connection.call(JOB, pb.JobRequest(name="a"), pb.Job, seconds=30)).name == "a"


async def test_a_deadline_ends_the_call_and_its_handler() -> None:
    handlers = Handlers()
    async with connected(handlers) as connection:
        with pytest.raises(CallFailed, match="in time"):
            await connection.call(JOB, pb.JobRequest(name="slow"), pb.Job, seconds=0.3)
        await handlers.cancelled.wait()


async def test_cancelling_a_call_cancels_its_handler() -> None:
    handlers = Handlers()
    async with connected(handlers) as connection, trio.open_nursery() as nursery:
        nursery.start_soon(lambda: connection.call(JOB, pb.JobRequest(name="slow"), pb.Job, seconds=60))
        await handlers.begun.wait()
        nursery.cancel_scope.cancel()
    assert handlers.cancelled.is_set() or await cancelled_soon(handlers)


async def cancelled_soon(handlers: Handlers) -> bool:
    with trio.fail_after(30):
        await handlers.cancelled.wait()
    return True


async def test_a_stream_of_answers_comes_in_order_and_ends() -> None:
    async with connected(Handlers()) as connection:
        found = [one.number async for one in connection.stream(EVENTS, pb.EventsRequest(), pb.Event)]
        assert found == [1, 2, 3]


async def test_an_error_after_some_answers_is_raised_behind_them() -> None:
    async with connected(Handlers()) as connection:
        events = connection.stream(EVENTS, pb.EventsRequest(job="broken"), pb.Event)
        assert [(await anext(events)).number for _ in range(3)] == [1, 2, 3]
        with pytest.raises(Conflict, match="deleted"):
            await anext(events)


async def test_a_follower_that_goes_away_ends_the_stream_of_the_server() -> None:
    handlers = Handlers()
    async with connected(handlers) as connection:
        async with aclosing(connection.stream(EVENTS, pb.EventsRequest(job="quiet"), pb.Event)) as events:
            assert (await anext(events)).number == 1
            await handlers.begun.wait()
        assert await cancelled_soon(handlers)


async def test_who_takes_nothing_makes_the_server_wait() -> None:
    handlers = Handlers()
    async with connected(handlers) as connection:
        async with aclosing(connection.stream(EVENTS, pb.EventsRequest(job="busy", follow=True), pb.Event)) as events:
            await anext(events)
            before = -1
            while before != handlers.made:  # what the sockets and windows take is taken, then nothing more
                before = handlers.made
                await trio.sleep(0.2)
        assert handlers.made < 1_000


async def test_a_stream_of_messages_is_taken_one_by_one() -> None:
    def parts() -> Iterator[pb.PutModuleRequest]:
        for _ in range(20):
            yield pb.PutModuleRequest(data=bytes(100_000))

    async with connected(Handlers()) as connection:
        module = await connection.send(PUT, parts(), pb.Module, seconds=30)
        assert module.bytes == 2_000_000


async def test_nobody_there_is_told_at_once_and_known_as_refused() -> None:
    async with connected(Handlers()) as connection:
        address = connection.address
    with Connection(address) as late, pytest.raises(CallFailed, match="no answer"):
        await late.call(JOB, pb.JobRequest(name="a"), pb.Job, seconds=30)
    assert await is_refused(address, seconds=5)


async def test_a_host_that_listens_does_not_refuse() -> None:
    async with connected(Handlers()) as connection:
        assert not await is_refused(connection.address, seconds=5)


async def test_a_second_server_on_a_port_is_refused_with_the_address() -> None:
    async with connected(Handlers()) as connection:
        with pytest.raises(ExternalError, match="cannot listen"):
            async with serving(connection.address, []):
                pass


async def test_a_server_that_ends_ends_the_calls_that_wait() -> None:
    handlers = Handlers()
    failed = trio.Event()

    async def wait(connection: Connection) -> None:
        with pytest.raises(CallFailed):
            await connection.call(JOB, pb.JobRequest(name="slow"), pb.Job, seconds=60)
        failed.set()

    async with trio.open_nursery() as nursery:
        async with serving("127.0.0.1:0", [(SERVICE, handlers.table())]) as port:
            connection = Connection(f"127.0.0.1:{port}")
            nursery.start_soon(wait, connection)
            await handlers.begun.wait()
        await failed.wait()
        connection.__exit__()
    assert handlers.cancelled.is_set()


async def test_health_is_answered_by_the_standard_service() -> None:
    health = Method(
        "/grpc.health.v1.Health/Check", health_pb2.HealthCheckRequest, health_pb2.HealthCheckResponse, False, False
    )
    async with connected(Handlers()) as connection:
        answer = await connection.call(
            health, health_pb2.HealthCheckRequest(service=SERVICE.name), health_pb2.HealthCheckResponse, seconds=30
        )
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_an_error_that_travels_fits_a_trailer() -> None:
    many = tuple(Problem("x" * 1_000, "there") for _ in range(1_000))
    assert to_failure(JobInvalid("wrong", many)).ByteSize() <= FAILURE_BYTES
