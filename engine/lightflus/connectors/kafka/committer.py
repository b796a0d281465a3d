"""Makes staged output visible exactly once: one transaction holds an epoch's messages and the marker that says so.

What it owns: transactions of one subtask, shutting out an older committer, trying again, what has been done already.
On one thread at a time.
What it leaves: markers (`epochs.py`), queueing messages (`sending.py`), what is committed when (`toolbox/epochs.py`).

A successor (after a crash at any step) is given the same transactional id: `init_transactions` waits until what its
predecessor was about to commit is committed, aborts anything less, and shuts the predecessor out; then the marker tells
which epochs of the manifest are in. A first transaction says that the successor is there, so that no older run comes
after it.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Sequence

import pyarrow as pa
from confluent_kafka import KafkaError, KafkaException

from lightflus.connectors.kafka.client import Producing
from lightflus.connectors.kafka.epochs import Epochs, Found, to_text
from lightflus.connectors.kafka.failures import error_of, hint_of, text_of
from lightflus.connectors.kafka.records import Records
from lightflus.connectors.kafka.sending import Sending
from lightflus.connectors.kafka.staged import records_of
from lightflus.connectors.toolbox.retry import Passing, Patience
from lightflus.errors import SinkFailed
from lightflus.limits import KAFKA_COORDINATOR_SECONDS
from lightflus.model.markers import Marker

_FENCED = frozenset(
    {
        KafkaError._FENCED,
        KafkaError.PRODUCER_FENCED,
        KafkaError.INVALID_PRODUCER_EPOCH,
        KafkaError.TRANSACTION_COORDINATOR_FENCED,
    }
)


def end(producer: Producing) -> None:
    """Closes it, in whatever state it is: one that was shut out, or let in nowhere, has nothing left to say."""
    with warnings.catch_warnings(), contextlib.suppress(KafkaException):
        warnings.simplefilter("ignore", RuntimeWarning)  # its transaction cannot be aborted
        producer.close()


class KafkaLog:
    """`toolbox.epochs.EpochLog` of one subtask."""

    def __init__(
        self, producer: Producing, sending: Sending, epochs: Epochs, patience: Patience, *, generation: int
    ) -> None:
        """Shuts out any older committer of the same subtask. Raises SinkFailed."""
        self._producer = producer
        self._sending = sending
        self._epochs = epochs
        self._patience = patience
        self._generation = generation
        self._known: Found | None = None
        patience.call(self._init)

    def found(self) -> Marker:
        """The last marker; the first transaction of a run says that it is there. Raises SinkFailed."""
        known = self._last()
        if known.marker.generation < self._generation:
            self._transact([], known.marker.epoch)
        return self._last().marker

    def write(self, batches: Sequence[pa.RecordBatch], epoch: int) -> None:
        """One transaction. Raises SinkFailed."""
        self._transact(records_of(batches), epoch)

    def close(self) -> None:
        """Idempotent."""
        end(self._producer)

    def _init(self) -> None:
        try:
            self._producer.init_transactions(KAFKA_COORDINATOR_SECONDS)
        except KafkaException as exception:
            raise self._told(exception) from exception

    def _last(self) -> Found:
        """The last marker. Raises SinkFailed: it is of a younger run."""
        if self._known is None:
            self._known = self._epochs.read(is_first=self._generation == 1)
            if self._known.marker.shuts_out(self._generation):
                raise self._shut_out(f"generation {self._known.marker.generation} is there")
        return self._known

    def _transact(self, records: Sequence[Records], epoch: int) -> None:
        known, marker = self._last(), Marker(self._generation, epoch)
        self._patience.call(lambda: self._queue(records, marker, known.group))
        self._patience.call(self._commit)
        self._known = Found(marker, known.group)

    def _queue(self, records: Sequence[Records], marker: Marker, group: object) -> None:
        """Everything up to, and without, the commit; on any failure nothing of it stays."""
        try:
            self._producer.begin_transaction()
            for part in records:
                self._sending.send(part)
            self._producer.produce(self._epochs.topic, to_text(marker).encode(), self._epochs.id.encode())
            self._sending.settle()
            offsets = [self._epochs.offset_of(marker)]
            self._producer.send_offsets_to_transaction(offsets, group, KAFKA_COORDINATOR_SECONDS)
        except KafkaException as exception:
            told = self._told(exception)
            self._abort()
            raise told from exception
        except SinkFailed:
            self._abort()
            raise

    def _commit(self) -> None:
        """May be called again when it is not known whether it has worked, until it is."""
        try:
            self._producer.commit_transaction(KAFKA_COORDINATOR_SECONDS)
        except KafkaException as exception:
            told = self._told(exception)
            if error_of(exception).txn_requires_abort():
                self._abort()
                raise SinkFailed(str(told), where=self._epochs.where, hint="start the job again") from exception
            raise told from exception

    def _abort(self) -> None:
        with contextlib.suppress(KafkaException):  # then its successor does it, or the broker in a minute
            self._producer.abort_transaction(KAFKA_COORDINATOR_SECONDS)
        self._sending.restart()

    def _told(self, exception: KafkaException) -> Passing | SinkFailed:
        """Whether to try again or to give up."""
        error, cluster = error_of(exception), self._epochs.cluster
        text = text_of(error, cluster)
        if error.code() in _FENCED:
            return self._shut_out(text)
        if error.retriable() or error.txn_requires_abort():
            return Passing(text)
        return SinkFailed(text, where=self._epochs.where, hint=hint_of(error))

    def _shut_out(self, why: str) -> SinkFailed:
        return SinkFailed(
            f"another run of this job has taken over `{self._epochs.id}`: {why}",
            where=self._epochs.where,
            hint="a run that was replaced must not go on; stop it",
        )
