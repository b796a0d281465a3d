"""One server for several processes, such as the workers of one test run: whoever comes first starts it.

What it owns: who starts a server and when it ends, and the two files by which processes agree on that. What it leaves:
the server itself (`process.py`). Each process that uses a server holds a lock on its file, and a lock ends with its
process: nobody waits for one that was killed. Blocks the thread that calls it.
"""

from __future__ import annotations

import fcntl
import pickle
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

from tools.servers.ports import is_free
from tools.servers.process import Server

S = TypeVar("S", bound=Server)


@contextmanager
def shared(make: Callable[[], S], file: Path) -> Iterator[S]:
    """The one server of all processes that name this file, as long as the block runs.

    Whoever comes first starts it, and ends it when all others have left: its own block ends only then. What the block
    gets is lent: it can be used, but neither ended nor started.

    Args:
        make: a server that does not run yet.
        file: where the server is described; in a folder that is made for this run, since it stays behind.

    Raises:
        ServerFailed: it did not start; whoever comes next tries again.
    """
    with file.open("a+b") as users, ExitStack() as stack:
        with file.with_suffix(".turn").open("wb") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_SH)
            server = _lent(users)
            if server is None or is_free(server.port):
                stack.enter_context(_lending(make(), users))
                server = _lent(users)
        yield cast(S, server)


@contextmanager
def _lending(server: Server, users: BinaryIO) -> Iterator[None]:
    """Runs a server until all who use it have left."""
    with server:
        _describe(users, pickle.dumps(server))
        try:
            yield
        finally:
            fcntl.flock(users, fcntl.LOCK_EX)
            _describe(users, b"")


def _describe(users: BinaryIO, text: bytes) -> None:
    users.truncate(0)
    users.write(text)
    users.flush()


def _lent(users: BinaryIO) -> Server | None:
    """The server that is described; None if there is none now."""
    users.seek(0)
    text = users.read()
    return cast(Server, pickle.loads(text)) if text else None
