"""`kafka:` as a sink that writes exactly once, given checkpoints: output is staged by epoch and committed after it.

What it owns: names of transactions, putting writers and committers together.
What it leaves: one epoch's commit (`committer.py`), the rows between (`staged.py`), plain writing (`sink.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

from lightflus.connectors.kafka.client import Producing
from lightflus.connectors.kafka.committer import KafkaLog, end
from lightflus.connectors.kafka.epochs import Epochs
from lightflus.connectors.kafka.options import Cluster
from lightflus.connectors.kafka.records import Encode
from lightflus.connectors.kafka.sending import Sending, Target
from lightflus.connectors.kafka.staged import batch_of
from lightflus.connectors.kafka.troubles import Troubles
from lightflus.connectors.toolbox.epochs import EpochCommitter, StagedWriter
from lightflus.connectors.toolbox.retry import Patience
from lightflus.connectors.toolbox.rows import last_rows
from lightflus.errors import SinkFailed
from lightflus.limits import KAFKA_TRANSACTION_MS
from lightflus.ports.health import Health
from lightflus.ports.sinks import SinkIdentity

NewProducer = Callable[[Cluster, Mapping[str, object], Troubles, str], Producing]


OURS = "lightflus/"
"""What transactional ids and groups of sinks begin with."""


def id_of(identity: SinkIdentity, subtask: int) -> str:
    """What one subtask of one sink is called among all: `lightflus/default/word-count/4f1c/out/0`."""
    parts = (identity.namespace, identity.job, identity.incarnation, identity.sink, str(subtask))
    return OURS + "/".join(quote(part, safe="") for part in parts)


def staging_writer(subtask: int, encode: Encode, key_fields: tuple[str, ...], where: str) -> StagedWriter:
    """Keeps messages: nothing leaves this process before its epoch is committed."""
    return StagedWriter(subtask, where, lambda columns: batch_of(encode(last_rows(columns, key_fields))))


def committer(
    target: Target,
    settings: Mapping[str, object],
    identity: SinkIdentity,
    subtask: int,
    health: Health,
    *,
    topic: str,
    new: NewProducer,
) -> EpochCommitter:
    """A committer of one subtask, whose markers lie in `topic`. Raises SinkFailed."""
    cluster = target.cluster
    epochs = Epochs(topic, id_of(identity, subtask), cluster, target.where)
    troubles = Troubles(cluster)
    transactional = {
        **settings,
        "transactional.id": epochs.id,
        "transaction.timeout.ms": KAFKA_TRANSACTION_MS,
        "message.timeout.ms": min(max(1, cluster.retry_seconds) * 1_000, KAFKA_TRANSACTION_MS),
    }
    producer = new(cluster, transactional, troubles, target.where)
    sending = Sending(producer, troubles, target, health)
    patience = Patience(target.where, SinkFailed, health, cluster.retry_seconds)
    try:
        log = KafkaLog(producer, sending, epochs, patience, generation=identity.generation)
    except BaseException:
        end(producer)
        raise
    return EpochCommitter(log, subtask, target.where)
