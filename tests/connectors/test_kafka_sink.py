from __future__ import annotations

import json

import pyarrow as pa
import pytest
from confluent_kafka.admin import AdminClient
from kafka_helpers import SCHEMA, TEXT, fresh_topic, messages_of, sink, sink_spec, written
from tools.servers import Kafka

from lightflus.connectors.contract.registry import open_sink
from lightflus.errors import SinkFailed
from lightflus.model.extract import FieldPath
from lightflus.model.graph import Delivery, SinkField
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type
from lightflus.ports.sinks import Sink
from lightflus.testing.connectors import QuietHealth, Record, check_sink

pytestmark = pytest.mark.slow

JAVA_HASHES = {
    "21": -973932308,
    "foobar": -790332482,
    "a-little-bit-long-string": -985981536,
    "a-little-bit-longer-string": -1486304829,
    "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    "abc": 479470107,
}
"""Murmur2 of keys as the Java client's own tests have it; a key's partition is `(hash & 0x7fffffff) % partitions`."""


def pairs(*rows: tuple[str, str]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([{"key": key, "value": value} for key, value in rows], schema=SCHEMA)


def flushed(sink: Sink, batch: pa.RecordBatch) -> None:
    writer = sink.writer(0, QuietHealth())
    writer.write(batch)
    writer.flush()
    writer.close()
    sink.close()


@pytest.mark.parametrize("delivery", list(Delivery))
def test_it_keeps_the_contract(kafka: Kafka, delivery: Delivery) -> None:
    topics: list[str] = []

    def make() -> Sink:
        topics.append(fresh_topic(kafka))
        return sink(kafka, topics[-1], delivery)

    def read() -> list[Record]:
        rows = written(kafka, topics[-1])
        kept = dict(rows).items() if delivery is Delivery.UPSERT else rows
        return [{"key": key, "value": value} for key, value in kept]

    check_sink(make, read, SCHEMA)


@pytest.mark.parametrize("compression", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_every_compression_can_be_read(kafka: Kafka, compression: str) -> None:
    topic = fresh_topic(kafka)
    flushed(sink(kafka, topic, compression=compression), pairs(("a", "1"), ("b", "2")))
    assert written(kafka, topic) == [("a", "1"), ("b", "2")]


def test_keys_go_where_the_java_client_puts_them(kafka: Kafka) -> None:
    topic = fresh_topic(kafka, 31)
    flushed(sink(kafka, topic), pairs(*((key, "v") for key in JAVA_HASHES)))
    found = {(message.key() or b"").decode(): message.partition() for message in messages_of(kafka, topic, 31)}
    assert found == {key: (value & 0x7FFFFFFF) % 31 for key, value in JAVA_HASHES.items()}


def test_more_than_the_queue_holds_is_written_in_order(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    rows = 250_000
    numbers = pa.array(range(rows)).cast(pa.utf8())
    flushed(sink(kafka, topic), pa.RecordBatch.from_arrays([numbers, numbers], schema=SCHEMA))
    assert [value for _, value in written(kafka, topic)] == numbers.to_pylist()


def spec_of(kafka: Kafka, topic: str, *fields: tuple[str, Type]) -> Sink:
    made = tuple(SinkField(name, FieldPath((name,)), kind) for name, kind in fields)
    return open_sink(sink_spec({"brokers": kafka.address, "topic": topic}, made))


def test_times_and_headers_are_fields(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    header = StructType((Field("name", TEXT), Field("value", TEXT)))
    kinds: dict[str, Type] = {"value": TEXT, "timestamp": ScalarType(Scalar.INT64), "headers": ListType(header)}
    made = spec_of(kafka, topic, *kinds.items())
    rows = [{"value": "v", "timestamp": 1_234, "headers": [{"name": "a", "value": "1"}]}]
    flushed(made, pa.RecordBatch.from_pylist(rows))
    message = messages_of(kafka, topic)[0]
    assert message.timestamp()[1] == 1_234
    assert message.headers() == [("a", b"1")]
    assert message.key() is None


def test_other_fields_are_an_object(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    made = spec_of(kafka, topic, ("user", TEXT), ("n", ScalarType(Scalar.FLOAT64)))
    flushed(made, pa.RecordBatch.from_pylist([{"user": "u", "n": 3.0}]))
    assert json.loads(messages_of(kafka, topic)[0].value() or b"") == {"user": "u", "n": 3}


def test_an_upsert_sends_the_last_value_of_a_key_in_a_batch(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    flushed(sink(kafka, topic, Delivery.UPSERT), pairs(("a", "1"), ("b", "2"), ("a", "3")))
    assert written(kafka, topic) == [("b", "2"), ("a", "3")]


def test_a_message_that_the_topic_does_not_take_is_told_with_the_setting(kafka: Kafka) -> None:
    topic = fresh_topic(kafka, max_message_bytes="5000")
    with pytest.raises(SinkFailed, match=r"a message of 9,001 bytes is larger than .* takes \(5,000\)") as caught:
        flushed(sink(kafka, topic), pairs(("a", "1"), ("b", "x" * 9_000)))
    assert "`max.message.bytes`" in (caught.value.hint or "")


def test_a_message_that_only_the_broker_refuses_is_told_too(kafka: Kafka) -> None:
    topic = fresh_topic(kafka, max_message_bytes="5000")
    with pytest.raises(SinkFailed, match=r"\[0\] was not written: Message size too large") as caught:
        flushed(sink(kafka, topic, librdkafka_message_max_bytes="100000"), pairs(("b", "x" * 9_000)))
    assert "`max.message.bytes`" in (caught.value.hint or "")


def test_what_was_not_flushed_is_given_up(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    made = sink(kafka, topic, librdkafka_linger_ms="20000")
    writer = made.writer(0, QuietHealth())
    writer.write(pairs(("a", "1")))
    writer.close()
    made.close()
    assert written(kafka, topic) == []


def test_a_topic_that_is_deleted_is_told_and_no_time_out(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    writer = sink(kafka, topic, retry="2").writer(0, QuietHealth())

    def write(_: int) -> None:
        writer.write(pairs(("k", "v")))
        writer.flush()

    write(0)
    admin = AdminClient({"bootstrap.servers": kafka.address})
    admin.delete_topics([topic])[topic].result(30)
    with pytest.raises(SinkFailed, match=f"there is no topic `{topic}` any more") as caught:
        list(map(write, range(1_000)))  # until the leader has heard of it, too
    assert "was it deleted?" in str(caught.value.hint)
    writer.close()
