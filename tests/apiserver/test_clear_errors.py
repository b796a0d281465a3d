"""What goes wrong behind the ApiServer is told through it: clearly, and in time."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import trio
from api_cluster import serving_cluster
from api_server import opened

from lightflus.apiserver import about, remote
from lightflus.apiserver.access import Access
from lightflus.apiserver.calls import Services
from lightflus.apiserver.inspecting import description_of
from lightflus.apiserver.remote import RemoteCoordinator
from lightflus.limits import PARALLELISM
from lightflus.wire.control import Connection

MODULES, JOBS = "/namespaces/default/modules", "/namespaces/default/jobs"


async def test_a_module_that_fails_inspection_is_422_with_the_reason(tmp_path: Path) -> None:
    async with serving_cluster(tmp_path) as server:
        answer = await server.ask("POST", MODULES, b"\0asm\1\0\0\0")
        assert (answer.status, answer.json["type"]) == (422, "/problems/module-invalid")
        assert "memory" in str(answer.json["problems"])
        assert (await server.ask("GET", MODULES)).items == []


async def test_a_job_beyond_the_capacity_of_all_workers_is_409_and_is_not_kept(
    tmp_path: Path, numbers_job: Path
) -> None:
    async with serving_cluster(tmp_path, memory_bytes=1) as server:
        module = await server.upload(numbers_job.read_bytes())
        answer = await server.ask("POST", JOBS, {"name": "big", "module": module, "parallelism": PARALLELISM})
        assert (answer.status, answer.json["type"]) == (409, "/problems/conflict")
        assert "cannot be placed" in str(answer.json["detail"])
        assert "add workers" in str(answer.json["problems"])
        assert (await server.ask("GET", JOBS)).items == []


async def test_a_worker_that_is_not_there_is_404(tmp_path: Path) -> None:
    async with serving_cluster(tmp_path) as server:
        assert (await server.ask("GET", "/workers/w")).status == 200
        answer = await server.ask("GET", "/workers/nobody")
        assert (answer.status, answer.json["detail"]) == (404, "there is no worker nobody")


async def test_a_coordinator_that_is_silent_is_503_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "API_CALL_SECONDS", 0.3)
    monkeypatch.setattr(about, "HEALTHCHECK_SECONDS", 0.3)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        Connection(f"127.0.0.1:{silent.getsockname()[1]}") as connection,
    ):
        async with opened(Services(RemoteCoordinator(connection), Access(), description_of)) as server:
            with trio.fail_after(20):
                for path in (JOBS, f"{JOBS}/a/logs", "/workers", "/ready"):
                    answer = await server.ask("GET", path)
                    assert (answer.status, answer.headers["retry-after"]) == (503, "1"), path
            assert (await server.ask("GET", "/health")).status == 200
