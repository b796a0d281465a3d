"""Makes librdkafka's clients, and finds out at the start whether a cluster can be reached and has a topic.

What it owns: properties that every client has, construction and its errors, the first contact. Any thread.
What it leaves: options (`options.py`), what clients are used for (`reader.py`, `writer.py`, `committer.py`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Protocol, TypedDict, TypeVar, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._metadata import ClusterMetadata, TopicMetadata
from confluent_kafka.cimpl import NewTopic

from lightflus.connectors.kafka.consuming import Consuming
from lightflus.connectors.kafka.failures import error_of, hint_of, is_missing, no_topic, text_of
from lightflus.connectors.kafka.options import Cluster, invalid_property
from lightflus.connectors.kafka.reach import check_reach
from lightflus.connectors.kafka.troubles import Troubles
from lightflus.errors import BindingInvalid, ExternalError, SinkFailed, SourceFailed
from lightflus.limits import CONNECT_SECONDS
from lightflus.model.text import line

_NO_GROUP = "lightflus"
"""librdkafka wants a group's name; without option `group` nothing is ever said to that group."""
_SLICE_SECONDS = 0.5
"""How long one try of the first contact waits, before what librdkafka has heard meanwhile is looked at."""
_SPREADING_SECONDS = 2.0
"""How long a topic that was made a moment ago may take until every broker knows it."""

Client = TypeVar("Client", Consumer, Producer)


class Outgoing(TypedDict, total=False):
    """A message as `produce_batch` takes it, and what it adds to those that it did not take."""

    key: bytes | None
    value: bytes | None
    _error: KafkaError


Report = Callable[[KafkaError | None, Message], None]
"""Called when a message was delivered, or was not."""


class Producing(Protocol):
    """What is used of confluent_kafka's Producer; its own annotations leave some of it out."""

    def __len__(self) -> int:
        """Messages that wait for their delivery or its report."""
        ...

    def produce(
        self,
        topic: str,
        value: bytes | None,
        key: bytes | None,
        *,
        partition: int = ...,
        on_delivery: Report | None = ...,
        timestamp: int = ...,
        headers: list[tuple[str, bytes | None]] | None = ...,
    ) -> None:
        """Queues a message. Raises BufferError when the queue is full."""
        ...

    def produce_batch(self, topic: str, messages: list[Outgoing], *, on_delivery: Report) -> int:
        """Queues messages and says how many it took; the others have `_error`."""
        ...

    def poll(self, timeout: float) -> int:
        """Serves callbacks."""
        ...

    def flush(self, timeout: float) -> int:
        """Waits for deliveries; how many are still waited for."""
        ...

    def list_topics(self, topic: str, timeout: float) -> ClusterMetadata:
        """What the cluster knows of a topic. Raises KafkaException."""
        ...

    def purge(self) -> None:
        """Gives up what waits."""
        ...

    def init_transactions(self, timeout: float) -> None:
        """Ends what an earlier producer of the same transactional id left, and shuts that one out."""
        ...

    def begin_transaction(self) -> None:
        """Starts one."""
        ...

    def send_offsets_to_transaction(self, positions: list[TopicPartition], group: object, timeout: float) -> None:
        """Makes offsets of a group part of the transaction."""
        ...

    def commit_transaction(self, timeout: float) -> None:
        """Makes it visible."""
        ...

    def abort_transaction(self, timeout: float) -> None:
        """Makes it vanish."""
        ...

    def close(self) -> bool:
        """Ends the connections, after a flush."""
        ...


def new_consumer(cluster: Cluster, settings: Mapping[str, object], troubles: Troubles, where: str) -> Consumer:
    """A consumer that commits and resets nothing by itself. Raises BindingInvalid: a property is wrong."""
    ours = {
        "group.id": _NO_GROUP,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "error",
        **settings,
    }
    return _made(Consumer, cluster, ours, troubles, where)


def new_producer(cluster: Cluster, settings: Mapping[str, object], troubles: Troubles, where: str) -> Producing:
    """A producer that writes each message once and in order. Raises BindingInvalid: a property is wrong."""
    made = _made(Producer, cluster, {"enable.idempotence": True, **settings}, troubles, where)
    return cast(Producing, made)


def _logger(cluster: Cluster) -> logging.Logger:
    """Takes what librdkafka would print. Unless it is asked to talk, `error_cb` has all of it that matters."""
    logger = logging.Logger("lightflus.kafka", logging.DEBUG)
    if "debug" in cluster.extra:
        talking = logging.StreamHandler()
        talking.setFormatter(_Clean(cluster))
        logger.addHandler(talking)
    else:
        logger.disabled = True
    return logger


