"""Jobs of a namespace: making, showing, stopping, starting again, deleting; their graph, metrics and errors.

What it owns: a job's fields in answers, and refusing a job or binding that breaks its rules before anything is kept.
What it leaves: the statuses (`model/cluster/statuses.py`), all decisions (the coordinator).
"""

from __future__ import annotations

import json
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Final, cast

import trio
from starlette.responses import Response

from lightflus.apiserver.calls import Call, as_json
from lightflus.apiserver.modules import described
from lightflus.apiserver.problems import Refusal
from lightflus.apiserver.schemas import NAME, Json, problems
from lightflus.cluster_limits import API_EVENTS, API_PAGE_ITEMS, IDEMPOTENCY_KEY_BYTES
from lightflus.compose.loading import bound_graph
from lightflus.connectors.contract.uri import shown
from lightflus.model.graph import Source, shown_option
from lightflus.model.plan import Plan, Task, plan_job
from lightflus.proto.convert import graph_from_json
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.proto.messages import numbers_of

_ENDINGS: Final = {"keep": pb.ENDING_STOP, "drain": pb.ENDING_DRAIN, "cancel": pb.ENDING_CANCEL}
_FRAGMENTS: Final = {
    number: name.removeprefix("FRAGMENT_STATUS_").lower() for name, number in pb.FragmentStatus.items()
}


async def create_job(call: Call) -> Response:
    """Makes a job of a module; 422 with all that is wrong with its bindings."""
    key = call.headers.get("idempotency-key", "")
    if len(key) > IDEMPOTENCY_KEY_BYTES:
        raise Refusal(422, "request-invalid", f"an Idempotency-Key has at most {IDEMPOTENCY_KEY_BYTES} characters")
    digest = str(call.body["module"])
    module = await call.services.coordinator.get_module(pb.ModuleRequest(namespace=call.namespace, digest=digest))
    about = described(module)
    name = str(call.body.get("name", about["job"]))
    if wrong := list(problems(NAME, name, "name")):
        raise Refusal(422, "request-invalid", f"{name[:80]!r} cannot be a job's name", problems=wrong)
    bindings = [f"{operator}={uri}" for operator, uri in cast("dict[str, str]", call.body.get("bindings", {})).items()]
    parallelism = cast(int, call.body.get("parallelism", 1))
    plan = await trio.to_thread.run_sync(_planned, module.graph.encode(), bindings, parallelism)
    request = pb.CreateJobRequest(
        namespace=call.namespace,
        name=name,
        digest=digest,
        bindings=bindings,
        parallelism=parallelism,
        options=cast("dict[str, str]", call.body.get("options", {})),
        idempotency_key=key,
        tasks=[_shape(plan, task) for task in plan.tasks],
    )
    job = await call.services.coordinator.create_job(request)
    return as_json(job_fields(job), 201, {"Location": f"/v1/namespaces/{call.namespace}/jobs/{job.name}"})


def _planned(graph: bytes, bindings: list[str], parallelism: int) -> Plan:
    """Raises JobInvalid, BindingInvalid."""
    return plan_job(bound_graph(graph_from_json(graph), bindings), parallelism=parallelism)


def _shape(plan: Plan, task: Task) -> pb.TaskShape:
    """What placing needs to know of a task."""
    head = task.head.operator
    return pb.TaskShape(
        parallelism=task.parallelism,
        reads=sorted({int(edge.upstream) for edge in plan.inputs_of(task.id)}),
        source=int(head.id) if isinstance(head.kind, Source) else None,
    )


async def list_jobs(call: Call) -> Response:
    """A page of them."""
    request = pb.ListJobsRequest(
        namespace=call.namespace,
        status=str(call.query.get("status", "")),
        limit=cast(int, call.query.get("limit", API_PAGE_ITEMS)),
        cursor=str(call.query.get("cursor", "")),
    )
    page = await call.services.coordinator.list_jobs(request)
    return as_json({"items": [job_fields(job) for job in page.jobs], "next_cursor": page.next_cursor or None})


async def get_job(call: Call) -> Response:
    """One job."""
    return as_json(job_fields(await _job(call)))


async def stop_job(call: Call) -> Response:
    """202: it will end."""
    ending = _ENDINGS[str(call.body.get("mode", "keep"))]
    request = pb.StopJobRequest(namespace=call.namespace, name=call.path["job"], ending=ending)
    return as_json(job_fields(await call.services.coordinator.stop_job(request)), 202)


