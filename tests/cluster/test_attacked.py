"""A cluster under attack: what `lightflus evil --cluster` does with it, and what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from live_cluster import Cluster, running_cluster

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("attacked"), workers=1) as running:
        yield running


def attacked(cluster: Cluster, *options: str) -> dict[str, dict[str, object]]:
    """The report, by the name of the attack."""
    done = cluster.run("evil", "--cluster", f"127.0.0.1:{cluster.port}", "--json", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    return {one["name"]: one for one in json.loads(done.stdout)["attacks"]}


def test_a_module_that_is_none_is_refused_when_it_is_uploaded(cluster: Cluster) -> None:
    report = attacked(cluster, "--kind", "files", "--name", "an empty file")
    assert report["an empty file"]["ended"] == "ModuleInvalid"


def test_a_module_that_fails_when_it_runs_costs_its_own_job_alone(cluster: Cluster) -> None:
    report = attacked(cluster, "--kind", "traps", "--name", "division by zero")
    assert {one["ended"] for one in report.values()} == {"GuestTrapped"}


def test_what_was_made_for_it_is_gone_behind_it_and_no_process_had_to_be_started_again(cluster: Cluster) -> None:
    attacked(cluster, "--kind", "graph", "--name", "1,000,000 operators")
    names = json.loads(cluster.run("namespaces", "--json").stdout)["items"]
    assert [one for one in names if str(one).startswith(("evil-", "honest-"))] == []
    assert len(cluster.processes) == 3


def test_a_cluster_that_is_not_there_is_an_error_with_a_way_out(cluster: Cluster, tmp_path: Path) -> None:
    done = cluster.run("evil", "--cluster", "127.0.0.1:1", "--kind", "traps")
    assert done.returncode == 1
    assert "the ApiServer cannot be reached" in done.stderr
