"""The service for the ApiServer: modules, jobs, events, workers.

What it owns: the form of its messages, pages, and following events. Handlers run on the event loop.
What it leaves: what anything means (`cluster.py`), who may ask (`apiserver`), the calls themselves (`wire/control.py`).
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from typing import Final

import trio

from lightflus.cluster_limits import (
    EVENTS_AT_ONCE,
    FOLLOW_SECONDS,
    JOBS_PAGE,
    MODULES_PAGE,
    MODULES_PAGE_CHARACTERS,
    NAME_CHARACTERS,
)
from lightflus.coordinator.catalog import Catalog, Event, ModuleInfo
from lightflus.coordinator.cluster import Cluster
from lightflus.coordinator.measures import Measures
from lightflus.coordinator.modules import ModuleFiles
from lightflus.coordinator.news import News
from lightflus.coordinator.records import checked_name, from_failure, from_job, from_worker, to_spec
from lightflus.errors import Conflict, NotFound, UserError
from lightflus.limits import MODULE_BYTES
from lightflus.model.cluster.jobs import Job
from lightflus.model.cluster.statuses import Wish
from lightflus.model.cluster.values import JobKey
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.wire.control import Handler

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_WISHES: Final = {
    pb.ENDING_UNSPECIFIED: Wish.STOP,
    pb.ENDING_STOP: Wish.STOP,
    pb.ENDING_DRAIN: Wish.DRAIN,
    pb.ENDING_CANCEL: Wish.CANCEL,
}


class ControlService:
    """Answers the ApiServer."""

    def __init__(
        self, cluster: Cluster, catalog: Catalog, modules: ModuleFiles, news: News, measures: Measures
    ) -> None:
        self._cluster = cluster
        self._catalog = catalog
        self._modules = modules
        self._news = news
        self._measures = measures
        self._changing = trio.Lock()
        """A file of a module and its row in the catalog come and go together."""

    def handlers(self) -> dict[str, Handler]:
        """By name of method."""
        return {
            "PutModule": self.put_module,
            "ListModules": self.list_modules,
            "GetModule": self.get_module,
            "DeleteModule": self.delete_module,
            "CreateJob": self.create_job,
            "GetJob": self.get_job,
            "ListJobs": self.list_jobs,
            "StopJob": self.stop_job,
            "RestartJob": self.restart_job,
            "DeleteJob": self.delete_job,
            "Events": self.events,
            "ListWorkers": self.list_workers,
        }

    # --- modules ---------------------------------------------------------------------------------------------------

    async def put_module(self, parts: AsyncIterator[pb.PutModuleRequest]) -> pb.Module:
        """Keeps a module. Raises UserError: the bytes are not those that were announced."""
        head = (await anext(parts)).head
        checked_name(head.namespace, "namespace")
        if not _DIGEST.fullmatch(head.digest) or not 0 < head.bytes <= MODULE_BYTES:
            raise UserError(f"a module is announced with its SHA-256 and 1 to {MODULE_BYTES:,} bytes")
        wasm = await _collected(parts, head.bytes)
        if hashlib.sha256(wasm).hexdigest() != head.digest:
            raise UserError("the bytes do not have the digest that was announced", where=head.digest)
        info = ModuleInfo(head.namespace, head.digest, head.bytes, head.description, head.graph)
        async with self._changing:
            is_new = self._catalog.module(head.namespace, head.digest) is None
            await self._modules.write(head.digest, wasm)
            self._catalog.put_module(info)
        return _module(replace(info, graph=""), is_new=is_new)

    async def list_modules(self, request: pb.ListModulesRequest) -> pb.ListModulesResponse:
        """A page of a namespace's modules, by digest; a page ends early rather than to be too large a message."""
        limit = min(request.limit or MODULES_PAGE, MODULES_PAGE)
        found = self._catalog.modules(request.namespace, request.cursor, limit + 1)
        sizes = itertools.accumulate(len(one.description) for one in found)
        fitting = sum(size <= MODULES_PAGE_CHARACTERS for size in sizes)
        page = found[: min(limit, max(1, fitting))]
        cursor = page[-1].digest if len(found) > len(page) else ""
        return pb.ListModulesResponse(modules=[_module(one) for one in page], next_cursor=cursor)

    async def get_module(self, request: pb.ModuleRequest) -> pb.Module:
        """One, with its graph. Raises NotFound."""
        return _module(self._module(request))

    async def delete_module(self, request: pb.ModuleRequest) -> pb.Empty:
        """Forgets one. Raises NotFound, Conflict (a job uses it)."""
        async with self._changing:
            self._module(request)
            users = [job.key.name for job in self._cluster.jobs(request.namespace) if job.spec.digest == request.digest]
            if users:
                raise Conflict(f"the module is used by {', '.join(users[:5])}", hint="delete the jobs first")
            self._catalog.delete_module(request.namespace, request.digest)
            if not self._catalog.is_used(request.digest):
                self._modules.delete(request.digest)
        return pb.Empty()

    # --- jobs ------------------------------------------------------------------------------------------------------

    async def create_job(self, request: pb.CreateJobRequest) -> pb.Job:
        """Accepts a job. Raises UserError, NotFound, Conflict."""
        return self._told(self._cluster.create(to_spec(request), request.idempotency_key))

    async def get_job(self, request: pb.JobRequest) -> pb.Job:
        """One. Raises NotFound."""
        return self._told(self._cluster.job(JobKey(request.namespace, request.name)))

    async def list_jobs(self, request: pb.ListJobsRequest) -> pb.ListJobsResponse:
        """A page of a namespace's jobs, by name; `cursor` is the last name of the page before."""
        limit = min(request.limit or JOBS_PAGE, JOBS_PAGE)
        found = [
            job
            for job in self._cluster.jobs(request.namespace)
            if job.key.name > request.cursor and request.status in ("", job.status.value)
        ]
        page = found[:limit]
        cursor = page[-1].key.name if len(found) > limit else ""
        return pb.ListJobsResponse(jobs=[self._told(job) for job in page], next_cursor=cursor)

    async def stop_job(self, request: pb.StopJobRequest) -> pb.Job:
        """Stops, drains or cancels. Raises NotFound, Conflict."""
        return self._told(self._cluster.wish(JobKey(request.namespace, request.name), _WISHES[request.ending]))

    async def restart_job(self, request: pb.JobRequest) -> pb.Job:
        """Starts a job again. Raises NotFound, Conflict."""
        return self._told(self._cluster.wish(JobKey(request.namespace, request.name), Wish.RESTART))

    async def delete_job(self, request: pb.JobRequest) -> pb.Empty:
        """Forgets a job that has ended. Raises NotFound, Conflict."""
        self._cluster.wish(JobKey(request.namespace, request.name), Wish.DELETE)
        return pb.Empty()

    async def events(self, request: pb.EventsRequest) -> AsyncGenerator[pb.Event, None]:
        """What has happened; with `follow` also what happens, until the job has ended. Raises NotFound."""
        key, after = JobKey(request.namespace, request.job), request.after
        while True:
            has_ended = self._cluster.job(key).has_ended
            found = self._catalog.events(key, after, EVENTS_AT_ONCE)
            for event in found:
                after = event.number
                if not request.kinds or event.kind in request.kinds:
                    yield _event(event)
            if found:
                continue
            if has_ended or not request.follow:
                return
            await self._news.wait(FOLLOW_SECONDS)

    async def list_workers(self, _: pb.Empty) -> pb.ListWorkersResponse:
        """All that have registered."""
        return pb.ListWorkersResponse(workers=[from_worker(one, subtasks) for one, subtasks in self._cluster.workers()])

    def _module(self, request: pb.ModuleRequest) -> ModuleInfo:
        found = self._catalog.module(request.namespace, request.digest)
        if found is None:
            hint = "upload it: POST /v1/namespaces/NAMESPACE/modules, or lightflus deploy"
            raise NotFound(f"there is no module {request.digest} in {request.namespace}", hint=hint)
        return found

    def _told(self, job: Job) -> pb.Job:
        told, subtasks = from_job(job, self._cluster.reports(job)), self._measures.subtasks(job)
        told.metrics.extend(self._measures.operators(job))
        told.subtasks.extend(subtasks)
        if found := self._measures.bottleneck(job, subtasks):
            names = {(one.subtask.task, one.subtask.number): one.name for one in subtasks}
            told.bottleneck.subtask.CopyFrom(pb.Subtask(task=found.subtask.task, number=found.subtask.number))
            told.bottleneck.name, told.bottleneck.reason = names[found.subtask][:NAME_CHARACTERS], found.reason
        return told


async def _collected(parts: AsyncIterator[pb.PutModuleRequest], size: int) -> bytes:
    wasm = bytearray()
    async for part in parts:
        wasm += part.data
        if len(wasm) > size:
            break
    if len(wasm) != size:
        raise UserError(f"{size:,} bytes were announced, and {len(wasm):,} or more came")
    return bytes(wasm)


def _module(info: ModuleInfo, *, is_new: bool = False) -> pb.Module:
    return pb.Module(
        namespace=info.namespace,
        digest=info.digest,
        bytes=info.size,
        description=info.description,
        graph=info.graph,
        is_new=is_new,
    )


def _event(event: Event) -> pb.Event:
    return pb.Event(
        number=event.number,
        at_ms=event.at_ms,
        namespace=event.key.namespace,
        job=event.key.name,
        generation=event.generation,
        kind=event.kind,
        text=event.text,
        failure=from_failure(event.failure) if event.failure else None,
    )
