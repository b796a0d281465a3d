"""`lightflus worker` as a process: what is left of it when it is killed, or stopped for longer than its lease."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trio
from test_with_coordinator import LINES, Cluster, counted, last_counts

from lightflus.coordinator.process import coordinating
from lightflus.wire.control import Connection

LIGHTFLUS = Path(sys.executable).with_name("lightflus")
LONG = 60

pytestmark = pytest.mark.slow


@contextmanager
def worker(folder: Path, port: int, name: str) -> Iterator[subprocess.Popen[bytes]]:
    where = ["--coordinator", f"127.0.0.1:{port}", "--name", name, "--data", str(folder / name)]
    process = subprocess.Popen([LIGHTFLUS, "worker", *where, "--slots", "2", "--allow-all"])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def runners_of(agent: int) -> set[int]:
    children = Path(f"/proc/{agent}/task").glob("*/children")
    pids = {int(pid) for file in children for pid in file.read_text().split()}
    return {pid for pid in pids if b"worker.runner" in Path(f"/proc/{pid}/cmdline").read_bytes()}


def is_alive(pid: int) -> bool:
    """Whether a process that is nobody's child here any more, or a stopped one's, still runs."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_worker_that_is_killed_or_stopped_runs_nothing_and_its_job_goes_on_elsewhere(
    tmp_path: Path, word_count: bytes, blow: signal.Signals
) -> None:
    (tmp_path / "lines.txt").write_text("\n".join(LINES) + "\n")
    bindings = [f"topic=file:{tmp_path / 'lines.txt'}?follow=true", f"redis=file:{tmp_path / 'out'}?append=true"]
    async with coordinating("127.0.0.1:0", tmp_path / "catalog") as port:
        with Connection(f"127.0.0.1:{port}") as link, worker(tmp_path, port, "a") as first, worker(tmp_path, port, "b"):
            there = Cluster(tmp_path, link)
            with trio.fail_after(LONG):
                while len(await there.workers()) < 2:
                    await trio.sleep(0.05)
            await there.deploy(word_count, bindings)
            await there.until(lambda job: job.status == "running" and len(job.placed) == 2)
            runners = runners_of(first.pid)
            os.kill(first.pid, blow)
            with trio.fail_after(8):
                while any(map(is_alive, runners)):
                    await trio.sleep(0.05)
            job = await there.until(lambda job: job.status == "running" and job.restarts > 0)
            assert {placed.worker for placed in job.placed} == {"b"}
            with (tmp_path / "lines.txt").open("a") as more:
                more.write("once more\n")
            with trio.fail_after(LONG):
                while last_counts(tmp_path / "out") != counted([*LINES, "once more"]):
                    await trio.sleep(0.05)
