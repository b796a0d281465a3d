"""One process of `lightflus cluster up`: started, started again when it ends by itself, ended.

What it owns: its log, how it begins (in a session of its own, so that Ctrl-C reaches it through its owner, in order),
and that it ends with its owner, killed or not. On the event loop.
What it leaves: which processes there are (`clustering.py`).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import trio

from lightflus.cli.ending import OWNER
from lightflus.cli.screen import say
from lightflus.cluster_limits import CLUSTER_LIVED_SECONDS, CLUSTER_STOP_SECONDS
from lightflus.errors import ExternalError
from lightflus.limits import KIB

_PROGRAM: Final = (sys.executable, "-c", "from lightflus.cli.start import main; main()")
_TOLD_LINES: Final = 5


class Part:
    """`start` it, then `keep` it; `end` it whatever has happened."""

    def __init__(self, name: str, arguments: Sequence[str], log: Path, alive: int) -> None:
        """`arguments` are those of `lightflus`; `alive` is the end of a pipe whose other end its owner has."""
        self.name = name
        self.log = log
        self._arguments = arguments
        self._alive = alive
        self._process: trio.Process | None = None

    def __str__(self) -> str:
        pid = self._process.pid if self._process else "none"
        return f"{self.name:12} process {pid}, log {self.log}"

    async def start(self) -> None:
        """Begins, with a log of its own."""
        self.log.unlink(missing_ok=True)
        await self._begin()

    async def keep(self) -> None:
        """Starts it again when it ends by itself. Raises ExternalError: it had hardly begun, and so would again."""
        while True:
            began = trio.current_time()
            assert self._process is not None
            code = await self._process.wait()
            if trio.current_time() - began < CLUSTER_LIVED_SECONDS:
                raise ExternalError(f"{self.name} ended with code {code}: {self._said()}", where=str(self.log))
            await self._begin()
            say(f"{self.name} ended with code {code} and is started again: process {self._process.pid}", "yellow")

    async def end(self) -> None:
        """Ends it, by force if it takes too long."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.terminate()
        with trio.move_on_after(CLUSTER_STOP_SECONDS) as late:
            await self._process.wait()
        if late.cancelled_caught:
            self._process.kill()
            await self._process.wait()

    async def _begin(self) -> None:
        with self.log.open("ab") as file:
            self._process = await trio.lowlevel.open_process(
                [*_PROGRAM, *self._arguments],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
                pass_fds=[self._alive],
                env={**os.environ, OWNER: str(self._alive)},
            )

    def _said(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()[-_TOLD_LINES:]
        return " / ".join(line[:KIB] for line in lines) or "it said nothing"
