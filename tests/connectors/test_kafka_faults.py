from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import pyarrow as pa
import pytest
from kafka_helpers import SCHEMA, batches, fresh_topic, opened, produce, rows_of, sink, source, written
from tools.servers import FaultProxy, Kafka

from lightflus.errors import SinkFailed, SourceFailed
from lightflus.model.graph import Delivery
from lightflus.ports.sinks import SinkWriter

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def mortal() -> Iterator[Kafka]:
    """A broker that a test may kill, if it starts it again."""
    with Kafka() as server:
        yield server


@pytest.fixture
def proxy(mortal: Kafka) -> Iterator[FaultProxy]:
    """The only way to the broker that its clients know; when it refuses, the broker is away."""
    with mortal.proxy() as proxy:
        yield proxy


@dataclass
class Watched:
    """`ports.Health` that says when a connector first waits."""

    waits: threading.Event = field(default_factory=threading.Event)
    reasons: list[str] = field(default_factory=list)
    is_stopping: bool = False

    def waiting(self, reason: str) -> None:
        self.reasons.append(reason)
        self.waits.set()

    def fine(self) -> None:
        pass


def restarted_when(health: Watched, kafka: Kafka) -> threading.Thread:
    """Starts the broker again as soon as the connector has noticed that it is away."""

    def restart() -> None:
        assert health.waits.wait(60)
        kafka.start()

    thread = threading.Thread(target=restart)
    thread.start()
    return thread


def numbers(first: int, rows: int) -> pa.RecordBatch:
    texts = pa.array(range(first, first + rows)).cast(pa.utf8())
    return pa.RecordBatch.from_arrays([texts, texts], schema=SCHEMA)


def test_a_source_waits_for_a_broker_that_comes_back_and_misses_nothing(mortal: Kafka) -> None:
    topic = fresh_topic(mortal)
    produce(mortal, topic, [b"before"])
    endless = source(mortal, topic, end="never")
    health = Watched()
    reader = endless.reader(dict.fromkeys(endless.splits()), health)
    assert rows_of(list(batches(reader, 1))) == ["before"]
    mortal.kill()
    thread = restarted_when(health, mortal)
    while not health.waits.is_set():
        reader.read()
    thread.join()
    produce(mortal, topic, [b"after"])
    assert rows_of(list(batches(reader, 1))) == ["after"]
    assert mortal.address in health.reasons[0]
    reader.close()


def test_a_source_whose_broker_stays_away_ends_when_patience_does(mortal: Kafka, proxy: FaultProxy) -> None:
    topic = fresh_topic(mortal)
    reader = opened(source(mortal, topic, brokers=proxy.address, end="never", retry="1"))
    reader.read()
    proxy.refuse()
    with pytest.raises(SourceFailed, match="tried") as caught:
        list(batches(reader, 1))
    assert "`retry`" in (caught.value.hint or "")
    reader.close()


def test_a_sink_waits_for_a_broker_that_comes_back_and_writes_each_message_once(mortal: Kafka) -> None:
    topic = fresh_topic(mortal)
    made = sink(mortal, topic)
    health = Watched()
    writer = made.writer(0, health)
    writer.write(numbers(0, 10))
    writer.flush()
    mortal.kill()
    thread = restarted_when(health, mortal)
    writer.write(numbers(10, 50_000))
    writer.flush()
    thread.join()
    health.reasons.clear()
    writer.write(numbers(50_010, 10))
    writer.flush()
    assert health.reasons == [], "it works again, and says so"
    writer.close()
    assert [value for _, value in written(mortal, topic)] == [str(number) for number in range(50_020)]


def test_a_sink_whose_broker_stays_away_says_what_was_not_written(mortal: Kafka, proxy: FaultProxy) -> None:
    topic = fresh_topic(mortal)
    writer = sink(mortal, topic, Delivery.APPEND, brokers=proxy.address, retry="2").writer(0, Watched())
    writer.write(numbers(0, 10))
    writer.flush()
    proxy.refuse()
    writer.write(numbers(10, 10))
    with pytest.raises(SinkFailed, match=rf"{topic}\[0\] was not written: .*tried for 2 s"):
        writer.flush()
    writer.close()


def test_a_job_that_is_stopped_does_not_wait_for_a_broker(mortal: Kafka, proxy: FaultProxy) -> None:
    topic = fresh_topic(mortal)
    health = Watched()
    writer = sink(mortal, topic, Delivery.APPEND, brokers=proxy.address).writer(0, health)
    proxy.refuse()
    writer.write(numbers(0, 10))
    health.is_stopping = True
    with pytest.raises(SinkFailed, match="stopped"):
        writer.flush()
    writer.close()


def test_what_waits_while_a_broker_is_away_has_a_bound(mortal: Kafka, proxy: FaultProxy) -> None:
    topic = fresh_topic(mortal)
    writer = sink(mortal, topic, Delivery.APPEND, brokers=proxy.address, retry="2").writer(0, Watched())
    proxy.refuse()
    with pytest.raises(SinkFailed, match="was not written"):
        write_without_end(writer)
    writer.close()


def write_without_end(writer: SinkWriter) -> None:
    for first in count(0, 50_000):
        writer.write(numbers(first, 50_000))
