"""Readers of many jobs of one process share a consumer: each gets what is its own, in order, and no thread stays."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO

import pytest
from connector_helpers import source_spec
from kafka_helpers import batches, fresh_topic, produce, rows_of
from test_kafka_source import group_offset, numbered
from tools.servers import Kafka

from lightflus.connectors.contract.kinds import Streams
from lightflus.connectors.contract.registry import open_source
from lightflus.connectors.contract.shared import Shared
from lightflus.limits import KAFKA_VIEW_MESSAGES
from lightflus.model.graph import Connector
from lightflus.ports.sources import SourceReader, WakingReader
from lightflus.testing.connectors import QuietHealth

pytestmark = pytest.mark.slow


class Jobs:
    """Sources of one process."""

    def __init__(self, kafka: Kafka) -> None:
        self._kafka = kafka
        self._streams = Streams(stdin=0, stdout=BytesIO(), shared=Shared())

    @contextmanager
    def reader(self, topic: str, **options: str) -> Iterator[SourceReader]:
        """Of all its partitions."""
        connector = Connector("kafka", {"brokers": self._kafka.address, "topic": topic, **options})
        source = open_source(source_spec(connector, streams=self._streams))
        with closing(source), closing(source.reader(dict.fromkeys(source.splits()), QuietHealth())) as reader:
            yield reader


def polling() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "kafka"]


def test_each_gets_its_own_and_one_thread_polls_for_all(kafka: Kafka) -> None:
    jobs, first, second = Jobs(kafka), fresh_topic(kafka, 2), fresh_topic(kafka)
    produce(kafka, first, numbered(3, "a"))
    produce(kafka, second, numbered(3, "b"))
    with jobs.reader(first) as one, jobs.reader(second) as other:
        assert rows_of(list(batches(one, 3))) == ["a0", "a1", "a2"]
        assert rows_of(list(batches(other, 3))) == ["b0", "b1", "b2"]
        produce(kafka, first, numbered(2, "later"), partition=1)
        assert rows_of(list(batches(one, 2))) == ["later0", "later1"]
        assert len(polling()) == 1


def test_a_partition_that_two_read_comes_to_both(kafka: Kafka) -> None:
    jobs, topic = Jobs(kafka), fresh_topic(kafka)
    produce(kafka, topic, numbered(3))
    with jobs.reader(topic) as one, jobs.reader(topic) as other:
        assert rows_of(list(batches(one, 3))) == rows_of(list(batches(other, 3))) == ["0", "1", "2"]


def test_what_waits_for_a_slow_reader_is_bounded_and_all_of_it_comes_in_order(kafka: Kafka) -> None:
    jobs, slow, fast = Jobs(kafka), fresh_topic(kafka), fresh_topic(kafka)
    count = 8 * KAFKA_VIEW_MESSAGES
    produce(kafka, slow, numbered(count))
    with jobs.reader(slow) as one, jobs.reader(fast) as other:
        for number in range(3):
            produce(kafka, fast, numbered(1, str(number)))
            assert rows_of(list(batches(other, 1))) == [f"{number}0"]
        assert rows_of(list(batches(one, count))) == [str(number) for number in range(count)]


def test_a_group_is_told_and_the_next_reader_goes_on_there(kafka: Kafka) -> None:
    jobs, topic, group = Jobs(kafka), fresh_topic(kafka), f"g-{time.monotonic_ns()}"
    produce(kafka, topic, numbered(5))
    with jobs.reader(topic, group=group) as reader:
        assert len(rows_of(list(batches(reader, 5)))) == 5
        reader.commit({f"{topic}-0": "3"})
        deadline = time.monotonic() + 30
        while group_offset(kafka, group, topic) != 3:
            assert time.monotonic() < deadline
    with jobs.reader(topic, group=group) as again:
        assert rows_of(list(batches(again, 2))) == ["3", "4"]
        deadline = time.monotonic() + 30
        while again.lag() != 0:
            again.read()
            assert time.monotonic() < deadline


def test_a_reader_is_woken_when_there_is_something_to_read(kafka: Kafka) -> None:
    jobs, topic, woken = Jobs(kafka), fresh_topic(kafka), threading.Event()
    with jobs.reader(topic) as reader:
        assert isinstance(reader, WakingReader)
        assert reader.wake_with(woken.set)
        began = time.monotonic()
        for _ in range(100):
            reader.read()
        assert time.monotonic() - began < 5  # 100 waits would be 10 s
        produce(kafka, topic, numbered(1))
        assert woken.wait(30)
        assert rows_of(list(batches(reader, 1))) == ["0"]


def test_when_the_last_is_closed_no_thread_stays(kafka: Kafka) -> None:
    jobs, topic = Jobs(kafka), fresh_topic(kafka)
    with jobs.reader(topic), jobs.reader(topic):
        threads = polling()
        assert len(threads) == 2
    for thread in threads:
        thread.join(30)
    assert not polling()
