"""The processes of a worker's runners: made, and ended.

What it owns: how a runner's process begins: a program of its own, in a session of its own, with one socket of this
process and its lease. On the event loop. What it leaves: what it does (`runner.py`), when there is one (`agent.py`).
"""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import trio

import lightflus
from lightflus.worker.lease import SharedLease
from lightflus.worker.pipe import Pipe
from lightflus.worker.runner import PROGRAM, Setting


class RunnerProcess:
    """One of them, alive from the start."""

    def __init__(self, setting: Setting, lease: SharedLease) -> None:
        """Starts it; it goes on as long as `lease` is renewed. Raises OSError."""
        ours, theirs = socket.socketpair()
        places = [str(Path(lightflus.__file__).parents[1]), *(place for place in sys.path if place)]
        numbers = [theirs.fileno(), lease.number]
        command = [sys.executable, "-I", "-c", PROGRAM, *map(str, numbers), setting.to_json(), *places]
        with theirs:
            self._process = subprocess.Popen(
                command, pass_fds=numbers, stdin=subprocess.DEVNULL, start_new_session=True
            )
        self.pipe = Pipe(ours)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def is_stopped(self) -> bool:
        """Whether somebody has sent it SIGSTOP."""
        try:
            return Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "T"
        except OSError:
            return False

    async def wait(self) -> int:
        """Its exit code, once it has ended; negative for a signal."""
        return await trio.to_thread.run_sync(self._process.wait, abandon_on_cancel=True)

    async def end(self) -> int:
        """Ends it now; its exit code."""
        self._process.kill()
        await self.pipe.close()
        return await trio.to_thread.run_sync(self._process.wait)
