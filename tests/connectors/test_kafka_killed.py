"""`kill -9` in the middle of a transaction: a successor commits the same output, and it is there once."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import cast

import pytest
from confluent_kafka.admin import AdminClient
from kafka_helpers import fresh_topic, messages_of
from kafka_victim import COMMITTING, EPOCH_ROWS, STEPS, kafka_sink
from tools.servers import Kafka

from lightflus.ports.sinks import Committable
from lightflus.testing.connectors import QuietHealth

pytestmark = pytest.mark.slow

PARTITIONS = 3


def killed_at(step: str, kafka: Kafka, topic: str, checkpoint: Path) -> list[Committable]:
    """What the victim had staged, after its death."""
    command = [sys.executable, str(Path(__file__).with_name("kafka_victim.py")), kafka.address, topic, str(checkpoint)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    with subprocess.Popen([*command, step], stdout=subprocess.PIPE, text=True, env=environment) as victim:
        assert victim.stdout is not None
        stood_at = victim.stdout.readline().strip()
        victim.kill()
    assert stood_at == step
    assert victim.returncode == -9
    return cast("list[Committable]", pickle.loads(checkpoint.read_bytes()))


def seen(kafka: Kafka, topic: str) -> list[str]:
    """What a reader of committed messages finds."""
    return sorted((message.value() or b"").decode() for message in messages_of(kafka, topic, PARTITIONS))


def rows(*epochs: int) -> list[str]:
    return sorted(f"{number}-{row}" for number in epochs for row in range(EPOCH_ROWS))


@pytest.mark.parametrize("step", [*STEPS, COMMITTING])
def test_a_successor_of_a_killed_process_commits_its_output_once(kafka: Kafka, tmp_path: Path, step: str) -> None:
    topic = fresh_topic(kafka, PARTITIONS)
    staged = killed_at(step, kafka, topic, tmp_path / "checkpoint")
    sink = kafka_sink(kafka.address, topic, 2)
    committer = sink.committer(0, QuietHealth())
    found = seen(kafka, topic)
    assert found == rows(1, 2) if step == "commit_transaction" else found in (rows(1), rows(1, 2))
    committer.recover(staged)
    committer.close()
    assert seen(kafka, topic) == rows(1, 2)


def test_another_job_opens_its_sink_at_once_when_one_has_died_in_the_middle_of_a_transaction(
    kafka: Kafka, tmp_path: Path
) -> None:
    topic = fresh_topic(kafka, PARTITIONS)
    mine = kafka_sink(kafka.address, topic, 1, job="mine")
    first = mine.committer(0, QuietHealth())
    first.recover([])
    first.close()
    killed_at("send_offsets_to_transaction", kafka, topic, tmp_path / "checkpoint")
    started = monotonic()
    again = kafka_sink(kafka.address, topic, 2, job="mine").committer(0, QuietHealth())
    again.recover([])
    assert monotonic() - started < 1.0
    again.close()


def test_a_marker_that_brokers_have_forgotten_is_found_in_its_topic(kafka: Kafka, tmp_path: Path) -> None:
    topic = fresh_topic(kafka, PARTITIONS)
    staged = killed_at("commit_transaction", kafka, topic, tmp_path / "checkpoint")
    group = f"lightflus/default/victim/{topic}/out/0"
    admin = AdminClient({"bootstrap.servers": kafka.address})  # it has to live until the answer is there
    admin.delete_consumer_groups([group])[group].result(30)
    committer = kafka_sink(kafka.address, topic, 2).committer(0, QuietHealth())
    assert committer.committed() == 2
    committer.recover(staged)
    committer.close()
    assert seen(kafka, topic) == rows(1, 2)
