"""`make cluster-demo`: a cluster with one command, the published word count on it with another; a worker is killed.

Owns the story. Every step is a command that a person would type, in a process of its own; what is checked is what
stands in Redis. It ends by Ctrl-C for the cluster, and nothing of it is left.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import redis
from tools.servers import Kafka, Redis
from tools.servers.ports import free_port, is_free

from lightflus.errors import LightflusError

ROOT = Path(__file__).resolve().parents[2]
JOB = "examples/word_count/wordCount.ts"
LIGHTFLUS = ".venv/bin/lightflus"
LINE = "hello hello hello world world world"
PATIENCE_SECONDS = 120.0
LOOK_SECONDS = 0.1


def usual_or_free(port: int) -> int:
    """The usual port, if nobody uses it here; else any."""
    return port if is_free(port) else free_port()


class Cluster:
    """`lightflus cluster up --workers 2`, and the commands of its user."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._log = home / "up.log"
        self._port = usual_or_free(8080)
        self._env = {
            **os.environ,
            "LIGHTFLUS_ENDPOINT": f"localhost:{self._port}",
            "XDG_CONFIG_HOME": str(home / "config"),
        }

    @contextmanager
    def up(self) -> Iterator[None]:
        """Runs while the block runs; then Ctrl-C."""
        command = ["cluster", "up", "--workers", "2", "--data", str(self._home / "data")]
        command += ["--listen", f"127.0.0.1:{self._port}", "--coordinator", f"127.0.0.1:{usual_or_free(8791)}"]
        print(f"\n2. A cluster of two workers\n$ lightflus {shlex.join(command)}", flush=True)
        with self._log.open("w") as log:
            process = subprocess.Popen([LIGHTFLUS, *command], stderr=log, env=self._env, start_new_session=True)
        try:
            until(lambda: process.poll() is not None or "Ctrl-C ends it" in self._log.read_text(), "the cluster serves")
            print(self._log.read_text(), end="", flush=True)
            if process.poll() is not None:
                raise SystemExit(f"the cluster ended with code {process.returncode}")
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_SECONDS)

    def run(self, *words: str) -> None:
        """A command, shown with what it prints."""
        print(f"$ lightflus {shlex.join(words)}", flush=True)
        if subprocess.run([LIGHTFLUS, *words], env=self._env, check=False).returncode != 0:
            raise SystemExit("that did not work")

    def worker_process(self, name: str) -> int:
        """A worker's process; what runs there dies with it."""
        found = re.search(rf"^{name} +process (\d+)", self._log.read_text(), re.MULTILINE)
        if found is None:
            raise SystemExit(f"the cluster does not say which process {name} is")
        return int(found[1])


def until(is_so: Callable[[], object], what: str) -> float:
    """Looks until something is so; answers the seconds that it took."""
    began = time.monotonic()
    while not is_so():
        if time.monotonic() - began > PATIENCE_SECONDS:
            raise SystemExit(f"not within {PATIENCE_SECONDS:.0f} s: {what}")
        time.sleep(LOOK_SECONDS)
    return time.monotonic() - began


def servers(stack: ExitStack) -> tuple[Kafka, Redis]:
    """Kafka and Redis, on the ports that the published program names where they are free."""
    print("1. Real servers on this machine", flush=True)
    kafka = stack.enter_context(Kafka(port=usual_or_free(9092)))
    kafka.create_topic("topic", 2)
    store = stack.enter_context(Redis(port=usual_or_free(6379)))
    for each in (kafka, store):
        print(f"   {each.kind:<6} {each.address}", flush=True)
    return kafka, store


def deploy(cluster: Cluster, kafka: Kafka, store: Redis) -> None:
    """The published program, unmodified; bound to other ports only where its own are taken."""
    print("\n3. The published program, on both workers", flush=True)
    bindings = []
    if (kafka.port, store.port) != (9092, 6379):
        bindings = ["--bind", f"topic=kafka://{kafka.address}/topic", "--bind", f"redis=redis://{store.address}"]
    cluster.run("deploy", JOB, *bindings, "--parallelism", "2", "--wait")
    cluster.run("status", "wordCount")


def count(cluster: Cluster, kafka: Kafka, client: redis.Redis, wanted: int) -> None:
    """A line more in the topic, and what is in Redis then."""
    cluster.run("send", f"kafka://{kafka.address}/topic", LINE)
    seconds = until(lambda: client.mget("hello", "world") == [str(wanted)] * 2, f"both counts are {wanted}")
    print(f"redis> GET hello\n{wanted}     (after {seconds:.1f} s)", flush=True)


def kill_a_worker(cluster: Cluster) -> None:
    """`kill -9`, and the job runs again."""
    pid = cluster.worker_process("worker-2")
    print(f"\n5. A worker is killed; the job runs again without it\n$ kill -9 {pid}", flush=True)
    os.kill(pid, signal.SIGKILL)


def main() -> int:
    """The six steps."""
    if Path.cwd() != ROOT:
        raise SystemExit("run it as `make cluster-demo`, from the top of the checkout")
    try:
        with ExitStack() as stack:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lightflus-cluster-demo-")))
            kafka, store = servers(stack)
            client = stack.enter_context(store.client())
            cluster = Cluster(home)
            stack.enter_context(cluster.up())
            deploy(cluster, kafka, store)
            print("\n4. A line in the topic, and another one", flush=True)
            for wanted in (3, 6):
                count(cluster, kafka, client, wanted)
            kill_a_worker(cluster)
            count(cluster, kafka, client, 9)
            cluster.run("status", "wordCount")
            print("\n6. Ctrl-C for the cluster", flush=True)
    except KeyboardInterrupt:
        print("\nstopped; cluster and servers are gone, and their data with them")
        return 130
    except LightflusError as error:
        print(f"error: {error}\n  help: {error.hint}", file=sys.stderr)
        return 1
    print("   coordinator, workers, ApiServer and servers have ended")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
