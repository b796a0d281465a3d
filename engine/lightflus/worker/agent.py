"""A worker's agent: tells the coordinator what runs here, and has run here what it wishes. No guest runs in it.

What it owns: sessions, heartbeats, the lease (good from when an answered heartbeat was sent), fetching modules.
On the event loop. What it leaves: processes (`runners.py`), modules on disk (`modules.py`), calls (`wire/control.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import aclosing, closing
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Final
from uuid import uuid4

import trio

from lightflus import __version__
from lightflus.cluster_limits import (
    ALONE_SECONDS,
    CONTROL_RECONNECT_MS,
    HEARTBEAT_WAIT_MS,
    MEMORY_LOOK_MS,
    SHARE_LOOK_MS,
)
from lightflus.errors import CallFailed, LightflusError, ModuleInvalid, Superseded
from lightflus.limits import MODULE_BYTES
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.proto.services import WORKERS
from lightflus.telemetry.exposition import Sample
from lightflus.wire.control import Connection, is_refused
from lightflus.worker.lease import SharedLease
from lightflus.worker.metrics import samples_of
from lightflus.worker.modules import has_module, keep_module
from lightflus.worker.outbox import Outbox
from lightflus.worker.runner import Setting
from lightflus.worker.runners import Runners

PROTOCOL: Final = 1
_CALL_SECONDS: Final = 5.0
_FETCH_SECONDS: Final = 60.0
_log = logging.getLogger("lightflus.worker")


@dataclass(frozen=True, slots=True)
class AgentSetting:
    """What a worker is started with.

    Attributes:
        runners: that of each runner, but for its namespace; it has the worker's name and host.
        memory_bytes: what all runners together may take.
        labels: what jobs can ask for.
    """

    runners: Setting
    memory_bytes: int
    labels: dict[str, str] = field(default_factory=dict)


class Agent:
    """`run` it until it is cancelled."""

    def __init__(self, coordinator: Connection, setting: AgentSetting) -> None:
        self._coordinator = coordinator
        self._setting = setting
        self._modules = Path(setting.runners.folder) / "modules"
        self._process = uuid4().hex
        self._attempt = 0
        self._present: _Session | None = None

    async def run(self) -> None:
        """One session after the other. Raises UserError where the coordinator does not take this worker at all."""
        while True:
            self._attempt += 1
            registered = await self._registered()
            self._present = _Session(self._coordinator, self._setting, registered, self._modules)
            await self._present.run()

    def samples(self) -> list[Sample]:
        """For whoever scrapes this worker."""
        return [] if self._present is None else self._present.samples()

    async def _registered(self) -> pb.RegisterResponse:
        """Tries until somebody answers: the same attempt gives the same session."""
        said = ""
        while True:
            try:
                return await self._register()
            except CallFailed as away:
                if str(away) != said:
                    said = str(away)
                    _log.warning("no coordinator: %s", said)
                await trio.sleep(CONTROL_RECONNECT_MS / 1_000)

    async def _register(self) -> pb.RegisterResponse:
        setting = self._setting
        request = pb.RegisterRequest(
            name=setting.runners.worker,
            host=setting.runners.called,
            slots=setting.runners.slots,
            memory_bytes=setting.memory_bytes,
            labels=setting.labels,
            versions=pb.Versions(protocol=PROTOCOL, engine=__version__),
            process=self._process,
            attempt=self._attempt,
        )
        method = WORKERS.methods["Register"]
        return await self._coordinator.call(method, request, pb.RegisterResponse, seconds=_CALL_SECONDS)


class _Session:
    """From a registration until it is over: superseded, or its lease has passed."""

    def __init__(
        self, coordinator: Connection, setting: AgentSetting, registered: pb.RegisterResponse, modules: Path
    ) -> None:
        self._coordinator = coordinator
        self._worker = registered.worker
        self._session = registered.session
        self._lease_seconds = registered.lease_ms / 1_000
        self._lease = SharedLease(monotonic() + self._lease_seconds)
        self._refused_since: float | None = None
        self._modules = modules
        self._memory_bytes = setting.memory_bytes
        self._outbox = Outbox()
        self._runners = Runners(setting.runners, setting.memory_bytes, self._lease, self._note, self._outbox)
        self._untold: list[pb.Event] = []
        """Events that were sent, and whose heartbeat has not been answered."""
        self._said = 0
        """How many events this session has numbered."""
        self._wishes: Sequence[pb.FragmentWish] = ()
        self._version = 0
        self._number = 0
        self._has_news = False
        self._polling: trio.CancelScope | None = None
        self._new_wishes = trio.Event()

    def samples(self) -> list[Sample]:
        runners = self._runners
        return list(samples_of(runners.reports(self._wishes), runners.memory, self._memory_bytes))

    async def run(self) -> None:
        with closing(self._lease):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._keep_lease, nursery.cancel_scope)
                nursery.start_soon(self._make_true, nursery)
                nursery.start_soon(self._runners.watch_memory, MEMORY_LOOK_MS / 1_000)
                nursery.start_soon(self._runners.watch_silence, MEMORY_LOOK_MS / 1_000)
                nursery.start_soon(self._runners.watch_turns, SHARE_LOOK_MS / 1_000)
                await self._heartbeats()
                nursery.cancel_scope.cancel()

    def _note(self) -> None:
        """There is news, which the next heartbeat tells at once; one that only waits for wishes is given up."""
        self._has_news = True
        if self._polling is not None:
            self._polling.cancel()

    async def _keep_lease(self, scope: trio.CancelScope) -> None:
        """When it has passed, the session is over."""
        while (left := self._lease.left) > 0:
            await trio.sleep(left)
        _log.warning("no answer from the coordinator for %s s: everything here ends", self._lease_seconds)
        scope.cancel()

    async def _heartbeats(self) -> None:
        """Returns when the session is no longer the worker's."""
        while True:
            is_urgent, self._has_news = self._has_news, False
            try:
                await self._heartbeat(0 if is_urgent else HEARTBEAT_WAIT_MS)
            except Superseded as superseded:
                _log.warning("%s", superseded)
                return
            except LightflusError as away:
                _log.warning("a heartbeat failed: %s", away)
                await self._bear()

    async def _heartbeat(self, wait_ms: int) -> None:
        """One of them, answered at once or when there are other wishes."""
        self._number += 1
        self._untold = self._untold or self._numbered(self._outbox.take())
        request = pb.HeartbeatRequest(
            worker=self._worker,
            session=self._session,
            seen=self._version,
            wait_ms=wait_ms,
            fragments=self._runners.reports(self._wishes),
            events=self._untold,
            number=self._number,
        )
        sent = monotonic()
        with trio.CancelScope() as scope:
            self._polling = scope if wait_ms else None
            answer = await self._coordinator.call(
                WORKERS.methods["Heartbeat"], request, pb.HeartbeatResponse, seconds=_CALL_SECONDS
            )
            self._lease.renew(sent + self._lease_seconds)
            self._refused_since = None
            self._untold = []
            self._has_news = self._has_news or bool(self._outbox)
            if answer.version >= self._version:
                self._version, self._wishes = answer.version, answer.wishes
                self._new_wishes.set()

    def _numbered(self, events: Sequence[pb.Event]) -> list[pb.Event]:
        for event in events:
            self._said += 1
            event.number = self._said
        return list(events)

    async def _bear(self) -> None:
        """A coordinator that only restarts ends nothing: as long as its host says that nobody listens, it may be away.

        Silence is a partition: then others may think that this worker is lost.
        """
        now = monotonic()
        if await is_refused(self._coordinator.address, seconds=self._lease_seconds / 3):
            self._refused_since = self._refused_since or now
            if now - self._refused_since < ALONE_SECONDS:
                self._lease.renew(monotonic() + self._lease_seconds)
        await trio.sleep(CONTROL_RECONNECT_MS / 1_000)

    async def _make_true(self, nursery: trio.Nursery) -> None:
        """Has what is wished run, as far as its modules are here; fetches the others. Runs until cancelled."""
        while True:
            await self._new_wishes.wait()
            self._new_wishes = trio.Event()
            await self._runners.heed([wish for wish in self._wishes if has_module(self._modules, wish.digest)], nursery)
            missing = {wish.digest for wish in self._wishes if not has_module(self._modules, wish.digest)}
            for digest in missing:
                await self._fetch(digest)
            if missing:
                self._new_wishes.set()

    async def _fetch(self, digest: str) -> None:
        """Fetches a module; where that fails, it is tried again as long as it is wished."""
        method = WORKERS.methods["GetModule"]
        request = pb.GetModuleRequest(worker=self._worker, session=self._session, digest=digest)
        wasm = bytearray()
        try:
            answers = self._coordinator.stream(method, request, pb.Chunk, seconds=_FETCH_SECONDS)
            async with aclosing(answers) as chunks:
                async for chunk in chunks:
                    wasm += chunk.data
                    if len(wasm) > MODULE_BYTES:
                        raise ModuleInvalid(f"the module {digest[:12]} is larger than {MODULE_BYTES:,} bytes")
            await trio.to_thread.run_sync(keep_module, self._modules, digest, bytes(wasm))
        except LightflusError as error:
            _log.warning("the module %s does not come: %s", digest[:12], error)
            await trio.sleep(CONTROL_RECONNECT_MS / 1_000)
