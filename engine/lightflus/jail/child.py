"""What a forked child does: limit itself, take its request, shut itself in, work, answer, end.

What it owns: the limits, which the system enforces and nobody in the process can raise; how results, errors and a lack
of memory become messages. It never returns.
What it leaves: what ends it from outside (`server.py`), the work.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import resource
import sys
from pathlib import Path
from socket import socket
from typing import Final, NoReturn, cast

from lightflus.cluster_limits import LONG_SLICE_US
from lightflus.errors import InternalError, LightflusError
from lightflus.jail import frames, walls
from lightflus.jail.bounds import Bounds, Task
from lightflus.jail.telling import to_plain
from lightflus.limits import JAIL_FILES, JAIL_REQUEST_BYTES
from lightflus.scheduling import set_slice

_is_inside = False
_STATM = Path("/proc/self/statm")
_DATA_FIELD: Final = 5
"""Of statm: private memory that can be written, what RLIMIT_DATA counts."""


def is_inside() -> bool:
    """Whether this process is such a child: what it would ask the jail for, it does itself."""
    return _is_inside


def work(link: socket, task: str, bounds: Bounds) -> NoReturn:
    """The whole life of a child."""
    global _is_inside  # noqa: PLW0603 - it holds for the rest of the process
    _is_inside = True
    code = 1
    try:
        limit(bounds)
        set_slice(0, LONG_SLICE_US)
        kind, content = _done(link, task)
        frames.send(link, kind, content)
        code = 0
    finally:
        os._exit(code)


def _done(link: socket, task: str) -> tuple[bytes, bytes]:
    """Kind and content of the answer."""
    try:
        _, request = frames.receive(link, JAIL_REQUEST_BYTES)
        asked = named(task)
        walls.shut()
        return frames.ANSWER, asked(request, lambda level, text: _say(link, level, text))
    except LightflusError as error:
        return frames.FAILURE, to_plain(error)
    except MemoryError:
        return frames.NO_MEMORY, b""
    except Exception as error:
        return frames.FAILURE, to_plain(InternalError(f"{type(error).__name__} in the jail: {error}"))


def named(task: str) -> Task:
    """The function of a name such as `lightflus.sandbox.examining:examine`."""
    module, _, function = task.partition(":")
    return cast(Task, getattr(importlib.import_module(module), function))


def _say(link: socket, level: int, text: str) -> None:
    frames.send(link, frames.LINE, bytes([min(level, 255)]) + text.encode(errors="replace"))


def limit(bounds: Bounds) -> None:
    """Takes away from this process what it does not need, for good."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")  # who takes too much is who should go
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NOFILE, JAIL_FILES)
    _lower(resource.RLIMIT_FSIZE, bounds.memory_bytes)  # wasmtime keeps first contents of memories in memory files
    if sys.platform == "linux":
        _lower(resource.RLIMIT_DATA, _data_bytes() + bounds.memory_bytes)
    _lower(resource.RLIMIT_CPU, bounds.cpu_seconds)


def _data_bytes() -> int:
    return int(_STATM.read_text().split()[_DATA_FIELD]) * resource.getpagesize()


def _lower(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (wanted, wanted))
