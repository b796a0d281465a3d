"""The server that forks: a process with one thread and everything loaded, so that a child costs milliseconds.

What it owns: forking children for one owner, ending those whose asker has gone, telling how each ended. It works on
nothing itself and reads no stranger's bytes. It ends with its owner.
What it leaves: starting it (`asking.py`), a child's life (`child.py`).
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
from dataclasses import dataclass
from struct import Struct
from typing import Final, NoReturn

from lightflus.jail import child
from lightflus.jail.bounds import Bounds
from lightflus.jail.frames import received

ORDER_BYTES: Final = 512
"""An order: JSON, filled up with spaces. With it come two sockets: to the child, and to who waits for its end."""
STATUS: Final = Struct("<i")
_THREADS = "2"
_SOCKETS = 2


@dataclass(frozen=True, slots=True)
class _Child:
    pid: int
    waiting: socket.socket
    """Whoever asked; when it closes its end, it wants the child no more."""
    life: int
    """A pipe whose other end the child alone has: it ends when the child ends."""


def order(task: str, bounds: Bounds) -> bytes:
    """What `Server` reads."""
    fields = [task, bounds.cpu_seconds, bounds.memory_bytes, bounds.answer_bytes]
    return json.dumps(fields).encode().ljust(ORDER_BYTES)


class Server:
    """Serves one control socket until it ends."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)
        self._children: list[_Child] = []

    def serve(self) -> None:
        """Returns when the owner is gone; its children go with it."""
        try:
            while self._turn():
                pass
        except (OSError, EOFError):  # the owner has ended in the middle of a word
            pass
        for one in self._children:
            os.kill(one.pid, signal.SIGKILL)

    def _turn(self) -> bool:
        for key, _ in self._selector.select():
            if key.fileobj is self._control:
                if not self._take_order():
                    return False
            elif isinstance(key.data, _Child):
                self._look_at(key.data, is_over=key.fileobj == key.data.life)
        return True

    def _take_order(self) -> bool:
        text, sockets, *_ = socket.recv_fds(self._control, ORDER_BYTES, _SOCKETS)
        if not text:
            return False
        text += received(self._control, ORDER_BYTES - len(text))
        task, cpu_seconds, memory_bytes, answer_bytes = json.loads(text)
        link, waiting = (socket.socket(fileno=number) for number in sockets)
        child.named(task)  # loaded here once, for all children
        self._fork(link, waiting, task, Bounds(cpu_seconds, memory_bytes, answer_bytes))
        return True

    def _fork(self, link: socket.socket, waiting: socket.socket, task: str, bounds: Bounds) -> None:
        ours, theirs = os.pipe()
        pid = os.fork()
        if pid == 0:
            self._leave(waiting, ours)
            child.work(link, task, bounds)
        os.close(theirs)
        link.close()
        made = _Child(pid, waiting, ours)
        self._children.append(made)
        self._selector.register(ours, selectors.EVENT_READ, made)
        self._selector.register(waiting, selectors.EVENT_READ, made)

    def _leave(self, waiting: socket.socket, life: int) -> None:
        """A child has nothing of the server, and nothing of its other children."""
        self._selector.close()
        self._control.close()
        waiting.close()
        os.close(life)
        for one in self._children:
            one.waiting.close()
            os.close(one.life)

    def _look_at(self, one: _Child, *, is_over: bool) -> None:
        if one not in self._children:  # seen to its end in this turn already
            return
        if not is_over:
            os.kill(one.pid, signal.SIGKILL)
        _, status = os.waitpid(one.pid, 0)
        self._children.remove(one)
        self._selector.unregister(one.life)
        self._selector.unregister(one.waiting)
        with contextlib.suppress(OSError):
            one.waiting.sendall(STATUS.pack(os.waitstatus_to_exitcode(status)))
        one.waiting.close()
        os.close(one.life)


def run(control: socket.socket) -> NoReturn:
    """The whole life of a server's process: without a terminal, files, environment or signals of its owner."""
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.environ.clear()
        os.environ["RAYON_NUM_THREADS"] = _THREADS
        _close_files(but=control.fileno())
        gc.freeze()  # what is loaded stays, and its pages are shared
        Server(control).serve()
    finally:
        os._exit(0)


def _close_files(but: int) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nothing, standard)
    os.closerange(3, but)
    os.closerange(but + 1, os.sysconf("SC_OPEN_MAX"))


def main() -> None:
    """A program that becomes a server; its argument is the number of the control socket. Nobody waits for its end."""
    if os.fork():
        os._exit(0)
    run(socket.socket(fileno=int(sys.argv[1])))
