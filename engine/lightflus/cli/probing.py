"""`lightflus healthcheck`: asks one process whether it is well; the exit code is the answer.

What it owns: what is asked of which target: an ApiServer by HTTP, a coordinator or worker by the probe of the published
compose file. What it leaves: gRPC (`wire/control.py`), HTTP (`client/`).
"""

from __future__ import annotations

import trio

from lightflus.cli.screen import say
from lightflus.client.api import Api
from lightflus.client.endpoint import parsed
from lightflus.cluster_limits import HEALTHCHECK_SECONDS
from lightflus.errors import ExternalError, UserError
from lightflus.proto.coordinator import probe_pb2 as of_coordinator
from lightflus.proto.services import COORDINATOR_PROBE, WORKER_PROBE, Method
from lightflus.proto.worker import probe_pb2 as of_worker
from lightflus.wire.control import Connection, Tls

_COORDINATOR, _WORKER = COORDINATOR_PROBE.methods["Probe"], WORKER_PROBE.methods["Probe"]


def probe(target: str, method: str | None, kind: int, tls: Tls | None = None) -> None:
    """Returns if the target is well. Raises UserError, ExternalError."""
    if method is None:
        Api(parsed(target), None).ask("GET", "/ready" if kind else "/health")
    else:
        trio.run(_probe, target, _method(method), kind, tls)
    say(f"{target} is well", "bold")


def _method(path: str) -> Method:
    for method in (_COORDINATOR, _WORKER):
        if method.path == path:
            return method
    raise UserError(f"there is no probe {path}", hint=f"there are {_COORDINATOR.path} and {_WORKER.path}")


async def _probe(target: str, method: Method, kind: int, tls: Tls | None) -> None:
    with Connection(target, tls=tls) as connection:
        if method is _COORDINATOR:
            asked = of_coordinator.ProbeRequest(probe=kind)
            said = await connection.call(method, asked, of_coordinator.ProbeResponse, seconds=HEALTHCHECK_SECONDS)
            is_well, reason = said.available, said.reason
        else:
            of_it = of_worker.ProbeRequest(probe=kind)
            told = await connection.call(method, of_it, of_worker.ProbeResponse, seconds=HEALTHCHECK_SECONDS)
            is_well, reason = told.available, told.reason
    if not is_well:
        raise ExternalError(f"it is not well: {reason or 'it does not say why'}", where=target)
