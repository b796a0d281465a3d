"""A schema registry for tests: the part of Confluent's REST API that Lightflus reads, over real HTTP.

What it owns: subjects, versions and ids, with the status codes and bodies of the real one (API reference, "Schemas" and
"Subjects"). What it leaves: compatibility rules and everything that writes over HTTP. Serves on a thread of its own.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote, urlsplit


class RegistryDouble:
    """The schemas that it serves, and what it was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[str] = []
        """Paths, in order."""
        self.login: str | None = None
        """`user:password` that it wants, if any."""
        self.failures = 0
        """How many requests it answers with 503 from now on."""
        self.instead: object = None
        """What it answers to everything, if anything: a server that is no registry."""
        self._schemas: dict[int, tuple[str, str]] = {}
        self._latest: dict[str, int] = {}

    def register(self, subject: str, schema: object, *, kind: str = "AVRO") -> int:
        """Adds a version to a subject; its id. `schema` is JSON, or text where the kind is not AVRO."""
        number = len(self._schemas) + 1
        self._schemas[number] = (kind, schema if isinstance(schema, str) else json.dumps(schema))
        self._latest[subject] = number
        return number

    def answer(self, path: str, authorization: str | None) -> tuple[int, object]:
        """Status and JSON of a GET."""
        self.asked.append(path)
        if self.login is not None and b64decode((authorization or "").removeprefix("Basic ")).decode() != self.login:
            return 401, {"error_code": 401, "message": "Unauthorized"}
        if self.instead is not None:
            return 200, self.instead
        if self.failures:
            self.failures -= 1
            return 503, {"error_code": 50302, "message": "Forwarding the request failed"}
        return self._found([unquote(part) for part in urlsplit(path).path.strip("/").split("/")])

    def _found(self, parts: list[str]) -> tuple[int, object]:
        match parts:
            case ["schemas", "types"]:
                return 200, ["JSON", "PROTOBUF", "AVRO"]
            case ["schemas", "ids", text]:
                known = text.isdecimal() and int(text) in self._schemas
                return (200, self._body(int(text))) if known else (404, _missing(40403, "Schema not found"))
            case ["subjects", subject, "versions", "latest"]:
                number = self._latest.get(subject)
                if number is None:
                    return 404, _missing(40401, f"Subject '{subject}' not found.")
                return 200, {"subject": subject, "id": number, "version": 1, **self._body(number)}
        return 404, _missing(404, "HTTP 404 Not Found")

    def _body(self, number: int) -> dict[str, object]:
        kind, text = self._schemas[number]
        return {"schema": text} if kind == "AVRO" else {"schemaType": kind, "schema": text}


def _missing(code: int, message: str) -> dict[str, object]:
    return {"error_code": code, "message": message}


@contextmanager
def registry() -> Iterator[RegistryDouble]:
    """Serves a registry on a free port of this machine."""
    double = RegistryDouble()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = double.answer(self.path, self.headers.get("Authorization"))
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/vnd.schemaregistry.v1+json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    double.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
