"""Without a lease nothing is written, and a process ends, whoever was stopped for how long."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from time import monotonic

import pytest
import trio
from wished import EVERYTHING, Attended, Job, attended, kept, started

from lightflus.errors import Superseded
from lightflus.model.graph import Delivery
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.runtime.counters import Counters, OperatorHealth
from lightflus.testing.graphs import UTF8
from lightflus.testing.memory import MemorySink, batch_of
from lightflus.worker.lease import ENDED_BY_LEASE, Lease, LeasedSink, SharedLease
from lightflus.worker.runner import Setting


def test_a_sink_without_a_lease_is_not_written() -> None:
    lease, sink = SharedLease(monotonic() + 1), MemorySink(delivery=Delivery.APPEND)
    writer = LeasedSink(sink, lease).writer(0, OperatorHealth(Counters()))
    writer.write(batch_of(UTF8, ["before"]))
    writer.flush()
    while lease.left > 0:
        time.sleep(lease.left)
    with pytest.raises(Superseded, match="the lease of this process has passed"):
        writer.write(batch_of(UTF8, ["after"]))
    with pytest.raises(Superseded, match="the lease of this process has passed"):
        writer.flush()
    assert len(sink.flushed) == 1


def test_a_lease_is_the_same_for_all_who_have_it_and_never_shorter_than_it_was() -> None:
    ours = SharedLease(monotonic() - 1)
    theirs = Lease(ours.number)
    with pytest.raises(Superseded):
        theirs.check()
    ours.renew(monotonic() + 60)
    ours.renew(monotonic() + 1)
    assert theirs.left > 50
    ours.close()


def runner(folder: Path) -> Attended:
    return attended(Setting("default", "worker", "127.0.0.1", "127.0.0.1", 1, str(folder), EVERYTHING))


async def test_a_runner_whose_agent_renews_no_lease_ends(tmp_path: Path) -> None:
    one = runner(tmp_path)
    with trio.fail_after(60):
        assert await one.process.wait() == ENDED_BY_LEASE
    await one.end()


async def test_a_runner_whose_agent_is_gone_ends(tmp_path: Path) -> None:
    one = runner(tmp_path)
    await one.process.pipe.close()
    with trio.fail_after(60):
        assert await one.process.wait() == 0


@pytest.mark.slow
async def test_a_runner_that_was_stopped_beyond_its_lease_writes_nothing_more(
    tmp_path: Path, word_count: bytes
) -> None:
    lines, out = tmp_path / "lines.txt", tmp_path / "counts.jsonl"
    lines.write_text("to be\n")
    one = runner(tmp_path)
    job = Job(
        word_count, [f"topic=file:{lines}?follow=true", f"redis=file:{out}?append=true"], 1, kept(tmp_path, word_count)
    )
    async with trio.open_nursery() as nursery:
        nursery.start_soon(one.listen)
        nursery.start_soon(one.renew)
        await started(job, [one])
        await one.until(lambda reports: reports[0].status == pb.FRAGMENT_STATUS_RUNNING)
        while not out.exists() or out.read_text().count("\n") < 2:
            await one.told.wait()
        os.kill(one.process.pid, signal.SIGSTOP)
        before = out.read_text()
        one.is_renewed = False
        with lines.open("a") as more:
            more.write("not to be\n" * 1_000)
        await trio.sleep(3.5)  # the lease passes: it is 3 s
        os.kill(one.process.pid, signal.SIGCONT)
        with trio.fail_after(10):
            assert await one.process.wait() == ENDED_BY_LEASE
        nursery.cancel_scope.cancel()
    assert out.read_text() == before
    await one.end()
