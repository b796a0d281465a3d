"""Every route of version 1: one table, from which requests are checked and the OpenAPI document is made.

What it owns: paths, methods, who may ask, shapes of queries and bodies, which answers there are.
What it leaves: the checks (`app.py`), the handlers, the document's form (`openapi.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from lightflus.apiserver import about, cluster, jobs, modules, streams
from lightflus.apiserver.calls import Handler
from lightflus.apiserver.schemas import DIGEST, NAME, NEW_JOB, NEW_NAME, STOP, Json, text
from lightflus.cluster_limits import API_PAGE_ITEMS, API_PAGE_MOST_ITEMS
from lightflus.model.cluster.statuses import JobStatus

PREFIX: Final = "/v1"


class Needs(Enum):
    """Whose token opens a route."""

    NOTHING = "nobody's"
    NAMESPACE = "the namespace's"
    OPERATOR = "an operator's"


class Body(Enum):
    """What a request brings that is not JSON."""

    NONE = ""
    MODULE = "application/wasm"


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path.

    Attributes:
        answers: statuses of success, each with the name of its shape in the document, or empty.
        refusals: further statuses, besides those that follow from the rest.
    """

    method: str
    path: str
    handler: Handler
    about: str
    needs: Needs = Needs.NAMESPACE
    body: Json | Body = Body.NONE
    is_body_optional: bool = False
    query: Mapping[str, Json] = field(default_factory=dict)
    headers: Mapping[str, Json] = field(default_factory=dict)
    answers: Mapping[int, str] = field(default_factory=lambda: {200: ""})
    refusals: tuple[int, ...] = ()
    media_type: str = "application/json"

    @property
    def name(self) -> str:
        """Its handler's, which no other route has."""
        return self.handler.__name__


PATH_SHAPES: Final[dict[str, Json]] = {
    "namespace": NAME,
    "job": NAME,
    "token": NAME,
    "worker": {"type": "string", "minLength": 1, "maxLength": 256},
    "digest": DIGEST,
}
_MODULES: Final = f"{PREFIX}/namespaces/{{namespace}}/modules"
_JOBS: Final = f"{PREFIX}/namespaces/{{namespace}}/jobs"
_TOKENS: Final = f"{PREFIX}/namespaces/{{namespace}}/tokens"
_JOB: Final = f"{_JOBS}/{{job}}"
_EVENTS: Final = "text/event-stream"
_KEY: Final[dict[str, Json]] = {"Idempotency-Key": {"type": "string", "maxLength": 128}}
_LAST: Final[dict[str, Json]] = {"Last-Event-ID": {"type": "string", "pattern": "^[0-9]{1,18}$"}}
_PAGE: Final[dict[str, Json]] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": API_PAGE_MOST_ITEMS, "default": API_PAGE_ITEMS},
    "cursor": text(256, least=1),
}
_PAGE_OF_JOBS: Final[dict[str, Json]] = {
    "status": {"type": "string", "enum": [status.value for status in JobStatus]},
    **_PAGE,
}
_FOLLOW: Final[dict[str, Json]] = {"follow": {"type": "string", "enum": ["true", "false"]}}


def _about() -> Iterator[Route]:
    def route(path: str, handler: Handler, text: str, **more: str) -> Route:
        media_type = more.get("media_type", "application/json")
        refusals = (503,) if path == "/ready" else ()
        return Route("GET", PREFIX + path, handler, text, Needs.NOTHING, refusals=refusals, media_type=media_type)

    yield route("/health", about.get_health, "Alive")
    yield route("/ready", about.get_ready, "Can serve: the coordinator can be reached")
    yield route("/version", about.get_version, "Versions of server, ABI and wasmtime")
    yield route(
        "/metrics",
        about.get_server_metrics,
        "The server's own metrics, as Prometheus reads them",
        media_type="text/plain",
    )


