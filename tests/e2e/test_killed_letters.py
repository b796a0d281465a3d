"""A job with checkpoints that is killed again and again leaves each of its dead letters once."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import cast

import pytest
from live_jobs import LIGHTFLUS

pytestmark = pytest.mark.slow

JOB = """
import { Connector, ExecutionContext, Kafka } from "lightflus-api";

interface Value {
  n: number;
}

Kafka.builder()
  .brokers(["localhost:9092"])
  .topic("numbers")
  .group("unlucky")
  .build<Value>()
  .createFlow(ExecutionContext.new("unlucky"))
  .map((v): Value => {
    if (v.n % 500 === 13) {
      throw new Error("unlucky");
    }
    return { n: v.n };
  })
  .sink(Connector.sink<Value>("file", { path: "out.jsonl" }))
  .execute();
"""
FILES, LINES, BROKEN = 2, 100_000, 1_000
"""How many files, lines in each, and of these how many to one that is no JSON."""
LETTERS = "unlucky.dead-letters.jsonl"


def write_numbers(folder: Path) -> None:
    folder.mkdir()
    for file in range(FILES):
        numbers = range(file * LINES, (file + 1) * LINES)
        lines = ["{broken" if n % BROKEN == 7 else json.dumps({"n": n}) for n in numbers]
        (folder / f"{file}.jsonl").write_text("".join(line + "\n" for line in lines))


def objects(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def lives(folder: Path, chance: random.Random) -> int:
    """Kills the job whenever there are some more letters, until it ends; answers how often that was."""
    options = ["--checkpoints", "checkpoints", "--every", "100ms", "--poison", "dead-letter", "--allow-all", "--quiet"]
    command = [str(LIGHTFLUS), "run", "job.wasm", "--bind", "numbers=file:in?bad=dead-letter", *options]
    enough, letters = 0, folder / LETTERS
    for kills in range(1_000):
        enough += chance.randint(20_000, 60_000)
        with (folder / "said").open("w") as said:
            job = subprocess.Popen(
                [*command, "--parallelism", str(chance.randint(1, 3))], cwd=folder, stdout=said, stderr=said
            )
            while job.poll() is None and letters.stat().st_size < enough:
                time.sleep(0.005)
            job.kill()
        if job.wait() != -signal.SIGKILL:
            assert job.returncode == 0, (folder / "said").read_text()
            return kills
    raise AssertionError("it never ends")


def test_each_letter_is_in_its_file_once_however_often_the_job_is_killed(tmp_path: Path) -> None:
    (tmp_path / "job.ts").write_text(JOB, encoding="utf-8")
    subprocess.run([str(LIGHTFLUS), "build", "job.ts"], cwd=tmp_path, check=True, capture_output=True)
    write_numbers(tmp_path / "in")
    (tmp_path / LETTERS).write_text(json.dumps({"operator": "another job's", "kind": "RecordInvalid"}) + "\n")
    kills = lives(tmp_path, random.Random(15))
    broken = {n for n in range(FILES * LINES) if n % BROKEN == 7}
    unlucky = {n for n in range(FILES * LINES) if n % 500 == 13}
    older, *letters = objects(tmp_path / LETTERS)
    assert older["operator"] == "another job's"
    records = [cast("dict[str, int]", letter["record"]) for letter in letters if "record" in letter]
    assert Counter(record["n"] for record in records) == Counter(unlucky)
    rejected = Counter(letter["position"] for letter in letters if "record" not in letter)
    assert (len(rejected), set(rejected.values())) == (len(broken), {1})
    written = Counter(row["n"] for row in objects(tmp_path / "out.jsonl"))
    assert written == Counter(set(range(FILES * LINES)) - broken - unlucky)
    assert kills > 2
