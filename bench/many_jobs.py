"""Hundreds of small jobs of one namespace on one worker, from Kafka to Redis: memory, threads, idle CPU, delay.

`python -m bench many_jobs`, or `python -m bench.many_jobs 1000`. One worker process with its runner; the coordinator
runs here. Each job has a topic and a group of its own, and gets a row a second.
"""

from __future__ import annotations

import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import trio
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from tools.servers import Kafka, Redis

from bench.measure import LIGHTFLUS, ROOT, record, table
from lightflus.compose.loading import bound_graph, load_module
from lightflus.coordinator.process import coordinating
from lightflus.model.plan import Plan, plan_job
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.proto.services import CONTROL
from lightflus.wire.control import Connection

JOBS = 300
IDLE_SECONDS = 20
LOADED_SECONDS = 10
PATIENCE = 600
PATIENCE_SECONDS = 60
"""How long after the last row was sent."""
AT_ONCE = 20
"""Calls to the coordinator."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was measured; limits are those of 300 jobs."""

    jobs: int
    start_seconds: float
    memory_mib: float
    threads: int
    idle_cores: float
    loaded_cores: float
    median_ms: float
    p99_ms: float
    most_ms: float


@contextmanager
def worker(folder: Path, port: int, name: str = "a") -> Iterator[int]:
    """Its process."""
    where = ["--coordinator", f"127.0.0.1:{port}", "--name", name, "--data", str(folder / name)]
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen([LIGHTFLUS, "worker", *where, "--slots", "2", "--allow-all"], stdout=log, stderr=log)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def processes(agent: int) -> list[Path]:
    """Of a worker: its agent and its runners."""
    children = [int(pid) for file in Path(f"/proc/{agent}/task").glob("*/children") for pid in file.read_text().split()]
    return [Path(f"/proc/{pid}") for pid in (agent, *children)]