def _of_modules() -> Iterator[Route]:
    yield Route(
        "POST",
        _MODULES,
        modules.put_module,
        "Upload a module; the same bytes again answer 200",
        body=Body.MODULE,
        answers={201: "Module", 200: "Module"},
        refusals=(408, 413, 422),
    )
    yield Route("GET", _MODULES, modules.list_modules, "List modules", query=_PAGE, answers={200: "Modules"})
    yield Route("GET", f"{_MODULES}/{{digest}}", modules.get_module, "Show a module", answers={200: "Module"})
    yield Route(
        "DELETE",
        f"{_MODULES}/{{digest}}",
        modules.delete_module,
        "Delete a module that no job uses",
        answers={204: ""},
        refusals=(409,),
    )


def _of_jobs() -> Iterator[Route]:
    yield Route(
        "POST",
        _JOBS,
        jobs.create_job,
        "Create a job of a module; it starts at once",
        body=NEW_JOB,
        headers=_KEY,
        answers={201: "Job"},
        refusals=(409,),
    )
    yield Route("GET", _JOBS, jobs.list_jobs, "List jobs", query=_PAGE_OF_JOBS, answers={200: "Jobs"})
    yield Route("GET", _JOB, jobs.get_job, "Show a job", answers={200: "Job"})
    yield Route(
        "POST",
        f"{_JOB}/stop",
        jobs.stop_job,
        "Stop a job: keep (the default; nothing fires), drain (as if its sources had ended) or cancel (at once)",
        body=STOP,
        is_body_optional=True,
        answers={202: "Job"},
        refusals=(409,),
    )
    yield Route("POST", f"{_JOB}/restart", jobs.restart_job, "Start a job again", answers={202: "Job"}, refusals=(409,))
    yield Route("DELETE", _JOB, jobs.delete_job, "Delete a job that has ended", answers={204: ""}, refusals=(409,))
    yield Route("GET", f"{_JOB}/graph", jobs.get_graph, "The graph that its module carries")
    yield Route("GET", f"{_JOB}/metrics", jobs.get_metrics, "What each operator has done", answers={200: "Metrics"})
    yield Route("GET", f"{_JOB}/errors", jobs.get_errors, "Its last errors", answers={200: "Events"})
    yield Route(
        "GET",
        f"{_JOB}/logs",
        streams.get_logs,
        "Its log lines, as server-sent events",
        query=_FOLLOW,
        headers=_LAST,
        answers={200: "Message"},
        media_type=_EVENTS,
    )
    yield Route(
        "GET",
        f"{_JOB}/events",
        streams.get_events,
        "Statuses, errors and log lines as they come, until it has ended",
        headers=_LAST,
        answers={200: "Message"},
        media_type=_EVENTS,
    )


def _of_the_cluster() -> Iterator[Route]:
    mine = Needs.OPERATOR
    workers, names = f"{PREFIX}/workers", f"{PREFIX}/namespaces"
    yield Route("GET", workers, cluster.list_workers, "List workers", mine, answers={200: "Workers"})
    yield Route("GET", f"{workers}/{{worker}}", cluster.get_worker, "Show a worker", mine, answers={200: "Worker"})
    yield Route("GET", names, cluster.list_namespaces, "List namespaces", mine, answers={200: "Names"})
    yield Route(
        "POST",
        names,
        cluster.create_namespace,
        "Make a namespace",
        mine,
        NEW_NAME,
        answers={201: "Name"},
        refusals=(409,),
    )
    yield Route(
        "DELETE",
        f"{names}/{{namespace}}",
        cluster.delete_namespace,
        "Delete an empty namespace, with its tokens",
        mine,
        answers={204: ""},
        refusals=(409,),
    )
    yield Route("GET", _TOKENS, cluster.list_tokens, "List names of tokens", mine, answers={200: "Tokens"})
    yield Route(
        "POST", _TOKENS, cluster.create_token, "Make a token; it is shown now and never again", mine, NEW_NAME,
        answers={201: "NewToken"}, refusals=(409,),
    )  # fmt: skip
    yield Route("DELETE", f"{_TOKENS}/{{token}}", cluster.revoke_token, "Revoke a token", mine, answers={204: ""})


ROUTES: Final = (*_about(), *_of_modules(), *_of_jobs(), *_of_the_cluster())
