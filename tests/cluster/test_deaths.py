"""A process of a cluster dies or is stopped under load: output flows again, nothing is missing, statuses are true."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from live_cluster import until
from loose_cluster import LooseCluster, loose_cluster, seconds_until
from tools.servers import Kafka, Redis

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
FLOWS_AGAIN_SECONDS = 8 if os.environ.get("LIGHTFLUS_ALONE") else 40
"""8 s is the promise on a machine of its own; beside other tests a runner alone may need that to start."""
LEASE_SECONDS = 3
IDS_A_SECOND = 20


@dataclass
class Feed:
    """Twenty ids a second go into a topic."""

    kafka: Kafka
    topic: str
    sent: list[str] = field(default_factory=list)
    _has_ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        producer = Producer({"bootstrap.servers": self.kafka.address})
        while not self._has_ended.wait(1 / IDS_A_SECOND):
            name = f"id{len(self.sent)}"
            producer.produce(self.topic, name, key=name)
            self.sent.append(name)
        assert producer.flush(60) == 0

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self.run)
        thread.start()
        try:
            yield
        finally:
            self._has_ended.set()
            thread.join()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LooseCluster]:
    with loose_cluster(tmp_path_factory.mktemp("loose")) as there:
        yield there


@dataclass
class Job:
    """The job under load, and what is at its sink."""

    cluster: LooseCluster
    feed: Feed
    redis: Redis
    name: str

    def missing(self) -> set[str]:
        with self.redis.client() as client:
            return set(self.feed.sent) - set(map(str, client.keys("id*")))

    def has_come(self, count: int) -> bool:
        """Whether so many have been sent, and are at the sink."""
        sent = self.feed.sent[:count]
        with self.redis.client() as client:
            return len(sent) == count > 0 and client.exists(*sent) == count

    def flows_again(self) -> float:
        """How long it takes until all is at the sink that is sent within the next second."""
        soon = len(self.feed.sent) + IDS_A_SECOND
        return seconds_until(lambda: self.has_come(soon), FLOWS_AGAIN_SECONDS)


@contextmanager
def under_load(cluster: LooseCluster, kafka: Kafka, unique: Callable[[str], str]) -> Iterator[Job]:
    """Ends with everything at the sink, and the job stopped."""
    name = unique("passOn")
    with Redis() as redis:
        feed = Feed(kafka, kafka.create_topic(unique("ids"), 4))
        job = Job(cluster, feed, redis, name)
        uris = {"ids": f"kafka://{kafka.address}/{feed.topic}?group={name}", "redis": f"redis://{redis.address}"}
        bindings = [word for bound, uri in uris.items() for word in ("--bind", f"{bound}={uri}")]
        done = cluster.run("deploy", str(HERE / "passOn.ts"), "--name", name, "--parallelism", "2", *bindings, "--wait")
        assert done.returncode == 0, done.stderr
        with feed.running():
            until(lambda: job.has_come(1), lambda: cluster.run("status", name))
            yield job
            job.flows_again()
        until(lambda: not job.missing(), job.missing)
        cluster.wait_for(name, lambda found: found["status"] == "running")
        assert cluster.run("stop", name).returncode == 0
        cluster.wait_for(name, lambda found: found["status"] == "stopped")
        assert committed(feed, name) == len(feed.sent)


def committed(feed: Feed, group: str) -> int:
    """How many messages of the topic the group has called done."""
    consumer = Consumer({"bootstrap.servers": feed.kafka.address, "group.id": group})
    try:
        found = consumer.committed([TopicPartition(feed.topic, number) for number in range(4)], timeout=60)
    finally:
        consumer.close()
    return sum(max(one.offset, 0) for one in found)


def test_positions_are_committed_though_sources_and_sink_are_in_different_processes(
    cluster: LooseCluster, kafka: Kafka, unique: Callable[[str], str]
) -> None:
    with under_load(cluster, kafka, unique) as job:
        placed = cluster.job(job.name)["placed"]
        assert isinstance(placed, list)
        assert len(placed) == 2
        sent = len(job.feed.sent)
        until(lambda: committed(job.feed, job.name) >= sent, lambda: committed(job.feed, job.name))


def kill_agent(cluster: LooseCluster, worker: str) -> None:
    cluster.kill(worker)


def kill_runner(cluster: LooseCluster, worker: str) -> None:
    os.kill(cluster.runners(worker)[0], signal.SIGKILL)


def stop_agent(cluster: LooseCluster, worker: str) -> None:
    os.kill(cluster.pid(worker), signal.SIGSTOP)


def revive_agent(cluster: LooseCluster, worker: str) -> None:
    cluster.start(worker)


def revive_stopped(cluster: LooseCluster, worker: str) -> None:
    os.kill(cluster.pid(worker), signal.SIGCONT)


def nothing(cluster: LooseCluster, worker: str) -> None:
    """There is nothing to do."""


Blow = Callable[[LooseCluster, str], None]


@pytest.mark.parametrize("worker", ["a", "b"])
@pytest.mark.parametrize(
    "blow_and_revive", [(kill_agent, revive_agent), (kill_runner, nothing), (stop_agent, revive_stopped)]
)
def test_a_worker_that_dies_or_is_stopped_costs_no_record(
    cluster: LooseCluster, kafka: Kafka, unique: Callable[[str], str], worker: str, blow_and_revive: tuple[Blow, Blow]
) -> None:
    blow, revive = blow_and_revive
    with under_load(cluster, kafka, unique) as job:
        runners, began = cluster.runners(worker), time.monotonic()
        blow(cluster, worker)
        until(lambda: not any(map(is_alive, runners)), lambda: runners)
        job.flows_again()
        print(f"{blow.__name__} of {worker}: flows again after {time.monotonic() - began:.1f} s")
        assert time.monotonic() - began < FLOWS_AGAIN_SECONDS
        revive(cluster, worker)
        found = cluster.wait_for(job.name, lambda found: found["status"] == "running")
        assert found["restarts"] == 1
        cluster.wait_for_workers(2)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_a_stopped_runner_is_found_out_and_costs_no_record(
    cluster: LooseCluster, kafka: Kafka, unique: Callable[[str], str]
) -> None:
    with under_load(cluster, kafka, unique) as job:
        runner = cluster.runners("b")[0]
        began = time.monotonic()
        os.kill(runner, signal.SIGSTOP)
        until(lambda: not is_alive(runner), lambda: runner)
        job.flows_again()
        print(f"a stopped runner: flows again after {time.monotonic() - began:.1f} s")
        assert time.monotonic() - began < FLOWS_AGAIN_SECONDS


@pytest.mark.parametrize("seconds", [0, LEASE_SECONDS + 2])
def test_a_coordinator_that_is_killed_stops_no_job_and_knows_all_when_it_is_back(
    cluster: LooseCluster, kafka: Kafka, unique: Callable[[str], str], seconds: float
) -> None:
    with under_load(cluster, kafka, unique) as job:
        runners = cluster.runners("a") + cluster.runners("b")
        cluster.kill("coordinator")
        until_back = time.monotonic() + seconds
        while time.monotonic() < until_back:
            job.flows_again()
        cluster.start("coordinator")
        cluster.wait_for_workers(2)
        found = cluster.wait_for(job.name, lambda found: found.get("status") == "running")
        assert (found["restarts"], found["generation"]) == (0, 1)
        assert runners == cluster.runners("a") + cluster.runners("b")


def test_an_apiserver_that_is_killed_stops_nothing(
    cluster: LooseCluster, kafka: Kafka, unique: Callable[[str], str]
) -> None:
    with under_load(cluster, kafka, unique) as job:
        cluster.kill("apiserver")
        assert "error" in cluster.run("status", job.name).stderr
        job.flows_again()
        cluster.start("apiserver")
        found = cluster.wait_for(job.name, lambda found: found.get("status") == "running")
        assert found["restarts"] == 0
