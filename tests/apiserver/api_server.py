"""An ApiServer of the tests, on a real socket: over the double of the coordinator, or over what a test gives it."""

from __future__ import annotations

import http.client
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

import trio

from lightflus.apiserver.access import Access
from lightflus.apiserver.calls import Services
from lightflus.apiserver.inspecting import described
from lightflus.apiserver.serving import Settings, serve_app
from lightflus.testing.coordinator import MemoryCoordinator
from lightflus.testing.graphs import word_count


def description(wasm: bytes) -> bytes:
    """What inspecting says of any bytes, where the test is not about that."""
    return json.dumps(described(word_count())).encode()


@dataclass
class Answered:
    """An answer, read whole."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def json(self) -> dict[str, object]:
        return cast("dict[str, object]", json.loads(self.content))

    @property
    def items(self) -> list[dict[str, object]]:
        return cast("list[dict[str, object]]", self.json["items"])


@dataclass
class Door:
    """Where one listens, and the token of an operator."""

    port: int
    access: Access
    token: str

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answered:
        """Asks with JSON or bytes; with the operator's token unless another is given, None for no token."""
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token or self.token}"
        if isinstance(body, bytes):
            sent.setdefault("Content-Type", "application/wasm")
            content: bytes | None = body
        else:
            content = None if body is None else json.dumps(body).encode()
            if content is not None:
                sent.setdefault("Content-Type", "application/json")
        return await trio.to_thread.run_sync(self._ask, method, path, content, sent)

    def _ask(self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]) -> Answered:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, f"/v1{path}", content, dict(headers))
            found = connection.getresponse()
            return Answered(found.status, {k.lower(): v for k, v in found.getheaders()}, found.read())
        finally:
            connection.close()

    async def upload(self, wasm: bytes = b"\0asm") -> str:
        """The digest of an uploaded module."""
        return str((await self.ask("POST", "/namespaces/default/modules", wasm)).json["digest"])

    async def run(self, name: str = "a", **more: object) -> Answered:
        """Makes a job of a module."""
        return await self.ask("POST", "/namespaces/default/jobs", {"name": name, "module": await self.upload(), **more})


@dataclass
class Server(Door):
    """One over the double of the coordinator."""

    coordinator: MemoryCoordinator


@asynccontextmanager
async def serving(*, is_insecure: bool = False) -> AsyncIterator[Server]:
    """A server while the block runs."""
    coordinator = MemoryCoordinator()
    async with opened(Services(coordinator, Access(), description, is_insecure=is_insecure)) as door:
        yield Server(door.port, door.access, door.token, coordinator)


@asynccontextmanager
async def opened(services: Services) -> AsyncIterator[Door]:
    """A server over these while the block runs."""
    token = services.access.create_token("*", "tests")
    ended = trio.Event()
    async with trio.open_nursery() as nursery:
        found: list[str] = []
        listening = trio.Event()

        def started(address: str) -> None:
            found.append(address)
            listening.set()

        async def serve() -> None:
            await serve_app(services, Settings("127.0.0.1:0", ""), started=started, until=ended.wait)

        nursery.start_soon(serve)
        await listening.wait()
        yield Door(int(found[0].rpartition(":")[2]), services.access, token)
        ended.set()
