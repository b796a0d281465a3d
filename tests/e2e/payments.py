"""Payments with ids of their own, the job that they go through, and what befalls a server meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from live_jobs import ROOT, LiveJob, produce
from tools.servers import Kafka, Server
from tools.servers.mariadb import PASSWORD

ENRICHMENT = ROOT / "examples/enrichment/enrichment.ts"
MESSAGES = 60_000


def payments(first: int, end: int) -> list[dict[str, object]]:
    return [{"id": f"p{n}", "shop": n % 4, "amount": n, "currency": "EUR"} for n in range(first, end)]


@contextmanager
def feeding(kafka: Kafka, topic: str) -> Iterator[None]:
    """Produces MESSAGES payments while the block runs, and to the end before it leaves."""

    def feed() -> None:
        for first in range(0, MESSAGES, 2_000):
            produce(kafka, topic, payments(first, first + 2_000))

    thread = threading.Thread(target=feed)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def enrichment(brokers: str, topic: str, sink: str, folder: Path) -> LiveJob:
    """The job from a topic to a sink."""
    return enrichment_of(f"kafka://{brokers}/{topic}?group={topic}", sink, folder)


def enrichment_of(source: str, sink: str, folder: Path) -> LiveJob:
    """The job between any two."""
    return LiveJob(
        ENRICHMENT,
        f"payments={source}",
        f"enriched_payments={sink}",
        cwd=folder,
        env={"MYSQL_PASSWORD": PASSWORD},
        parallelism=2,
    )


def restart(server: Server) -> None:
    server.kill()
    server.start()


def restart_twice(server: Server) -> None:
    for _ in range(2):
        restart(server)


def freeze(server: Server) -> None:
    server.pause()
    threading.Event().wait(5)
    server.resume()
