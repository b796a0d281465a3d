"""Kafka in and out against bare loops with the same client, and against quixstreams: messages per CPU-second.

`source`: text -> blackhole, beside bare loops over `consume(500)` in the same run: whose messages nobody looks at (what
librdkafka and its binding cost by themselves: no source can have that), which takes the value of each, the ceiling of
anything that yields rows, and which takes the text of each, as this source does.
`pipeline`: JSON -> filter -> project -> Kafka with a key, beside the loop that consumes and parses and does nothing
else (no filter, no output), and beside quixstreams, which does the same as the job.
CPU is the program's own, all of its threads, after its imports; the broker runs beside it. The output is compared with
an independent count before any figure is printed.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from confluent_kafka import Consumer, Producer, TopicPartition
from tools.servers import Kafka

from bench.measure import LIGHTFLUS, ROOT, WORK, last_output, record, run_program, table

HERE = Path(__file__).parent
TEXTS = 4_000_000
ACTIONS = 1_000_000
PEER_ACTIONS = 100_000
PEER_COUNTED = 20_000
"""How many of them quixstreams is given to count; it stops at this many."""
ROUNDS = 3
QUIXSTREAMS = "quixstreams==3.28.1"
GOAL_SOURCE = 0.8
GOAL_PIPELINE = 0.8
GOAL_PEER = 10
PIECE = 5_000
BATCH_READ = 1_000
KINDS = ("buy", "view", "click")


def fill(kafka: Kafka, topic: str, count: int, make: Callable[[int], bytes]) -> None:
    """Writes `count` messages into one partition."""
    kafka.create_topic(topic)
    producer = Producer({"bootstrap.servers": kafka.address, "linger.ms": 50, "queue.buffering.max.messages": 500_000})
    for begin in range(0, count, PIECE):
        while len(producer) > 400_000:
            producer.poll(0.1)
        for number in range(begin, begin + PIECE):
            producer.produce(topic, make(number), partition=0)
        producer.poll(0)
    assert producer.flush(120) == 0


def text(number: int) -> bytes:
    return b"%036d" % number + b"x" * 200


def action(number: int) -> bytes:
    return json.dumps(
        {
            "user": f"u{number % 1_000}",
            "action": KINDS[number % len(KINDS)],
            "amount": number % 100 + 0.5,
            "ts": 1_700_000_000_000 + number,
            "page": f"/item/{number % 5_000}",
        },
        separators=(",", ":"),
    ).encode()


def build(name: str) -> str:
    """One of the jobs as a module."""
    WORK.mkdir(parents=True, exist_ok=True)
    module = WORK / f"kafka_{name}.wasm"
    run_program([LIGHTFLUS, "build", str(HERE / f"{name}.ts"), "-o", str(module)])
    return str(module)


def peer_python() -> str:
    """The interpreter of an environment that has quixstreams and nothing of ours."""
    home = WORK / "quixstreams"
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", QUIXSTREAMS], check=True)
        (home / "ready").touch()
    return str(python)


def cpu_of(*command: str) -> float:
    """Runs a program that says what it used."""
    run_program(["env", f"PYTHONPATH={ROOT}", *command])
    return float(json.loads(last_output().splitlines()[-1])["cpu"])


def program(*arguments: str) -> float:
    return cpu_of(sys.executable, "-m", "bench.kafka.programs", *arguments)


def alternated(programs: dict[str, Callable[[], float]]) -> dict[str, float]:
    """CPU-seconds of each, A B A B ..., medians."""
    taken: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(ROUNDS):
        for name, run in programs.items():
            taken[name].append(run())
    return {name: statistics.median(all_of_one) for name, all_of_one in taken.items()}


def source(kafka: Kafka) -> None:
    """Text -> blackhole."""
    fill(kafka, "text", TEXTS, text)
    module, count = build("copy"), str(TEXTS)
    binds = [f"text=kafka:text?brokers={kafka.address}&end=latest", "out=blackhole:"]
    used = alternated(
        {
            "consume(500), untouched": lambda: program("untouched", kafka.address, "text", count),
            "consume(500), value of each": lambda: program("values", kafka.address, "text", count),
            "consume(500), text of each": lambda: program("texts", kafka.address, "text", count),
            "lightflus": lambda: program("job", module, *binds),
        }
    )
    show(f"Kafka source, {TEXTS:,} messages of 236 bytes", {name: TEXTS / cpu for name, cpu in used.items()})
    untouched, values, texts, ours = used.values()
    print(f"  lightflus : value of each = {values / ours:.2f} (goal {GOAL_SOURCE}), ", end="")
    print(f": text of each = {texts / ours:.2f}, : untouched = {untouched / ours:.2f}")
    record("kafka_source", {"messages": TEXTS, "cpu_seconds": used})


def written(kafka: Kafka, topic: str) -> tuple[int, float]:
    """How many messages a topic has, and the sum of their amounts."""
    consumer = Consumer({"bootstrap.servers": kafka.address, "group.id": "check", "enable.partition.eof": True})
    consumer.assign([TopicPartition(topic, 0, 0)])
    count, total = 0, 0.0
    while True:
        for message in consumer.consume(BATCH_READ, 5):
            if message.error() is not None:
                consumer.close()
                return count, total
            count += 1
            total += json.loads(message.value() or b"{}")["amount"]


def pipeline(kafka: Kafka) -> None:
    """JSON -> filter -> project -> Kafka."""
    fill(kafka, "actions", ACTIONS, action)
    fill(kafka, "few", PEER_ACTIONS, action)
    module, peer, count = build("filter"), peer_python(), str(ACTIONS)
    script = str(ROOT / "bench/peers/quixstreams_purchases.py")
    numbers = iter(range(100))

    def ours() -> float:
        target = kafka.create_topic(f"purchases-{next(numbers)}")
        binds = [f"actions=kafka:actions?brokers={kafka.address}&end=latest"]
        used = program("job", module, *binds, f"purchases=kafka:{target}?brokers={kafka.address}")
        bought = range(0, ACTIONS, len(KINDS))
        assert written(kafka, target) == (len(bought), sum(number % 100 + 0.5 for number in bought)), "wrong output"
        return used

    def theirs() -> float:
        target = kafka.create_topic(f"quix-{next(numbers)}")
        return cpu_of(peer, script, kafka.address, "few", target, str(PEER_COUNTED)) * ACTIONS / PEER_COUNTED

    used = alternated(
        {
            "consume(500) and parse, no output": lambda: program("parsed", kafka.address, "actions", count),
            "lightflus": ours,
            "quixstreams": theirs,
        }
    )
    rates = {name: ACTIONS / cpu for name, cpu in used.items()}
    show(f"JSON -> filter -> project -> Kafka, {ACTIONS:,} messages, output verified", rates)
    bare, mine, other = used.values()
    print(f"  lightflus : bare = {bare / mine:.2f} (goal {GOAL_PIPELINE}), : quixstreams = {other / mine:.1f}", end="")
    print(f" (goal {GOAL_PEER})")
    record("kafka_pipeline", {"messages": ACTIONS, "cpu_seconds": used})


def show(title: str, rates: dict[str, float]) -> None:
    table(title, ["program", "messages/CPU-s"], [[name, f"{rate:,.0f}"] for name, rate in rates.items()])


def main() -> None:
    """Both, against one broker."""
    with Kafka() as kafka:
        source(kafka)
        pipeline(kafka)
