"""A message that kills its operator does not hold up its topic: the job goes past it, and does not see it again."""

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
import { ExecutionContext, Kafka } from "lightflus-api";

interface Value {
  n: number;
}

const brokers = ["KAFKA"];

Kafka.builder()
  .brokers(brokers)
  .topic("NUMBERS")
  .group("GROUP")
  .bounded()
  .build<Value>()
  .createFlow(ExecutionContext.new("poison"))
  .map((v): Value => {
    if (v.n === 13) {
      throw new Error("unlucky");
    }
    return { n: v.n + 1 };
  })
  .sink(Kafka.sink<Value>().brokers(brokers).topic("SEEN"))
  .execute();
"""


def produce(kafka: Kafka, topic: str, *numbers: int) -> None:
    producer = Producer({"bootstrap.servers": kafka.address})
    for number in numbers:
        producer.produce(topic, json.dumps({"n": number}))
    assert producer.flush(60) == 0


def test_a_job_goes_past_a_message_that_kills_its_operator(
    kafka: Kafka, unique: Callable[[str], str], tmp_path: Path
) -> None:
    topics = {name: kafka.create_topic(unique(name.lower())) for name in ("NUMBERS", "SEEN", "LETTERS")}
    job, text = tmp_path / "job.ts", JOB
    for name, value in {"KAFKA": kafka.address, "GROUP": unique("group"), **topics}.items():
        text = text.replace(f'"{name}"', f'"{value}"')
    job.write_text(text, encoding="utf-8")
    letters = f"kafka://{kafka.address}/{topics['LETTERS']}"
    for numbers in [(1, 13, 2), (3,)]:
        produce(kafka, topics["NUMBERS"], *numbers)
        command = [str(LIGHTFLUS), "run", str(job), "--dead-letters", letters, "--quiet"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    seen = sorted(json.loads(value or b"null")["n"] for _, value in consume(kafka, topics["SEEN"]))
    assert seen == [2, 3, 4]
    (letter,) = [json.loads(value or b"null") for _, value in consume(kafka, topics["LETTERS"])]
    assert letter["record"] == {"n": 13}
    assert letter["position"] == f"{topics['NUMBERS']}[0]@1"
    assert "unlucky" in letter["message"]
