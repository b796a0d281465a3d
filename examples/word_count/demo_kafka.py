"""`make demo-kafka`: the published word count between a real Kafka and a real Redis, while a producer feeds it.

Owns the story; the job is the `lightflus` command as a person would type it, in a process of its own. What is shown are
the counts in Redis. At the end they must be exactly those of the words that were produced.
"""

from __future__ import annotations

import itertools
import random
import shlex
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import redis
from confluent_kafka import Producer
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text
from tools.servers import Kafka, Redis
from tools.servers.ports import is_free

from lightflus.errors import LightflusError

ROOT = Path(__file__).resolve().parents[2]
JOB = Path("examples/word_count/wordCount.ts")
WORK = Path(".build/demo-kafka")
LIGHTFLUS = Path(".venv/bin/lightflus")
SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 15.0
LINES_A_TURN = 2_000
TURN_SECONDS = 0.1
TOP = 12
PATIENCE_SECONDS = 30.0
STORY = (
    "the stream of words runs through the sandbox and every word that comes is counted by its key while the engine "
    "keeps the state and the module keeps nothing so a crash a rescale or an upgrade changes no count at all"
)


def usual_or_free(port: int) -> int | None:
    """The port that the job names, if nobody uses it here; else any."""
    return port if is_free(port) else None


def start_servers(stack: ExitStack) -> tuple[Kafka, Redis]:
    """Kafka and Redis, on the ports that the published program names where they are free."""
    print("1. Real servers on this machine", flush=True)
    kafka = stack.enter_context(Kafka(port=usual_or_free(9092)))
    kafka.create_topic("topic", 2)
    server = stack.enter_context(Redis(port=usual_or_free(6379)))
    for each in (kafka, server):
        print(f"   {each.kind:<6} {each.address}", flush=True)
    return kafka, server


def start_job(kafka: Kafka, server: Redis) -> subprocess.Popen[bytes]:
    """The published program, unmodified; bound to other ports only where its own are taken."""
    command = ["run", str(JOB), "--quiet"]
    if (kafka.port, server.port) != (9092, 6379):
        command += ["--bind", f"topic=kafka://{kafka.address}/topic", "--bind", f"redis=redis://{server.address}"]
    print(
        f"\n2. The published program, unmodified, reads the one and writes the other\n$ lightflus {shlex.join(command)}"
    )
    sys.stdout.flush()
    return subprocess.Popen([str(LIGHTFLUS), *command], start_new_session=True)


def lines() -> Iterator[str]:
    """Lines of eight words, common ones more often."""
    chance = random.Random(7)
    words = STORY.split(" ")
    weights = [1 / (rank + 1) for rank in range(len(words))]
    for number in itertools.count():
        yield " ".join([*chance.choices(words, weights, k=7), f"line{number % 1_000}"])


def counts_in(client: redis.Redis) -> dict[str, int]:
    """Everything in Redis."""
    keys = list(client.scan_iter(count=5_000))
    values = client.mget(keys) if keys else []
    return {str(key): int(value) for key, value in zip(keys, values, strict=True) if value is not None}


def picture(counts: dict[str, int], produced: int, seconds: float) -> Group:
    """The most frequent words, as they stand in Redis now."""
    counted = sum(counts.values())
    title = Text(f"{produced:,} words produced, {counted:,} counted in Redis, {seconds:.0f} s", style="bold")
    table = Table()
    table.add_column("word in Redis")
    table.add_column("count", justify="right")
    for word, count in sorted(counts.items(), key=lambda item: -item[1])[:TOP]:
        table.add_row(word, f"{count:,}")
    return Group(title, table)


def feed(kafka: Kafka, server: Redis, job: subprocess.Popen[bytes]) -> tuple[Counter[str], dict[str, int]]:
    """Produces for SECONDS, shows Redis meanwhile, and waits until it has all. What was produced, and what is there."""
    print(f"\n3. A producer feeds the topic for {SECONDS:.0f} seconds; this is Redis meanwhile\n", flush=True)
    producer = Producer({"bootstrap.servers": kafka.address, "linger.ms": 20})
    produced: Counter[str] = Counter()
    source, began = lines(), time.monotonic()
    console = Console()
    with server.client() as client, Live(console=console, auto_refresh=False, transient=True) as live:
        while True:
            now = time.monotonic() - began
            if now < SECONDS:
                for line in itertools.islice(source, LINES_A_TURN):
                    producer.produce("topic", line.encode())
                    produced.update(line.split(" "))
                producer.flush(PATIENCE_SECONDS)
            counts = counts_in(client)
            if console.is_terminal:
                live.update(picture(counts, produced.total(), now), refresh=True)
            if now >= SECONDS and (counts == produced or now > SECONDS + PATIENCE_SECONDS):
                break
            if job.poll() is not None:
                raise SystemExit(f"the job ended with code {job.returncode}")
            time.sleep(TURN_SECONDS)
    console.print(picture(counts, produced.total(), now))
    return produced, counts


def stop(job: subprocess.Popen[bytes]) -> None:
    """Ctrl-C for the job: it drains."""
    if job.poll() is None:
        job.send_signal(signal.SIGINT)
        try:
            job.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            job.kill()


def main() -> int:
    """The four steps."""
    if Path.cwd() != ROOT:
        raise SystemExit("run it as `make demo-kafka`, from the top of the checkout")
    WORK.mkdir(parents=True, exist_ok=True)
    try:
        with ExitStack() as stack:
            kafka, server = start_servers(stack)
            job = start_job(kafka, server)
            stack.callback(stop, job)
            produced, counts = feed(kafka, server, job)
    except KeyboardInterrupt:
        print("\nstopped; the servers are gone, and their data with them")
        return 130
    except LightflusError as error:
        print(f"error: {error}\n  help: {error.hint}", file=sys.stderr)
        return 1
    if counts != produced:
        different = [word for word in produced if counts.get(word) != produced[word]]
        print(f"error: {len(different)} counts in Redis are not those of the producer, e.g. {different[:3]}")
        return 1
    print(f"\n4. All {len(produced):,} counts in Redis are exactly the producer's own; the servers have been stopped")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
