"""`kafka:` as a sink: messages of one topic, each written once and in order.

What it owns: the sink's options, the first contact, what one message may have, the producers' properties, the plain
writer. What it leaves: sending (`sending.py`), exactly-once output (`transactions.py`), messages (`records.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pyarrow as pa
from confluent_kafka import KafkaException
from confluent_kafka.admin._config import ConfigResource

from lightflus.connectors.contract.kinds import SinkKind, SinkSpec, always
from lightflus.connectors.contract.options import Options
from lightflus.connectors.kafka.client import create_topic, meet, new_admin, new_consumer, new_producer
from lightflus.connectors.kafka.epochs import EPOCHS_TOPIC, make_topic
from lightflus.connectors.kafka.fields import FieldEncoder
from lightflus.connectors.kafka.options import Cluster, read_cluster
from lightflus.connectors.kafka.records import Encode
from lightflus.connectors.kafka.rights import Right
from lightflus.connectors.kafka.sending import Sending, Target
from lightflus.connectors.kafka.transactions import OURS, NewProducer, committer, id_of, staging_writer
from lightflus.connectors.kafka.troubles import Troubles
from lightflus.connectors.toolbox.epochs import EpochCommitter, StagedWriter
from lightflus.connectors.toolbox.rows import last_rows
from lightflus.errors import SinkFailed
from lightflus.limits import CONNECT_SECONDS, KAFKA_PENDING_BYTES, KAFKA_PENDING_MESSAGES, KIB
from lightflus.model.graph import Connector, Delivery
from lightflus.model.graph import Sink as SinkNode
from lightflus.model.guarantees import Guarantee, Promise
from lightflus.model.schemas import KAFKA
from lightflus.ports.health import Health
from lightflus.ports.sinks import SinkIdentity

_MESSAGE_BYTES = 1_048_588
"""Kafka's own default of `max.message.bytes`, where a topic's cannot be asked for."""
_OVERHEAD_BYTES = 512
"""What surrounds one message in a batch of its own; the brokers' limit includes it."""


@dataclass(frozen=True, slots=True)
class SinkOptions:
    """What a Kafka sink is told.

    Attributes:
        topic: what it writes.
        cluster: where it is.
        compression: of batches.
        epochs: the topic in which exactly-once output marks its epochs.
    """

    topic: str
    cluster: Cluster
    compression: str
    epochs: str


class KafkaSink:
    """`ports.TransactionalSink` over one topic."""

    def __init__(
        self,
        name: str,
        options: SinkOptions,
        encode: Encode,
        delivery: Delivery,
        key_fields: tuple[str, ...],
        *,
        make_producer: NewProducer = new_producer,
    ) -> None:
        """Meets the cluster. Raises BindingInvalid: an option is wrong; SinkFailed: it does not answer."""
        self._name = name
        self._options = options
        self._encode = encode
        self._delivery = delivery
        self._key_fields = key_fields if delivery is Delivery.UPSERT else ()
        self._make_producer = make_producer
        self._identity: SinkIdentity | None = None
        self._most_bytes = _meet(name, options)
        Right("Write", "topic", options.topic).check(options.cluster, name)
        new_producer(options.cluster, self.settings(), Troubles(options.cluster), name).close()

    @property
    def delivery(self) -> Delivery:
        """What the job wants: a topic of updates by key is the same to Kafka."""
        return self._delivery

    @property
    def target(self) -> Target:
        """Where messages go."""
        return Target(self._options.topic, self._options.cluster, self._name, self._most_bytes)

    def writer(self, subtask: int, health: Health) -> KafkaWriter:
        """A producer of its own."""
        cluster = self._options.cluster
        troubles = Troubles(cluster)
        producer = new_producer(cluster, self.settings(), troubles, self._name)
        sending = Sending(producer, troubles, self.target, health)
        return KafkaWriter(sending, producer.close, self._encode, self._key_fields)

    def begin(self, identity: SinkIdentity) -> None:
        """Makes the topic of markers if it is not there. Raises SinkFailed; BindingInvalid: a right is missing."""
        self._identity = identity
        cluster = self._options.cluster
        make_topic(self._options.epochs, cluster, self._name)
        Right("Read", "group", id_of(identity, 0), OURS).check(cluster, self._name)

    def staging_writer(self, subtask: int, health: Health) -> StagedWriter:
        """Keeps messages by epoch."""
        return staging_writer(subtask, self._encode, self._key_fields, self._name)

    def committer(self, subtask: int, health: Health) -> EpochCommitter:
        """Writes an epoch's messages in one transaction. Raises SinkFailed."""
        assert self._identity is not None, "whoever commits has begun"
        topic, new = self._options.epochs, self._make_producer
        return committer(self.target, self.settings(), self._identity, subtask, health, topic=topic, new=new)

    def settings(self) -> Mapping[str, object]:
        """Properties of every producer."""
        options = self._options
        return {
            "compression.type": options.compression,
            "partitioner": "murmur2_random",  # Java's: of a key's bytes, and sticky batches without one
            "message.max.bytes": max(1_000, self._most_bytes - _OVERHEAD_BYTES),
            "message.timeout.ms": max(1, options.cluster.retry_seconds) * 1_000,
            "queue.buffering.max.messages": KAFKA_PENDING_MESSAGES,
            "queue.buffering.max.kbytes": KAFKA_PENDING_BYTES // KIB,
            "delivery.report.only.error": True,
        }

    def close(self) -> None:
        """Nothing is held: each writer has its own connections."""


