"""The ApiServer's application: from a request to its answer.

What it owns: the order of the checks (room, path, token, scope, query, body), their bounds, and that whatever happens
the answer is one that the document names. On the event loop; one trio task per request.
What it leaves: the table of routes (`routes.py`), what a route does (its handler), sockets (`serving.py`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from contextlib import aclosing
from typing import cast
from urllib.parse import parse_qsl

import trio
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route as Bound
from starlette.routing import Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lightflus.apiserver import problems as telling
from lightflus.apiserver.access import OPERATORS, Caller
from lightflus.apiserver.calls import Call, Services, as_json
from lightflus.apiserver.openapi import document
from lightflus.apiserver.problems import Refusal
from lightflus.apiserver.routes import PATH_SHAPES, PREFIX, ROUTES, Body, Needs, Route
from lightflus.apiserver.schemas import Json, fields, problems
from lightflus.cluster_limits import API_BODY_BYTES, API_BODY_SECONDS, API_CALLS
from lightflus.errors import NotFound, Problem
from lightflus.limits import MODULE_BYTES
from lightflus.telemetry import traces

_log = logging.getLogger("lightflus.api")
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_MOST_QUERY = 20


def application(services: Services) -> ASGIApp:
    """The application over what it needs."""
    room = trio.CapacityLimiter(API_CALLS)
    bound = [Bound(route.path, _Endpoint(route, services, room), methods=[route.method]) for route in ROUTES]
    described = as_json(document())
    bound.append(Bound(f"{PREFIX}/openapi.json", described, methods=["GET"]))
    return _Door(Router(_merged(bound), redirect_slashes=False, default=_nowhere), services)


def _merged(bound: list[Bound]) -> list[Bound]:
    """Routes of one path become one, so that it can name all their methods."""
    by_path: dict[str, dict[str, Bound]] = {}
    for one in bound:
        by_path.setdefault(one.path, {}).update({method: one for method in one.methods or () if method != "HEAD"})
    return [Bound(path, _Switch(methods)) for path, methods in by_path.items()]


async def _nowhere(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise HTTPException(404)


class _Switch:
    """The methods of one path."""

    def __init__(self, methods: Mapping[str, Bound]) -> None:
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in self._methods:
            raise HTTPException(405, headers={"Allow": ", ".join(self._methods)})
        await self._methods[scope["method"]].app(scope, receive, send)


class _Door:
    """Around all routes: errors, counting."""

    def __init__(self, inner: ASGIApp, services: Services) -> None:
        self._inner = inner
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = trio.current_time()
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            status = cast(int, message.get("status", status))
            await send(message)

        counting, method = self._services.counting, _known(str(scope["method"]))
        counting.under_way.inc()
        with traces.answering(method, _headers(scope)) as note:
            try:
                await self._guarded(scope, receive, noting)
            except _Unanswered as failed:
                if status == 0:
                    await failed.answer(scope, receive, noting)
            finally:
                counting.under_way.dec()
                route = str(scope.get("lightflus.route", "none"))
                counting.count(route, method, status, trio.current_time() - started)
                note(f"{method} {route}", **{"http.response.status_code": status})

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises _Unanswered."""
        path = str(scope["path"])
        try:
            await self._inner(scope, receive, send)
        except HTTPException as error:
            refusal = _of_the_router(error, path)
            raise _Unanswered(telling.answer(refusal, path)) from error
        except ClientDisconnect:
            pass  # nobody hears an answer
        except Exception as error:
            found = telling.answer(error, path)
            if found.status_code == 500:
                _log.exception("a request failed by our own fault")
            raise _Unanswered(found) from error


def _headers(scope: Scope) -> dict[str, str]:
    """Those by which a trace goes on."""
    found = cast("list[tuple[bytes, bytes]]", scope["headers"])
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in found if name.startswith(b"trace")}


class _Unanswered(Exception):
    """A request whose answer is an error's."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


class _Room:
    """A place among the requests of now, or a refusal."""

    def __init__(self, limiter: trio.CapacityLimiter, *, is_counted: bool = True) -> None:
        self._limiter = limiter if is_counted else None

    def __enter__(self) -> None:
        try:
            if self._limiter is not None:
                self._limiter.acquire_on_behalf_of_nowait(self)
        except trio.WouldBlock:
            raise Refusal(429, "too-many-requests", "too many requests at once", headers={"Retry-After": "1"}) from None

    def __exit__(self, *_: object) -> None:
        if self._limiter is not None:
            self._limiter.release_on_behalf_of(self)


async def _live(receive: Receive, send: Send) -> None:
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return


def _of_the_router(error: HTTPException, path: str) -> Exception:
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        return Refusal(405, "method-not-allowed", f"{path} takes {allowed}", headers={"Allow": allowed})
    return NotFound(f"there is no {path[:200]}", hint=f"{PREFIX}/openapi.json lists what there is")


def _known(method: str) -> str:
    """A label: strangers' methods make no series of their own."""
    return method if method in ("GET", "POST", "DELETE") else "other"


