"""What concerns the cluster rather than a job: workers, namespaces, tokens.

What it owns: the answers' fields, and that a namespace with something in it stays. What it leaves: `access.py`.
"""

from __future__ import annotations

from starlette.responses import Response

from lightflus.apiserver.calls import Call, as_json
from lightflus.apiserver.schemas import Json
from lightflus.errors import Conflict, NotFound
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb


async def list_workers(call: Call) -> Response:
    """All workers, lost ones too."""
    found = await call.services.coordinator.list_workers(pb.Empty())
    return as_json({"items": [_worker_fields(worker) for worker in found.workers]})


async def get_worker(call: Call) -> Response:
    """By its id or its name."""
    wanted = call.path["worker"]
    for worker in (await call.services.coordinator.list_workers(pb.Empty())).workers:
        if wanted in (worker.id, worker.name):
            return as_json(_worker_fields(worker))
    raise NotFound(f"there is no worker {wanted}")


async def list_namespaces(call: Call) -> Response:
    """All, by name."""
    return as_json({"items": [{"name": name} for name in call.services.access.namespaces()]})


async def create_namespace(call: Call) -> Response:
    """409 where there is one of that name."""
    name = str(call.body["name"])
    call.services.access.create_namespace(name)
    return as_json({"name": name}, 201, {"Location": f"/v1/namespaces/{name}"})


async def delete_namespace(call: Call) -> Response:
    """With its tokens; 409 while it has a job or module."""
    coordinator = call.services.coordinator
    jobs = await coordinator.list_jobs(pb.ListJobsRequest(namespace=call.namespace, limit=1))
    modules = await coordinator.list_modules(pb.ListModulesRequest(namespace=call.namespace, limit=1))
    if jobs.jobs or modules.modules:
        raise Conflict(f"the namespace {call.namespace} has jobs or modules", hint="delete them first")
    call.services.access.delete_namespace(call.namespace)
    return Response(None, 204)


async def list_tokens(call: Call) -> Response:
    """Their names; never the tokens."""
    found = call.services.access.tokens(call.namespace)
    return as_json({"items": [{"name": name, "created_ms": at_ms} for name, at_ms in found.items()]})


async def create_token(call: Call) -> Response:
    """Shown now and never again."""
    name = str(call.body["name"])
    return as_json({"name": name, "token": call.services.access.create_token(call.namespace, name)}, 201)


async def revoke_token(call: Call) -> Response:
    """It opens nothing from now on."""
    call.services.access.revoke_token(call.namespace, call.path["token"])
    return Response(None, 204)


def _worker_fields(worker: pb.Worker) -> Json:
    versions = worker.versions
    return {
        "id": worker.id,
        "name": worker.name,
        "host": worker.host,
        "status": worker.status,
        "slots": worker.slots,
        "subtasks": worker.subtasks,
        "memory_bytes": worker.memory_bytes,
        "labels": dict(worker.labels),
        "versions": {
            "protocol": versions.protocol,
            "engine": versions.engine,
            "abi_minor": versions.abi_minor,
        },
    }
