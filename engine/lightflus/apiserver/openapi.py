"""The OpenAPI document (3.1) of all routes, made from their table.

What it owns: the document's form, the shapes of answers. Pure. What it leaves: the routes (`routes.py`), the shapes of
requests (`schemas.py`).
"""

from __future__ import annotations

from typing import Final

from lightflus import __version__
from lightflus.apiserver.problems import MEDIA_TYPE, TITLES
from lightflus.apiserver.routes import PATH_SHAPES, ROUTES, Body, Needs, Route
from lightflus.apiserver.schemas import DIGEST, NAME, NUMBER, TEXT, Json, fields, listed, page
from lightflus.model.cluster.statuses import JobStatus

_ANY: Final[Json] = {"type": "object"}
_ANYS: Final[Json] = {"type": "array", "items": _ANY}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


_JOB: Final[dict[str, Json]] = {
    "name": NAME,
    "namespace": NAME,
    "status": {"type": "string", "enum": [status.value for status in JobStatus]},
    "since": {"type": ["string", "null"], "format": "date-time"},
    "history": _ANYS,
    "generation": NUMBER,
    "parallelism": NUMBER,
    "module": DIGEST,
    "bindings": _ANY,
    "options": _ANY,
    "restarts": NUMBER,
    "error": {"type": ["object", "null"]},
    "placed": _ANYS,
    "bottleneck": {"type": ["object", "null"]},
}
_MODULE: Final[dict[str, Json]] = {
    "digest": DIGEST,
    "bytes": NUMBER,
    "job": TEXT,
    "sources": _ANYS,
    "sinks": _ANYS,
    "functions": _ANYS,
    "wishes": _ANYS,
}
_EVENT: Final[dict[str, Json]] = {
    "number": NUMBER,
    "at": {"type": "string", "format": "date-time"},
    "kind": TEXT,
    "generation": NUMBER,
    "text": TEXT,
    "error": _ANY,
}
_WORKER: Final[dict[str, Json]] = {
    "id": TEXT,
    "name": TEXT,
    "host": TEXT,
    "status": TEXT,
    "slots": NUMBER,
    "subtasks": NUMBER,
    "memory_bytes": NUMBER,
    "labels": _ANY,
    "versions": _ANY,
}
SHAPES: Final[dict[str, Json]] = {
    "Job": fields(_JOB, required=tuple(_JOB)),
    "Jobs": page(_ref("Job")),
    "Module": fields(_MODULE, required=("digest", "bytes")),
    "Modules": page(_ref("Module")),
    "Event": fields(_EVENT, required=("number", "kind")),
    "Events": listed(_ref("Event")),
    "Message": fields({"id": TEXT, "event": TEXT, "data": TEXT}, required=("event", "data")),
    "Metrics": fields({"items": _ANYS, "subtasks": _ANYS}, required=("items", "subtasks")),
    "Worker": fields(_WORKER, required=tuple(_WORKER)),
    "Workers": listed(_ref("Worker")),
    "Name": fields({"name": NAME}, required=("name",)),
    "Names": listed(_ref("Name")),
    "Tokens": listed(fields({"name": NAME, "created_ms": NUMBER})),
    "NewToken": fields({"name": NAME, "token": TEXT}, required=("name", "token")),
    "Problem": {
        "type": "object",
        "properties": {
            "type": TEXT,
            "title": TEXT,
            "status": NUMBER,
            "detail": TEXT,
            "instance": TEXT,
            "problems": {"type": "array", "items": fields({"where": TEXT, "what": TEXT, "hint": TEXT})},
        },
        "required": ["type", "title", "status", "detail", "instance", "problems"],
    },
}


def document() -> Json:
    """The whole document."""
    paths: dict[str, dict[str, Json]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Lightflus", "version": __version__, "description": "Jobs of a Lightflus cluster."},
        "paths": paths,
        "components": {
            "schemas": SHAPES,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def refusals(route: Route) -> list[int]:
    """Every status of an error that a route may answer."""
    found = {400, 408, 413, 429, 500, *route.refusals} if route.body is not Body.NONE else {429, 500, *route.refusals}
    found |= {403} if route.needs is Needs.NOTHING else {401, 403, 404, 503}
    found |= {422}
    if route.body is not Body.NONE:
        found |= {415}
    return sorted(found)


def _operation(route: Route) -> Json:
    found: Json = {
        "operationId": route.name,
        "summary": route.about,
        "responses": {
            **{str(status): _answer(route, shape) for status, shape in route.answers.items()},
            **{str(status): _refusal(status) for status in refusals(route)},
        },
        "security": [] if route.needs is Needs.NOTHING else [{"token": []}],
        "parameters": _parameters(route),
    }
    if isinstance(route.body, Body):
        if route.body is not Body.NONE:
            binary: Json = {route.body.value: {"schema": {"type": "string", "format": "binary"}}}
            found["requestBody"] = {"required": True, "content": binary}
    else:
        content: Json = {"application/json": {"schema": route.body}}
        found["requestBody"] = {"required": not route.is_body_optional, "content": content}
    return found


def _parameters(route: Route) -> list[Json]:
    names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    found: list[Json] = [{"name": n, "in": "path", "required": True, "schema": PATH_SHAPES[n]} for n in names]
    for place, shapes in (("query", route.query), ("header", route.headers)):
        found += [{"name": name, "in": place, "required": False, "schema": shape} for name, shape in shapes.items()]
    return found


def _answer(route: Route, shape: str) -> Json:
    if route.answers and 204 in route.answers:
        return {"description": "Done"}
    schema: Json = _ref(shape) if shape else _ANY if route.media_type == "application/json" else TEXT
    return {"description": "Done", "content": {route.media_type: {"schema": schema}}}


def _refusal(status: int) -> Json:
    return {"description": TITLES[status], "content": {MEDIA_TYPE: {"schema": _ref("Problem")}}}
