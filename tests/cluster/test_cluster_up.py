"""A whole cluster with one command, as processes, between a real Kafka and a real Redis."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from confluent_kafka import Producer
from live_cluster import PATIENCE, ROOT, Cluster, running_cluster, until
from tools.servers import Kafka, Redis

from lightflus.cluster_limits import CLUSTER_LIVED_SECONDS

pytestmark = pytest.mark.slow

WORD_COUNT = ROOT / "examples/word_count/wordCount.ts"
LINE = "hello hello hello world"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two workers; ended by Ctrl-C."""
    with running_cluster(tmp_path_factory.mktemp("cluster"), workers=2) as running:
        yield running


def produce(kafka: Kafka, topic: str, line: str) -> None:
    producer = Producer({"bootstrap.servers": kafka.address})
    producer.produce(topic, line)
    assert producer.flush(60) == 0


def bindings(kafka: Kafka, redis: Redis, topic: str) -> dict[str, str]:
    return {"topic": f"kafka://{kafka.address}/{topic}", "redis": f"redis://{redis.address}"}


def placed_on(cluster: Cluster, job: str, **env: str) -> set[str]:
    found = json.loads(cluster.run("status", job, "--json", **env).stdout)["placed"]
    return {str(one["worker"]) for one in found}


def test_the_published_word_count_runs_on_both_workers(
    cluster: Cluster, kafka: Kafka, redis: Redis, unique: Callable[[str], str]
) -> None:
    topic = kafka.create_topic(unique("topic"), 2)
    client = redis.client()
    bound = [word for name, uri in bindings(kafka, redis, topic).items() for word in ("--bind", f"{name}={uri}")]
    done = cluster.run("deploy", str(WORD_COUNT), *bound, "--parallelism", "2", "--wait")
    assert done.returncode == 0, done.stderr
    assert placed_on(cluster, "wordCount") == {"worker-1", "worker-2"}
    for count in ("3", "6"):
        produce(kafka, topic, LINE)
        until(lambda count=count: client.get("hello") == count, lambda: cluster.run("status", "wordCount").stdout)  # type: ignore[misc]
    client.close()
    assert cluster.run("stop", "wordCount").returncode == 0
    until(lambda: "stopped since" in cluster.run("status", "wordCount").stdout, lambda: "it does not stop")


def test_an_uploaded_module_runs_in_another_namespace_that_sees_nothing_of_the_first(
    cluster: Cluster, kafka: Kafka, redis: Redis, unique: Callable[[str], str]
) -> None:
    topic, client = kafka.create_topic(unique("topic")), redis.client()
    client.flushdb()
    assert cluster.run("namespaces", "--create", "team").returncode == 0
    made = cluster.run("token", "create", "ci", LIGHTFLUS_NAMESPACE="team")
    token = made.stdout.strip()
    assert cluster.run("build", str(WORD_COUNT), "-o", "job.wasm").returncode == 0
    wasm = (cluster.home / "job.wasm").read_bytes()
    module = ask(cluster, token, "/v1/namespaces/team/modules", wasm, "application/wasm")
    wish = {"name": "counts", "module": module["digest"], "bindings": bindings(kafka, redis, topic)}
    job = ask(cluster, token, "/v1/namespaces/team/jobs", json.dumps(wish).encode(), "application/json")
    produce(kafka, topic, LINE)
    until(
        lambda: client.get("hello") == "3", lambda: cluster.run("status", "counts", LIGHTFLUS_NAMESPACE="team").stdout
    )
    client.close()
    assert job["namespace"] == "team"
    assert "there is no namespace default" in cluster.run("jobs", LIGHTFLUS_TOKEN=token).stderr
    assert cluster.run("status", "counts").returncode == 2


def ask(cluster: Cluster, token: str, path: str, content: bytes, kind: str) -> dict[str, object]:
    connection = http.client.HTTPConnection("127.0.0.1", cluster.port, timeout=PATIENCE)
    connection.request("POST", path, content, {"Authorization": f"Bearer {token}", "Content-Type": kind})
    answer = connection.getresponse()
    found: dict[str, object] = json.loads(answer.read())
    connection.close()
    assert answer.status == 201, found
    return found


def test_a_second_one_in_its_folder_or_at_its_ports_is_refused_and_takes_nothing_from_the_first(
    cluster: Cluster, tmp_path: Path
) -> None:
    again = cluster.run("cluster", "up")
    assert "another cluster has this folder" in again.stderr
    elsewhere = cluster.run("cluster", "up", "--data", str(tmp_path), *cluster.ports)
    assert "ended with code 1" in elsewhere.stderr
    assert (again.returncode, elsewhere.returncode) == (2, 1)
    assert cluster.run("jobs").returncode == 0


def test_a_worker_that_is_killed_is_started_again(cluster: Cluster) -> None:
    pid = int(re.findall(r"worker-2 +process (\d+),", cluster.log)[0])
    until(lambda: process_age(pid) > CLUSTER_LIVED_SECONDS, lambda: "it is gone already")
    os.kill(pid, signal.SIGKILL)
    until(lambda: "worker-2 ended with code -9 and is started again" in cluster.log, lambda: cluster.log)
    assert cluster.process.poll() is None


def process_age(pid: int) -> float:
    """Seconds since its start."""
    start = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - start


def test_ctrl_c_ends_every_process_and_forgets_the_token(cluster: Cluster) -> None:
    assert len(cluster.processes) == 5, "one of four was started again"
    cluster.process.send_signal(signal.SIGINT)
    assert cluster.process.wait(PATIENCE) == 0
    assert not [pid for pid in cluster.processes if Path(f"/proc/{pid}").exists()]
    assert f"localhost:{cluster.port}" not in (cluster.home / "config/lightflus/tokens.json").read_text()


def test_killed_it_leaves_no_process(tmp_path: Path) -> None:
    with running_cluster(tmp_path, workers=2) as cluster:
        job = ["--bind", "topic=generate:?rate=10", "--bind", "redis=blackhole:"]
        deployed = cluster.run("deploy", str(WORD_COUNT), *job, "--wait")
        assert deployed.returncode == 0, deployed.stderr
        assert len(processes_of(tmp_path)) > len(cluster.processes), "there is no runner"
        cluster.process.kill()
        until(lambda: not processes_of(tmp_path), lambda: processes_of(tmp_path))


def processes_of(folder: Path) -> list[Path]:
    """Those that work in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has just ended
            if (process / "cwd").readlink() == folder:
                found.append(process)
    return found
