"""Modules and jobs over HTTP: what is answered, and what the coordinator is told."""

from __future__ import annotations

from typing import cast

from api_server import serving

from lightflus.proto.lightflus.v1 import cluster_pb2 as pb

MODULES, JOBS = "/namespaces/default/modules", "/namespaces/default/jobs"


async def test_a_module_is_201_once_and_200_again() -> None:
    async with serving() as server:
        first = await server.ask("POST", MODULES, b"\0asm")
        again = await server.ask("POST", MODULES, b"\0asm")
        assert (first.status, again.status) == (201, 200)
        assert first.json == again.json
        assert (first.json["job"], first.json["bytes"]) == ("wordCount", 4)
        assert first.headers["location"] == f"/v1{MODULES}/{first.json['digest']}"


async def test_modules_are_listed_shown_and_deleted() -> None:
    async with serving() as server:
        digest = await server.upload()
        assert [module["digest"] for module in (await server.ask("GET", MODULES)).items] == [digest]
        assert (await server.ask("GET", f"{MODULES}/{digest}")).json["digest"] == digest
        assert (await server.ask("DELETE", f"{MODULES}/{digest}")).status == 204
        assert (await server.ask("GET", f"{MODULES}/{digest}")).status == 404


async def test_a_module_that_a_job_uses_stays() -> None:
    async with serving() as server:
        job = (await server.run()).json
        assert (await server.ask("DELETE", f"{MODULES}/{job['module']}")).status == 409


async def test_a_job_is_made_with_its_location_and_the_shape_of_its_tasks() -> None:
    async with serving() as server:
        answer = await server.run(parallelism=2, bindings={"redis": "stdout:"})
        assert (answer.status, answer.headers["location"]) == (201, f"/v1{JOBS}/a")
        assert answer.json["bindings"] == {"redis": "stdout:"}
        (request,) = server.coordinator.requests
        assert [(t.parallelism, list(t.reads)) for t in request.tasks] == [(2, []), (2, [0])]
        assert [t.HasField("source") for t in request.tasks] == [True, False]


async def test_a_job_is_called_as_its_module_says_unless_told() -> None:
    async with serving() as server:
        answer = await server.ask("POST", JOBS, {"module": await server.upload()})
        assert answer.json["name"] == "wordCount"


async def test_a_binding_that_breaks_its_rules_is_422_and_nothing_is_made() -> None:
    async with serving() as server:
        answer = await server.run(bindings={"nothing": "stdout:"})
        assert (answer.status, answer.json["type"]) == (422, "/problems/binding-invalid")
        assert not server.coordinator.jobs


async def test_logins_in_bindings_are_not_shown() -> None:
    async with serving() as server:
        answer = await server.run(bindings={"redis": "redis://user:hunter2@host:6379"})
        assert answer.status == 201
        assert b"hunter2" not in answer.content


async def test_an_idempotency_key_makes_a_retry_safe() -> None:
    async with serving() as server:
        body, key = {"name": "a", "module": await server.upload()}, {"Idempotency-Key": "k1"}
        first = await server.ask("POST", JOBS, body, headers=key)
        again = await server.ask("POST", JOBS, body, headers=key)
        other = await server.ask("POST", JOBS, {**body, "name": "b"}, headers=key)
        assert (first.status, again.status, other.status) == (201, 201, 409)
        assert first.json == again.json


async def test_jobs_come_in_pages() -> None:
    async with serving() as server:
        for name in ("a", "b", "c"):
            await server.run(name)
        first = await server.ask("GET", f"{JOBS}?limit=2")
        second = await server.ask("GET", f"{JOBS}?limit=2&cursor={first.json['next_cursor']}")
        assert [job["name"] for job in first.items + second.items] == ["a", "b", "c"]
        assert second.json["next_cursor"] is None


async def test_jobs_are_listed_by_status() -> None:
    async with serving() as server:
        await server.run("a")
        await server.run("b")
        await server.ask("POST", f"{JOBS}/a/stop")
        assert [job["name"] for job in (await server.ask("GET", f"{JOBS}?status=running")).items] == ["b"]


async def test_a_job_stops_as_it_is_told_to() -> None:
    async with serving() as server:
        for mode, status in (("keep", "stopped"), ("drain", "stopped"), ("cancel", "canceled")):
            await server.run(mode)
            answer = await server.ask("POST", f"{JOBS}/{mode}/stop", {"mode": mode})
            assert (answer.status, answer.json["status"]) == (202, status)


async def test_what_is_not_legal_now_is_409_and_says_what_would_be() -> None:
    async with serving() as server:
        await server.run()
        await server.ask("POST", f"{JOBS}/a/stop")
        answer = await server.ask("POST", f"{JOBS}/a/stop")
        assert answer.status == 409
        assert "restart, delete" in str(answer.json["problems"])