def cpu_seconds(agent: int) -> float:
    """What all of them have used."""
    ticks = 0
    for place in processes(agent):
        fields = (place / "stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def shapes(plan: Plan) -> Iterator[pb.TaskShape]:
    """As an ApiServer tells them."""
    for task in plan.tasks:
        head = task.head.operator
        shape = pb.TaskShape(parallelism=task.parallelism, reads=[edge.upstream for edge in plan.inputs_of(task.id)])
        if not head.inputs:
            shape.source = head.id
        yield shape


async def deploy_all(link: Connection, wasm: bytes, bindings: Sequence[Sequence[str]], parallelism: int = 1) -> None:
    """All jobs, and waits until they run."""
    digest = hashlib.sha256(wasm).hexdigest()
    head = pb.PutModuleHead(namespace="default", digest=digest, bytes=len(wasm), description="{}")
    parts = iter([pb.PutModuleRequest(head=head), pb.PutModuleRequest(data=wasm)])
    await link.send(CONTROL.methods["PutModule"], parts, pb.Module, seconds=30)
    graph = bound_graph(load_module(wasm, lambda *_: None).graph, bindings[0])
    plan = plan_job(graph, parallelism=parallelism)
    tasks, limiter = list(shapes(plan)), trio.CapacityLimiter(AT_ONCE)

    async def deploy(number: int, bound: Sequence[str]) -> None:
        request = pb.CreateJobRequest(
            namespace="default",
            name=f"job{number}",
            digest=digest,
            bindings=bound,
            parallelism=parallelism,
            tasks=tasks,
        )
        async with limiter:
            await link.call(CONTROL.methods["CreateJob"], request, pb.Job, seconds=30)

    async with trio.open_nursery() as nursery:
        for number, bound in enumerate(bindings):
            nursery.start_soon(deploy, number, bound)
    with trio.fail_after(PATIENCE):
        while statuses := [job for job in await jobs(link) if job.status != "running"]:
            if failed := [job for job in statuses if job.failure.message and job.restarts]:
                print(f"  {failed[0].name}: {failed[0].failure.message}", file=sys.stderr)
            await trio.sleep(1)


async def jobs(link: Connection) -> list[pb.Job]:
    """All of them."""
    request = pb.ListJobsRequest(namespace="default", limit=1_000)
    return list((await link.call(CONTROL.methods["ListJobs"], request, pb.ListJobsResponse, seconds=30)).jobs)


def delays(kafka: Kafka, redis: Redis, topics: Sequence[str]) -> list[float]:
    """Milliseconds from a row's sending to its place in Redis: one a second in each topic, spread over the second."""
    producer = Producer({"bootstrap.servers": kafka.address, "linger.ms": 0})
    sent: dict[str, float] = {}
    found: list[float] = []
    with redis.client() as client:
        began = time.monotonic()
        due = [
            (began + second + number / len(topics), number, second)
            for second in range(LOADED_SECONDS)
            for number in range(len(topics))
        ]
        due.sort()
        at = 0
        while at < len(due) or (sent and time.monotonic() - due[-1][0] < PATIENCE_SECONDS):
            while at < len(due) and due[at][0] <= time.monotonic():
                _, number, second = due[at]
                name = f"r{number}-{second}"
                producer.produce(topics[number], name)
                sent[name] = time.monotonic()
                at += 1
            producer.poll(0)
            names = list(sent)
            if names:
                now = time.monotonic()
                for name, value in zip(names, client.mget(names), strict=True):
                    if value is not None:
                        found.append(1_000 * (now - sent.pop(name)))
            time.sleep(0.01)
    if sent:
        raise SystemExit(f"{len(sent)} rows did not come")
    return found


async def measured(count: int, kafka: Kafka, redis: Redis, folder: Path) -> Seen:
    """One turn."""
    topics = [f"many-{number}" for number in range(count)]
    admin = AdminClient({"bootstrap.servers": kafka.address})  # it has to live until the answers are there
    for made in admin.create_topics([NewTopic(one, 1, 1) for one in topics]).values():
        made.result(60)
    module = folder / "job.wasm"
    subprocess.run(
        [LIGHTFLUS, "build", ROOT / "tests/cluster/passOn.ts", "-o", module], check=True, capture_output=True
    )
    bindings = [
        [f"ids=kafka://{kafka.address}/{topic}?group={topic}", f"redis=redis://{redis.address}"] for topic in topics
    ]
    async with coordinating("127.0.0.1:0", folder / "catalog") as port:
        with Connection(f"127.0.0.1:{port}") as link, worker(folder, port) as agent:
            began = time.monotonic()
            await deploy_all(link, module.read_bytes(), bindings)
            started = time.monotonic() - began
            await trio.sleep(5)
            before = cpu_seconds(agent)
            await trio.sleep(IDLE_SECONDS)
            idle = (cpu_seconds(agent) - before) / IDLE_SECONDS
            before, began = cpu_seconds(agent), time.monotonic()
            found = sorted(await trio.to_thread.run_sync(partial(delays, kafka, redis, topics)))
            loaded = (cpu_seconds(agent) - before) / (time.monotonic() - began)
            there = processes(agent)
            pages = sum(int((place / "statm").read_text().split()[1]) for place in there)
            threads = sum(len(list((place / "task").iterdir())) for place in there)
            restarts = sum(job.restarts for job in await jobs(link))
    if restarts:
        print(f"  {restarts} restarts", file=sys.stderr)
    memory = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    p99 = found[int(len(found) * 0.99)]
    return Seen(count, started, memory, threads, idle, loaded, statistics.median(found), p99, found[-1])


def main(count: int = JOBS) -> None:
    """Runs it and prints a table."""
    with Kafka() as kafka, Redis() as redis, tempfile.TemporaryDirectory() as folder:
        seen = trio.run(measured, count, kafka, redis, Path(folder))
    record("many_jobs", {"seen": seen})
    table(
        f"{count} jobs of one namespace on one worker (limits of 300)",
        ("what", "measured", "limit"),
        [
            ("all run after", f"{seen.start_seconds:.0f} s", ""),
            ("memory of agent and runner", f"{seen.memory_mib:.0f} MiB", "600"),
            ("OS threads", str(seen.threads), "800"),
            ("CPU, idle", f"{100 * seen.idle_cores:.1f} % of a core", "10 %"),
            ("CPU, a row a second and job", f"{100 * seen.loaded_cores:.1f} % of a core", ""),
            ("delay of a row: median", f"{seen.median_ms:.0f} ms", ""),
            ("p99", f"{seen.p99_ms:.0f} ms", ""),
            ("most", f"{seen.most_ms:.0f} ms", "1,000"),
        ],
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else JOBS)
