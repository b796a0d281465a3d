"""A request on its way to its answer: what has been checked of it, and what it may use.

What it owns: `Call`, which handlers get, and `Services`, what an ApiServer is made of; answers as JSON.
What it leaves: the checks (`app.py`), the handlers (`modules.py`, `jobs.py`, `cluster.py`, `about.py`).
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import trio
from starlette.responses import Response

from lightflus.apiserver.access import Access, Caller
from lightflus.apiserver.counting import Counting
from lightflus.apiserver.ports import Coordinator
from lightflus.apiserver.schemas import Json
from lightflus.cluster_limits import API_STREAMS, API_UPLOADS


@dataclass(frozen=True, slots=True)
class Services:
    """What the handlers of one ApiServer share.

    Attributes:
        coordinator: which keeps modules and jobs.
        access: namespaces and tokens.
        inspect: the description of a module's bytes; blocking.
        counting: its metrics.
        is_insecure: whether callers need no token.
    """

    coordinator: Coordinator
    access: Access
    inspect: Callable[[bytes], bytes]
    counting: Counting = field(default_factory=Counting)
    is_insecure: bool = False
    uploads: trio.CapacityLimiter = field(default_factory=lambda: trio.CapacityLimiter(API_UPLOADS))
    streams: trio.CapacityLimiter = field(default_factory=lambda: trio.CapacityLimiter(API_STREAMS))


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose caller, path, query and body have been checked against its route.

    Attributes:
        services: what it may use.
        caller: who asks.
        path: names in its path: namespace, job, digest, ...
        query: its query's values.
        body: its JSON; empty where there is none.
        content: its bytes, where the route takes a module.
        headers: by lower-case name.
    """

    services: Services
    caller: Caller
    path: Mapping[str, str]
    query: Mapping[str, object]
    body: Json
    content: bytes
    headers: Mapping[str, str]

    @property
    def namespace(self) -> str:
        """Of its path."""
        return self.path["namespace"]


Handler = Callable[[Call], Awaitable[Response]]


def as_json(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer in JSON."""
    return Response(json.dumps(value), status, dict(headers or {}), "application/json")
