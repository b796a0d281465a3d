"""The address at which a worker is asked whether it is well, and told where its coordinator is.

What it owns: the probe of the published compose file, and the first invitation: it stands for the life of the process.
On the event loop. What it leaves: registering there (`agent.py`), calls (`wire/control.py`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

from lightflus.errors import Conflict, UserError
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.proto.services import INVITATIONS, WORKER_PROBE, Service
from lightflus.proto.worker.probe_pb2 import ProbeRequest, ProbeResponse
from lightflus.wire.control import Handler, Tls, serving

_READINESS = 1


class Invited:
    """A worker that has a coordinator, or waits for one."""

    def __init__(self, coordinator: str) -> None:
        """`coordinator` is empty where nobody has said it yet."""
        self._coordinator = coordinator
        self._is_told = trio.Event()
        if coordinator:
            self._is_told.set()

    async def coordinator(self) -> str:
        """Its address, once somebody has said it."""
        await self._is_told.wait()
        return self._coordinator

    async def invite(self, request: pb.Invitation) -> pb.Empty:
        """Takes the first invitation. Raises Conflict (there is another coordinator), UserError."""
        host, _, port = request.coordinator.rpartition(":")
        if not host or not port.isdecimal():
            raise UserError(f"an invitation names host:port, not {request.coordinator[:80]!r}")
        if self._is_told.is_set() and request.coordinator != self._coordinator:
            raise Conflict(f"this worker has the coordinator {self._coordinator}", hint="start it again to change that")
        self._coordinator = request.coordinator
        self._is_told.set()
        return pb.Empty()

    async def probe(self, request: ProbeRequest) -> ProbeResponse:
        """It lives; it is ready when it has a coordinator."""
        if request.probe == _READINESS and not self._is_told.is_set():
            return ProbeResponse(available=False, reason="no coordinator has invited this worker yet")
        return ProbeResponse(available=True)


@asynccontextmanager
async def answering(address: str, invited: Invited, tls: Tls | None = None) -> AsyncIterator[int]:
    """Answers probes and invitations at `host:port` while the block runs; gives the port. Raises ExternalError."""
    services: list[tuple[Service, dict[str, Handler]]] = [
        (WORKER_PROBE, {"Probe": invited.probe}),
        (INVITATIONS, {"Invite": invited.invite}),
    ]
    async with serving(address, services, tls=tls) as port:
        yield port
