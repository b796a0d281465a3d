"""Pieces of work for the jail's own tests."""

from __future__ import annotations

import os
import resource
import signal
import time
from pathlib import Path

from lightflus.errors import GuestTrapped, JobInvalid, ModuleInvalid, Problem
from lightflus.jail import Bounds, Hear, ask

BOUNDS = Bounds(2, 64 << 20, 1 << 20)


def echo(request: bytes, _hear: Hear) -> bytes:
    return request


def spin(_request: bytes, hear: Hear) -> bytes:
    hear(1, f"spinning {os.getpid()}")
    while True:
        pass


def sleep(_request: bytes, hear: Hear) -> bytes:
    hear(1, str(os.getpid()))
    time.sleep(60)
    return b""


def hoard(_request: bytes, _hear: Hear) -> bytes:
    return bytes(bytearray(1 << 30)[:1])


def die(request: bytes, _hear: Hear) -> bytes:
    os.kill(os.getpid(), int(request))
    return b""


def flood(_request: bytes, hear: Hear) -> bytes:
    while True:
        hear(1, "\x1b[2Jagain\n")


def lines(_request: bytes, hear: Hear) -> bytes:
    hear(2, "\x1b[2Jone\nerror: two")
    return b"done"


def fail(request: bytes, _hear: Hear) -> bytes:
    if request == b"trap":
        raise GuestTrapped("trapped", function=3, row=4, position="job.ts:1:2", frames=("f", "g"), hint="look")
    if request == b"job":
        raise JobInvalid("two problems", (Problem("one", "a", "b", "c", "d"), Problem("two")), hint="help")
    if request == b"bug":
        raise ZeroDivisionError("oh")
    raise ModuleInvalid("x" * 1_000_000, where="here")


def look(_request: bytes, _hear: Hear) -> bytes:
    """What a child has: environment, open files, core dumps, where its output goes."""
    files = sorted(os.listdir("/proc/self/fd"), key=int)
    core = resource.getrlimit(resource.RLIMIT_CORE)
    return repr((sorted(os.environ), len(files), core, Path("/proc/self/fd/1").readlink().name)).encode()


def nested(request: bytes, _hear: Hear) -> bytes:
    return ask(echo, request, BOUNDS) + str(os.getpid()).encode()


def grow(_request: bytes, _hear: Hear) -> bytes:
    return bytes((1 << 20) + 1)


SIGNALS = {signal.SIGKILL: "time", signal.SIGXCPU: "time", signal.SIGABRT: "memory"}
