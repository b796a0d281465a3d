"""What a reader and a source use of a consumer, whether it is theirs alone or shared with other jobs (`sharing.py`).

What it owns: the Protocol. What it leaves: librdkafka's own consumer, which is one (`client.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from confluent_kafka import KafkaError, Message, TopicPartition
from confluent_kafka.admin._metadata import ClusterMetadata

OnCommit = Callable[[KafkaError | None, Sequence[TopicPartition]], None]
"""Called with the answer to a commit."""


class Consuming(Protocol):
    """See confluent_kafka's Consumer. Everything raises KafkaException."""

    def consume(self, num_messages: int, timeout: float) -> list[Message]:
        """What has come; waits for the first `num_messages` no longer than this."""
        ...

    def poll(self, timeout: float) -> object:
        """Serves callbacks."""
        ...

    def incremental_assign(self, partitions: list[TopicPartition]) -> None:
        """Reads these, too, from their offsets."""
        ...

    def pause(self, partitions: list[TopicPartition]) -> None:
        """These wait until `resume`."""
        ...

    def resume(self, partitions: list[TopicPartition]) -> None:
        """These go on."""
        ...

    def position(self, partitions: list[TopicPartition]) -> list[TopicPartition]:
        """What has been taken, control records included; negative where that is not known."""
        ...

    def get_watermark_offsets(self, partition: TopicPartition, *, cached: bool) -> tuple[int, int]:
        """First and next offset of a partition, as the brokers said last."""
        ...

    def list_topics(self, topic: str, timeout: float) -> ClusterMetadata:
        """What the cluster knows of a topic."""
        ...

    def offsets_for_times(self, partitions: list[TopicPartition], timeout: float) -> list[TopicPartition]:
        """The first offsets at or behind times."""
        ...

    def committed(self, partitions: list[TopicPartition], timeout: float) -> list[TopicPartition]:
        """How far the group is."""
        ...

    def commit(self, *, offsets: list[TopicPartition], asynchronous: Literal[True]) -> None:
        """Tells the group."""
        ...

    def close(self) -> object:
        """Reads nothing any more. Idempotent."""
        ...
