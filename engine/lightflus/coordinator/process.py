"""The coordinator's process: catalog, cluster, services and the clock, put together.

What it owns: their order of life. It is made to be killed: what it has said is in the catalog, and the next life takes
up what still runs. What it leaves: signals and messages on the terminal (`cli/coordinating.py`).
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import trio

from lightflus.cluster_limits import TICK_MS, TOKEN_BYTES
from lightflus.coordinator.cluster import Cluster
from lightflus.coordinator.control_service import ControlService
from lightflus.coordinator.measures import Measures
from lightflus.coordinator.metrics import samples_of
from lightflus.coordinator.modules import ModuleFiles
from lightflus.coordinator.news import News
from lightflus.coordinator.sqlite import SqliteCatalog
from lightflus.coordinator.workers_service import WorkersService
from lightflus.errors import ExternalError
from lightflus.proto.coordinator.probe_pb2 import ProbeRequest, ProbeResponse
from lightflus.proto.services import CONTROL, COORDINATOR_PROBE, WORKERS, Service
from lightflus.telemetry.exposition import Exposition
from lightflus.wire.control import Handler, Tls, on_loop, serving

_log = logging.getLogger("lightflus.coordinator")


class SystemClock:
    """The machine's clocks."""

    def now_ms(self) -> int:
        """See `Clock`."""
        return time.monotonic_ns() // 1_000_000

    def at_ms(self) -> int:
        """See `Clock`."""
        return time.time_ns() // 1_000_000


@asynccontextmanager
async def coordinating(address: str, folder: Path, *, tls: Tls | None = None, metrics: str = "") -> AsyncIterator[int]:
    """A coordinator that listens at `host:port` and keeps everything below `folder`; gives its port.

    With an address for `metrics` it answers scrapes there.

    Raises:
        UserError: `metrics` is no address.
        ExternalError: the address or the folder is in use, or cannot be used, now or later.
    """
    folder.mkdir(parents=True, exist_ok=True)
    catalog = SqliteCatalog(folder / "catalog.db")
    try:
        news = News()
        modules = ModuleFiles(folder / "modules")
        secret = partial(secrets.token_hex, TOKEN_BYTES)
        cluster = Cluster(catalog, SystemClock(), secret=secret, on_change=news.tell, tell=_logged)
        measures = Measures()
        workers = WorkersService(cluster, modules, news, measures)
        control = ControlService(cluster, catalog, modules, news, measures)
        services: list[tuple[Service, dict[str, Handler]]] = [
            (WORKERS, workers.handlers()),
            (CONTROL, control.handlers()),
            (COORDINATOR_PROBE, {"Probe": _probed}),
        ]
        ended: list[ExternalError] = []
        exposition = Exposition(on_loop(partial(samples_of, cluster)))
        async with serving(address, services, tls=tls) as port, trio.open_nursery() as nursery:
            with exposition.served(metrics):
                nursery.start_soon(_tick, cluster, nursery.cancel_scope, ended)
                yield port
                nursery.cancel_scope.cancel()
        if ended:
            raise ended[0]
    finally:
        catalog.close()


async def _tick(cluster: Cluster, scope: trio.CancelScope, ended: list[ExternalError]) -> None:
    """Ends the process where the catalog fails: the next life begins from what it has kept."""
    try:
        while True:
            await trio.sleep(TICK_MS / 1_000)
            cluster.tick()
    except ExternalError as error:
        ended.append(error)
        scope.cancel()


def _logged(words: str, about: Mapping[str, object]) -> None:
    _log.info("%s", words, extra=about)


async def _probed(_: ProbeRequest) -> ProbeResponse:
    return ProbeResponse(available=True)
