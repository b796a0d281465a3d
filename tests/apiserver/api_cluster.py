"""An ApiServer in front of a real coordinator, whose only worker says of every job that it has finished."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trio
from api_server import Door, opened

from lightflus.apiserver.access import Access
from lightflus.apiserver.calls import Services
from lightflus.apiserver.inspecting import description_of
from lightflus.apiserver.remote import RemoteCoordinator
from lightflus.coordinator.process import coordinating
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.proto.services import WORKERS
from lightflus.wire.control import Connection

SECONDS = 30


@asynccontextmanager
async def serving_cluster(folder: Path, *, memory_bytes: int = 1 << 40) -> AsyncIterator[Door]:
    """The ApiServer, while the block runs; modules are inspected in the jail."""
    async with coordinating("127.0.0.1:0", folder) as port, trio.open_nursery() as nursery:
        address = f"127.0.0.1:{port}"
        with Connection(address) as of_worker, Connection(address) as of_server:
            await nursery.start(_finish_everything, of_worker, memory_bytes)
            async with opened(Services(RemoteCoordinator(of_server), Access(), description_of)) as door:
                yield door
            nursery.cancel_scope.cancel()


async def _finish_everything(
    connection: Connection, memory_bytes: int, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    request = pb.RegisterRequest(name="w", host="127.0.0.1", slots=2, memory_bytes=memory_bytes, process="p", attempt=1)
    request.versions.protocol = 1
    registered = await connection.call(WORKERS.methods["Register"], request, pb.RegisterResponse, seconds=SECONDS)
    task_status.started()
    beat = pb.HeartbeatRequest(worker=registered.worker, session=registered.session, wait_ms=500)
    while True:
        beat.number += 1
        answer = await connection.call(WORKERS.methods["Heartbeat"], beat, pb.HeartbeatResponse, seconds=SECONDS)
        beat.seen = answer.version
        del beat.fragments[:]
        for wish in answer.wishes:
            names = {"namespace": wish.namespace, "job": wish.job, "generation": wish.generation}
            beat.fragments.add(status=pb.FRAGMENT_STATUS_FINISHED, **names)
