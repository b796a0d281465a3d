"""What has been committed: a marker per subtask, written in the same transaction as the output itself.

What it owns: the compacted topic that keeps markers, their form in it, reading one. Blocking, at the start of a
committer. What it leaves: what a marker means (`model/markers.py`), writing them (`committer.py`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from confluent_kafka import OFFSET_END, Consumer, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.cimpl import NewTopic

from lightflus.connectors.kafka.client import meet, new_admin, new_consumer
from lightflus.connectors.kafka.failures import error_of, mapped
from lightflus.connectors.kafka.options import Cluster
from lightflus.connectors.kafka.positions import Asking
from lightflus.connectors.kafka.troubles import Troubles
from lightflus.errors import SinkFailed
from lightflus.limits import CONNECT_SECONDS, KAFKA_BATCH_MESSAGES, KAFKA_TRANSACTION_MS
from lightflus.model.markers import NOTHING, Marker

EPOCHS_TOPIC = "__lightflus-epochs"
"""The topic of the markers of every job that has checkpoints; made if it is not there."""

_SETTLING_SECONDS = 2 * KAFKA_TRANSACTION_MS / 1_000
"""How long to wait for transactions of other subtasks that are open among the markers: brokers end them by then."""


def to_bytes(marker: Marker) -> bytes:
    """A marker as a message's value."""
    return json.dumps({"generation": marker.generation, "epoch": marker.epoch, "since": marker.since}).encode()


def from_bytes(value: bytes) -> Marker:
    """The inverse of `to_bytes`. Raises ValueError, KeyError, TypeError."""
    found = cast("dict[str, int]", json.loads(value))
    return Marker(found["generation"], found["epoch"], found["since"])


@dataclass(frozen=True, slots=True)
class Epochs:
    """The topic of markers, and the key of one subtask in it.

    Attributes:
        topic: compacted; every job's markers may share it.
        key: `namespace/job/sink/subtask`.
        cluster: where it is.
        where: of errors.
    """

    topic: str
    key: str
    cluster: Cluster
    where: str

    def ensure(self) -> None:
        """Makes the topic if it is not there. Raises SinkFailed."""
        admin = new_admin(self.cluster)  # it has to live until the answer is there
        topic = NewTopic(self.topic, num_partitions=1, config={"cleanup.policy": "compact"})
        try:
            admin.create_topics([topic], request_timeout=CONNECT_SECONDS)[self.topic].result()
        except KafkaException as exception:
            if error_of(exception).code() != KafkaError.TOPIC_ALREADY_EXISTS:
                hint = f"make it: kafka-topics.sh --create --topic {self.topic} --config cleanup.policy=compact"
                with mapped(SinkFailed, self.where, self.cluster, hint=hint):
                    raise

    def read(self) -> Marker:
        """The last marker that was committed for this key. Raises SinkFailed.

        Reads up to what the partitions hold now, committed or not: behind another subtask's open transaction, a reader
        of committed messages sees nothing, and must wait until that one has ended.
        """
        ends = self._ends()
        troubles = Troubles(self.cluster)
        client = new_consumer(self.cluster, {"enable.partition.eof": True}, troubles, self.where)
        try:
            with mapped(SinkFailed, self.where, self.cluster):
                starts = Asking(client, self.topic, self.cluster, self.where).earliest(ends.keys())
                client.assign([TopicPartition(self.topic, partition, at) for partition, at in starts.items()])
                return self._last(client, {p: end for p, end in ends.items() if starts[p] < end})
        finally:
            client.close()

    def _ends(self) -> dict[int, int]:
        troubles = Troubles(self.cluster)
        client = new_consumer(self.cluster, {"isolation.level": "read_uncommitted"}, troubles, self.where)
        try:
            partitions = meet(client, self.topic, self.cluster, troubles, self.where, failure=SinkFailed).partitions
            asked = [TopicPartition(self.topic, partition, OFFSET_END) for partition in partitions]
            with mapped(SinkFailed, self.where, self.cluster):
                return {at.partition: at.offset for at in client.offsets_for_times(asked, timeout=CONNECT_SECONDS)}
        finally:
            client.close()

    def _last(self, client: Consumer, ends: Mapping[int, int]) -> Marker:
        found, key = NOTHING, self.key.encode()
        until = time.monotonic() + _SETTLING_SECONDS
        left = dict(ends)
        while left:
            for message in client.consume(KAFKA_BATCH_MESSAGES, 0.1):
                if message.key() == key and message.error() is None:
                    found = max(found, self._parsed(message))
            at = client.position([TopicPartition(self.topic, partition) for partition in left])
            for position in at:
                if position.offset >= left[position.partition]:
                    del left[position.partition]
            if time.monotonic() > until:
                raise SinkFailed(
                    f"transactions in `{self.topic}` are still open after {_SETTLING_SECONDS:.0f} s",
                    where=self.where,
                    hint="see kafka-transactions.sh find-hanging",
                )
        return found

    def _parsed(self, message: Message) -> Marker:
        try:
            return from_bytes(message.value() or b"")
        except (ValueError, KeyError, TypeError) as error:
            raise SinkFailed(
                f"{self.topic}[{message.partition()}]@{message.offset()} is not a marker of an epoch",
                where=self.where,
                hint="this topic is for markers alone: whoever writes something else into it has to write elsewhere",
            ) from error
