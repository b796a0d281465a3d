"""`kafka:` as a sink that writes exactly once, given checkpoints: output is staged by epoch and committed after it.

What it owns: names of transactions, the staging writer, putting a committer together.
What it leaves: one epoch's commit (`committer.py`), the bytes between (`staged.py`), plain writing (`sink.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

import pyarrow as pa

from lightflus.connectors.kafka.client import Producing, new_producer
from lightflus.connectors.kafka.committer import KafkaCommitter
from lightflus.connectors.kafka.epochs import Epochs
from lightflus.connectors.kafka.options import Cluster
from lightflus.connectors.kafka.records import Encode
from lightflus.connectors.kafka.sending import Sending, Target
from lightflus.connectors.kafka.staged import Stage
from lightflus.connectors.kafka.troubles import Troubles
from lightflus.connectors.toolbox.retry import Patience
from lightflus.connectors.toolbox.rows import last_rows
from lightflus.errors import SinkFailed
from lightflus.limits import KAFKA_TRANSACTION_MS
from lightflus.ports.health import Health
from lightflus.ports.sinks import Committable

NewProducer = Callable[[Cluster, Mapping[str, object], Troubles, str], Producing]


def identity_of(namespace: str, job: str, sink: str) -> str:
    """What one sink of one job is called among all: `default/word-count/out`."""
    return "/".join(quote(part, safe="") for part in (namespace, job, sink))


class KafkaStagingWriter:
    """`ports.StagingWriter`: nothing leaves this process before its epoch is committed."""

    def __init__(self, subtask: int, encode: Encode, key_fields: tuple[str, ...], where: str) -> None:
        self._subtask = subtask
        self._encode = encode
        self._key_fields = key_fields
        self._where = where
        self._stage = Stage(where)

    def write(self, columns: pa.RecordBatch) -> None:
        """Keeps a message per row. Raises SinkFailed: an epoch is too large."""
        self._stage.add(self._encode(last_rows(columns, self._key_fields)))

    def prepare(self, generation: int, epoch: int) -> Committable:
        """All since the last one."""
        return Committable(generation, epoch, self._subtask, self._stage.sealed())

    def close(self) -> None:
        """Forgets what was not prepared."""
        self._stage = Stage(self._where)


def committer(
    target: Target,
    settings: Mapping[str, object],
    epochs: Epochs,
    health: Health,
    new: NewProducer = new_producer,
) -> KafkaCommitter:
    """A committer of the subtask that `epochs` is about. Raises SinkFailed."""
    cluster = target.cluster
    troubles = Troubles(cluster)
    transactional = {
        **settings,
        "transactional.id": f"lightflus/{epochs.key}",
        "transaction.timeout.ms": KAFKA_TRANSACTION_MS,
        "message.timeout.ms": min(max(1, cluster.retry_seconds) * 1_000, KAFKA_TRANSACTION_MS),
    }
    producer = new(cluster, transactional, troubles, target.where)
    sending = Sending(producer, troubles, target, health)
    patience = Patience(target.where, SinkFailed, health, cluster.retry_seconds)
    try:
        return KafkaCommitter(producer, sending, epochs, patience)
    except BaseException:
        producer.close()
        raise