class _Clean(logging.Formatter):
    """Brokers and modules have their words in it: one harmless line each, without secrets."""

    def __init__(self, cluster: Cluster) -> None:
        super().__init__()
        self._cluster = cluster

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        return line(self._cluster.scrubbed(record.getMessage()))


def new_admin(cluster: Cluster) -> AdminClient:
    """A client for topics and their settings, to be used once. It never talks: what it says is heard by nobody."""
    extra = {name: value for name, value in cluster.extra.items() if name != "debug"}
    return AdminClient({"bootstrap.servers": cluster.brokers, "log_level": 0, **cluster.security, **extra})


def _made(
    kind: type[Client], cluster: Cluster, settings: Mapping[str, object], troubles: Troubles, where: str
) -> Client:
    properties = {
        "bootstrap.servers": cluster.brokers,
        "client.id": "lightflus",
        "logger": _logger(cluster),
        **cluster.security,
        **settings,
        **cluster.extra,
        "error_cb": troubles.heard,
    }
    try:
        return kind(properties)
    except KafkaException as exception:
        raise invalid_property(cluster.scrubbed(error_of(exception).str()), where) from exception
    except (TypeError, ValueError) as exception:
        raise invalid_property(cluster.scrubbed(str(exception)), where) from exception


def meet(
    client: Consuming, topic: str, cluster: Cluster, troubles: Troubles, where: str, *, failure: type[ExternalError]
) -> TopicMetadata:
    """The first contact: what the cluster says about a topic, within CONNECT_SECONDS.

    Raises BindingInvalid: the password or certificate is wrong, there is no such topic. `failure`: no broker answers,
    or one cannot be reached where it says that it is.
    NotAllowed: it names a broker that the job may not reach.
    """
    begun = time.monotonic()
    while True:
        left = begun + CONNECT_SECONDS - time.monotonic()
        try:
            answer = client.list_topics(topic, timeout=max(0.01, min(_SLICE_SECONDS, left)))
            _require_brokers(answer, cluster)
        except KafkaException as exception:
            client.poll(0)
            error = error_of(exception)
            if left <= 0 or troubles.is_hopeless:
                kind = BindingInvalid if troubles.is_hopeless else failure
                raise kind(troubles.text(error), where=where, hint=troubles.hint(error)) from exception
            continue
        troubles.cleared()
        found: TopicMetadata = answer.topics[topic]
        if found.error is None:
            leaders = {partition.leader for partition in found.partitions.values()} & answer.brokers.keys()
            check_reach([answer.brokers[leader] for leader in sorted(leaders)], cluster, where, failure)
            return found
        if not is_missing(found.error) and found.error.code() != KafkaError.LEADER_NOT_AVAILABLE:
            raise BindingInvalid(troubles.text(found.error), where=where, hint=troubles.hint(found.error))
        if time.monotonic() - begun > _SPREADING_SECONDS:
            message, hint = no_topic(topic, cluster)
            raise BindingInvalid(message, where=where, hint=hint)
        time.sleep(0.1)


def create_topic(topic: str, cluster: Cluster) -> None:
    """Makes a topic with the brokers' own number of partitions and replicas, if there is none. Raises SinkFailed."""
    admin = new_admin(cluster)  # it has to live until the answer is there
    made = admin.create_topics([NewTopic(topic, -1, -1)], request_timeout=CONNECT_SECONDS)[topic]
    try:
        made.result()
    except KafkaException as exception:
        error = error_of(exception)
        if error.code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise SinkFailed(
                f"topic `{topic}` cannot be made: {text_of(error, cluster)}", where=topic, hint=hint_of(error)
            ) from exception


def is_gone(producer: Producing, topic: str) -> bool:
    """Whether the cluster says that there is no such topic; it does not say so where it does not answer."""
    try:
        return is_missing(producer.list_topics(topic, CONNECT_SECONDS).topics[topic].error)
    except KafkaException:
        return False


def _require_brokers(said: ClusterMetadata, cluster: Cluster) -> None:
    """The client connects to whatever a cluster names, but to most of it only when it reads or writes there."""
    for broker in said.brokers.values():
        cluster.reach.require_host(str(broker.host), int(broker.port))


def partitions_of(client: Consuming, topic: str, cluster: Cluster, troubles: Troubles, where: str) -> list[int]:
    """The partitions that a topic has now. Raises SourceFailed, NotAllowed."""
    try:
        said = client.list_topics(topic, timeout=CONNECT_SECONDS)
        _require_brokers(said, cluster)
        found = said.topics[topic]
    except KafkaException as exception:
        client.poll(0)
        error = error_of(exception)
        raise SourceFailed(troubles.text(error), where=where, hint=troubles.hint(error)) from exception
    if found.error is not None:
        raise SourceFailed(troubles.text(found.error), where=where, hint=troubles.hint(found.error))
    return sorted(found.partitions)
