"""The published word count between a Redis stream and Redis, as a program."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tools.servers import Redis

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
LIGHTFLUS = [sys.executable, "-c", "from lightflus.cli.main import main; main()"]
JOB = str(ROOT / "examples/word_count/wordCount.ts")


def run(redis: Redis, stream: str, hash_name: str, source: str) -> None:
    binds = [
        "--bind",
        f"topic=redis-stream://{redis.address}?stream={stream}&end=latest&{source}",
        "--bind",
        f"redis=redis://{redis.address}?hash={hash_name}",
    ]
    done = subprocess.run(
        [*LIGHTFLUS, "run", JOB, "--quiet", *binds], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_words_of_a_stream_are_counted_in_a_hash(redis: Redis, unique: Callable[[str], str]) -> None:
    stream, counts = unique("lines"), unique("counts")
    with redis.client() as client:
        for _ in range(3):
            client.xadd(stream, {"value": "hello world"})
        run(redis, stream, counts, "start=earliest")
        assert client.hgetall(counts) == {"hello": "3", "world": "3"}
        client.xadd(stream, {"value": "hello"})
        run(redis, stream, counts, "start=earliest")
        assert client.hgetall(counts) == {"hello": "4", "world": "3"}


def test_a_group_has_acknowledged_everything_when_the_job_ends(redis: Redis, unique: Callable[[str], str]) -> None:
    stream, counts = unique("lines"), unique("counts")
    with redis.client() as client:
        for number in range(2_500):
            client.xadd(stream, {"value": f"word{number}"})
        run(redis, stream, counts, "group=g")
        assert client.hlen(counts) == 2_500
        assert client.xpending(stream, "g")["pending"] == 0
        (group,) = client.xinfo_groups(stream)
        assert group["lag"] == 0
