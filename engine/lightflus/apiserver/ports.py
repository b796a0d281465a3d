"""The coordinator as the ApiServer sees it: the methods of the protocol's service `Control`, one for one.

What it owns: the Protocol. Messages are those of `proto/lightflus/v1/cluster.proto`; errors are of `errors.py`:
NotFound, Conflict and other UserErrors from the coordinator, CallFailed where it is away.
What it leaves: how it is reached (`remote.py`); the double of tests is `testing/coordinator.py`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

from lightflus.proto.lightflus.v1 import cluster_pb2 as pb


class Coordinator(Protocol):
    """What keeps modules and jobs, and knows the workers. Every method raises NotFound, Conflict, CallFailed."""

    async def put_module(self, head: pb.PutModuleHead, wasm: bytes) -> pb.Module:
        """Keeps a module; the same bytes again change nothing."""
        ...

    async def list_modules(self, request: pb.ListModulesRequest) -> pb.ListModulesResponse:
        """A page of modules, by digest, without graphs."""
        ...

    async def get_module(self, request: pb.ModuleRequest) -> pb.Module:
        """One module, with its graph."""
        ...

    async def delete_module(self, request: pb.ModuleRequest) -> pb.Empty:
        """Forgets a module that no job uses."""
        ...

    async def create_job(self, request: pb.CreateJobRequest) -> pb.Job:
        """Makes a job and has it start; the same idempotency key again answers the same job."""
        ...

    async def get_job(self, request: pb.JobRequest) -> pb.Job:
        """One job."""
        ...

    async def list_jobs(self, request: pb.ListJobsRequest) -> pb.ListJobsResponse:
        """A page of jobs, by name."""
        ...

    async def stop_job(self, request: pb.StopJobRequest) -> pb.Job:
        """Wants a job to end."""
        ...

    async def restart_job(self, request: pb.JobRequest) -> pb.Job:
        """Starts a job again, as its next generation."""
        ...

    async def delete_job(self, request: pb.JobRequest) -> pb.Empty:
        """Forgets a job that has ended."""
        ...

    def events(self, request: pb.EventsRequest) -> AsyncGenerator[pb.Event, None]:
        """What a job has said, and with `follow` what it will say."""
        ...

    async def list_workers(self, request: pb.Empty) -> pb.ListWorkersResponse:
        """All workers."""
        ...
