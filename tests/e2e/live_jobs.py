"""Jobs as a person runs them, in a process of their own, between real servers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Producer, TopicPartition
from tools.servers import Kafka

ROOT = Path(__file__).resolve().parents[2]
LIGHTFLUS = Path(sys.executable).with_name("lightflus")
_LOOK_SECONDS = 0.05
_STOP_SECONDS = 60
"""How long a job may take to end; one that takes longer is aborted, and its log shows where its threads stand."""


class LiveJob:
    """`lightflus run`; ended by Ctrl-C when the block ends, if it has not ended by itself."""

    def __init__(
        self, job: Path, *bindings: str, cwd: Path, env: Mapping[str, str] | None = None, parallelism: int = 1
    ) -> None:
        bound = [word for binding in bindings for word in ("--bind", binding)]
        self._command = [str(LIGHTFLUS), "run", str(job), *bound, "--json", "--parallelism", str(parallelism)]
        self._cwd = cwd
        self._env = {**os.environ, "PYTHONFAULTHANDLER": "1", **(env or {})}
        self._log = cwd / "job.log"

    def __enter__(self) -> Self:
        with self._log.open("a") as log:
            self.process = subprocess.Popen(
                self._command, cwd=self._cwd, env=self._env, stdout=log, stderr=subprocess.STDOUT, text=True
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGABRT)
                self.process.wait()
                raise AssertionError(f"it did not end within {_STOP_SECONDS} s of Ctrl-C: {self.log}") from error

    def kill(self) -> None:
        """`kill -9`."""
        self.process.kill()
        self.process.wait()

    @property
    def log(self) -> str:
        """All that it has said."""
        return self._log.read_text()

    def wait_until(self, is_so: Callable[[], object], seconds: float = 180) -> None:
        """Looks until something is so; fails with the job's words if it never is, or if the job ends before."""
        deadline = time.monotonic() + seconds
        while not is_so():
            assert self.process.poll() is None, f"the job ended with code {self.process.returncode}: {self.log}"
            assert time.monotonic() < deadline, f"not within {seconds} s: {self.log}"
            time.sleep(_LOOK_SECONDS)


def produce(kafka: Kafka, topic: str, values: Iterable[str | Mapping[str, object]]) -> None:
    """Sends messages, objects as JSON, and waits until the broker has them all."""
    producer = Producer({"bootstrap.servers": kafka.address, "linger.ms": 5, "enable.idempotence": True})
    for value in values:
        text = value if isinstance(value, str) else json.dumps(value)
        producer.produce(topic, text.encode())
        producer.poll(0)
    assert producer.flush(60) == 0


def consume(kafka: Kafka, topic: str) -> list[tuple[bytes | None, bytes | None]]:
    """Key and value of every message that is in the topic now, committed ones only."""
    settings = {"group.id": "reading-back", "enable.auto.commit": False, "enable.partition.eof": True}
    consumer = Consumer({"bootstrap.servers": kafka.address, **settings})
    partitions = consumer.list_topics(topic, timeout=60).topics[topic].partitions
    consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in partitions])
    found, ended = [], 0
    deadline = time.monotonic() + 180
    while ended < len(partitions):
        assert time.monotonic() < deadline
        for message in consumer.consume(500, timeout=0.1):
            error = message.error()
            if error is None:
                found.append((message.key(), message.value()))
            ended += error is not None and error.code() == KafkaError._PARTITION_EOF
    consumer.close()
    return found


def count_messages(kafka: Kafka, topic: str) -> int:
    """How many a topic without transactions holds; 0 while it has just been made, and has no leader yet."""
    consumer = Consumer({"bootstrap.servers": kafka.address, "group.id": "counting"})
    partitions = consumer.list_topics(topic, timeout=60).topics[topic].partitions
    try:
        ends = [consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=60) for number in partitions]
    except KafkaException as error:
        if error.args[0].code() != KafkaError.NOT_LEADER_FOR_PARTITION:
            raise
        return 0
    finally:
        consumer.close()
    return sum(high - low for low, high in ends)
