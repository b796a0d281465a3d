"""The published program, unmodified, between a real Kafka and a real Redis on the ports that it names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from live_jobs import ROOT, LiveJob, produce
from tools.servers import Kafka, Redis

pytestmark = pytest.mark.slow

JOB = ROOT / "examples/word_count/wordCount.ts"
LINE = "hello hello hello world world world"


def test_three_of_each_then_six_and_six_again_after_a_restart(
    usual_kafka: Kafka, usual_redis: Redis, tmp_path: Path
) -> None:
    usual_kafka.create_topic("topic")
    client = usual_redis.client()

    def counts() -> list[object]:
        return list(client.mget("hello", "world"))

    with LiveJob(JOB, cwd=tmp_path) as job:
        produce(usual_kafka, "topic", [LINE])
        job.wait_until(lambda: counts() == ["3", "3"])
        produce(usual_kafka, "topic", [LINE])
        job.wait_until(lambda: counts() == ["6", "6"])
    assert job.process.returncode == 130
    client.flushdb()
    with LiveJob(JOB, cwd=tmp_path) as job:
        job.wait_until(lambda: counts() == ["6", "6"])
        produce(usual_kafka, "topic", [LINE])
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
