"""Makes staged output visible exactly once: one transaction holds an epoch's messages and the marker that says so.

What it owns: transactions of one subtask, shutting out an older committer, trying again, what has been done already.
On one thread at a time.
What it leaves: markers (`epochs.py`), queueing messages (`sending.py`), the staged bytes (`staged.py`).

A successor (after a crash at any step) is given the same transactional id: `init_transactions` waits until what its
predecessor was about to commit is committed, aborts anything less, and shuts the predecessor out; then the marker tells
whether the epoch is in.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Sequence

from confluent_kafka import KafkaError, KafkaException

from lightflus.connectors.kafka.client import Producing
from lightflus.connectors.kafka.epochs import Epochs, to_bytes
from lightflus.connectors.kafka.failures import error_of, hint_of, text_of
from lightflus.connectors.kafka.records import Records
from lightflus.connectors.kafka.sending import Sending
from lightflus.connectors.kafka.staged import unsealed
from lightflus.connectors.toolbox.retry import Passing, Patience
from lightflus.errors import SinkFailed
from lightflus.limits import KAFKA_COORDINATOR_SECONDS
from lightflus.model.markers import Marker, Verdict
from lightflus.ports.sinks import Committable

_FENCED = frozenset(
    {
        KafkaError._FENCED,
        KafkaError.PRODUCER_FENCED,
        KafkaError.INVALID_PRODUCER_EPOCH,
        KafkaError.TRANSACTION_COORDINATOR_FENCED,
    }
)


class KafkaCommitter:
    """`ports.Committer` of one subtask."""

    def __init__(self, producer: Producing, sending: Sending, epochs: Epochs, patience: Patience) -> None:
        """Shuts out any older committer of the same subtask, and finds what has been committed. Raises SinkFailed."""
        self._producer = producer
        self._sending = sending
        self._epochs = epochs
        self._patience = patience
        epochs.ensure()
        patience.call(self._init)
        self._marker = epochs.read()

    def commit(self, committable: Committable) -> None:
        """One transaction; nothing where it has been done before. Raises SinkFailed."""
        generation, epoch = committable.generation, committable.epoch
        verdict = self._marker.judge(generation, epoch)
        if verdict is Verdict.OLD:
            raise SinkFailed(
                f"epoch {epoch} of generation {generation} comes too late: generation {self._marker.generation} has "
                f"committed epoch {self._marker.epoch}",
                where=self._epochs.where,
                hint="a run that was replaced must not go on; stop it",
            )
        records = unsealed(committable.data, self._epochs.where)
        if verdict is Verdict.NEW and records:
            marker = self._marker.after(generation, epoch)
            self._patience.call(lambda: self._queue(records, marker))
            self._patience.call(self._commit)
            self._marker = marker

    def abort(self, committable: Committable) -> None:
        """Nothing of it is on the brokers."""

    def close(self) -> None:
        """Idempotent."""
        with warnings.catch_warnings():  # a transaction cannot be aborted once another run has taken over
            warnings.simplefilter("ignore", RuntimeWarning)
            self._producer.close()

    def _init(self) -> None:
        try:
            self._producer.init_transactions(KAFKA_COORDINATOR_SECONDS)
        except KafkaException as exception:
            raise self._told(exception) from exception

    def _queue(self, records: Sequence[Records], marker: Marker) -> None:
        """Everything up to, and without, the commit; on any failure nothing of it stays."""
        try:
            self._producer.begin_transaction()
            for part in records:
                self._sending.send(part)
            self._producer.produce(self._epochs.topic, to_bytes(marker), self._epochs.key.encode())
            self._sending.settle()
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
            return SinkFailed(
                f"another run of this job has taken over `{self._epochs.key}`: {text}",
                where=self._epochs.where,
                hint="a run that was replaced must not go on; stop it",
            )
        if error.retriable() or error.txn_requires_abort():
            return Passing(text)
        return SinkFailed(text, where=self._epochs.where, hint=hint_of(error))