class _Endpoint:
    """One route: its checks, then its handler."""

    def __init__(self, route: Route, services: Services, room: trio.CapacityLimiter) -> None:
        self._route = route
        self._services = services
        self._room = room
        self._query = fields(route.query)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["lightflus.route"] = self._route.path
        with _Room(self._room, is_counted=self._route.needs is not Needs.NOTHING):
            answer = await self._answer(Request(scope, receive))
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = cast("dict[str, str]", dict(request.path_params))
        caller = self._caller(request, path)
        _check_path(path)
        query = self._checked_query(request)
        is_module = self._route.body is Body.MODULE
        with _Room(self._services.uploads, is_counted=is_module):
            content = await self._content(request)
            body = self._checked_body(content)
            module = content if is_module else b""
            return await self._route.handler(Call(self._services, caller, path, query, body, module, request.headers))

    def _caller(self, request: Request, path: Mapping[str, str]) -> Caller:
        """Who asks, if he may. Raises Refusal, NotFound."""
        if self._services.is_insecure:
            _require_local(request)
        if self._route.needs is Needs.NOTHING:
            return Caller("")
        caller = Caller(None) if self._services.is_insecure else self._by_token(request)
        if self._route.needs is Needs.OPERATOR and caller.namespace is not None:
            raise Refusal(403, "forbidden", "this takes the token of an operator of the cluster")
        namespace = path.get("namespace")
        if namespace is not None:
            is_known = namespace != OPERATORS and namespace in self._services.access.namespaces()
            if not is_known or caller.namespace not in (None, namespace):
                hint = (
                    "lightflus namespaces --create makes one" if caller.namespace is None else "a token reaches its own"
                )
                raise NotFound(f"there is no namespace {namespace[:200]}", hint=hint)
        return caller

    def _by_token(self, request: Request) -> Caller:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        caller = self._services.access.caller(token.strip()) if kind.lower() == "bearer" else None
        if caller is None:
            text = "this token opens nothing" if token else "this needs a token"
            raise Refusal(
                401,
                "unauthenticated",
                text,
                hint="send it as `Authorization: Bearer TOKEN`",
                headers={"WWW-Authenticate": 'Bearer realm="lightflus"'},
            )
        return caller

    def _checked_query(self, request: Request) -> Json:
        try:
            pairs = parse_qsl(request.url.query, keep_blank_values=True, max_num_fields=_MOST_QUERY, errors="strict")
        except ValueError as error:
            raise Refusal(422, "request-invalid", "the query cannot be read") from error
        query: Json = {}
        twice = [Problem("it is given twice", name) for name, count in _counts(pairs).items() if count > 1]
        for name, text in pairs:
            is_number = self._route.query.get(name, {}).get("type") == "integer"
            query[name] = int(text) if is_number and text.isascii() and text.isdigit() and len(text) < 10 else text
        _require(self._query, query, "the query", twice)
        return query

    async def _content(self, request: Request) -> bytes:
        route = self._route
        if route.body is Body.NONE:
            return b""
        is_module = route.body is Body.MODULE
        wanted = "application/wasm" if is_module else "application/json"
        most = MODULE_BYTES if is_module else API_BODY_BYTES
        given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        content = b""
        with trio.move_on_after(API_BODY_SECONDS) as scope:
            if given == wanted:
                content = await _read(request, most)
            elif given or await _read(request, most) or not route.is_body_optional:
                raise Refusal(415, "media-type", f"this takes {wanted}", hint="say so in the header Content-Type")
        if scope.cancelled_caught:
            raise Refusal(408, "timeout", f"the body did not arrive within {API_BODY_SECONDS} s")
        return content

    def _checked_body(self, content: bytes) -> Json:
        shape = self._route.body
        if isinstance(shape, Body) or (not content and self._route.is_body_optional):
            return {}
        try:
            found = cast(object, json.loads(content, parse_constant=_whole, parse_float=_whole))
        except (ValueError, RecursionError) as error:
            raise Refusal(422, "request-invalid", f"the body is not JSON that can be read: {error}"[:300]) from error
        _require(shape, found, "the body")
        return cast(Json, found)


async def _read(request: Request, most: int) -> bytes:
    """The body. Raises Refusal: it is too large, which is known before it is here."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared[:12]) > most:
        raise _too_large(most)
    found = bytearray()
    async with aclosing(request.stream()) as parts:
        async for part in parts:
            found += part
            if len(found) > most:
                raise _too_large(most)
    return bytes(found)


def _too_large(most: int) -> Refusal:
    return Refusal(413, "too-large", f"the body has more than {most:,} bytes")


def _check_path(path: Mapping[str, str]) -> None:
    """A name that cannot be anybody's is nobody's. Raises NotFound."""
    for name, text in path.items():
        if any(problems(PATH_SHAPES[name], text, name)):
            raise NotFound(f"there is no {name} {text[:200]}")


def _require(shape: Json, value: object, what: str, more: list[Problem] | None = None) -> None:
    found = [*(more or []), *problems(shape, value)]
    if found:
        count = "a problem" if len(found) == 1 else f"{len(found)} problems"
        raise Refusal(422, "request-invalid", f"{what} has {count}", problems=found)


def _require_local(request: Request) -> None:
    """Without tokens, pages of other sites must not reach it by a name that leads here."""
    host = request.headers.get("host", "")
    if host and host.rpartition(":")[0] not in _LOOPBACK and host not in _LOOPBACK:
        raise Refusal(403, "forbidden", "without tokens only this machine may ask, by the name localhost")


def _counts(pairs: list[tuple[str, str]]) -> dict[str, int]:
    names = [name for name, _ in pairs]
    return {name: names.count(name) for name in names}


def _whole(text: str) -> int:
    """A number that is written with a fraction or an exponent, such as 2.0. Raises ValueError."""
    found = float(text)
    if not found.is_integer():
        raise ValueError(f"the number {text[:40]} is not a whole one")
    return int(found)
