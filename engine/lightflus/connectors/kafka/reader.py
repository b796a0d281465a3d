"""Reads the partitions of one subtask.

What it owns: one consumer with assigned partitions, batches, ends of bounded partitions, positions, lag, commits to the
group, waiting while brokers are away. On one thread at a time.
What it leaves: where to start and end (`positions.py`), columns (`messages.py`, `envelope.py`, the decoder).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import filterfalse
from typing import Protocol

from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition

from lightflus.connectors.kafka.client import partitions_of
from lightflus.connectors.kafka.consuming import Consuming, OnCommit
from lightflus.connectors.kafka.failures import error_of, mapped, text_of
from lightflus.connectors.kafka.messages import Gathered, MessageOrigin, Run, row_runs, runs_of, times_of
from lightflus.connectors.kafka.options import Cluster
from lightflus.connectors.kafka.positions import Asking, partition_of, split_of
from lightflus.connectors.kafka.sharing import View
from lightflus.connectors.kafka.troubles import Troubles
from lightflus.connectors.toolbox.rejections import rejected
from lightflus.connectors.toolbox.retry import Passing, Patience
from lightflus.errors import SourceFailed
from lightflus.limits import CONNECT_SECONDS, KAFKA_BATCH_MESSAGES, KAFKA_READ_BYTES, KAFKA_READ_CALLS, READ_WAIT_MS
from lightflus.model.pace import Pace
from lightflus.ports.formats import Decoded
from lightflus.ports.health import Health
from lightflus.ports.sources import SourceBatch


class RowMaker(Protocol):
    """Makes rows of messages."""

    @property
    def properties(self) -> Sequence[str]:
        """What it needs of messages (`messages.PROPERTIES`)."""
        ...

    def decode(self, gathered: Gathered) -> Decoded:
        """The rows, and messages that can be none."""
        ...


_LAG_SECONDS = 1.0
"""How often the lag is counted anew: that takes a call per partition."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader reads, and how.

    Attributes:
        topic: its name.
        cluster: for words and patience.
        where: of errors.
        rows: makes them.
        group: is told what is done; None: nobody is.
        ends: for a bounded source, the offset at which each partition ends.
        wants_times: whether rows come with the timestamps of their messages.
    """

    topic: str
    cluster: Cluster
    where: str
    rows: RowMaker
    group: str | None
    ends: Mapping[int, int] | None
    wants_times: bool = False


class KafkaReader:
    """`ports.SourceReader` over partitions of one topic."""

    def __init__(
        self,
        reading: Reading,
        client: Callable[[OnCommit], tuple[Consuming, Troubles]],
        starts: Mapping[int, int],
        health: Health,
    ) -> None:
        """`starts` has the offset at which each partition begins, `client` makes its consumer."""
        self._reading = reading
        self._consumer, self._troubles = client(self._committed)
        self._wait_seconds = READ_WAIT_MS / 1_000
        self._health = health
        self._offsets = dict(starts)
        self._patience = Patience(reading.where, SourceFailed, health, reading.cluster.retry_seconds)
        self._lag: int | None = None
        self._lag_at = 0.0
        self._open: set[int] = set()
        self._ended: list[str] = []
        self._paused: frozenset[int] = frozenset()
        self._fresh = {split_of(reading.topic, p): str(offset) for p, offset in starts.items()}
        self._assign(starts)

    def read(self) -> SourceBatch | None:
        """The messages that have arrived, of any of its partitions. Raises SourceFailed."""
        if self._is_ended:
            return None
        gathered = self._gathered()
        runs = gathered.runs
        if not runs:
            self._lag_at = 0.0  # it has caught up, or has to wait: what was counted before is not so any more
        for run in runs:
            self._offsets[run.partition] = run.next_offset
        positions = {split_of(self._reading.topic, run.partition): str(run.next_offset) for run in runs}
        decoded = self._reading.rows.decode(gathered)
        origin = MessageOrigin(self._reading.topic, runs, decoded.record_of_row)
        bad = rejected(decoded, lambda record: origin.place(record.index))
        if self._fresh:
            positions, self._fresh = {**self._fresh, **positions}, {}
        ended, self._ended = tuple(self._ended), []
        return SourceBatch(
            decoded.columns,
            origin,
            positions,
            gathered.bytes,
            bad,
            runs=row_runs(self._reading.topic, runs, decoded),
            times=times_of(gathered, decoded) if self._reading.wants_times else None,
            ended=ended,
        )

    def wake_with(self, wake: Callable[[], None]) -> bool:
        """See `ports.WakingReader`: with a shared consumer, whose thread calls `wake`."""
        if not isinstance(self._consumer, View):
            return False
        self._consumer.wake, self._wait_seconds = wake, 0
        return True

    def pace(self, pace: Pace) -> None:
        """Pauses partitions that are too far ahead of the others, and lets go those that are not any more."""
        held = frozenset(map(partition_of, pace.held)) & self._open
        for change, partitions in (
            (self._consumer.pause, held - self._paused),
            (self._consumer.resume, (self._paused - held) & self._open),
        ):
            if partitions:
                with mapped(SourceFailed, self._reading.where, self._reading.cluster):
                    change([TopicPartition(self._reading.topic, partition) for partition in partitions])
        self._paused = held

    def add(self, splits: Sequence[str]) -> None:
        """Partitions that the topic got while the job runs, from their beginning. Raises SourceFailed."""
        reading = self._reading
        known = partitions_of(self._consumer, reading.topic, reading.cluster, self._troubles, reading.where)
        asking = Asking(self._consumer, reading.topic, reading.cluster, reading.where)
        starts = asking.earliest([partition for partition in map(partition_of, splits) if partition in known])
        self._offsets |= starts
        self._assign(starts)

    def commit(self, positions: Mapping[str, str]) -> None:
        """Tells the group, without waiting for the answer."""
        if self._reading.group is None or not positions:
            return
        topic = self._reading.topic
        offsets = [TopicPartition(topic, partition_of(split), int(position)) for split, position in positions.items()]
        try:
            self._consumer.commit(offsets=offsets, asynchronous=True)
        except KafkaException as exception:
            self._not_committed(error_of(exception))

    def lag(self) -> int | None:
        """Messages between its positions and what the brokers last said that there is."""
        if self._is_ended:
            return 0
        if time.monotonic() - self._lag_at >= _LAG_SECONDS:
            self._lag_at = time.monotonic()
            self._lag = self._counted_lag()
        return self._lag

    def close(self) -> None:
        """Ends the consumer, after its last commit. Idempotent."""
        self._consumer.close()

    def _assign(self, starts: Mapping[int, int]) -> None:
        """Reads those partitions, too, if there is something before their end."""
        reading = self._reading
        opened = [p for p, at in starts.items() if reading.ends is None or at < reading.ends[p]]
        self._open.update(opened)
        self._ended += [split_of(reading.topic, partition) for partition in starts.keys() - set(opened)]
        with mapped(SourceFailed, reading.where, reading.cluster):
            self._consumer.incremental_assign([TopicPartition(reading.topic, p, starts[p]) for p in opened])

    @property
    def _is_ended(self) -> bool:
        return self._reading.ends is not None and not self._open

    def _gathered(self) -> Gathered:
        """What has arrived; waits only for the first message."""
        gathered = Gathered({*self._reading.rows.properties, *(["timestamp"] if self._reading.wants_times else [])})
        is_first = True
        for _ in range(KAFKA_READ_CALLS):
            messages = self._messages(is_first=is_first)
            if not messages:
                break
            runs = runs_of(messages, len(self._offsets))
            if self._reading.ends is not None:
                messages, runs = self._before_ends(messages, runs)
            gathered.add(messages, runs)
            if gathered.bytes > KAFKA_READ_BYTES:
                break
            is_first = False
        return gathered

    def _messages(self, *, is_first: bool) -> list[Message]:
        """Waits for the first ones."""
        wait = self._wait_seconds if is_first else 0
        with mapped(SourceFailed, self._reading.where, self._reading.cluster):
            messages = self._consumer.consume(KAFKA_BATCH_MESSAGES, 0)
            if not messages and wait and (messages := self._consumer.consume(1, wait)):
                messages += self._consumer.consume(KAFKA_BATCH_MESSAGES - 1, 0)
        errors = list(filter(Message.error, messages))
        if errors:
            messages = list(filterfalse(Message.error, messages))
            self._handle(errors)
        if messages:
            self._troubles.cleared()
            self._health.fine()
        elif self._troubles.is_down and is_first:
            self._wait()
        return messages

    def _handle(self, errors: Sequence[Message]) -> None:
        """Events that stand among messages: the end of a partition, or what stops one."""
        for message in errors:
            error, partition, offset = message.error(), message.partition(), message.offset()
            assert error is not None
            if error.code() == KafkaError._PARTITION_EOF:
                self._reached(partition or 0, offset or 0)
            elif error.code() == KafkaError._AUTO_OFFSET_RESET:
                raise self._out_of_range(partition or 0)
            elif error.retriable() or error.code() in _PASSING:
                self._health.waiting(text_of(error, self._reading.cluster))
                self._troubles.is_down = True
            else:
                place = f"{self._reading.topic}[{partition}]"
                with mapped(SourceFailed, place, self._reading.cluster):
                    raise KafkaException(error)

    def _out_of_range(self, partition: int) -> SourceFailed:
        place = f"{self._reading.topic}[{partition}]@{self._offsets.get(partition)}"
        return SourceFailed(
            f"{place} is not there any more: Kafka has deleted it before it was read",
            where=self._reading.where,
            hint="give `start=earliest` to go on with what is there, or keep the topic's data longer (`retention.ms`)",
        )

    def _before_ends(self, messages: list[Message], runs: list[Run]) -> tuple[list[Message], list[Run]]:
        """Leaves out what lies behind the end of its partition, and closes partitions that have reached theirs."""
        ends = self._reading.ends or {}
        kept: list[Run] = []
        chosen: list[Message] = []
        at = 0
        for run in runs:
            within = run.before(ends[run.partition])
            if within.offsets:
                kept.append(within)
                chosen += messages[at : at + len(within.offsets)]
            at += len(run.offsets)
            self._reached(run.partition, run.next_offset)
        return chosen, kept

    def _reached(self, partition: int, offset: int) -> None:
        """All before `offset` has been seen, control records included."""
        ends = self._reading.ends
        if ends is not None and partition in self._open and offset >= ends[partition]:
            self._open.discard(partition)
            self._ended.append(split_of(self._reading.topic, partition))
            with mapped(SourceFailed, self._reading.where, self._reading.cluster):
                self._consumer.pause([TopicPartition(self._reading.topic, partition)])

    def _wait(self) -> None:
        """Waits until a broker answers. Raises SourceFailed when patience ends."""
        self._patience.call(self._probe)
        self._troubles.cleared()

    def _probe(self) -> None:
        topic = self._reading.topic
        try:
            found = self._consumer.list_topics(topic, timeout=CONNECT_SECONDS / 5).topics[topic]
        except KafkaException as exception:
            raise Passing(self._troubles.text(error_of(exception))) from exception
        if found.error is not None:
            raise Passing(f"`{topic}`: {text_of(found.error, self._reading.cluster)}")

    def _committed(self, error: KafkaError | None, _offsets: Sequence[TopicPartition]) -> None:
        """The answer to a commit (librdkafka's `on_commit`): failing costs nothing but reading again."""
        if error is not None and error.code() != KafkaError._NO_OFFSET:
            self._not_committed(error)

    def _not_committed(self, error: KafkaError) -> None:
        text = text_of(error, self._reading.cluster)
        self._health.waiting(f"the group `{self._reading.group}` could not be told how far the job is: {text}")

    def _counted_lag(self) -> int | None:
        """None until a broker has said how much each partition has. A position counts control records, too."""
        total = 0
        try:
            for at in self._consumer.position([TopicPartition(self._reading.topic, p) for p in self._offsets]):
                _, high = self._consumer.get_watermark_offsets(at, cached=True)
                if high < 0:
                    return None
                end = high if self._reading.ends is None else min(high, self._reading.ends[at.partition])
                total += max(0, end - max(at.offset, self._offsets[at.partition]))
        except KafkaException:
            return None
        return total


_PASSING = frozenset(
    {
        KafkaError._TRANSPORT,
        KafkaError._ALL_BROKERS_DOWN,
        KafkaError._TIMED_OUT,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError._UNKNOWN_TOPIC,
        KafkaError._UNKNOWN_PARTITION,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.NOT_LEADER_FOR_PARTITION,
    }
)
"""What a broker that restarts, or a topic that is being made again, looks like."""
