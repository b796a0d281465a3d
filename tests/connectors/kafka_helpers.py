"""Shared by the tests against a real broker: sources and sinks over fresh topics, producing and reading by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NoReturn
from uuid import uuid4

import pyarrow as pa
from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition
from tools.servers import Kafka

from lightflus.connectors.contract.kinds import SinkSpec, SourceSpec, Streams
from lightflus.connectors.contract.registry import open_sink, open_source
from lightflus.formats.registry import message_decoder, message_encoder
from lightflus.model.extract import FieldPath
from lightflus.model.graph import Connector, Delivery, SinkField
from lightflus.model.types import Scalar, ScalarType, StructType, Type
from lightflus.ports.sinks import Sink
from lightflus.ports.sources import Source, SourceBatch, SourceReader
from lightflus.testing.connectors import QuietHealth

TEXT = ScalarType(Scalar.UTF8)
FIELDS = (SinkField("key", FieldPath(("k",)), TEXT), SinkField("value", FieldPath(("v",)), TEXT))
SCHEMA = pa.schema([pa.field("key", pa.utf8(), nullable=False), pa.field("value", pa.utf8(), nullable=False)])

NO_STREAMS = Streams(stdin=0, stdout=None)  # type: ignore[arg-type]  # no broker is a standard stream


def fresh_topic(kafka: Kafka, partitions: int = 1, **settings: str) -> str:
    return kafka.create_topic(f"t{uuid4().hex[:8]}", partitions, **settings)


def source(
    kafka: Kafka,
    topic: str,
    record: Type = TEXT,
    envelope: bool = False,
    stateful: bool = False,
    /,
    **options: str,
) -> Source:
    """Options are spelt with `_` for `.`."""
    values = {"brokers": kafka.address, "topic": topic, "end": "latest"}
    values |= {name.replace("_", "."): value for name, value in options.items()}
    inner = next((f.type for f in record.fields if f.name == "value"), TEXT) if isinstance(record, StructType) else TEXT
    decoded = inner if envelope else record
    return open_source(
        SourceSpec(
            name="in",
            job="job",
            namespace="default",
            connector=Connector("kafka", values),
            record=record,
            has_envelope=envelope,
            is_stateful=stateful,
            line_decoder=_no_lines,
            message_decoder=lambda: message_decoder("", decoded),
            streams=NO_STREAMS,
        )
    )


def sink_spec(
    options: Mapping[str, str],
    fields: tuple[SinkField, ...] = FIELDS,
    delivery: Delivery = Delivery.APPEND,
    keys: tuple[str, ...] = (),
) -> SinkSpec:
    return SinkSpec(
        name="out",
        job="job",
        namespace="default",
        connector=Connector("kafka", options),
        fields=fields,
        delivery=delivery,
        key_fields=keys,
        line_encoder=_no_lines,
        message_encoder=lambda of: message_encoder("raw" if len(of) == 1 and of[0].type == TEXT else "json", of),
        streams=NO_STREAMS,
    )


def sink(kafka: Kafka, topic: str, delivery: Delivery = Delivery.APPEND, /, **options: str) -> Sink:
    values = {name.replace("_", "."): value for name, value in options.items()}
    keys = ("key",) if delivery is Delivery.UPSERT else ()
    return open_sink(sink_spec({"brokers": kafka.address, "topic": topic} | values, delivery=delivery, keys=keys))


def _no_lines() -> NoReturn:
    raise AssertionError("Kafka has messages, not lines")


def produce(
    kafka: Kafka,
    topic: str,
    values: Sequence[bytes | None],
    *,
    partition: int = 0,
    key: bytes | None = None,
    time: int = 0,
) -> None:
    producer = Producer({"bootstrap.servers": kafka.address, "linger.ms": 0, "enable.idempotence": True})
    for value in values:
        producer.produce(topic, value, key, partition=partition, timestamp=time)
    assert producer.flush(30) == 0


def batches(reader: SourceReader, rows: int) -> Iterator[SourceBatch]:
    """What a reader yields until it has yielded so many rows, or its end."""
    while rows > 0 and (batch := reader.read()) is not None:
        rows -= batch.columns.num_rows
        yield batch


def rows_of(found: Sequence[SourceBatch]) -> list[object]:
    return [row["value"] for batch in found for row in batch.columns.to_pylist()]


def opened(source: Source) -> SourceReader:
    """One reader of all splits."""
    return source.reader(dict.fromkeys(source.splits()), QuietHealth())


def messages_of(kafka: Kafka, topic: str, partitions: int = 1) -> list[Message]:
    """Every committed message of a topic; those of one partition in order."""
    settings = {"group.id": "reads", "enable.auto.commit": False, "enable.partition.eof": True}
    consumer = Consumer({"bootstrap.servers": kafka.address, **settings})
    consumer.assign([TopicPartition(topic, partition, 0) for partition in range(partitions)])
    found: list[Message] = []
    ended = 0
    while ended < partitions and (message := consumer.poll(30)) is not None:
        error = message.error()
        if error is None:
            found.append(message)
        ended += error is not None and error.code() == KafkaError._PARTITION_EOF
    consumer.close()
    return found


def written(kafka: Kafka, topic: str, partitions: int = 1) -> list[tuple[str, str]]:
    return [((m.key() or b"").decode(), (m.value() or b"").decode()) for m in messages_of(kafka, topic, partitions)]
