"""Puts messages into a producer's queue and sees them delivered.

What it owns: room in the queue (a full one holds the caller up), whole batches in one call, what was not delivered.
On one thread at a time. What it leaves: transactions (`committer.py`), making the messages (`records.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from confluent_kafka import KafkaError, KafkaException, Message

from lightflus.connectors.kafka.client import Outgoing, Producing, is_gone
from lightflus.connectors.kafka.failures import error_of, hint_of, mapped, text_of
from lightflus.connectors.kafka.options import Cluster
from lightflus.connectors.kafka.records import Headers, Records
from lightflus.connectors.kafka.troubles import Troubles
from lightflus.errors import RecordRefused, SinkFailed
from lightflus.limits import KAFKA_PENDING_MESSAGES, KAFKA_SEND_MESSAGES
from lightflus.ports.health import Health

_LOOK_SECONDS = 0.2
"""How long one wait for deliveries is, before it looks whether the job is being stopped."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where messages go.

    Attributes:
        topic: its name.
        cluster: for words.
        where: of errors.
        most_bytes: of one message, as the topic has it.
    """

    topic: str
    cluster: Cluster
    where: str
    most_bytes: int


class Sending:
    """One producer's messages to one topic."""

    def __init__(self, producer: Producing, troubles: Troubles, target: Target, health: Health) -> None:
        self._producer = producer
        self._troubles = troubles
        self._target = target
        self._health = health
        self._failed: tuple[KafkaError, str] | None = None

    def send(self, records: Records) -> None:
        """Takes messages, in order; waits while the queue is full. Raises SinkFailed."""
        for piece in records.pieces(KAFKA_SEND_MESSAGES):
            self._make_room(len(piece))
            if piece.is_plain:
                self._send_batch(piece)
            else:
                self._send_each(piece)
            self._poll(0)

    def settle(self) -> None:
        """All that was taken is on the brokers when it returns. Raises SinkFailed: some of it is not."""
        with mapped(SinkFailed, self._target.where, self._target.cluster):
            while self._producer.flush(_LOOK_SECONDS):
                self._look()
        if self._failed is None:
            self._troubles.cleared()
        self._look()
        self._health.fine()

    def forget(self) -> None:
        """Gives up what was not delivered."""
        with mapped(SinkFailed, self._target.where, self._target.cluster):
            self._producer.purge()
            self._producer.flush(_LOOK_SECONDS)
        self._failed = None

    def restart(self) -> None:
        """What failed was given up by whoever calls this."""
        self._failed = None

    def _send_batch(self, records: Records) -> None:
        keys = records.keys or (None,) * len(records)
        left: list[Outgoing] = [{"value": value, "key": key} for value, key in zip(records.values, keys, strict=True)]
        while left:
            with mapped(SinkFailed, self._target.where, self._target.cluster):
                taken = self._producer.produce_batch(self._target.topic, left, on_delivery=self._delivered)
            left = self._not_taken(left) if taken < len(left) else []

    def _not_taken(self, sent: list[Outgoing]) -> list[Outgoing]:
        """What the queue had no room for, after some has become free. Raises SinkFailed: a message cannot be sent."""
        left = [message for message in sent if "_error" in message]
        for message in left:
            error = message.pop("_error")
            if error.code() != KafkaError._QUEUE_FULL:
                raise self._refused(error, message.get("value"), message.get("key"))
        self._poll(_LOOK_SECONDS)
        return left

    def _send_each(self, records: Records) -> None:
        """Messages with a time or headers, which `produce_batch` does not take."""
        none = (None,) * len(records)
        rows = zip(records.values, records.keys or none, records.times or none, records.headers or none, strict=True)
        for value, key, time, headers in rows:
            self._send_one(value, key, 0 if time is None else time, headers)

    def _send_one(self, value: bytes | None, key: bytes | None, time: int, headers: Headers | None) -> None:
        while True:
            try:
                self._producer.produce(
                    self._target.topic,
                    value,
                    key,
                    on_delivery=self._delivered,
                    timestamp=time,
                    headers=None if headers is None else list(headers),
                )
            except BufferError:
                self._poll(_LOOK_SECONDS)
            except KafkaException as exception:
                raise self._refused(error_of(exception), value, key) from exception
            else:
                return

    def _make_room(self, count: int) -> None:
        while len(self._producer) + count > KAFKA_PENDING_MESSAGES:
            self._poll(_LOOK_SECONDS)

    def _poll(self, seconds: float) -> None:
        with mapped(SinkFailed, self._target.where, self._target.cluster):
            served = self._producer.poll(seconds)
        if served and not self._troubles.is_down:
            self._health.fine()
        self._look()

    def _look(self) -> None:
        """Raises SinkFailed when something was not delivered, the producer is dead, or the job is being stopped."""
        target = self._target
        if self._failed is not None:
            error, place = self._failed
            text = text_of(error, target.cluster)
            if error.code() == KafkaError._MSG_TIMED_OUT:
                if is_gone(self._producer, target.topic):
                    raise self._gone(place)
                text = f"{self._troubles.text(error)}; tried for {target.cluster.retry_seconds} s"
            hint = hint_of(error) or self._troubles.hint() or "option `retry` says for how many seconds to try"
            raise SinkFailed(f"{place} was not written: {text}", where=target.where, hint=hint)
        if (fatal := self._troubles.fatal) is not None:
            raise SinkFailed(text_of(fatal, target.cluster), where=target.where, hint=hint_of(fatal))
        if self._troubles.is_down:
            self._health.waiting(self._troubles.text())
        if self._health.is_stopping:
            raise SinkFailed("the job was stopped before everything was written", where=target.where)

    def _gone(self, place: str) -> SinkFailed:
        seconds = self._target.cluster.retry_seconds
        return SinkFailed(
            f"{place} was not written: there is no topic `{self._target.topic}` any more; waited for {seconds} s",
            where=self._target.where,
            hint="was it deleted? Make it again, or name another with the option `topic`",
        )

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        """The delivery report; it comes for failures only (`delivery.report.only.error`)."""
        if error is not None and self._failed is None:
            partition = message.partition()  # None or below 0 until a broker has said which there are
            place = f"[{partition}]" if partition is not None and partition >= 0 else ""
            self._failed = (error, f"a message for {message.topic()}{place}")

    def _refused(self, error: KafkaError, value: bytes | None, key: bytes | None) -> SinkFailed:
        target = self._target
        if error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
            return RecordRefused(
                f"a message of {len(value or b'') + len(key or b''):,} bytes is larger than `{target.topic}` takes "
                f"({target.most_bytes:,})",
                where=target.where,
                hint="raise `max.message.bytes` of the topic (or `message.max.bytes` of the brokers), and "
                "`librdkafka.message.max.bytes` if the job sets it",
            )
        return SinkFailed(text_of(error, target.cluster), where=target.where, hint=hint_of(error))
