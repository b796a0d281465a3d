"""The commands of a cluster against an ApiServer: what they ask, print and answer."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from api_server import Server, serving

from lightflus.cli.completing import job_names
from lightflus.cli.guard import guarded
from lightflus.cli.main import app
from lightflus.client.endpoint import keep_token
from lightflus.proto.coordinator import probe_pb2
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.proto.services import COORDINATOR_PROBE
from lightflus.wire.control import serving as serving_calls

Capture = pytest.CaptureFixture[str]


async def lightflus(*arguments: str) -> int:
    """The exit code of a command."""
    return await trio.to_thread.run_sync(lambda: guarded(lambda: app(list(arguments), prog_name="lightflus")))


@asynccontextmanager
async def cluster(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    """A server that the environment names, with an operator's token."""
    async with serving() as server:
        monkeypatch.setenv("LIGHTFLUS_ENDPOINT", f"127.0.0.1:{server.port}")
        monkeypatch.setenv("LIGHTFLUS_TOKEN", server.token)
        yield server


async def test_deploy_uploads_the_module_and_makes_the_job(
    numbers_job: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    async with cluster(monkeypatch) as server:
        assert (
            await lightflus("deploy", str(numbers_job), "--name", "n", "-b", "redis=stdout:", "--wait", "--json") == 0
        )
        job = json.loads(capsys.readouterr().out)
        assert (job["name"], job["status"], job["bindings"]) == ("n", "running", {"redis": "stdout:"})
        (module,) = server.coordinator.modules.values()
        assert module.bytes == numbers_job.stat().st_size


async def test_a_job_is_listed_shown_stopped_started_again_and_deleted(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    async with cluster(monkeypatch) as server:
        await server.run("a")
        assert await lightflus("jobs") == 0
        assert capsys.readouterr().out.splitlines()[1].split()[:2] == ["a", "running"]
        assert await lightflus("status", "a") == 0
        assert "job a in namespace default: running" in capsys.readouterr().out
        for command in (["stop", "a", "--drain"], ["restart", "a"], ["stop", "a", "--cancel"], ["delete", "a"]):
            assert await lightflus(*command) == 0
        assert await lightflus("status", "a") == 2
        assert "there is no job a" in capsys.readouterr().err


async def test_names_of_jobs_are_completed_and_without_a_cluster_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    async with cluster(monkeypatch) as server:
        for name in ("words", "wheels", "other"):
            await server.run(name)
        assert await trio.to_thread.run_sync(job_names, "w") == ["wheels", "words"]
    assert await trio.to_thread.run_sync(job_names, "w") == []
    assert capsys.readouterr().err == ""


async def test_a_refusal_says_what_would_be_legal(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    async with cluster(monkeypatch) as server:
        await server.run("a")
        assert await lightflus("delete", "a", "--json") == 2
        said = json.loads(capsys.readouterr().out)
        assert said["error"]["kind"] == "Conflict"
        assert "cancel" in said["error"]["hint"]


async def test_all_problems_of_a_request_are_shown(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    async with cluster(monkeypatch):
        assert await lightflus("namespaces", "--create", "a b") == 2
        assert "it has to match" in capsys.readouterr().err


async def test_logs_errors_and_metrics_are_printed(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    async with cluster(monkeypatch) as server:
        await server.run("a")
        server.coordinator.say("default", "a", "log", "hello")
        failure = pb.Failure(kind="GuestAborted", message="no luck", where="job.ts:3:9")
        server.coordinator.say("default", "a", "error", "no luck", failure)
        job, at = server.coordinator.jobs["default", "a"], pb.Subtask(task=0, number=1)
        job.metrics.append(pb.OperatorMetrics(operator="topic", values={"rows_in": 3, "late": 0}))
        job.subtasks.append(pb.SubtaskMetrics(subtask=at, name="topic", busy_share=0.75, bytes_in=2048))
        assert [await lightflus(command, "a") for command in ("logs", "errors", "metrics")] == [0, 0, 0]
        said = capsys.readouterr().out
        assert "hello" in said
        assert "GuestAborted: no luck  in job.ts:3:9" in said
        assert "OPERATOR  ROWS IN  ROWS OUT  BUSY SECONDS  STATUS" in said
        assert "LATE" not in said
        assert re.search(r"topic +0/1 +75%", said)
        assert "2 KiB" in said


async def test_a_job_that_has_failed_fails_who_waits_for_it(
    numbers_job: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    async with cluster(monkeypatch) as server:
        server.coordinator.first_failure = pb.Failure(kind="SinkFailed", message="away", where="redis")
        assert await lightflus("deploy", str(numbers_job), "--wait") == 1
        assert "the job has failed: away" in capsys.readouterr().err


async def test_workers_modules_namespaces_and_tokens_are_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    async with cluster(monkeypatch) as server:
        server.coordinator.workers.append(pb.Worker(id="w-1", name="left", status="alive"))
        digest = await server.upload()
        assert await lightflus("namespaces", "--create", "team") == 0
        assert await lightflus("token", "create", "ci", "--json") == 0
        token = json.loads(capsys.readouterr().out)["token"]
        for command in (["workers"], ["modules"], ["namespaces"], ["token", "list"]):
            assert await lightflus(*command) == 0
        said = capsys.readouterr().out
        assert all(word in said for word in ("left", digest, "team", "ci"))
        assert token not in said


async def test_the_token_of_an_endpoint_is_found_in_the_users_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Capture
) -> None:
    async with cluster(monkeypatch) as server:
        monkeypatch.delenv("LIGHTFLUS_TOKEN")
        assert await lightflus("jobs") == 2
        assert "LIGHTFLUS_TOKEN" in capsys.readouterr().err
        path = keep_token(f"127.0.0.1:{server.port}", server.token)
        assert (path.stat().st_mode & 0o777, tmp_path in path.parents) == (0o600, True)
        assert await lightflus("jobs") == 0


async def test_nobody_there_is_told_with_the_address(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    async with cluster(monkeypatch) as server:
        port = server.port
    assert await lightflus("jobs") == 1
    assert f"127.0.0.1:{port}" in capsys.readouterr().err


@pytest.mark.parametrize("endpoint", ["localhost", "ftp://a:1", "http://a:b", "http://me@a:1", "http://a:1/v1"])
async def test_an_endpoint_that_is_none_is_the_users_fault(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIGHTFLUS_ENDPOINT", endpoint)
    assert await lightflus("jobs") == 2


async def test_healthcheck_of_an_apiserver_answers_by_its_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    async with cluster(monkeypatch) as server:
        target = f"http://127.0.0.1:{server.port}"
        assert await lightflus("healthcheck", target, "--probe", "1") == 0
        server.coordinator.fail = RuntimeError("ours")
        assert [await lightflus("healthcheck", target, "--probe", probe) for probe in ("0", "1")] == [0, 1]


async def test_healthcheck_speaks_the_published_probe() -> None:
    is_well = True

    async def probe(_request: probe_pb2.ProbeRequest) -> probe_pb2.ProbeResponse:
        return probe_pb2.ProbeResponse(available=is_well, reason="no lease")

    async with serving_calls("127.0.0.1:0", [(COORDINATOR_PROBE, {"Probe": probe})]) as port:
        command = ("healthcheck", f"127.0.0.1:{port}", "--method", "/coordinator.CoordinatorApi/Probe")
        assert await lightflus(*command) == 0
        is_well = False
        assert await lightflus(*command) == 1
    assert await lightflus(*command) == 1
    assert await lightflus(*command[:-1], "/nothing/Probe") == 2
