"""What has been committed: a marker per subtask, written twice in the same transaction as the output itself.

What it owns: both places of a marker, and reading it. Blocking, at the start of a committer.
What it leaves: what a marker means (`model/markers.py`), the transaction (`committer.py`).

First, as an offset of a consumer group of the subtask's own, whose metadata is the marker: nobody else's transaction
can hide it, and it is read in one request. Brokers forget it a week after the last commit
(`offsets.retention.minutes`); then it is found in a compacted topic, where a job that died in the middle of a
transaction may hide it for a while (docs/decisions/0038).
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import cast

from confluent_kafka import OFFSET_END, Consumer, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.cimpl import NewTopic

from lightflus.connectors.kafka.client import meet, new_admin, new_consumer
from lightflus.connectors.kafka.failures import error_of, mapped, text_of
from lightflus.connectors.kafka.options import Cluster
from lightflus.connectors.kafka.positions import Asking
from lightflus.connectors.kafka.troubles import Troubles
from lightflus.errors import SinkFailed
from lightflus.limits import (
    CONNECT_SECONDS,
    KAFKA_BATCH_MESSAGES,
    KAFKA_COORDINATOR_SECONDS,
    KAFKA_EPOCHS_SEGMENT_BYTES,
    KAFKA_TRANSACTION_MS,
)
from lightflus.model.markers import NOTHING, Marker

EPOCHS_TOPIC = "__lightflus-epochs"
"""The topic of the markers of every job that has checkpoints; made if it is not there."""

_SETTLING_SECONDS = 2 * KAFKA_TRANSACTION_MS / 1_000
"""How long to wait for transactions of others that are open among the markers: brokers end them by then."""


def to_text(marker: Marker) -> str:
    """A marker as a message's value, and as an offset's metadata."""
    return json.dumps({"generation": marker.generation, "epoch": marker.epoch})


def from_text(value: str | bytes) -> Marker:
    """The inverse of `to_text`. Raises ValueError, KeyError, TypeError."""
    found = cast("dict[str, int]", json.loads(value))
    return Marker(found["generation"], found["epoch"])


def make_topic(name: str, cluster: Cluster, where: str) -> None:
    """Makes the topic of markers if it is not there. Raises SinkFailed."""
    admin = new_admin(cluster)  # it has to live until the answer is there
    settings = {"cleanup.policy": "compact", "segment.bytes": str(KAFKA_EPOCHS_SEGMENT_BYTES)}
    topic = NewTopic(name, num_partitions=1, config=settings)
    made = admin.create_topics([topic], request_timeout=CONNECT_SECONDS)[name]
    try:
        made.result()
    except KafkaException as exception:
        error = error_of(exception)
        if error.code() == KafkaError.TOPIC_ALREADY_EXISTS:
            return
        by_hand = f"kafka-topics.sh --create --topic {name} --config cleanup.policy=compact"
        raise SinkFailed(
            f"topic `{name}` cannot be made: {text_of(error, cluster)}",
            where=where,
            hint=f"allow this user to create it, or make it: {by_hand}",
        ) from exception


@dataclass(frozen=True, slots=True)
class Found:
    """The last marker, and what librdkafka wants to know of the group when the next one is written."""

    marker: Marker
    group: object


@dataclass(frozen=True, slots=True)
class Epochs:
    """The topic of markers, and what one subtask is called in it.

    Attributes:
        topic: compacted; every job's markers may share it.
        id: the subtask's transactional id, its group, and the key of its messages.
        cluster: where it is.
        where: of errors.
    """

    topic: str
    id: str
    cluster: Cluster
    where: str

    def offset_of(self, marker: Marker) -> TopicPartition:
        """A marker as the group's offset."""
        return TopicPartition(self.topic, 0, marker.epoch, metadata=to_text(marker))

    def read(self, *, is_first: bool) -> Found:
        """The last marker that was committed for this key. Raises SinkFailed.

        Of a job's first run (`is_first`), none that its group does not have: there was no time to forget it.
        """
        with closing(self._consumer({"group.id": self.id})) as client:
            with mapped(SinkFailed, self.where, self.cluster):
                asked = [TopicPartition(self.topic, 0)]
                answer = client.committed(asked, timeout=KAFKA_COORDINATOR_SECONDS)[0]
                if answer.error is not None:
                    raise KafkaException(answer.error)
            group: object = client.consumer_group_metadata()
        if answer.offset >= 0:
            return Found(self._parsed(answer.metadata or "", f"the offset of group `{self.id}`"), group)
        return Found(NOTHING if is_first else self._in_topic(), group)

    def _consumer(self, settings: Mapping[str, object]) -> Consumer:
        return new_consumer(self.cluster, settings, Troubles(self.cluster), self.where)

    def _in_topic(self) -> Marker:
        """Reads up to what the partitions hold now, committed or not.

        Behind another's open transaction, a reader of committed messages sees nothing, and waits until that has ended.
        """
        ends = self._ends()
        client = self._consumer({"enable.partition.eof": True})
        with closing(client), mapped(SinkFailed, self.where, self.cluster):
            starts = Asking(client, self.topic, self.cluster, self.where).earliest(ends.keys())
            client.assign([TopicPartition(self.topic, partition, at) for partition, at in starts.items()])
            return self._last(client, {p: end for p, end in ends.items() if starts[p] < end})

    def _ends(self) -> dict[int, int]:
        troubles = Troubles(self.cluster)
        client = new_consumer(self.cluster, {"isolation.level": "read_uncommitted"}, troubles, self.where)
        with closing(client):
            partitions = meet(client, self.topic, self.cluster, troubles, self.where, failure=SinkFailed).partitions
            asked = [TopicPartition(self.topic, partition, OFFSET_END) for partition in partitions]
            with mapped(SinkFailed, self.where, self.cluster):
                return {at.partition: at.offset for at in client.offsets_for_times(asked, timeout=CONNECT_SECONDS)}

    def _last(self, client: Consumer, ends: Mapping[int, int]) -> Marker:
        found, key = NOTHING, self.id.encode()
        until = time.monotonic() + _SETTLING_SECONDS
        left = dict(ends)
        while left:
            for message in client.consume(KAFKA_BATCH_MESSAGES, 0.1):
                if message.key() == key and message.error() is None:
                    found = max(found, self._of_message(message))
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

    def _of_message(self, message: Message) -> Marker:
        return self._parsed(message.value() or b"", f"{self.topic}[{message.partition()}]@{message.offset()}")

    def _parsed(self, text: str | bytes, place: str) -> Marker:
        try:
            return from_text(text)
        except (ValueError, KeyError, TypeError) as error:
            raise SinkFailed(
                f"{place} is not a marker of an epoch",
                where=self.where,
                hint="whoever writes something else there has to write elsewhere",
            ) from error
