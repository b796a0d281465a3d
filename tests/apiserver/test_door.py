"""What the door of a cluster refuses, and how it says so."""

from __future__ import annotations

import pytest
from api_server import serving

from lightflus.apiserver.routes import ROUTES, Body, Needs
from lightflus.cluster_limits import API_BODY_BYTES
from lightflus.errors import CallFailed
from lightflus.limits import MODULE_BYTES

PLACES = {"namespace": "default", "job": "a", "digest": "0" * 64, "worker": "w", "token": "t"}
GUARDED = [(route.method, route.path) for route in ROUTES if route.needs is not Needs.NOTHING]


@pytest.mark.parametrize("token", [None, "wrong", "lft_wrong"])
async def test_every_route_without_a_good_token_is_401(token: str | None) -> None:
    async with serving() as server:
        for method, path in GUARDED:
            answer = await server.ask(method, path.format(**PLACES).removeprefix("/v1"), token=token)
            assert (answer.status, answer.json["type"]) == (401, "/problems/unauthenticated"), path
            assert "Bearer" in answer.headers["www-authenticate"]


async def test_another_namespace_is_404_as_one_that_is_not_there() -> None:
    async with serving() as server:
        server.access.create_namespace("theirs")
        token = server.access.create_token("default", "mine")
        theirs = await server.ask("GET", "/namespaces/theirs/jobs", token=token)
        nobodys = await server.ask("GET", "/namespaces/nobodys/jobs", token=token)
        assert (theirs.status, nobodys.status) == (404, 404)
        assert str(theirs.json["detail"]).replace("theirs", "nobodys") == nobodys.json["detail"]


async def test_what_another_namespace_has_is_404_on_every_route() -> None:
    async with serving() as server:
        server.access.create_namespace("theirs")
        digest = str((await server.ask("POST", "/namespaces/theirs/modules", b"\0asm")).json["digest"])
        wish = {"name": "a", "module": digest}
        assert (await server.ask("POST", "/namespaces/theirs/jobs", wish)).status == 201
        token = server.access.create_token("default", "mine")
        places = {**PLACES, "namespace": "theirs", "digest": digest}
        for route in ROUTES:
            if route.needs is Needs.NAMESPACE:
                path = route.path.format(**places).removeprefix("/v1")
                body = None if route.body is Body.NONE else b"\0asm" if route.body is Body.MODULE else wish
                answer = await server.ask(route.method, path, body, token=token)
                assert (answer.status, answer.json["type"]) == (404, "/problems/not-found"), route.path
        assert (await server.ask("GET", "/namespaces/theirs/jobs/a")).json["status"] == "running"


async def test_a_namespaces_token_opens_its_own_routes_and_not_the_operators() -> None:
    async with serving() as server:
        token = server.access.create_token("default", "mine")
        assert (await server.ask("GET", "/namespaces/default/jobs", token=token)).status == 200
        for method, path in [("GET", "/workers"), ("GET", "/namespaces"), ("GET", "/namespaces/default/tokens")]:
            assert (await server.ask(method, path, token=token)).status == 403


async def test_a_revoked_token_opens_nothing() -> None:
    async with serving() as server:
        token = str((await server.ask("POST", "/namespaces/default/tokens", {"name": "ci"})).json["token"])
        assert (await server.ask("GET", "/namespaces/default/jobs", token=token)).status == 200
        assert (await server.ask("DELETE", "/namespaces/default/tokens/ci")).status == 204
        assert (await server.ask("GET", "/namespaces/default/jobs", token=token)).status == 401


async def test_all_problems_of_a_body_are_told_at_once() -> None:
    async with serving() as server:
        body = {"name": "../a", "parallelism": 0, "bindings": {"topic": 7}, "colour": "red"}
        answer = await server.ask("POST", "/namespaces/default/jobs", body)
        assert (answer.status, answer.headers["content-type"]) == (422, "application/problem+json")
        problems = answer.json["problems"]
        assert isinstance(problems, list)
        assert [p["where"] for p in problems] == ["body", "name", "parallelism", "bindings.topic", "colour"]


@pytest.mark.parametrize("body", ["{", "[1]", "null", "[" * 100_000, '{"module": NaN}', "\ud800"])
async def test_a_body_that_is_no_such_json_is_422(body: str) -> None:
    async with serving() as server:
        content = body.encode("utf-8", "surrogatepass")
        json = {"Content-Type": "application/json"}
        assert (await server.ask("POST", "/namespaces/default/jobs", content, headers=json)).status == 422


async def test_a_body_of_another_media_type_is_415() -> None:
    async with serving() as server:
        text = {"Content-Type": "text/plain"}
        assert (await server.ask("POST", "/namespaces/default/jobs", b"{}", headers=text)).status == 415
        assert (await server.ask("POST", "/namespaces/default/modules", b"{}", headers=text)).status == 415


async def test_a_query_that_no_route_knows_or_that_is_out_of_bounds_is_422() -> None:
    async with serving() as server:
        for query in ("limit=0", "limit=x", "limit=99999", "status=happy", "colour=red", "limit=1&limit=2", "cursor="):
            answer = await server.ask("GET", f"/namespaces/default/jobs?{query}")
            assert answer.status == 422, query


@pytest.mark.parametrize(("path", "most"), [("modules", MODULE_BYTES), ("jobs", API_BODY_BYTES)])
async def test_a_body_that_says_that_it_is_too_large_is_413_before_it_is_sent(path: str, most: int) -> None:
    async with serving() as server:
        kind = "application/wasm" if path == "modules" else "application/json"
        headers = {"Content-Length": str(most + 1), "Content-Type": kind}
        assert (await server.ask("POST", f"/namespaces/default/{path}", headers=headers)).status == 413


async def test_a_body_that_grows_too_large_without_saying_so_is_413() -> None:
    async with serving() as server:
        json = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
        size = API_BODY_BYTES + 1
        chunk = f"{size:x}\r\n".encode() + b" " * size + b"\r\n0\r\n\r\n"
        assert (await server.ask("POST", "/namespaces/default/jobs", chunk, headers=json)).status == 413


async def test_a_path_or_method_that_is_not_there_is_404_or_405_as_a_problem() -> None:
    async with serving() as server:
        missing = await server.ask("GET", "/nothing")
        wrong = await server.ask("DELETE", "/workers")
        assert (missing.status, missing.json["type"]) == (404, "/problems/not-found")
        assert (wrong.status, wrong.headers["allow"]) == (405, "GET")


async def test_a_coordinator_that_is_away_is_503_and_worth_another_try() -> None:
    async with serving() as server:
        server.coordinator.fail = CallFailed("no answer", where="localhost:8791")
        answer = await server.ask("GET", "/namespaces/default/jobs")
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert (await server.ask("GET", "/ready", token=None)).status == 503
        assert (await server.ask("GET", "/health", token=None)).status == 200


async def test_a_bug_of_ours_is_500_without_its_text() -> None:
    async with serving() as server:
        server.coordinator.fail = KeyError("the secret")
        answer = await server.ask("GET", "/namespaces/default/jobs")
        assert (answer.status, b"secret" in answer.content) == (500, False)


async def test_without_tokens_a_name_that_leads_here_is_refused() -> None:
    async with serving(is_insecure=True) as server:
        assert (await server.ask("GET", "/workers", token=None)).status == 200
        rebound = await server.ask("GET", "/workers", token=None, headers={"Host": "evil.example:8080"})
        assert rebound.status == 403
