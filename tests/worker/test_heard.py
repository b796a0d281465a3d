"""What a job says on a worker is heard at the coordinator: lines of its log, its errors with the user's line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import trio
from programs import CHATTY
from test_with_coordinator import LONG, Cluster, cluster

from lightflus.build.modules import built_or_cached
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def chatty(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    source = tmp_path_factory.mktemp("source") / "chatty.ts"
    source.write_text(CHATTY)
    return built_or_cached(source, lambda *_: None)


async def heard(there: Cluster, kind: str, is_enough: Callable[[list[pb.Event]], bool]) -> list[pb.Event]:
    with trio.move_on_after(LONG):
        while not is_enough(found := await there.events(kind)):
            await trio.sleep(0.1)
    assert is_enough(found), found
    return found


async def test_lines_and_errors_of_a_job_are_heard(tmp_path: Path, chatty: bytes) -> None:
    (tmp_path / "words").write_bytes(b"hello\n\xff\xfe\nworld\n\xff\n")
    bindings = [f"topic=file:{tmp_path / 'words'}?follow=true&bad=dead-letter", f"redis=file:{tmp_path / 'out'}"]
    async with cluster(tmp_path) as there:
        await there.deploy(chatty, bindings)
        lines = await heard(there, "log", lambda found: len(found) >= 2)
        assert [one.text for one in lines] == ["[info] saw hello", "[info] saw world"]
        errors = await heard(there, "error", bool)
        assert (errors[0].failure.kind, errors[0].text) == ("RecordInvalid", "2 records put aside")
        with (tmp_path / "words").open("a") as more:
            more.write("worse\n")
        await there.until(lambda job: job.status == "failed")
        errors = await heard(there, "error", lambda found: len(found) >= 2)
        assert errors[-1].failure.where.endswith("chatty.ts:10:28")
        assert "this is worse" in errors[-1].failure.message


async def test_how_each_subtask_stands_is_told_by_the_worker_that_has_it(tmp_path: Path, chatty: bytes) -> None:
    (tmp_path / "words").write_text("hello\n" * 100)
    async with cluster(tmp_path) as there:
        await there.deploy(chatty, [f"topic=file:{tmp_path / 'words'}?follow=true", f"redis=file:{tmp_path / 'out'}"])
        job = await there.until(lambda job: len(job.subtasks) == 2 and sum(one.rows_out for one in job.subtasks) == 100)
        assert {placed.worker for placed in job.placed} == {"worker-0", "worker-1"}
        busiest = max(job.subtasks, key=lambda one: one.rows_in)
        assert (busiest.rows_in, busiest.traps, busiest.HasField("watermark_lag")) == (100, 0, False)
        assert busiest.guest_cpu_seconds > 0
        assert busiest.guest_memory_bytes > 0
        await there.until(lambda job: min(one.idle_share for one in job.subtasks) > 0.9)


async def test_a_job_that_says_too_much_is_told_how_much_of_it_was_dropped(tmp_path: Path, chatty: bytes) -> None:
    (tmp_path / "words").write_text("".join(f"word-{number}\n" for number in range(300_000)))
    async with cluster(tmp_path) as there:
        await there.deploy(chatty, [f"topic=file:{tmp_path / 'words'}", f"redis=file:{tmp_path / 'out'}"])
        await there.until(lambda job: job.status == "finished")
        lines = await heard(there, "log", bool)
        assert any("dropped" in one.text for one in lines)
        assert len(lines) < 2_000
