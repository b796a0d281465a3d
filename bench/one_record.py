"""One record at a time through an idle job of three stages over two workers, from Kafka to Redis.

`python -m bench one_record`. The published word count at parallelism 2: a word goes to the worker that has its key,
half of them to the other one. The delay is that of everything: Kafka, two processes, Redis, and who looks.
"""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path

import trio
from confluent_kafka import Producer
from tools.servers import Kafka, Redis

from bench.many_jobs import deploy_all, worker
from bench.measure import LIGHTFLUS, ROOT, record, table
from lightflus.coordinator.process import coordinating
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.proto.services import CONTROL
from lightflus.wire.control import Connection

RECORDS = 500
PAUSE_SECONDS = 0.03
PATIENCE_SECONDS = 10


def delays(kafka: Kafka, redis: Redis, topic: str) -> list[float]:
    """Milliseconds from each word's sending to its place in Redis."""
    producer = Producer({"bootstrap.servers": kafka.address, "linger.ms": 0})
    found = []
    with redis.client() as client:
        for number in range(RECORDS):
            word, began = f"w{number}", time.perf_counter()
            producer.produce(topic, word, partition=number % 2)
            while client.get(word) is None:
                producer.poll(0)
                if time.perf_counter() - began > PATIENCE_SECONDS:
                    raise SystemExit(f"{word} did not come")
            found.append(1_000 * (time.perf_counter() - began))
            time.sleep(PAUSE_SECONDS)
    return found


async def measured(kafka: Kafka, redis: Redis, folder: Path) -> list[float]:
    """One turn."""
    topic, module = kafka.create_topic("words", 2), folder / "job.wasm"
    source = ROOT / "examples/word_count/wordCount.ts"
    subprocess.run([LIGHTFLUS, "build", source, "-o", module], check=True, capture_output=True)
    bindings = [f"topic=kafka://{kafka.address}/{topic}?group=words", f"redis=redis://{redis.address}"]
    async with coordinating("127.0.0.1:0", folder / "catalog") as port:
        with Connection(f"127.0.0.1:{port}") as link, worker(folder, port, "a"), worker(folder, port, "b"):
            while len((await _workers(link)).workers) < 2:
                await trio.sleep(0.1)
            await deploy_all(link, module.read_bytes(), [bindings], parallelism=2)
            await trio.sleep(2)
            return await trio.to_thread.run_sync(partial(delays, kafka, redis, topic))


async def _workers(link: Connection) -> pb.ListWorkersResponse:
    return await link.call(CONTROL.methods["ListWorkers"], pb.Empty(), pb.ListWorkersResponse, seconds=10)


def main() -> None:
    """Runs it and prints a table."""
    with Kafka() as kafka, Redis() as redis, tempfile.TemporaryDirectory() as folder:
        found = sorted(trio.run(measured, kafka, redis, Path(folder)))
    median, p99 = statistics.median(found), found[int(len(found) * 0.99)]
    record("one_record", {"median_ms": median, "p99_ms": p99, "most_ms": found[-1]})
    rows = [("median", f"{median:.1f} ms", ""), ("p99", f"{p99:.1f} ms", "10"), ("most", f"{found[-1]:.1f} ms", "")]
    table("One record through three stages over two workers, Kafka to Redis", ("what", "measured", "limit"), rows)


if __name__ == "__main__":
    main()
