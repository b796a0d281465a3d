"""Server-sent events: numbered, followed, ended by the job or by the client."""

from __future__ import annotations

import http.client

import trio
from api_server import Server, serving

LOGS, EVENTS = "/namespaces/default/jobs/a/logs", "/namespaces/default/jobs/a/events"


def opened(server: Server, path: str) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", f"/v1{path}", headers={"Authorization": f"Bearer {server.token}"})
    return connection


async def test_log_lines_that_there_are_come_numbered_and_end() -> None:
    async with serving() as server:
        await server.run()
        server.coordinator.say("default", "a", "log", "hello")
        answer = await server.ask("GET", LOGS)
        assert answer.headers["content-type"].startswith("text/event-stream")
        first, end, _ = answer.content.decode().split("\n\n")
        assert first.startswith("id: 4\nevent: log\n")
        assert end.startswith("event: end\n")


async def test_a_stream_goes_on_behind_the_last_event_that_was_seen() -> None:
    async with serving() as server:
        await server.run()
        for text in ("one", "two"):
            server.coordinator.say("default", "a", "log", text)
        answer = await server.ask("GET", LOGS, headers={"Last-Event-ID": "4"})
        assert b'"two"' in answer.content
        assert b'"one"' not in answer.content


async def test_a_number_that_is_none_is_422_and_a_job_that_is_not_there_404() -> None:
    async with serving() as server:
        await server.run()
        assert (await server.ask("GET", LOGS, headers={"Last-Event-ID": "x"})).status == 422
        assert (await server.ask("GET", LOGS.replace("/a/", "/b/"))).status == 404


async def test_a_follower_hears_what_comes_until_the_job_has_ended() -> None:
    async with serving() as server:
        await server.run()
        connection = await trio.to_thread.run_sync(opened, server, EVENTS)
        response = await trio.to_thread.run_sync(connection.getresponse)
        server.coordinator.say("default", "a", "log", "hello")
        await server.ask("POST", "/namespaces/default/jobs/a/stop")
        content = await trio.to_thread.run_sync(response.read)
        connection.close()
        assert [line for line in content.decode().splitlines() if line.startswith("event")] == [
            *["event: status"] * 3,
            "event: log",
            "event: status",
            "event: end",
        ]


async def test_a_client_that_goes_away_ends_its_stream() -> None:
    async with serving() as server:
        await server.run()
        connection = await trio.to_thread.run_sync(opened, server, f"{LOGS}?follow=true")
        response = await trio.to_thread.run_sync(connection.getresponse)
        await server.coordinator.followed.wait()
        response.close()
        connection.close()
        with trio.fail_after(30):
            await server.coordinator.left.wait()
