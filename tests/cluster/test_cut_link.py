"""A link between two network namespaces is cut under load: the job goes on beside its coordinator, nothing missing.

Needs root, to make namespaces and the link between them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from live_cluster import LIGHTFLUS, until
from loose_cluster import LooseCluster, seconds_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0 or shutil.which("ip") is None, reason="needs root and iproute2"),
]

HERE, THERE = "10.213.7.1", "10.213.7.2"
FLOWS_AGAIN_SECONDS = 8 if os.environ.get("LIGHTFLUS_ALONE") else 40
"""As in `test_deaths.py`."""
IDS_A_SECOND = 20


def ip(words: str) -> None:
    subprocess.run(["ip", *words.split()], check=True, capture_output=True)


@contextmanager
def namespace() -> Iterator[str]:
    """A network of its own, joined to ours by one link: `NAME-up` here."""
    name = f"lf{os.getpid() % 100_000}"
    ip(f"netns add {name}")
    try:
        ip(f"link add {name}-up type veth peer name eth0 netns {name}")
        ip(f"addr add {HERE}/24 dev {name}-up")
        ip(f"link set {name}-up up")
        for words in (f"addr add {THERE}/24 dev eth0", "link set eth0 up", "link set lo up"):
            ip(f"-n {name} {words}")
        yield name
    finally:
        ip(f"netns del {name}")


@contextmanager
def growing(file: Path) -> Iterator[list[str]]:
    """A file that gets lines, an id each, and those that it has got."""
    sent: list[str] = []
    has_ended = threading.Event()

    def run() -> None:
        with file.open("a") as lines:
            while not has_ended.wait(1 / IDS_A_SECOND):
                lines.write(f"id{len(sent)}\n")
                lines.flush()
                sent.append(f"id{len(sent)}")

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield sent
    finally:
        has_ended.set()
        thread.join()


def test_a_cut_link_between_workers_costs_no_record(tmp_path: Path) -> None:
    lines, out = tmp_path / "lines", tmp_path / "out.jsonl"
    lines.mkdir()
    for number in range(2):
        (lines / f"{number}.txt").touch()
    module = tmp_path / "job.wasm"
    subprocess.run([LIGHTFLUS, "build", Path(__file__).parent / "passOn.ts", "-o", module], check=True)
    cluster = LooseCluster(tmp_path, host=HERE)
    with namespace() as name:
        cluster.worker("b", THERE, ("ip", "netns", "exec", name))
        try:
            cluster.start("coordinator", "a", "b", "apiserver")
            cluster.wait_for_workers(2)
            cut_under_load(cluster, name, module, lines, out)
        finally:
            cluster.end()


def cut_under_load(cluster: LooseCluster, link: str, module: Path, lines: Path, out: Path) -> None:
    bound = ("--bind", f"ids=file:{lines}?follow=true", "--bind", f"redis=file:{out}")
    done = cluster.run("deploy", str(module), "--name", "cut", "--parallelism", "2", *bound, "--wait")
    assert done.returncode == 0, done.stderr

    def has_come(count: int) -> bool:
        text = out.read_text()
        return len(sent) >= count and all(f'"{one}"' in text for one in sent[:count])

    with growing(lines / "0.txt") as sent:
        until(lambda: has_come(1), lambda: cluster.run("status", "cut"))
        assert placed(cluster) == {"a", "b"}
        ip(f"link set {link}-up down")
        soon = len(sent) + IDS_A_SECOND
        took = seconds_until(lambda: has_come(soon), FLOWS_AGAIN_SECONDS)
        print(f"a cut link: flows again after {took:.1f} s")
        cluster.wait_for("cut", lambda found: (found["status"], found["generation"]) == ("running", 2))
        assert placed(cluster) == {"a"}
        until(lambda: not cluster.runners("b"), lambda: cluster.runners("b"))
        ip(f"link set {link}-up up")
        cluster.wait_for_workers(2)
        assert cluster.job("cut")["generation"] == 2
    until(lambda: has_come(len(sent)), lambda: len(sent))
    assert cluster.run("stop", "cut").returncode == 0
    cluster.wait_for("cut", lambda found: found["status"] == "stopped")


def placed(cluster: LooseCluster) -> set[str]:
    found = cluster.job("cut")["placed"]
    assert isinstance(found, list)
    return {str(one["worker"]) for one in found}
