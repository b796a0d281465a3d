"""A topic with everything that a topic may hold: what a job makes of each message, and what it puts aside."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka import Producer
from live_jobs import LIGHTFLUS, consume
from tools.servers import Kafka

pytestmark = pytest.mark.slow

JOB = """
import { ExecutionContext, Kafka, KafkaMessage } from "lightflus-api";

interface Value {
  n: number;
}

interface Seen {
  key: string;
  n: number;
  headers: string;
}

const brokers = ["KAFKA"];

Kafka.builder()
  .brokers(brokers)
  .topic("HOSTILE")
  .startFrom("earliest")
  .bounded()
  .buildMessages<KafkaMessage<Value | null>>()
  .createFlow(ExecutionContext.new("hostile"))
  .map((m): Seen => ({
    key: m.key ?? "none",
    n: m.value === null ? -1 : m.value.n,
    headers: m.headers.map((h) => h.name + "=" + (h.value ?? "none")).join("|"),
  }))
  .sink(Kafka.sink<Seen>().brokers(brokers).topic("SEEN").keyExtractor((s) => s.key))
  .execute();
"""
Headers = list[tuple[str, str | bytes | None]]
LONG = "k" * 3_000
MESSAGES: list[tuple[bytes | None, bytes | None, Headers]] = [
    (b"a", b'{"n": 1}', [("h", b"x"), ("h", b"y"), ("", None), ("e", b"")]),
    (b"a", None, []),
    (b"\xff", b'{"n": 2}', []),
    (LONG.encode(), b'{"n": 3}', []),
    (b"c", b'{"n": 4}', [("bin", b"\xff")]),
    (b"d", b"", []),
    (b"e", b"null", []),
    (b"", b'{"n": 5}', []),
    (None, b'{"n": 6}', []),
    (b"f", b"\xef\xbb\xbf{}", []),
    (b"g", b"[" * 100_000, []),
]
SEEN = [("a", 1, "h=x|h=y|=none|e="), ("a", -1, ""), (LONG, 3, ""), ("e", -1, ""), ("", 5, ""), ("none", 6, "")]
BAD = {2: "key is not valid UTF-8", 4: "header is not valid UTF-8", 5: "not JSON", 9: "not JSON", 10: "too deeply"}


def fill(kafka: Kafka, topic: str) -> None:
    """MESSAGES, then one that was aborted and one that was committed."""
    plain = Producer({"bootstrap.servers": kafka.address})
    for key, value, headers in MESSAGES:
        plain.produce(topic, value, key, headers=headers)
    assert plain.flush(60) == 0
    transactional = Producer({"bootstrap.servers": kafka.address, "transactional.id": topic})
    transactional.init_transactions(60)
    transactional.begin_transaction()
    transactional.produce(topic, b'{"n": 100}', b"aborted")
    transactional.flush(60)
    transactional.abort_transaction(60)
    transactional.begin_transaction()
    transactional.produce(topic, b'{"n": 7}', b"committed")
    transactional.commit_transaction(60)


def test_every_message_is_seen_or_put_aside(kafka: Kafka, unique: Callable[[str], str], tmp_path: Path) -> None:
    hostile, seen = kafka.create_topic(unique("hostile")), kafka.create_topic(unique("seen"))
    fill(kafka, hostile)
    job, letters = tmp_path / "job.ts", tmp_path / "letters.jsonl"
    text = JOB
    for name, value in {"KAFKA": kafka.address, "HOSTILE": hostile, "SEEN": seen}.items():
        text = text.replace(f'"{name}"', f'"{value}"')
    job.write_text(text, encoding="utf-8")
    command = [str(LIGHTFLUS), "run", str(job), "--quiet", "--dead-letters", str(letters)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    found = [json.loads(value or b"null") for _, value in consume(kafka, seen)]
    assert [(row["key"], row["n"], row["headers"]) for row in found] == [*SEEN, ("committed", 7, "")]
    told = [json.loads(line) for line in letters.read_text(encoding="utf-8").splitlines()]
    assert [letter["position"] for letter in told] == [f"{hostile}[0]@{offset}" for offset in BAD]
    assert [reason for reason, letter in zip(BAD.values(), told, strict=True) if reason not in letter["message"]] == []
