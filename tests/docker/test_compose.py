"""docker/docker-compose.yml without containers: its commands with its environment as processes, its own health checks.

Names of services stand for this machine, their ports for free ones, volumes for folders. The image's own steps, Kafka
and Redis as containers are not tried here (docs/operations.md).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
import yaml
from tools.servers.ports import free_port
from tools.servers.process import wait_until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
LIGHTFLUS = Path(sys.executable).with_name("lightflus")
TOKEN = "a-token-of-more-than-32-characters"
PORTS = {"coordinator": 8791, "worker": 8792, "apiserver": 8080}
"""Of the published compose file."""
NAMES = re.compile(r"\b(coordinator|worker|apiserver|localhost|0\.0\.0\.0)(?=:\d|$)")

Service = Mapping[str, object]
COMPOSE = cast("dict[str, dict[str, Service]]", yaml.safe_load((ROOT / "docker/docker-compose.yml").read_text()))
SERVICES = COMPOSE["services"]


@dataclass(frozen=True)
class Machine:
    """Where the services run in place of containers."""

    home: Path
    ports: Mapping[int, int]

    def here(self, service: str, text: str) -> str:
        """A word of a service's command or environment, as it is on this machine."""
        text = text.replace("/run/secrets", str(self.home)).replace("/data", str(self.home / service))
        text = NAMES.sub("127.0.0.1", text)
        return re.sub(r"(?<=127\.0\.0\.1:)\d+", lambda port: str(self.ports[int(port[0])]), text)

    def environment(self, service: str) -> dict[str, str]:
        """As compose gives it."""
        given = cast("dict[str, str]", SERVICES[service].get("environment", {}))
        found = {name: self.here(service, value) for name, value in given.items()}
        if "WORKER_1" in found:  # a name alone stands for the usual port
            found["WORKER_1"] += f":{self.ports[8792]}"
        return found

    def is_well(self, service: str) -> None:
        """Asks as compose does."""
        check = cast("dict[str, list[str]]", SERVICES[service]["healthcheck"])["test"]
        assert check[:2] == ["CMD", "/lightflus/runtime/tools/healthcheck"]
        words = [self.here(service, word) for word in check[2:]]
        done = run([sys.executable, "-I", str(ROOT / "docker/healthcheck"), *words])
        assert done.returncode == 0, done.stderr


def run(command: Sequence[str], **env: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **env}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=180)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """All services of ours, started as compose starts them: a worker first, which knows nobody."""
    machine = Machine(tmp_path_factory.mktemp("compose"), {port: free_port() for port in PORTS.values()})
    (machine.home / "operator-token").write_text(TOKEN)
    with ExitStack() as stack:
        for service in ("worker", "coordinator", "apiserver"):
            folder = machine.home / service
            folder.mkdir()
            name, *words = cast("list[str]", SERVICES[service]["command"])
            words = [machine.here(service, word) for word in words]
            log = stack.enter_context((machine.home / f"{service}.log").open("w"))
            environment = {**os.environ, **machine.environment(service)}
            process = subprocess.Popen([LIGHTFLUS, name, *words], cwd=folder, env=environment, stderr=log)
            stack.callback(process.wait, 60)
            stack.callback(process.terminate)
        yield machine


def test_its_services_have_the_published_ports_and_names() -> None:
    assert SERVICES.keys() == {"coordinator", "worker", "apiserver", "kafka", "redis"}
    for name, port in PORTS.items():
        assert f"127.0.0.1:{port}:{port}" in cast("list[str]", SERVICES[name]["ports"])
    assert SERVICES["coordinator"]["environment"] == {"WORKER_1": "worker"}
    assert SERVICES["apiserver"]["environment"] == {"LIGHTFLUS_COORDINATOR_URI": "http://coordinator:8791"}


@pytest.mark.parametrize("service", PORTS)
def test_a_service_that_runs_is_well(machine: Machine, service: str) -> None:
    wait_until(lambda: machine.is_well(service))


def test_its_coordinator_invites_its_worker_and_a_job_runs_there(machine: Machine) -> None:
    user = {"LIGHTFLUS_ENDPOINT": f"localhost:{machine.ports[8080]}", "LIGHTFLUS_TOKEN": TOKEN}

    def is_there() -> None:
        done = run([str(LIGHTFLUS), "workers", "--json"], **user)
        assert done.returncode == 0, done.stderr
        assert [one["status"] for one in json.loads(done.stdout)["items"]] == ["alive"]

    wait_until(is_there)
    binds = ["--bind", "topic=generate:?rate=10", "--bind", "redis=blackhole:"]
    job = str(ROOT / "examples/word_count/wordCount.ts")
    done = run([str(LIGHTFLUS), "deploy", job, *binds, "--wait", "--json"], **user)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["status"] == "running"


def test_a_service_that_is_away_is_not_well(machine: Machine) -> None:
    for method in ([], ["-METHOD", "/worker.TaskWorkerApi/Probe"]):
        done = run([sys.executable, "-I", str(ROOT / "docker/healthcheck"), "-TARGET", "127.0.0.1:1", *method])
        assert done.returncode == 1
        assert done.stderr.startswith("127.0.0.1:1 is not well: ")
