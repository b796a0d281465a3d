"""Small jobs of one namespace cost a worker little; `python -m bench many_jobs` has 300 of them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import trio
from bench.many_jobs import measured
from tools.servers import Kafka, Redis

pytestmark = pytest.mark.slow

JOBS = 25
THREADS = 120
"""Of agent and runner. With consumers and threads of its own, each job had more than twenty."""
IDLE_CORES = 0.3
"""On a machine that is busy with other tests."""


def test_jobs_that_wait_for_messages_share_threads_and_cost_next_to_nothing(
    kafka: Kafka, redis: Redis, tmp_path: Path
) -> None:
    seen = trio.run(partial(measured, JOBS, kafka, redis, tmp_path))
    assert seen.threads < THREADS, seen
    assert seen.idle_cores < IDLE_CORES, seen
