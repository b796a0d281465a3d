"""A runner: the process in which a worker runs the jobs of one namespace.

What it owns: making its parts agree with what is wished, reports, and its end: when the agent's end of the pipe is
gone, or when nobody renews its lease. Everything on one event loop.
What it leaves: a part's life (`part.py`), which processes there are (`agent.py`).
"""

from __future__ import annotations

import gc
import json
import logging
import os
import socket
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, NoReturn

import trio

from lightflus.cluster_limits import PARTS_AT_ONCE, RUNNER_NICE, RUNNER_TIDY_MS
from lightflus.connectors.contract.kinds import Streams
from lightflus.connectors.contract.shared import Shared
from lightflus.errors import PeerLost
from lightflus.limits import COLLECTED_OBJECTS, SWITCH_US
from lightflus.model.policy import Policy, Right
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.runtime.pool import ThreadPool
from lightflus.runtime.slots import ThreadSlots
from lightflus.telemetry.logs import LogForm, log_to_stderr
from lightflus.wire.listener import open_listener
from lightflus.wire.secure import DataTls, TlsFiles
from lightflus.worker import pipe
from lightflus.worker.house import House
from lightflus.worker.lease import Lease
from lightflus.worker.outbox import Outbox
from lightflus.worker.part import Part
from lightflus.worker.pipe import Pipe

_REPORT_SECONDS: Final = 1.0
"""How often metrics are told while nothing else happens."""
_log = logging.getLogger("lightflus.worker")
_OOM_SCORE: Final = "500"
PROGRAM: Final = "import sys; sys.path[:0] = sys.argv[4:]; from lightflus.worker.runner import main; main()"
"""What a new process runs; its arguments: the numbers of a socket and of its lease, a `Setting`, where packages lie."""

Key = tuple[str, str]
"""Namespace and job."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a runner is told when it is made.

    Attributes:
        namespace: whose jobs it runs.
        worker: the worker's name.
        host: where it listens; `called` is how others name that host.
        slots: compute threads.
        folder: the worker's, with modules and dead letters.
        grants: what jobs may touch, by right; None = everything of that right.
        secrets: where each is, by its name: `env:VARIABLE` or `file:path`, never the secret itself.
        tls: files for connections with other runners; None = they are not secure.
        log: how it logs.
    """

    namespace: str
    worker: str
    host: str
    called: str
    slots: int
    folder: str
    grants: dict[str, list[str] | None]
    secrets: dict[str, str] = field(default_factory=dict)
    tls: dict[str, str] | None = None
    log: str = LogForm.TEXT.value

    def to_json(self) -> str:
        """For a command line."""
        return json.dumps(asdict(self))

    @property
    def policy(self) -> Policy:
        """What jobs may touch."""
        grants = self.grants.items()
        return Policy({Right(right): None if what is None else frozenset(what) for right, what in grants})

    @property
    def data_tls(self) -> DataTls | None:
        """Made anew from its files. Raises UserError."""
        return None if self.tls is None else DataTls(TlsFiles(**self.tls))


class Runner:
    """`run` it once."""

    def __init__(self, setting: Setting, link: Pipe, lease: Lease) -> None:
        self._setting = setting
        self._link = link
        self._lease = lease
        self._parts: dict[Key, Part] = {}
        self._running: set[Key] = set()
        self._changed = trio.Event()
        self._outbox = Outbox()
        self._has_ended = trio.Event()
        self._wished = pb.HeartbeatResponse()

    async def run(self) -> None:
        """Returns when the agent is gone."""
        setting = self._setting
        listener = await open_listener(setting.host, called=setting.called, tls=setting.data_tls)
        folder = Path(setting.folder)
        nothing = os.open(os.devnull, os.O_RDWR)
        with open(os.devnull, "wb") as nowhere:
            house = House(
                name=setting.worker,
                listener=listener,
                slots=ThreadSlots(setting.slots),
                loading=trio.CapacityLimiter(PARTS_AT_ONCE),
                lease=self._lease,
                modules=folder / "modules",
                letters=folder,
                policy=setting.policy,
                secrets=setting.secrets,
                streams=Streams(stdin=nothing, stdout=nowhere, shared=Shared()),
                threads=ThreadPool(),
                changed=self._note,
                outbox=self._outbox,
            )
            async with trio.open_nursery() as nursery:
                nursery.start_soon(listener.run)
                nursery.start_soon(self._tell)
                nursery.start_soon(self._tidy)
                with suppress(PeerLost):
                    await self._listen(nursery, house)
                nursery.cancel_scope.cancel()

    def _note(self) -> None:
        self._changed.set()

    async def _listen(self, nursery: trio.Nursery, house: House) -> None:
        while (came := await self._link.receive()) is not None:
            kind, content = came
            if kind == pipe.WISHES:
                self._wished = pb.HeartbeatResponse.FromString(content)
                self._reconcile(nursery, house)

    def _reconcile(self, nursery: trio.Nursery, house: House) -> None:
        """What is wished runs, what is not ends; an older generation has ended before a newer one begins."""
        wishes = {(wish.namespace, wish.job): wish for wish in self._wished.wishes}
        for key, part in list(self._parts.items()):
            wish = wishes.get(key)
            if wish is not None and wish.generation == part.generation:
                part.heed(wish)
            else:
                part.scope.cancel()
                if key not in self._running:
                    del self._parts[key]
        for key, wish in wishes.items():
            if key not in self._parts and wish.namespace == self._setting.namespace:
                self._parts[key] = Part(wish, house)
                self._running.add(key)
                nursery.start_soon(self._run_part, key, nursery, house)
        self._note()

    async def _run_part(self, key: Key, nursery: trio.Nursery, house: House) -> None:
        await self._parts[key].run()
        self._running.discard(key)
        self._has_ended.set()
        self._reconcile(nursery, house)

    async def _tidy(self) -> None:
        """Frees what parts that have ended held in cycles: compiled code, files. Python itself would take hours."""
        while True:
            await self._has_ended.wait()
            await trio.sleep(RUNNER_TIDY_MS / 1_000)
            self._has_ended = trio.Event()
            await trio.to_thread.run_sync(gc.collect)

    async def _tell(self) -> None:
        """Says how everything stands when it changes, and from time to time, with what jobs have said meanwhile."""
        with suppress(PeerLost):
            while True:
                reports = pb.HeartbeatRequest(fragments=[part.report() for part in self._parts.values()])
                reports.events.extend(self._outbox.take())
                await self._link.send(pipe.REPORTS, reports.SerializeToString())
                with trio.move_on_after(_REPORT_SECONDS):
                    await self._changed.wait()
                self._changed = trio.Event()


def main() -> NoReturn:
    """The life of a runner's process. Never returns: what its threads still do is of no use to anybody."""
    setting = Setting(**json.loads(sys.argv[3]))
    log_to_stderr(LogForm(setting.log), process="runner", worker=setting.worker, namespace=setting.namespace)
    lease = Lease(int(sys.argv[2]))
    lease.guard()
    gc.set_threshold(COLLECTED_OBJECTS)
    sys.setswitchinterval(SWITCH_US / 1_000_000)
    os.nice(RUNNER_NICE)
    gc.freeze()  # what has been imported is never garbage
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE, encoding="ascii")
    try:
        trio.run(_life, setting, int(sys.argv[1]), lease)
    except BaseException:
        _log.exception("the runner of %s ends by an error", setting.namespace)
    finally:
        os._exit(0)


async def _life(setting: Setting, number: int, lease: Lease) -> None:
    await Runner(setting, Pipe(socket.socket(fileno=number)), lease).run()