async def restart_job(call: Call) -> Response:
    """202: its next generation will start."""
    request = pb.JobRequest(namespace=call.namespace, name=call.path["job"])
    return as_json(job_fields(await call.services.coordinator.restart_job(request)), 202)


async def delete_job(call: Call) -> Response:
    """Only when it has ended."""
    await call.services.coordinator.delete_job(pb.JobRequest(namespace=call.namespace, name=call.path["job"]))
    return Response(None, 204)


async def get_graph(call: Call) -> Response:
    """The graph that its module carries, without secrets."""
    job = await _job(call)
    request = pb.ModuleRequest(namespace=call.namespace, digest=job.digest)
    return as_json(_without_secrets(json.loads((await call.services.coordinator.get_module(request)).graph)))


async def get_metrics(call: Call) -> Response:
    """What its operators have done in this generation, and how its subtasks stand."""
    job = await _job(call)
    operators = [{"operator": m.operator, "status": m.status, "values": dict(m.values)} for m in job.metrics]
    return as_json({"items": operators, "subtasks": [_subtask_fields(one) for one in job.subtasks]})


async def get_errors(call: Call) -> Response:
    """Its last errors, oldest first."""
    request = pb.EventsRequest(namespace=call.namespace, job=call.path["job"], kinds=["error"])
    found: list[pb.Event] = []
    async with aclosing(call.services.coordinator.events(request)) as events:
        async for event in events:
            found = [*found[-API_EVENTS + 1 :], event]
    return as_json({"items": [event_fields(event) for event in found]})


async def _job(call: Call) -> pb.Job:
    return await call.services.coordinator.get_job(pb.JobRequest(namespace=call.namespace, name=call.path["job"]))


def job_fields(job: pb.Job) -> Json:
    """A job as answers show it; logins in bindings are left out."""
    return {
        "name": job.name,
        "namespace": job.namespace,
        "status": job.status,
        "since": _time(job.history[-1].at_ms) if job.history else None,
        "history": [{"status": c.status, "at": _time(c.at_ms), "reason": c.reason} for c in job.history],
        "generation": job.generation,
        "parallelism": job.parallelism,
        "module": job.digest,
        "bindings": {name: shown(uri) for name, _, uri in (text.partition("=") for text in job.bindings)},
        "options": {name: shown_option(name, value) for name, value in job.options.items()},
        "restarts": job.restarts,
        "error": failure_fields(job.failure) if job.HasField("failure") else None,
        "placed": [
            {
                "worker": p.worker,
                "status": _FRAGMENTS[p.status],
                "subtasks": [{"task": s.task, "number": s.number} for s in p.subtasks],
            }
            for p in job.placed
        ],
        "bottleneck": _bottleneck_fields(job.bottleneck) if job.HasField("bottleneck") else None,
    }


def _bottleneck_fields(found: pb.Bottleneck) -> Json:
    at = found.subtask
    return {"task": at.task, "subtask": at.number, "name": found.name, "reason": found.reason}


def _subtask_fields(one: pb.SubtaskMetrics) -> Json:
    """What the worker did not say is not there."""
    at = one.subtask
    return {"task": at.task, "subtask": at.number, "name": one.name, "values": numbers_of(one)}


def failure_fields(failure: pb.Failure) -> Json:
    """An error of a job, as docs/errors.md has it."""
    found: Json = {"kind": failure.kind, "message": failure.message}
    found |= {name: text for name, text in (("where", failure.where), ("hint", failure.hint)) if text}
    if failure.problems:
        found["problems"] = [{"where": p.where, "what": p.what, "hint": p.hint} for p in failure.problems]
    return found


def event_fields(event: pb.Event) -> Json:
    """Something that a job has said."""
    found: Json = {
        "number": event.number,
        "at": _time(event.at_ms),
        "kind": event.kind,
        "generation": event.generation,
        "text": event.text,
    }
    return {**found, "error": failure_fields(event.failure)} if event.HasField("failure") else found


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _without_secrets(tree: object) -> object:
    if isinstance(tree, dict):
        return {k: shown_option(k, v) if isinstance(v, str) else _without_secrets(v) for k, v in tree.items()}
    return [_without_secrets(item) for item in tree] if isinstance(tree, list) else tree
