"""The coordinator in another process, by control calls.

What it owns: a deadline for each call, and cutting modules into messages. On the event loop.
What it leaves: the wire (`wire/control.py`).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from typing import Final, TypeVar

from google.protobuf.message import Message

from lightflus.cluster_limits import API_CALL_SECONDS
from lightflus.limits import MIB
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.proto.services import CONTROL
from lightflus.wire.control import Connection

Answer = TypeVar("Answer", bound=Message)
_PART_BYTES: Final = MIB


class RemoteCoordinator:
    """`apiserver.ports.Coordinator` over a connection, which stays its owner's to close."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def put_module(self, head: pb.PutModuleHead, wasm: bytes) -> pb.Module:
        """Sends the head, then the bytes in parts."""
        method = CONTROL.methods["PutModule"]
        return await self._connection.send(method, _parts(head, wasm), pb.Module, seconds=6 * API_CALL_SECONDS)

    async def list_modules(self, request: pb.ListModulesRequest) -> pb.ListModulesResponse:
        """See `Coordinator`."""
        return await self._call("ListModules", request, pb.ListModulesResponse)

    async def get_module(self, request: pb.ModuleRequest) -> pb.Module:
        """See `Coordinator`."""
        return await self._call("GetModule", request, pb.Module)

    async def delete_module(self, request: pb.ModuleRequest) -> pb.Empty:
        """See `Coordinator`."""
        return await self._call("DeleteModule", request, pb.Empty)

    async def create_job(self, request: pb.CreateJobRequest) -> pb.Job:
        """See `Coordinator`."""
        return await self._call("CreateJob", request, pb.Job)

    async def get_job(self, request: pb.JobRequest) -> pb.Job:
        """See `Coordinator`."""
        return await self._call("GetJob", request, pb.Job)

    async def list_jobs(self, request: pb.ListJobsRequest) -> pb.ListJobsResponse:
        """See `Coordinator`."""
        return await self._call("ListJobs", request, pb.ListJobsResponse)

    async def stop_job(self, request: pb.StopJobRequest) -> pb.Job:
        """See `Coordinator`."""
        return await self._call("StopJob", request, pb.Job)

    async def restart_job(self, request: pb.JobRequest) -> pb.Job:
        """See `Coordinator`."""
        return await self._call("RestartJob", request, pb.Job)

    async def delete_job(self, request: pb.JobRequest) -> pb.Empty:
        """See `Coordinator`."""
        return await self._call("DeleteJob", request, pb.Empty)

    def events(self, request: pb.EventsRequest) -> AsyncGenerator[pb.Event, None]:
        """See `Coordinator`; close it with `aclosing`."""
        return self._connection.stream(CONTROL.methods["Events"], request, pb.Event)

    async def list_workers(self, request: pb.Empty) -> pb.ListWorkersResponse:
        """See `Coordinator`."""
        return await self._call("ListWorkers", request, pb.ListWorkersResponse)

    async def _call(self, name: str, request: Message, answer: type[Answer]) -> Answer:
        return await self._connection.call(CONTROL.methods[name], request, answer, seconds=API_CALL_SECONDS)


def _parts(head: pb.PutModuleHead, wasm: bytes) -> Iterator[pb.PutModuleRequest]:
    yield pb.PutModuleRequest(head=head)
    for start in range(0, len(wasm), _PART_BYTES):
        yield pb.PutModuleRequest(data=wasm[start : start + _PART_BYTES])
