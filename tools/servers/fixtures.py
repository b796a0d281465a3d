"""The pytest plugin: each server is started when the first test asks for it, and stopped when the session ends.

What it owns: one server of each kind for a whole session; tests keep apart by names of their own (`unique`). Workers of
pytest-xdist share one Kafka, whose start takes seconds; of the others each worker has its own, as it has the session.
What it leaves: servers that a test kills or configures: it makes its own. The Kafka that is shared refuses to be ended.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools.servers.kafka import Kafka
from tools.servers.mariadb import MariaDb
from tools.servers.ports import is_free
from tools.servers.process import wait_until
from tools.servers.redis import Redis, RedisCluster
from tools.servers.sharing import shared


@pytest.fixture(scope="session")
def kafka(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """A Kafka broker, the same one in all workers of pytest-xdist."""
    folder = tmp_path_factory.getbasetemp()
    with shared(Kafka, (folder.parent if hasattr(request.config, "workerinput") else folder) / "kafka") as server:
        yield server


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    """A Redis server."""
    with Redis() as server:
        yield server


@pytest.fixture(scope="session")
def redis_cluster() -> Iterator[RedisCluster]:
    """A Redis cluster of three nodes."""
    with RedisCluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDb]:
    """A MariaDB server."""
    with MariaDb() as server:
        yield server


@pytest.fixture(scope="module")
def _turn() -> Iterator[None]:
    """The ports that published programs name are there once on a machine: test runs of several checkouts take turns."""
    with (Path(tempfile.gettempdir()) / "lightflus-usual-ports.lock").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _require_unused(port: int) -> None:
    assert is_free(port), f"port {port} of this machine is in use"


@pytest.fixture(scope="module")
def usual_kafka(_turn: None) -> Iterator[Kafka]:
    """A Kafka broker on the usual port."""
    wait_until(lambda: _require_unused(9092))
    with Kafka(port=9092) as server:
        yield server


@pytest.fixture(scope="module")
def usual_redis(_turn: None) -> Iterator[Redis]:
    """A Redis server on the usual port."""
    wait_until(lambda: _require_unused(6379))
    with Redis(port=6379) as server:
        yield server


@pytest.fixture(scope="session")
def unique() -> Callable[[str], str]:
    """Makes names that no other test of any session has: `unique("words")` is `words-4711-1`."""
    numbers = itertools.count(1)
    return lambda base: f"{base}-{os.getpid()}-{next(numbers)}"
