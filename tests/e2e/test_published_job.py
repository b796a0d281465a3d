"""The published program, unmodified, between a real Kafka and a real Redis on the ports that it names."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from live_jobs import ROOT, LiveJob, produce
from tools.servers import Kafka, Redis
from tools.servers.ports import is_free
from tools.servers.process import wait_until

pytestmark = pytest.mark.slow

JOB = ROOT / "examples/word_count/wordCount.ts"
LINE = "hello hello hello world world world"


@pytest.fixture(scope="module", autouse=True)
def _usual_ports() -> Iterator[None]:
    """The ports that the program names are there once on a machine: test runs of several checkouts take turns."""
    with (Path(tempfile.gettempdir()) / "lightflus-usual-ports.lock").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def is_unused(port: int) -> None:
    assert is_free(port), f"port {port} of this machine is in use"


@pytest.fixture(scope="module")
def named_kafka() -> Iterator[Kafka]:
    wait_until(lambda: is_unused(9092))
    with Kafka(port=9092) as server:
        yield server


@pytest.fixture(scope="module")
def named_redis() -> Iterator[Redis]:
    wait_until(lambda: is_unused(6379))
    with Redis(port=6379) as server:
        yield server


def test_three_of_each_then_six_and_six_again_after_a_restart(
    named_kafka: Kafka, named_redis: Redis, tmp_path: Path
) -> None:
    named_kafka.create_topic("topic")
    client = named_redis.client()

    def counts() -> list[object]:
        return list(client.mget("hello", "world"))

    with LiveJob(JOB, cwd=tmp_path) as job:
        produce(named_kafka, "topic", [LINE])
        job.wait_until(lambda: counts() == ["3", "3"])
        produce(named_kafka, "topic", [LINE])
        job.wait_until(lambda: counts() == ["6", "6"])
    assert job.process.returncode == 130
    client.flushdb()
    with LiveJob(JOB, cwd=tmp_path) as job:
        job.wait_until(lambda: counts() == ["6", "6"])
        produce(named_kafka, "topic", [LINE])
        job.wait_until(lambda: counts() == ["9", "9"])
    client.close()


def test_the_demo_counts_what_its_producer_sends() -> None:
    done = subprocess.run(
        [sys.executable, "examples/word_count/demo_kafka.py", "3"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},  # as `make demo-kafka` has it
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "are exactly the producer's own" in done.stdout
