"""The steps of the published article, one after the other: a project with npm, `tsc -p .`, `node wordCount.js`."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Producer
from live_cluster import PATIENCE, ROOT, Cluster, running_cluster, until
from tools.servers import Kafka, Redis

pytestmark = pytest.mark.slow

SDK = ROOT / "udf_sdk/typescript"
TSC = SDK / "node_modules/typescript-compiler-api/bin/tsc"
LINE = "hello hello hello world world world"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster"), workers=1) as running:
        yield running


@pytest.fixture(scope="module")
def project(cluster: Cluster) -> Path:
    """What the article calls a project: npm, the package, tsconfig.json, the program as it was published."""
    folder = cluster.home / "project"
    folder.mkdir()
    (package,) = (ROOT / "engine/lightflus/bundled/typescript").glob("lightflus-api-*.tgz")
    for command in (["npm", "init", "-y"], ["npm", "pkg", "set", "type=module"]):
        assert done(cluster, folder, command).returncode == 0
    installed = done(cluster, folder, ["npm", "i", "--offline", "--no-audit", "--no-fund", str(package)])
    assert installed.returncode == 0, installed.stderr
    assert done(cluster, folder, ["node", str(TSC), "--init"]).returncode == 0
    (folder / "wordCount.ts").write_bytes((ROOT / "examples/word_count/wordCount.ts").read_bytes())
    compiled = done(cluster, folder, ["node", str(TSC), "-p", "."])
    assert compiled.returncode == 0, compiled.stdout
    return folder


def done(cluster: Cluster, folder: Path, command: list[str], **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env={**cluster.environment, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def produce(kafka: Kafka) -> None:
    producer = Producer({"bootstrap.servers": kafka.address})
    producer.produce("topic", LINE)
    assert producer.flush(60) == 0


def test_node_deploys_the_job_and_its_counts_are_three_then_six(
    cluster: Cluster, project: Path, usual_kafka: Kafka, usual_redis: Redis
) -> None:
    usual_kafka.create_topic("topic")
    client = usual_redis.client()
    deployed = done(cluster, project, ["node", "wordCount.js"])
    assert deployed.returncode == 0, deployed.stderr
    assert "deployed wordCount in namespace default" in deployed.stdout
    for count in ("3", "6"):
        produce(usual_kafka)
        until(
            lambda count=count: client.mget("hello", "world") == [count, count],  # type: ignore[misc]
            lambda: cluster.run("status", "wordCount").stdout,
        )
    client.close()


def test_a_second_time_it_says_that_the_job_is_there_and_how_to_forget_it(cluster: Cluster, project: Path) -> None:
    again = done(cluster, project, ["node", "wordCount.js"])
    assert again.returncode == 1
    assert again.stderr.startswith("error: there is a job wordCount already\n  help: ")


def test_a_wrong_token_is_refused_with_the_way_to_a_good_one(cluster: Cluster, project: Path) -> None:
    refused = done(cluster, project, ["node", "wordCount.js"], LIGHTFLUS_TOKEN="lft_wrong")
    assert refused.returncode == 1
    assert f"put a token for localhost:{cluster.port} into LIGHTFLUS_TOKEN" in refused.stderr
