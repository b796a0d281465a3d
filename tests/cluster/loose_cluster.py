"""A cluster whose processes are killed one by one: coordinator, two workers, ApiServer, each started by its command."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from live_cluster import LIGHTFLUS, PATIENCE, until
from tools.servers.ports import free_port

Json = dict[str, object]


class LooseCluster:
    """`start` what is named; all of it ends with `end`."""

    def __init__(self, home: Path, *, host: str = "127.0.0.1") -> None:
        """`host` is where the coordinator and the first worker are reached."""
        self.home = home
        self.coordinator = f"{host}:{free_port()}"
        self.api = f"127.0.0.1:{free_port()}"
        self._inside: dict[str, Sequence[str]] = {}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        data = ("--data", str(home))
        self._commands: dict[str, tuple[str, ...]] = {
            "coordinator": ("coordinator", "--listen", self.coordinator, *data),
            "apiserver": ("apiserver", "--coordinator", self.coordinator, "--listen", self.api, "--insecure-dev"),
        }
        for name in ("a", "b"):
            self.worker(name, host)

    def worker(self, name: str, host: str, inside: Sequence[str] = ()) -> None:
        """How a worker is started: on a host, behind the words of a command that puts it there."""
        where = ("--coordinator", self.coordinator, "--host", host, "--data", str(self.home / name))
        self._commands[name] = ("worker", *where, "--name", name, "--slots", "2", "--allow-all")
        self._inside[name] = inside

    def start(self, *names: str) -> None:
        for name in names:
            with (self.home / f"{name}.log").open("ab") as log:
                command: list[str | Path] = [*self._inside.get(name, ()), LIGHTFLUS, *self._commands[name]]
                self._processes[name] = subprocess.Popen(command, cwd=self.home, stdout=log, stderr=log)

    def pid(self, name: str) -> int:
        return self._processes[name].pid

    def runners(self, name: str) -> list[int]:
        """The processes in which a worker runs jobs."""
        children = Path(f"/proc/{self.pid(name)}/task").glob("*/children")
        pids = [int(pid) for file in children for pid in file.read_text().split()]
        return [pid for pid in pids if b"worker.runner" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def kill(self, name: str) -> None:
        self._processes[name].kill()
        self._processes[name].wait()

    def end(self) -> None:
        for process in self._processes.values():
            if process.poll() is None:
                os.kill(process.pid, signal.SIGCONT)
                process.kill()
                process.wait()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [LIGHTFLUS, *arguments],
            env={**os.environ, "LIGHTFLUS_ENDPOINT": self.api, "XDG_CONFIG_HOME": str(self.home)},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def asked(self, *arguments: str) -> Json:
        """What a command says, or nothing where it fails."""
        done = self.run(*arguments, "--json")
        return {} if done.returncode else dict(json.loads(done.stdout))

    def job(self, name: str) -> Json:
        return self.asked("status", name)

    def wait_for_workers(self, count: int) -> None:
        def alive() -> bool:
            items = self.asked("workers").get("items", ())
            return isinstance(items, list) and sum(one["status"] == "alive" for one in items) == count

        until(alive, lambda: self.run("workers").stderr)

    def wait_for(self, name: str, is_so: Callable[[Json], bool]) -> Json:
        until(lambda: is_so(self.job(name)), lambda: self.run("status", name))
        return self.job(name)


@contextmanager
def loose_cluster(home: Path) -> Iterator[LooseCluster]:
    """With all of its processes at work."""
    cluster = LooseCluster(home)
    try:
        cluster.start("coordinator", "a", "b", "apiserver")
        cluster.wait_for_workers(2)
        yield cluster
    finally:
        cluster.end()


def seconds_until(is_so: Callable[[], bool], most: float) -> float:
    """How long it took; fails after `most`."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < most, f"not within {most} s"
        time.sleep(0.05)
    return time.monotonic() - began
