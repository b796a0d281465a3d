"""Every program of `examples/` gives on a cluster of two workers what it gives in one process."""

from __future__ import annotations

import json
import os
import re
import shlex
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from live_cluster import LIGHTFLUS, Cluster, running_cluster, until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
NEXMARK = EXAMPLES / "nexmark"
PACKAGE = EXAMPLES / "connector_package"
"""Its connector has to be installed on each worker."""
ENVIRONMENT = {**os.environ, "CARGO_TARGET_DIR": str(ROOT / "udf_sdk/rust/target/nexmark")}
BIDS = "40000 10000 3 1436947181000 50"


@dataclass(frozen=True)
class Program:
    """A command of an example's page."""

    folder: Path
    job: str
    bindings: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.folder.name}/{Path(self.job).name}"

    def module(self, to: Path) -> Path:
        """Its module, built."""
        if (self.folder / "build.sh").exists():
            subprocess.run([self.folder / "build.sh", to], check=True)
        else:
            source = next(place for place in (ROOT / self.job, self.folder / self.job) if place.exists())
            subprocess.run([LIGHTFLUS, "build", source, "-o", to], check=True, capture_output=True, env=ENVIRONMENT)
        return to

    def bound(self, inputs: Path, to: Path) -> list[str]:
        """Its bindings: what is read stands in the repository or in `inputs`, what is written in the folder `to`."""
        to.mkdir()
        return [word for binding in self.bindings for word in ("--bind", _placed(binding, inputs, to))]


def _placed(binding: str, inputs: Path, to: Path) -> str:
    name, _, uri = binding.partition("=")
    scheme, _, rest = uri.partition(":")
    if scheme == "stdout":
        return f"{name}=file:{to / name}.jsonl"
    read = next((place / rest for place in (ROOT, inputs) if (place / rest).exists()), None)
    return f"{name}={scheme}:{read or to / rest}"


def programs() -> Iterator[Program]:
    for page in sorted(EXAMPLES.glob("*/README.md")):
        commands = re.findall(r"^lightflus run (.*)$", page.read_text().replace("\\\n", " "), re.MULTILINE)
        for command in commands if page.parent != PACKAGE else ():
            job, *words = shlex.split(command)
            bindings = tuple(word for before, word in pairwise(words) if before == "--bind")
            if bindings:  # without any the job wants the servers that it names
                yield Program(page.parent, job, bindings)


PROGRAMS = list(programs())


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster"), workers=2) as there:
        yield there


def written(folder: Path) -> dict[str, list[str]]:
    """What sinks wrote, by name: rows as a multiset."""
    found = {}
    for file in folder.iterdir():
        if file.suffix == ".jsonl":
            rows: Sequence[object] = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        elif file.suffix == ".db":
            with sqlite3.connect(file) as connection:
                rows = connection.execute("select * from redis").fetchall()
            connection.close()
        else:
            continue
        found[file.name] = sorted(json.dumps(row, sort_keys=True) for row in rows)
    return found


def job_of(cluster: Cluster, name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(cluster.run("status", name, "--json").stdout)
    return found


def put_bids(folder: Path) -> None:
    generate = ["cargo", "run", "--release", "--quiet", "--bin", "generate", *BIDS.split()]
    with (folder / "bids.jsonl").open("wb") as file:
        subprocess.run(generate, cwd=NEXMARK, stdout=file, env=ENVIRONMENT, check=True)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_a_program_gives_the_same_in_one_process_and_on_two_workers(
    program: Program, cluster: Cluster, tmp_path: Path
) -> None:
    if program.folder == NEXMARK:
        put_bids(tmp_path)
    module = program.module(tmp_path / "job.wasm")
    here, there = tmp_path / "here", tmp_path / "there"
    run: list[str | Path] = [
        LIGHTFLUS,
        "run",
        module,
        "--allow-all",
        "--quiet",
        "--parallelism",
        "2",
        *program.bound(tmp_path, here),
    ]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    name = re.sub(r"\W", "-", program.name)
    bindings = program.bound(tmp_path, there)
    done = cluster.run("deploy", str(module), "--name", name, "--parallelism", "2", *bindings, "--wait")
    assert done.returncode == 0, done.stderr
    until(lambda: job_of(cluster, name)["status"] in ("finished", "failed"), lambda: job_of(cluster, name))
    job = job_of(cluster, name)
    assert (job["status"], job["restarts"]) == ("finished", 0), job
    assert written(here)
    assert all(written(here).values())
    assert written(there) == written(here)


def test_there_is_a_program_of_every_example() -> None:
    assert {program.folder for program in PROGRAMS} | {PACKAGE} == {
        page.parent for page in EXAMPLES.glob("*/README.md")
    }
