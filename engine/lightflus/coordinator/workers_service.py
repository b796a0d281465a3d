"""The service for agents: sessions, heartbeats in and wishes out, modules.

What it owns: the form of its messages, and waiting for news. Handlers run on the event loop.
What it leaves: what anything means (`cluster.py`), the calls themselves (`wire/control.py`).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

import trio

from lightflus.cluster_limits import HEARTBEAT_EVENTS, HEARTBEAT_WAIT_MS, LEASE_MS
from lightflus.coordinator.catalog import Event
from lightflus.coordinator.cluster import Cluster, Heartbeat
from lightflus.coordinator.measures import Measures
from lightflus.coordinator.modules import ModuleFiles
from lightflus.coordinator.news import News
from lightflus.coordinator.records import from_wish, to_failure, to_report, to_worker
from lightflus.errors import Conflict, NotFound
from lightflus.model.cluster.values import JobKey
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.wire.control import Handler

PROTOCOL = 1
"""What this coordinator speaks."""
_KINDS = frozenset({"error", "log"})
"""Events of a worker; a job's status is the coordinator's to tell."""


class WorkersService:
    """Answers agents."""

    def __init__(self, cluster: Cluster, modules: ModuleFiles, news: News, measures: Measures) -> None:
        self._cluster = cluster
        self._modules = modules
        self._news = news
        self._measures = measures

    def handlers(self) -> dict[str, Handler]:
        """By name of method."""
        return {"Register": self.register, "Heartbeat": self.heartbeat, "GetModule": self.get_module}

    async def register(self, request: pb.RegisterRequest) -> pb.RegisterResponse:
        """Begins a session. Raises Conflict (another protocol), UserError (no name), Superseded."""
        if request.versions.protocol != PROTOCOL:
            theirs = request.versions.protocol
            hint = "run the same release of lightflus on all machines"
            raise Conflict(f"the worker speaks protocol {theirs}, this coordinator {PROTOCOL}", hint=hint)
        worker = self._cluster.register(to_worker(request, 0))
        life = str(self._cluster.life)
        return pb.RegisterResponse(worker=worker.name, session=worker.session, lease_ms=LEASE_MS, coordinator=life)

    async def heartbeat(self, request: pb.HeartbeatRequest) -> pb.HeartbeatResponse:
        """Takes what the worker says; answers when there is something that it has not seen. Raises as `hear`."""
        reports = {JobKey(one.namespace, one.job): to_report(one) for one in request.fragments}
        events = [_event(one) for one in request.events[:HEARTBEAT_EVENTS] if one.kind in _KINDS]
        beat = Heartbeat(request.worker, request.session, request.number, request.seen, reports, events)
        self._cluster.hear(beat)
        self._measures.keep(request.worker, request.fragments)
        until = trio.current_time() + min(request.wait_ms, HEARTBEAT_WAIT_MS) / 1_000
        book = self._cluster.book(request.worker, request.session)
        while book.version <= request.seen and (left := until - trio.current_time()) > 0:
            await self._news.wait(left)
            book = self._cluster.book(request.worker, request.session)
        return pb.HeartbeatResponse(version=book.version, wishes=[from_wish(one) for one in book.wishes.values()])

    async def get_module(self, request: pb.GetModuleRequest) -> AsyncGenerator[pb.Chunk, None]:
        """The bytes of a module that is wished of the worker. Raises NotFound: it is not, or is not there."""
        book = self._cluster.book(request.worker, request.session)
        if request.digest not in {wish.spec.digest for wish in book.wishes.values()}:
            raise NotFound(f"no job of {request.worker} uses the module {request.digest}", where=request.worker)
        async for chunk in self._modules.chunks(request.digest):
            yield pb.Chunk(data=chunk)


def _event(event: pb.Event) -> Event:
    failure = to_failure(event.failure) if event.HasField("failure") else None
    text = f"[{event.dropped:,} lines before this one were dropped] {event.text}" if event.dropped else event.text
    key = JobKey(event.namespace, event.job)
    return Event(key, event.generation, event.at_ms, event.kind, text, failure, event.number)
