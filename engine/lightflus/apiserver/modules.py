"""Modules of a namespace: taking one, listing, showing, deleting.

What it owns: the answers' fields. What it leaves: inspecting (`inspecting.py`), keeping (the coordinator).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import cast

import trio
from starlette.responses import Response

from lightflus.apiserver.calls import Call, as_json
from lightflus.apiserver.schemas import Json
from lightflus.cluster_limits import API_PAGE_ITEMS
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb

_SHOWN = ("job", "sources", "sinks", "functions", "wishes")


async def put_module(call: Call) -> Response:
    """Inspects a module and keeps it; 200 where it was there already."""
    digest = hashlib.sha256(call.content).hexdigest()
    description, graph = await trio.to_thread.run_sync(_inspected, call.services.inspect, call.content)
    head = pb.PutModuleHead(
        namespace=call.namespace, digest=digest, bytes=len(call.content), description=description, graph=graph
    )
    module = await call.services.coordinator.put_module(head, call.content)
    place = {"Location": f"/v1/namespaces/{call.namespace}/modules/{digest}"}
    return as_json(shown(module), 201 if module.is_new else 200, place)


def _inspected(inspect: Callable[[bytes], bytes], wasm: bytes) -> tuple[str, str]:
    """What is listed of a module, and its graph; as JSON both. Raises as `inspect`."""
    about = cast(Json, json.loads(inspect(wasm)))
    graph = about.pop("graph", {})
    return json.dumps(about), json.dumps(graph)


async def list_modules(call: Call) -> Response:
    """A page of them."""
    request = pb.ListModulesRequest(
        namespace=call.namespace,
        limit=cast(int, call.query.get("limit", API_PAGE_ITEMS)),
        cursor=str(call.query.get("cursor", "")),
    )
    page = await call.services.coordinator.list_modules(request)
    return as_json({"items": [shown(module) for module in page.modules], "next_cursor": page.next_cursor or None})


async def get_module(call: Call) -> Response:
    """One."""
    request = pb.ModuleRequest(namespace=call.namespace, digest=call.path["digest"])
    return as_json(shown(await call.services.coordinator.get_module(request)))


async def delete_module(call: Call) -> Response:
    """409 while a job uses it."""
    await call.services.coordinator.delete_module(
        pb.ModuleRequest(namespace=call.namespace, digest=call.path["digest"])
    )
    return Response(None, 204)


def described(module: pb.Module) -> Json:
    """What inspecting it gave."""
    return cast(Json, json.loads(module.description or "{}"))


def shown(module: pb.Module) -> Json:
    """A module as answers show it."""
    about = described(module)
    return {"digest": module.digest, "bytes": module.bytes} | {key: about[key] for key in _SHOWN if key in about}
