"""Asking an ApiServer: a request, its answer, or the error that its problem tells of. Blocking.

What it owns: HTTP, the token, bounds on what is read, problems as errors of `errors.py`, streams of events.
What it leaves: what is asked for (`cli/`), the routes (docs/rest-api.md).
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Final, cast
from urllib.parse import quote

from lightflus import errors
from lightflus.client.endpoint import Endpoint
from lightflus.cluster_limits import (
    API_BEAT_SECONDS,
    CLIENT_ANSWER_BYTES,
    CLIENT_ANSWER_SECONDS,
    CLIENT_CONNECT_SECONDS,
)
from lightflus.errors import (
    CallFailed,
    Conflict,
    ExternalError,
    JobInvalid,
    LightflusError,
    NotAllowed,
    NotFound,
    Problem,
    UserError,
)
from lightflus.limits import MIB

Json = dict[str, object]
_CLASSES: Final = {
    name: found
    for name, found in vars(errors).items()
    if isinstance(found, type) and issubclass(found, UserError) and not name.startswith("_")
}
_BY_STATUS: Final = {401: NotAllowed, 403: NotAllowed, 404: NotFound, 409: Conflict}
_ELSEWHERE: Final = "LIGHTFLUS_ENDPOINT says where it is; `lightflus cluster up` starts a cluster on this machine"
_CONTENT: Final = {"wasm": "application/wasm", "json": "application/json"}


class Api:
    """One ApiServer. Each request has a connection of its own."""

    def __init__(self, where: Endpoint, token: str | None) -> None:
        self.where = where
        self._token = token

    def ask(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        wasm: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """The JSON of an answer; empty where it has none.

        Raises:
            CallFailed: nobody answers there.
            LightflusError: what the problem of the answer says.
        """
        content = wasm if wasm is not None else None if body is None else json.dumps(body).encode()
        kind = {} if content is None else {"Content-Type": _CONTENT["json" if wasm is None else "wasm"]}
        with self._asked(method, path, content, {**kind, **(headers or {})}, CLIENT_ANSWER_SECONDS) as answer:
            text = answer.read(CLIENT_ANSWER_BYTES)
        return _read(text) if text else {}

    def pages(self, path: str, **query: str) -> Iterator[Json]:
        """All items of a list, page by page. Raises as `ask`."""
        while True:
            asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
            page = self.ask("GET", f"{path}?{asked}" if asked else path)
            yield from cast("list[Json]", page["items"])
            if not (cursor := page.get("next_cursor")):
                return
            query["cursor"] = str(cursor)

    def events(self, path: str) -> Iterator[Json]:
        """What a stream of server-sent events says, until it ends. Raises as `ask`; CallFailed: it broke off."""
        with self._asked("GET", path, None, {}, 3 * API_BEAT_SECONDS) as answer:
            kind = ""
            while line := answer.readline(MIB):
                name, _, value = line.decode(errors="replace").rstrip("\r\n").partition(": ")
                if name == "event":
                    kind = value
                elif name == "data" and kind != "end":
                    yield _read(value.encode())
                elif name == "data":
                    self._require_good_end(_read(value.encode()))
                    return
        raise CallFailed("the stream broke off", where=self.where.name, hint="follow again")

    def _require_good_end(self, said: Json) -> None:
        if "error" in said:
            raise CallFailed(f"the stream ended: {said.get('message', said['error'])}", where=self.where.name)

    @contextmanager
    def _asked(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str], seconds: float
    ) -> Iterator[http.client.HTTPResponse]:
        connection = self._connection()
        try:
            with self._mapped():
                connection.connect()
                connection.sock.settimeout(seconds)
                with suppress(BrokenPipeError, ConnectionResetError):  # who refuses a body need not read all of it
                    connection.request(method, f"/v1{path}", content, {**self._head(), **headers})
                answer = connection.getresponse()
                if answer.status >= 400:
                    raise _error(answer.status, answer.read(MIB), self.where.name)
                yield answer
        finally:
            connection.close()

    def _head(self) -> dict[str, str]:
        return {} if self._token is None else {"Authorization": f"Bearer {self._token}"}

    def _connection(self) -> http.client.HTTPConnection:
        where = self.where
        if where.is_tls:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(where.host, where.port, timeout=CLIENT_CONNECT_SECONDS, context=context)
        return http.client.HTTPConnection(where.host, where.port, timeout=CLIENT_CONNECT_SECONDS)

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        name = self.where.name
        try:
            yield
        except TimeoutError as error:
            raise CallFailed("the ApiServer does not answer in time", where=name) from error
        except ssl.SSLError as error:
            raise CallFailed(f"no secure connection: {error.reason}", where=name) from error
        except OSError as error:
            text = f"the ApiServer cannot be reached: {error.strerror or error}"
            raise CallFailed(text, where=name, hint=_ELSEWHERE) from error
        except http.client.HTTPException as error:
            text = f"this is not how an ApiServer answers: {type(error).__name__}"
            hint = "LIGHTFLUS_ENDPOINT names an ApiServer, usually on port 8080; of others `healthcheck --method` asks"
            raise CallFailed(text, where=name, hint=hint) from error


def segment(name: str) -> str:
    """A name as a part of a path."""
    return quote(name, safe="")


def _read(text: bytes) -> Json:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ExternalError("the answer is not JSON", hint="is this an ApiServer?") from error
    if not isinstance(found, dict):
        raise ExternalError("the answer is not an object", hint="is this an ApiServer?")
    return cast(Json, found)


def _error(status: int, text: bytes, where: str) -> LightflusError:
    """What a problem says, as the error that it was."""
    try:
        said = _read(text)
    except ExternalError:
        said = {}
    detail = str(said.get("detail", f"the answer is {status}"))
    found = _problems(said.get("problems"))
    kind = _CLASSES.get("".join(part.title() for part in str(said.get("type", "")).rpartition("/")[2].split("-")))
    if len(found) > 1 or (kind is JobInvalid and found):
        return JobInvalid(detail, found)
    place, hint = (found[0].where, found[0].hint) if found else (None, None)
    if status == 401:
        hint = f"put a token for {where} into LIGHTFLUS_TOKEN; `lightflus cluster up` keeps its own for its user"
    if found and detail != found[0].text and found[0].text not in detail:
        detail = f"{detail}: {found[0].text}"
    if kind is not None and not issubclass(kind, JobInvalid | errors.BuildFailed | errors.GuestError):
        return kind(detail, where=place, hint=hint)
    if status in (429, 500, 503):
        return CallFailed(detail, where=where, hint=hint)
    return _BY_STATUS.get(status, UserError)(detail, where=place, hint=hint)


def _problems(said: object) -> tuple[Problem, ...]:
    items = [one for one in said if isinstance(one, dict)] if isinstance(said, list) else []
    return tuple(Problem(str(i.get("what", "")), _text(i.get("where")), _text(i.get("hint"))) for i in items)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
