"""A coordinator in memory: the double of `apiserver.ports.Coordinator`, by the same table of statuses.

What it owns: modules and jobs of namespaces, without workers: a job that is made runs at once, one that is told to stop
has stopped. `handlers` puts the same behind a socket, so that one suite tests double and client alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Never

import trio

from lightflus.errors import Conflict, NotFound
from lightflus.model.cluster.statuses import ENDED, LEGAL, JobStatus, Wish, legal_wishes
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb

_ENDINGS = {
    pb.ENDING_STOP: (Wish.STOP, JobStatus.STOPPED),
    pb.ENDING_DRAIN: (Wish.DRAIN, JobStatus.STOPPED),
    pb.ENDING_CANCEL: (Wish.CANCEL, JobStatus.CANCELED),
}
Key = tuple[str, str]


class MemoryCoordinator:
    """Modules and jobs of this process.

    Attributes:
        requests: what was asked to be made.
        first_failure: with which a job that is made fails at once.
        fail: raised by every method while it is set.
        followed, left: set once somebody waits for events, and once somebody has stopped waiting.
    """

    def __init__(self) -> None:
        self.modules: dict[Key, pb.Module] = {}
        self.jobs: dict[Key, pb.Job] = {}
        self.workers: list[pb.Worker] = []
        self.requests: list[pb.CreateJobRequest] = []
        self.fail: Exception | None = None
        self.first_failure: pb.Failure | None = None
        self.followed, self.left = trio.Event(), trio.Event()
        self._keys: dict[Key, pb.CreateJobRequest] = {}
        self._events: dict[Key, list[pb.Event]] = defaultdict(list)
        self._news = trio.Event()

    def say(self, namespace: str, job: str, kind: str, text: str, failure: pb.Failure | None = None) -> None:
        """Adds an event of a job."""
        events = self._events[namespace, job]
        event = pb.Event(number=len(events) + 1, namespace=namespace, job=job, kind=kind, text=text, failure=failure)
        events.append(event)
        self._news.set()
        self._news = trio.Event()

    async def put_module(self, head: pb.PutModuleHead, wasm: bytes) -> pb.Module:
        """Keeps it."""
        self._check()
        key = (head.namespace, head.digest)
        is_new = key not in self.modules
        kept = pb.Module(
            namespace=head.namespace,
            digest=head.digest,
            bytes=len(wasm),
            description=head.description,
            graph=head.graph,
            is_new=is_new,
        )
        self.modules[key] = kept
        return _without_graph(kept)

    async def list_modules(self, request: pb.ListModulesRequest) -> pb.ListModulesResponse:
        """Those of the namespace, by digest."""
        self._check()
        keys = [key for key in sorted(self.modules) if key[0] == request.namespace and key[1] > request.cursor]
        page = keys[: request.limit or None]
        cursor = page[-1][1] if len(page) < len(keys) else ""
        return pb.ListModulesResponse(modules=[_without_graph(self.modules[key]) for key in page], next_cursor=cursor)

    async def get_module(self, request: pb.ModuleRequest) -> pb.Module:
        """With its graph."""
        self._check()
        if (request.namespace, request.digest) not in self.modules:
            raise NotFound(f"there is no module {request.digest}")
        return self.modules[request.namespace, request.digest]

    async def delete_module(self, request: pb.ModuleRequest) -> pb.Empty:
        """Refused while a job uses it."""
        self._check()
        key = (request.namespace, request.digest)
        if key not in self.modules:
            raise NotFound(f"there is no module {request.digest}")
        users = [j.name for j in self.jobs.values() if (j.namespace, j.digest) == key]
        if users:
            raise Conflict(f"job {users[0]} uses this module", hint="delete the job first")
        del self.modules[key]
        return pb.Empty()

    async def create_job(self, request: pb.CreateJobRequest) -> pb.Job:
        """It runs at once."""
        self._check()
        self.requests.append(request)
        again = self._keys.get((request.namespace, request.idempotency_key)) if request.idempotency_key else None
        if again is not None:
            if again != request:
                raise Conflict("this Idempotency-Key was used for another job", hint="use a new one")
            return self.jobs[request.namespace, again.name]
        key = (request.namespace, request.name)
        if (request.namespace, request.digest) not in self.modules:
            raise NotFound(f"there is no module {request.digest}", hint="upload it first")
        if key in self.jobs:
            raise Conflict(f"there is a job {request.name} already", hint="give it another name, or delete that one")
        self.jobs[key] = pb.Job(
            namespace=request.namespace,
            name=request.name,
            digest=request.digest,
            bindings=request.bindings,
            parallelism=request.parallelism,
            generation=1,
        )
        if request.idempotency_key:
            self._keys[request.namespace, request.idempotency_key] = request
        if self.first_failure is not None:
            self.jobs[key].failure.CopyFrom(self.first_failure)
            return self._move(self.jobs[key], JobStatus.CREATED, JobStatus.FAILING, JobStatus.FAILED)
        return self._move(self.jobs[key], JobStatus.CREATED, JobStatus.DEPLOYING, JobStatus.RUNNING)

    async def get_job(self, request: pb.JobRequest) -> pb.Job:
        """The one of that name."""
        self._check()
        return self._found(request.namespace, request.name)

    async def list_jobs(self, request: pb.ListJobsRequest) -> pb.ListJobsResponse:
        """By name; the cursor is the last name of the page before."""
        self._check()
        found = [
            job
            for (namespace, name), job in sorted(self.jobs.items())
            if namespace == request.namespace and request.status in ("", job.status) and name > request.cursor
        ]
        page = found[: request.limit]
        return pb.ListJobsResponse(jobs=page, next_cursor=page[-1].name if len(found) > len(page) else "")

    async def stop_job(self, request: pb.StopJobRequest) -> pb.Job:
        """It has stopped when this answers."""
        self._check()
        wish, status = _ENDINGS[request.ending]
        return self._move(self._legal(request.namespace, request.name, wish), status)

    async def restart_job(self, request: pb.JobRequest) -> pb.Job:
        """Its next generation runs."""
        self._check()
        job = self._legal(request.namespace, request.name, Wish.RESTART)
        job.generation += 1
        return self._move(job, JobStatus.DEPLOYING, JobStatus.RUNNING)

    async def delete_job(self, request: pb.JobRequest) -> pb.Empty:
        """With its events."""
        self._check()
        job = self._legal(request.namespace, request.name, Wish.DELETE)
        del self.jobs[job.namespace, job.name]
        self._events.pop((job.namespace, job.name), None)
        return pb.Empty()

    async def events(self, request: pb.EventsRequest) -> AsyncGenerator[pb.Event, None]:
        """From `after` on; with `follow` until the job has ended."""
        self._check()
        job = self._found(request.namespace, request.job)
        after = request.after
        while True:
            news, has_ended = self._news, JobStatus(job.status) in ENDED
            for event in self._events[request.namespace, request.job][after:]:
                after = event.number
                if not request.kinds or event.kind in request.kinds:
                    yield event
            if not request.follow or has_ended:
                return
            self.followed.set()
            try:
                await news.wait()
            finally:
                self.left.set()

    async def list_workers(self, request: pb.Empty) -> pb.ListWorkersResponse:
        """As they were put here."""
        self._check()
        return pb.ListWorkersResponse(workers=self.workers)

    def handlers(self) -> dict[str, Callable[[Never], object]]:
        """The same as answers to control calls, by the names of the protocol's methods."""
        return {
            "PutModule": self._put_parts,
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

    async def _put_parts(self, parts: AsyncIterator[pb.PutModuleRequest]) -> pb.Module:
        head, wasm = pb.PutModuleHead(), bytearray()
        async for part in parts:
            if part.HasField("head"):
                head = part.head
            wasm += part.data
        return await self.put_module(head, bytes(wasm))

    def _check(self) -> None:
        if self.fail is not None:
            raise self.fail

    def _found(self, namespace: str, name: str) -> pb.Job:
        if (namespace, name) not in self.jobs:
            raise NotFound(f"there is no job {name}")
        return self.jobs[namespace, name]

    def _legal(self, namespace: str, name: str, wish: Wish) -> pb.Job:
        job = self._found(namespace, name)
        status = JobStatus(job.status)
        if status not in LEGAL[wish]:
            legal = ", ".join(one.value for one in legal_wishes(status))
            raise Conflict(f"{wish.value} is not legal while the job is {job.status}", hint=f"now legal: {legal}")
        return job

    def _move(self, job: pb.Job, *statuses: JobStatus) -> pb.Job:
        for status in statuses:
            job.status = status.value
            job.history.append(pb.StatusChange(status=status.value, at_ms=1_000))
            self.say(job.namespace, job.name, "status", status.value)
        return job


def _without_graph(module: pb.Module) -> pb.Module:
    found = pb.Module()
    found.CopyFrom(module)
    found.ClearField("graph")
    return found
