"""`lightflus cluster up` as a person has it, in a process of its own; its user's commands."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.servers.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
LIGHTFLUS = Path(sys.executable).with_name("lightflus")
PATIENCE = 180
"""Seconds that anything may take: far more than it needs, since other tests run beside it."""


@dataclass
class Cluster:
    """One that serves."""

    process: subprocess.Popen[str]
    port: int
    home: Path
    ports: list[str]
    """The options that say where it listens."""

    @property
    def environment(self) -> dict[str, str]:
        """What its user has set; the token is found, not given."""
        return {**environment(self.home), "LIGHTFLUS_ENDPOINT": f"localhost:{self.port}"}

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """A command of the same user."""
        return subprocess.run(
            [LIGHTFLUS, *arguments],
            env={**self.environment, **env},
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    @property
    def processes(self) -> list[int]:
        """Of coordinator, workers and ApiServer, those that were started again too."""
        return [int(pid) for pid in re.findall(r"process (\d+)", self.log)]

    @property
    def log(self) -> str:
        """What `cluster up` has said."""
        return (self.home / "up.log").read_text()


@contextmanager
def running_cluster(home: Path, *, workers: int) -> Iterator[Cluster]:
    """Ended by Ctrl-C when the block ends, if it has not ended before."""
    port, log = free_port(), home / "up.log"
    ports = ["--listen", f"127.0.0.1:{port}", "--coordinator", f"127.0.0.1:{free_port()}"]
    with log.open("w") as file:
        process = subprocess.Popen(
            [LIGHTFLUS, "cluster", "up", "--workers", str(workers), *ports],
            cwd=home,
            env=environment(home),
            stderr=file,
            text=True,
        )
    try:
        until(lambda: process.poll() is not None or "Ctrl-C ends it" in log.read_text(), log.read_text)
        assert process.poll() is None, log.read_text()
        yield Cluster(process, port, home, ports)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "XDG_CONFIG_HOME": str(home / "config"), "PYTHONUNBUFFERED": "1"}


def until(is_so: Callable[[], object], why: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, why()
        time.sleep(0.1)
