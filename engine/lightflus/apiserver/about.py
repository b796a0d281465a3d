"""What an ApiServer says of itself: alive, ready, versions, metrics, its own description.

What it owns: that `/ready` asks the coordinator. What it leaves: the document (`openapi.py`).
"""

from __future__ import annotations

import trio
from starlette.responses import Response

from lightflus import __version__
from lightflus.apiserver.calls import Call, as_json
from lightflus.cluster_limits import HEALTHCHECK_SECONDS
from lightflus.codec.abi import ABI_MINOR, ABI_VERSION
from lightflus.errors import CallFailed
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.telemetry.exposition import MEDIA_TYPE
from lightflus.wasm import WASMTIME_VERSION


async def get_health(_call: Call) -> Response:
    """It answers."""
    return as_json({"status": "alive"})


async def get_ready(call: Call) -> Response:
    """It can serve: the coordinator answers, too."""
    with trio.move_on_after(HEALTHCHECK_SECONDS):
        await call.services.coordinator.list_workers(pb.Empty())
        return as_json({"status": "ready"})
    raise CallFailed("the coordinator does not answer in time")


async def get_version(_call: Call) -> Response:
    """Of server, ABI and wasmtime."""
    return as_json({"server": __version__, "abi": f"{ABI_VERSION}.{ABI_MINOR}", "wasmtime": WASMTIME_VERSION})


async def get_server_metrics(call: Call) -> Response:
    """As Prometheus reads them."""
    return Response(call.services.counting.text(), media_type=MEDIA_TYPE)
