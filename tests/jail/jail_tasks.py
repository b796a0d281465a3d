"""Pieces of work for the jail's own tests."""

from __future__ import annotations

import importlib
import os
import resource
import signal
import socket
import sys
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
    files = [number for number in range(resource.getrlimit(resource.RLIMIT_NOFILE)[1]) if is_open(number)]
    core = resource.getrlimit(resource.RLIMIT_CORE)
    is_nowhere = os.fstat(1).st_rdev == os.makedev(1, 3)
    return repr((sorted(os.environ), len(files), core, is_nowhere)).encode()


def is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def touch(request: bytes, _hear: Hear) -> bytes:
    """What comes of reaching out: the names of errors."""
    place, port = request.decode().rsplit(":", 1)
    found = []
    for attempt in (
        lambda: Path(place).read_bytes(),
        lambda: Path(place).write_bytes(b"x"),
        lambda: Path(f"{place}.new").write_bytes(b"x"),
        lambda: Path(place).unlink(),
        lambda: os.execv(sys.executable, [sys.executable, "-c", ""]),
        lambda: socket.create_connection(("127.0.0.1", int(port))),
        lambda: os.kill(os.getppid(), 0),
    ):
        try:
            attempt()
        except OSError as error:
            found.append(type(error).__name__)
        else:
            found.append("done")
    return " ".join(found).encode()


def nested(request: bytes, _hear: Hear) -> bytes:
    return ask(echo, request, BOUNDS) + str(os.getpid()).encode()


def grow(_request: bytes, _hear: Hear) -> bytes:
    return bytes((1 << 20) + 1)


def late_import(_request: bytes, _hear: Hear) -> bytes:
    """A module that nobody has imported yet, with code of its own in C."""
    for name in [one for one in sys.modules if "decimal" in one]:
        del sys.modules[name]
    return str(importlib.import_module("decimal").Decimal.__name__).encode()


SIGNALS = {signal.SIGKILL: "time", signal.SIGXCPU: "time", signal.SIGABRT: "memory"}
