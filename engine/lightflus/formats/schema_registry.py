"""A client of schema registries with Confluent's REST API: schemas by their id, and the latest of a subject.

What it owns: HTTP, its bounds and time, what is kept, which failures are worth another try. Blocking; any thread.
What it leaves: what a schema means (`avro.py`, `protobuf.py`). Source: Confluent's Schema Registry API reference.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Lock
from time import monotonic, sleep
from typing import cast
from urllib.parse import quote, unquote, urlsplit

from lightflus.errors import BindingInvalid, SourceFailed
from lightflus.formats.options import FormatOptions
from lightflus.formats.refusal import SchemaUnavailable
from lightflus.limits import REGISTRY_SCHEMAS, REGISTRY_SECONDS, SCHEMA_BYTES
from lightflus.ports.reach import UNBOUNDED, Reach, check_peer

_STRANGE = re.compile(r"[\x00-\x20\x7f-\uffff]")
"""What an address cannot hold as it is."""
_PAUSES = (0.1, 0.3, 1.0, 2.0, 4.0)
"""Seconds between tries while records wait."""
_UNKNOWN_SECONDS = 30.0
"""How long an id that the registry does not know is believed to be unknown."""
_AUTHENTICATION = (401, 403)
_TRANSIENT = (408, 429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class RegisteredSchema:
    """A schema as the registry has it.

    Attributes:
        id: the number that messages begin with.
        kind: AVRO, PROTOBUF or JSON.
        text: its source; for Protobuf the serialised descriptor in base64.
    """

    id: int
    kind: str
    text: str


class SchemaRegistry:
    """Asks one registry, and remembers what it said: a schema of an id never changes."""

    def __init__(self, url: str, user: str | None, password: str | None, reach: Reach = UNBOUNDED) -> None:
        """Raises BindingInvalid for a URL that is none."""
        self._reach = reach
        try:
            parts = urlsplit(url)
            self._host, self._port, self._path = parts.hostname or "", parts.port, parts.path.rstrip("/")
        except ValueError:
            raise _no_address(url) from None
        if parts.scheme not in ("http", "https") or not self._host or _STRANGE.search(self._host + self._path):
            raise _no_address(url)
        self._is_secure = parts.scheme == "https"
        self._headers = _headers(user or unquote(parts.username or ""), password or unquote(parts.password or ""))
        self._known: dict[tuple[int, str], RegisteredSchema] = {}
        self._unknown: dict[int, float] = {}
        self._lock = Lock()
        self.url = _shown(url)
        """Without user and password."""

    @staticmethod
    def of(options: FormatOptions) -> SchemaRegistry | None:
        """The registry that the options name, or None. Raises BindingInvalid."""
        url = options.optional("registry")
        user, password = options.optional("registry.user"), options.optional("registry.password")
        return SchemaRegistry(url, user, password, options.reach) if url else None

    def check(self) -> None:
        """Raises SourceFailed where it cannot be reached, BindingInvalid where it refuses us."""
        with _at_start(self.url):
            self._ask("/schemas/types", missing=lambda: "[]")

    def latest(self, subject: str, *, query: str = "") -> RegisteredSchema:
        """The newest schema of a subject. Raises BindingInvalid, SourceFailed."""
        path = f"/subjects/{quote(subject, safe='')}/versions/latest{query}"
        with _at_start(self.url):
            found = self._ask(path, missing=lambda: None)
            schema = None if found is None else _schema(found, self.url)
        if schema is None:
            raise BindingInvalid(
                f"option `format.subject`: the registry {self.url} has no subject `{subject}`",
                hint="name the subject whose schema the messages have, often the topic's name with `-value` behind",
            )
        return schema

    def by_id(self, number: int, *, query: str = "") -> RegisteredSchema | None:
        """The schema of an id, or None where the registry has none. Tries for some seconds.

        Raises:
            SchemaUnavailable: the registry does not answer, or refuses.
        """
        with self._lock:
            if (number, query) in self._known:
                return self._known[number, query]
            if monotonic() < self._unknown.get(number, 0.0):
                return None
            found = self._ask_patiently(f"/schemas/ids/{number}{query}")
            if len(self._known) + len(self._unknown) >= REGISTRY_SCHEMAS:
                self._known.clear()
                self._unknown.clear()
            if found is None:
                self._unknown[number] = monotonic() + _UNKNOWN_SECONDS
                return None
            self._known[number, query] = schema = _schema(found, self.url, number)
            return schema

    def _ask_patiently(self, path: str) -> object:
        for pause in _PAUSES:
            try:
                return self._ask(path, missing=lambda: None)
            except SchemaUnavailable as error:
                if error.is_final:
                    raise
                sleep(pause)
        return self._ask(path, missing=lambda: None)

    def _ask(self, path: str, *, missing: Callable[[], object]) -> object:
        """The JSON of an answer, or `missing()` for a 404. Raises SchemaUnavailable."""
        status, body = self._get(path)
        if status == 404:
            return missing()
        if status in _AUTHENTICATION:
            raise SchemaUnavailable(
                f"it refuses us ({status})",
                "set `format.registry.user` and `format.registry.password`, or correct them",
                is_final=True,
            )
        if status != 200:
            raise SchemaUnavailable(f"it answers {status}", is_final=status not in _TRANSIENT)
        try:
            return cast(object, json.loads(body))
        except ValueError:
            raise SchemaUnavailable("its answer is no JSON", "is this a schema registry?", is_final=True) from None

    def _get(self, path: str) -> tuple[int, bytes]:
        kind = HTTPSConnection if self._is_secure else HTTPConnection
        connection = kind(self._host, self._port, timeout=REGISTRY_SECONDS)
        try:
            connection.connect()
            check_peer(self._reach, self._host, connection.sock)
            connection.request("GET", self._path + path, headers=self._headers)
            answer = connection.getresponse()
            body = answer.read(SCHEMA_BYTES + 1)
        except (OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise SchemaUnavailable(f"it cannot be reached: {reason}", "is its address right?") from error
        finally:
            connection.close()
        if len(body) > SCHEMA_BYTES:
            raise SchemaUnavailable(f"its answer is longer than {SCHEMA_BYTES:,} bytes", is_final=True)
        return answer.status, body


@contextmanager
def _at_start(url: str) -> Iterator[None]:
    try:
        yield
    except SchemaUnavailable as error:
        failure = BindingInvalid if error.is_final else SourceFailed
        raise failure(
            f"option `format.registry`, the schema registry {url}: {error.reason}", hint=error.hint
        ) from error


def _no_address(url: str) -> BindingInvalid:
    return BindingInvalid(
        f"option `format.registry` is no address of a schema registry: {_shown(url)}",
        hint="for example http://localhost:8081",
    )


def _schema(answer: object, url: str, asked: int | None = None) -> RegisteredSchema:
    """The schema that was `asked` for by its id, or that says its own. Raises SchemaUnavailable."""
    fields = cast("dict[str, object]", answer) if isinstance(answer, dict) else {}
    number, text = fields.get("id") if asked is None else asked, fields.get("schema")
    if not isinstance(number, int) or not isinstance(text, str):
        raise SchemaUnavailable(f"the registry {url} answers without a schema", is_final=True)
    return RegisteredSchema(number, str(fields.get("schemaType") or "AVRO"), text)


def _headers(user: str, password: str) -> dict[str, str]:
    headers = {"Accept": "application/vnd.schemaregistry.v1+json, application/json"}
    if user or password:
        headers["Authorization"] = "Basic " + b64encode(f"{user}:{password}".encode()).decode()
    return headers


def _shown(url: str) -> str:
    head, at, rest = url.rpartition("@")
    return f"{head.partition('://')[0]}://{rest}" if at else url
