"""Turns on the CPU between real processes, as the system tells of them."""

from __future__ import annotations

import ctypes
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lightflus import scheduling
from lightflus.cluster_limits import HEAVY_NICE, LONG_SLICE_US, RUNNER_NICE, SHORT_SLICE_US
from lightflus.worker.turns import Turns

SCHED_GETATTR = {"x86_64": 315, "aarch64": 275}
WORK = """
import sys, time
for line in sys.stdin:
    while time.process_time() < float(line): pass
    print(flush=True)
"""
"""Takes so much CPU time when it is told to, and says so."""


class Worked:
    """A process in a session of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.pid = process.pid

    def work(self, seconds: float) -> None:
        """Until it has taken so much CPU time in its life."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(seconds, file=self._process.stdin, flush=True)
        self._process.stdout.readline()


@contextmanager
def process() -> Iterator[Worked]:
    command = [sys.executable, "-c", WORK]
    with subprocess.Popen(
        command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as child:
        made = Worked(child)
        made.work(0)
        yield made


def slice_us(pid: int) -> int:
    asked = (ctypes.c_uint64 * 6)()
    number = SCHED_GETATTR[platform.machine()]
    assert ctypes.CDLL(None).syscall(number, pid, ctypes.byref(asked), ctypes.sizeof(asked), 0) == 0
    return asked[3] // 1_000


def weight(pid: int) -> int:
    return int(Path(f"/proc/{pid}/autogroup").read_text().split()[-1])


HAS_SLICES = platform.machine() in SCHED_GETATTR and slice_us(0) > 0
HAS_SESSIONS = Path("/proc/self/autogroup").exists()
with_slices = pytest.mark.skipif(not HAS_SLICES, reason="this system has no slices of threads: Linux 6.12 has")
with_sessions = pytest.mark.skipif(not HAS_SESSIONS, reason="this system has no weights of sessions")


@with_slices
def test_who_takes_much_has_long_turns_and_who_takes_little_short_ones() -> None:
    turns = Turns()
    with process() as busy, process() as calm:
        turns.begin("busy", busy.pid)
        turns.begin("calm", calm.pid)
        pids = {"busy": busy.pid, "calm": calm.pid}
        turns.look(pids, 1_000.0)
        busy.work(0.5)
        turns.look(pids, 0.5 / len(os.sched_getaffinity(0)))  # all cores
        assert (slice_us(busy.pid), slice_us(calm.pid)) == (LONG_SLICE_US, SHORT_SLICE_US)


@with_slices
def test_a_new_process_of_who_took_much_has_long_turns_from_the_beginning_on() -> None:
    turns = Turns()
    with process() as busy:
        turns.begin("busy", busy.pid)
        busy.work(0.5)
        turns.look({"busy": busy.pid}, 0.1)
    with process() as again:
        turns.begin("busy", again.pid)
        assert slice_us(again.pid) == LONG_SLICE_US
        turns.look({"busy": again.pid}, 1_000.0)
        assert slice_us(again.pid) == LONG_SLICE_US


@with_slices
def test_who_took_much_long_ago_has_short_turns() -> None:
    turns = Turns()
    with process() as busy:
        turns.begin("busy", busy.pid)
        busy.work(0.5)
        turns.look({"busy": busy.pid}, 0.1)
        for _ in range(60):
            turns.look({"busy": busy.pid}, 1.0)
        assert slice_us(busy.pid) == SHORT_SLICE_US


@with_sessions
def test_the_weight_of_a_session_follows() -> None:
    turns = Turns()
    with process() as busy:
        turns.begin("busy", busy.pid)
        busy.work(0.5)
        turns.look({"busy": busy.pid}, 0.1)
        assert weight(busy.pid) == HEAVY_NICE
        for _ in range(60):
            turns.look({"busy": busy.pid}, 1.0)
        assert weight(busy.pid) == RUNNER_NICE


def test_a_process_that_has_ended_is_no_error() -> None:
    turns = Turns()
    with process() as short:
        turns.begin("short", short.pid)
    turns.look({"short": short.pid}, 1.0)
    turns.look({}, 1.0)
    assert scheduling.cpu_seconds(short.pid) is None