class KafkaWriter:
    """`ports.SinkWriter`: a producer's queue is what it holds."""

    def __init__(
        self, sending: Sending, close: Callable[[], object], encode: Encode, key_fields: tuple[str, ...]
    ) -> None:
        self._sending = sending
        self._close = close
        self._is_closed = False
        self._encode = encode
        self._key_fields = key_fields

    def write(self, columns: pa.RecordBatch) -> None:
        """Queues a message per row; of an upsert, per key. Raises SinkFailed."""
        self._sending.send(self._encode(last_rows(columns, self._key_fields)))

    def flush(self) -> None:
        """Waits until the brokers have everything. Raises SinkFailed."""
        self._sending.settle()

    def close(self) -> None:
        """Gives up what waits. Idempotent."""
        if not self._is_closed:
            self._is_closed = True
            self._sending.forget()
            self._close()


def _meet(name: str, options: SinkOptions) -> int:
    """The first contact; returns how large a message may be. A consumer asks, since that makes no topic."""
    cluster = options.cluster
    troubles = Troubles(cluster)
    client = new_consumer(cluster, {}, troubles, name)
    try:
        meet(client, options.topic, cluster, troubles, name, failure=SinkFailed)
    finally:
        client.close()
    resource = ConfigResource(ConfigResource.Type.TOPIC, options.topic)
    admin = new_admin(cluster)  # it has to live until the answer is there
    try:
        found = admin.describe_configs([resource], request_timeout=CONNECT_SECONDS)[resource].result()
    except KafkaException:  # this user may not ask; the brokers will say it when they refuse a message
        return _MESSAGE_BYTES
    return int(found["max.message.bytes"].value)


def _open(spec: SinkSpec, options: Options) -> KafkaSink:
    topic = options.text("topic")
    cluster = read_cluster(options)
    compression = options.choice("compression")
    keys = spec.key_fields if spec.delivery is Delivery.UPSERT else ()
    encode = FieldEncoder(spec).encode
    return KafkaSink(spec.name, SinkOptions(topic, cluster, compression, EPOCHS_TOPIC), encode, spec.delivery, keys)


def _create(connector: Connector) -> None:
    """Makes the topic as the brokers make topics, where there is none of that name."""
    options = Options(connector.kind, connector.options, "sink")
    topic = options.text("topic")
    create_topic(topic, read_cluster(options))


def _promise(_sink: SinkNode) -> Promise:
    return Promise(Guarantee.EXACTLY_ONCE, "each epoch is a transaction; readers have to read committed messages")


SINK = SinkKind(KAFKA.address, _open, always, options=KAFKA.sink, create=_create, promise=_promise)
