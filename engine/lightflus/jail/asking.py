"""Asking the jail: a piece of work done by a child, as if a function were called.

What it owns: starting the server once (by a fork while there is one thread, else as a program), a conversation with a
child within its bounds, what its end means. Blocking; any thread. Whatever leaves `ask`, Ctrl-C too, ends the child.
What it leaves: what is asked (`sandbox/examining.py`, `verify/jailed.py`).
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from threading import Lock
from time import monotonic

import lightflus
from lightflus.errors import InternalError
from lightflus.jail import child, frames, server
from lightflus.jail.bounds import Bounds, Exceeded, Hear, Task
from lightflus.jail.telling import from_plain
from lightflus.limits import JAIL_END_SECONDS, JAIL_LINE_BYTES, JAIL_LINES
from lightflus.model.text import line

_PROGRAM = "import sys; sys.path[:0] = sys.argv[2:]; from lightflus.jail.server import main; main()"
_TASKS, _JEMALLOC = Path("/proc/self/task"), "jemalloc_bg_thd"
_OUT_OF_TIME = (-signal.SIGXCPU, -signal.SIGKILL)
_OUT_OF_MEMORY = (-signal.SIGABRT,)
"""How native code ends where an allocation fails."""


class Jail:
    """One server and those who ask it. Any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._control: socket.socket | None = None

    def ask(self, task: Task, request: bytes, bounds: Bounds, hear: Hear) -> bytes:
        """See `ask` of this file."""
        link, theirs = socket.socketpair()
        waiting, servers = socket.socketpair()
        with link, waiting:
            with theirs, servers:
                self._order(task, bounds, [theirs.fileno(), servers.fileno()])
            return _Conversation(link, waiting, bounds, hear).answer(request)

    def close(self) -> None:
        """Ends the server and what it works on."""
        with self._lock:
            if self._control is not None:
                self._control.close()
                self._control = None

    def _order(self, task: Task, bounds: Bounds, sockets: list[int]) -> None:
        text = server.order(f"{task.__module__}:{task.__name__}", bounds)
        with self._lock:
            if self._control is not None:
                with contextlib.suppress(OSError):  # somebody has ended it
                    socket.send_fds(self._control, [text], sockets)
                    return
                self._control.close()
            self._control = _started()
            socket.send_fds(self._control, [text], sockets)


class _Conversation:
    """With one child, from its request to its answer or its end."""

    def __init__(self, link: socket.socket, waiting: socket.socket, bounds: Bounds, hear: Hear) -> None:
        self._link = link
        self._waiting = waiting
        self._bounds = bounds
        self._hear = hear
        self._until = monotonic() + bounds.wall_seconds

    def answer(self, request: bytes) -> bytes:
        try:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it has ended; its end says why
                self._link.settimeout(self._left())
                frames.send(self._link, frames.REQUEST, request)
            return self._heard()
        except TimeoutError:
            raise Exceeded("time") from None
        except frames.Oversized:
            raise Exceeded("answer") from None
        except (EOFError, OSError):
            raise self._ended() from None

    def _heard(self) -> bytes:
        for _ in range(JAIL_LINES):
            self._link.settimeout(self._left())
            kind, content = frames.receive(self._link, self._bounds.answer_bytes)
            if kind == frames.ANSWER:
                return content
            if kind == frames.FAILURE:
                raise from_plain(content)
            if kind == frames.NO_MEMORY:
                raise Exceeded("memory")
            if content:
                self._hear(content[0], line(content[1:JAIL_LINE_BYTES].decode(errors="replace"), JAIL_LINE_BYTES))
        raise Exceeded("answer")

    def _left(self) -> float:
        left = self._until - monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _ended(self) -> InternalError:
        """What the end of a child means that has not answered."""
        try:
            self._waiting.settimeout(JAIL_END_SECONDS)
            (code,) = server.STATUS.unpack(frames.received(self._waiting, server.STATUS.size))
        except (OSError, EOFError):
            return InternalError("the server of the jail ended")
        if code in _OUT_OF_TIME:
            return Exceeded("time")
        if code in _OUT_OF_MEMORY:
            return Exceeded("memory")
        return InternalError(f"a child of the jail ended with code {code}")


def _deaf(_level: int, _text: str) -> None:
    pass


_jail = Jail()


def ask(task: Task, request: bytes, bounds: Bounds, hear: Hear = _deaf) -> bytes:
    """What `task` answers to `request`, worked out by a child within `bounds`; inside a child, by itself.

    Args:
        task: a function at the top of its file.
        request: what it gets.
        bounds: what the child may use.
        hear: takes the lines that its guests log, cleaned, as they come.

    Raises:
        Exceeded: it wanted more than its bounds.
        LightflusError: what the task raised.
        InternalError: the child ended otherwise.
    """
    if child.is_inside():
        return task(request, hear)
    return _jail.ask(task, request, bounds, hear)


def _started() -> socket.socket:
    """The control socket of a new server. Raises InternalError."""
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            if _has_one_thread():
                _fork(ours, theirs)
            else:
                _spawn(theirs)
    except (OSError, subprocess.SubprocessError) as error:
        ours.close()
        raise InternalError(f"the server of the jail does not start: {error}") from error
    return ours


def _has_one_thread() -> bool:
    """Whether a fork leaves nothing behind: threads end in it, and what they hold locked stays so.

    Threads of native libraries count, but for jemalloc's (of Arrow), which sees to its own in a fork.
    """
    try:
        names = [task.joinpath("comm").read_text(encoding="utf-8").strip() for task in _TASKS.iterdir()]
    except OSError:
        return False
    return len(names) - names.count(_JEMALLOC) == 1


def _fork(ours: socket.socket, theirs: socket.socket) -> None:
    """A grandchild, so that nobody has to wait for its end."""
    pid = os.fork()
    if pid == 0:
        if os.fork() == 0:
            ours.close()
            server.run(theirs)
        os._exit(0)
    os.waitpid(pid, 0)


def _spawn(theirs: socket.socket) -> None:
    places = [str(Path(lightflus.__file__).parents[1]), *(place for place in sys.path if place)]
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    command = [sys.executable, "-I", "-c", _PROGRAM, str(theirs.fileno()), *places]
    subprocess.run(command, env=kept, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, check=True)
