"""Modules of a namespace: taking one, listing, showing, deleting.

What it owns: the answers' fields. What it leaves: inspecting (`inspecting.py`), keeping (the coordinator).
"""

from __future__ import annotations

import hashlib
import json
from typing import cast

import trio
from starlette.responses import Response

from lightflus.apiserver.calls import Call, as_json
from lightflus.apiserver.ports import Coordinator
from lightflus.apiserver.schemas import Json
from lightflus.errors import NotFound
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb

_SHOWN = ("job", "sources", "sinks", "functions", "wishes")


async def put_module(call: Call) -> Response:
    """Inspects a module and keeps it; 200 where it was there already."""
    digest = hashlib.sha256(call.content).hexdigest()
    description = await trio.to_thread.run_sync(call.services.inspect, call.content)
    head = pb.PutModuleHead(
        namespace=call.namespace, digest=digest, bytes=len(call.content), description=description.decode()
    )
    module = await call.services.coordinator.put_module(head, call.content)
    place = {"Location": f"/v1/namespaces/{call.namespace}/modules/{digest}"}
    return as_json(shown(module), 201 if module.is_new else 200, place)


async def list_modules(call: Call) -> Response:
    """All of them."""
    found = await call.services.coordinator.list_modules(pb.ListModulesRequest(namespace=call.namespace))
    return as_json({"items": [shown(module) for module in found.modules]})


async def get_module(call: Call) -> Response:
    """One."""
    return as_json(shown(await found_module(call.services.coordinator, call.namespace, call.path["digest"])))


async def delete_module(call: Call) -> Response:
    """409 while a job uses it."""
    await call.services.coordinator.delete_module(
        pb.ModuleRequest(namespace=call.namespace, digest=call.path["digest"])
    )
    return Response(None, 204)


async def found_module(coordinator: Coordinator, namespace: str, digest: str) -> pb.Module:
    """A module by its digest. Raises NotFound."""
    for module in (await coordinator.list_modules(pb.ListModulesRequest(namespace=namespace))).modules:
        if module.digest == digest:
            return module
    raise NotFound(f"there is no module {digest}", hint="upload it: POST /v1/namespaces/NAMESPACE/modules")


def described(module: pb.Module) -> Json:
    """What inspecting it gave."""
    return cast(Json, json.loads(module.description or "{}"))


def shown(module: pb.Module) -> Json:
    """A module as answers show it."""
    about = described(module)
    return {"digest": module.digest, "bytes": module.bytes} | {key: about[key] for key in _SHOWN if key in about}
