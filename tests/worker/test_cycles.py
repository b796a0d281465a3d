"""Jobs that come and go leave nothing behind: no process, port, thread, file or memory.

`LIGHTFLUS_CYCLES=200` has so many of them come and go.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
import trio
from test_agent import runner_pids
from test_with_coordinator import Cluster, cluster

pytestmark = pytest.mark.slow

CYCLES = int(os.environ.get("LIGHTFLUS_CYCLES", "6"))
WARM = 3
"""Cycles until what is kept for the next job is there: threads that wait for work, compiled code."""
FILES = 4
"""What the last job of the two workers may still hold on a busy machine: compiled code is freed a second later."""
MEMORY_MIB = 16
"""What allocators may keep, however many cycles there are; 200 jobs of 0.1 MiB each would be found."""


@dataclass(frozen=True)
class Held:
    """What processes hold."""

    processes: int
    threads: int  # without those that wait ten seconds for another call
    files: int
    memory_mib: float


def held() -> Held:
    """By all runners."""
    places = [Path(f"/proc/{pid}") for pid in runner_pids()]
    return Held(
        len(places),
        sum(not comm.read_text().startswith("Trio thread") for place in places for comm in place.glob("task/*/comm")),
        sum(len(list((place / "fd").iterdir())) for place in places),
        sum(int((place / "statm").read_text().split()[1]) for place in places) * os.sysconf("SC_PAGE_SIZE") / 2**20,
    )


async def come_and_go(there: Cluster, wasm: bytes, bindings: list[str]) -> None:
    await there.deploy(wasm, bindings, name="passing")
    await there.until(lambda job: job.status == "running", name="passing")
    await there.stop("passing")
    await there.until(lambda job: job.status == "stopped", name="passing")
    await there.delete("passing")


async def test_what_jobs_held_is_given_back(tmp_path: Path, word_count: bytes) -> None:
    (tmp_path / "lines.txt").write_text("to be or not to be\n")
    source = f"topic=file:{tmp_path / 'lines.txt'}?follow=true"
    async with cluster(tmp_path) as there:
        await there.deploy(word_count, [source, f"redis=file:{tmp_path / 'stays'}"], name="stays")
        await there.until(lambda job: job.status == "running", name="stays")
        bindings = [source, f"redis=file:{tmp_path / 'passes'}"]
        for _ in range(WARM):
            await come_and_go(there, word_count, bindings)
        before = await settled()
        for _ in range(CYCLES):
            await come_and_go(there, word_count, bindings)
        after = await settled()
        assert after.processes == before.processes == 2
        assert after.threads <= before.threads
        assert after.files - before.files < FILES, (before, after)
        assert after.memory_mib - before.memory_mib < MEMORY_MIB, (before, after)
        await there.stop("stays")
        await there.until(lambda job: job.status == "stopped", name="stays")
        with trio.fail_after(60):
            while runner_pids():
                await trio.sleep(0.05)


async def settled() -> Held:
    """Once threads of the last job have ended, and its connections are closed."""
    least = held()
    for _ in range(40):
        await trio.sleep(0.1)
        now = held()
        memory = min(least.memory_mib, now.memory_mib)
        least = Held(now.processes, min(least.threads, now.threads), min(least.files, now.files), memory)
    return least