async def test_a_job_that_runs_is_not_deleted_and_one_that_has_ended_is() -> None:
    async with serving() as server:
        await server.run()
        assert (await server.ask("DELETE", f"{JOBS}/a")).status == 409
        await server.ask("POST", f"{JOBS}/a/stop", {"mode": "cancel"})
        assert (await server.ask("DELETE", f"{JOBS}/a")).status == 204
        assert (await server.ask("GET", f"{JOBS}/a")).status == 404


async def test_a_restart_is_the_next_generation() -> None:
    async with serving() as server:
        await server.run()
        answer = await server.ask("POST", f"{JOBS}/a/restart")
        assert (answer.status, answer.json["generation"]) == (202, 2)


async def test_the_last_error_is_shown_with_the_users_line() -> None:
    async with serving() as server:
        await server.run()
        failure = pb.Failure(kind="GuestAborted", message="no luck", where="job.ts:3:9")
        server.coordinator.jobs["default", "a"].failure.CopyFrom(failure)
        server.coordinator.say("default", "a", "error", "no luck", failure)
        error = {"kind": "GuestAborted", "message": "no luck", "where": "job.ts:3:9"}
        assert (await server.ask("GET", f"{JOBS}/a")).json["error"] == error
        assert [item["error"] for item in (await server.ask("GET", f"{JOBS}/a/errors")).items] == [error]


async def test_the_graph_is_the_modules_and_metrics_are_by_operator() -> None:
    async with serving() as server:
        await server.run()
        metrics = pb.OperatorMetrics(operator="topic", values={"rows_out": 3}, status="running")
        server.coordinator.jobs["default", "a"].metrics.append(metrics)
        assert (await server.ask("GET", f"{JOBS}/a/graph")).json["job"] == "wordCount"
        items = (await server.ask("GET", f"{JOBS}/a/metrics")).items
        assert items == [{"operator": "topic", "status": "running", "values": {"rows_out": 3.0}}]


async def test_subtasks_are_told_one_by_one_and_the_bottleneck_by_name() -> None:
    async with serving() as server:
        await server.run("a")
        job = server.coordinator.jobs["default", "a"]
        assert (await server.ask("GET", f"{JOBS}/a")).json["bottleneck"] is None
        at = pb.Subtask(task=1, number=2)
        job.subtasks.append(pb.SubtaskMetrics(subtask=at, name="count", rows_in=3, busy_share=0.9, watermark_lag=0))
        job.bottleneck.CopyFrom(pb.Bottleneck(subtask=at, name="count", reason="busy 90%"))
        found = (await server.ask("GET", f"{JOBS}/a/metrics")).json["subtasks"]
        (told,) = cast("list[dict[str, object]]", found)
        assert (told["task"], told["subtask"], told["name"]) == (1, 2, "count")
        values = cast("dict[str, float]", told["values"])
        assert (values["rows_in"], values["busy_share"], values["watermark_lag"]) == (3, 0.9, 0)
        assert "lag" not in values
        assert (await server.ask("GET", f"{JOBS}/a")).json["bottleneck"] == {
            "task": 1,
            "subtask": 2,
            "name": "count",
            "reason": "busy 90%",
        }


async def test_a_namespace_with_something_in_it_stays() -> None:
    async with serving() as server:
        assert (await server.ask("POST", "/namespaces", {"name": "team"})).status == 201
        await server.ask("POST", "/namespaces/team/modules", b"\0asm")
        assert (await server.ask("DELETE", "/namespaces/team")).status == 409
        (module,) = (await server.ask("GET", "/namespaces/team/modules")).items
        await server.ask("DELETE", f"/namespaces/team/modules/{module['digest']}")
        assert (await server.ask("DELETE", "/namespaces/team")).status == 204


async def test_workers_are_shown_by_id_or_name() -> None:
    async with serving() as server:
        server.coordinator.workers.append(pb.Worker(id="w-1", name="left", status="alive", slots=2))
        assert [worker["name"] for worker in (await server.ask("GET", "/workers")).items] == ["left"]
        assert (await server.ask("GET", "/workers/left")).json["id"] == "w-1"
        assert (await server.ask("GET", "/workers/right")).status == 404


async def test_metrics_are_by_route_and_name_no_job() -> None:
    async with serving() as server:
        await server.ask("GET", f"{JOBS}/somebodys")
        text = (await server.ask("GET", "/metrics", token=None)).content.decode()
        route = 'route="/v1/namespaces/{namespace}/jobs/{job}"'
        assert f'lightflus_api_requests_total{{method="GET",{route},status="404"}} 1.0' in text
        assert "somebodys" not in text
