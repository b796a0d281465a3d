"""What librdkafka says, in words that name the option to change; and which failures pass by themselves.

What it owns: the one mapping of confluent_kafka's exceptions and error codes to ours. Pure; any thread.
What it leaves: waiting (`connectors/toolbox/retry.py`), what a client hears between calls (`troubles.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from confluent_kafka import KafkaError, KafkaException

from lightflus.connectors.kafka.options import Cluster
from lightflus.errors import LightflusError

_HINTS: dict[int, str] = {
    KafkaError._AUTHENTICATION: "check `sasl.mechanism`, `sasl.user` and `sasl.password`",
    KafkaError.SASL_AUTHENTICATION_FAILED: "check `sasl.mechanism`, `sasl.user` and `sasl.password`",
    KafkaError._SSL: "check `tls`, `tls.ca`, `tls.cert` and `tls.key`",
    KafkaError._RESOLVE: "check the host names in `brokers`",
    KafkaError._TRANSPORT: "check `brokers`: is Kafka running there, and does it want `tls=true` or `sasl.user`?",
    KafkaError._ALL_BROKERS_DOWN: "check `brokers`: is Kafka running there?",
    KafkaError._TIMED_OUT: "check `brokers`: is Kafka running there, and does it want `tls=true` or `sasl.user`?",
    KafkaError.TOPIC_AUTHORIZATION_FAILED: "allow this user the topic, or give another `sasl.user` or `topic`",
    KafkaError.GROUP_AUTHORIZATION_FAILED: "allow this user the group, or give another `sasl.user` or `group`",
    KafkaError.CLUSTER_AUTHORIZATION_FAILED: "allow this user to write idempotently, or give another `sasl.user`",
    KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED: "allow this user to write transactional ids that begin with "
    "lightflus/",
    KafkaError.MSG_SIZE_TOO_LARGE: "raise `max.message.bytes` of the topic (or `message.max.bytes` of the brokers)",
    KafkaError._BAD_MSG: "the data of this partition is damaged",
}

_TOKENS = (
    "check `librdkafka.sasl.oauthbearer.token.endpoint.url`, and the client's id and secret in the properties beside it"
)
_HOPELESS = frozenset({KafkaError._AUTHENTICATION, KafkaError.SASL_AUTHENTICATION_FAILED, KafkaError._SSL})
"""What does not pass while a job is being started: trying again would only hide it."""

_MISSING = frozenset({KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC, KafkaError._UNKNOWN_PARTITION})

_NOISE = re.compile(r" \(after \d+ms in state [A-Z_]+(?:, [^)]*)?\)|/bootstrap(?=[:/ ]|$)|ipv[46]#|^\w+://(?=\S+: )")


def is_hopeless(error: KafkaError) -> bool:
    """Whether a wrong password or certificate is the cause."""
    return error.code() in _HOPELESS


def is_missing(error: KafkaError | None) -> bool:
    """Whether the topic or partition is not there."""
    return error is not None and error.code() in _MISSING


def text_of(error: KafkaError, cluster: Cluster) -> str:
    """`localhost:9092: Connect to 127.0.0.1:9092 failed: Connection refused`, without secrets."""
    return cluster.scrubbed(_NOISE.sub("", error.str())).removeprefix("Broker: ")


def hint_of(error: KafkaError) -> str | None:
    """The way out, where one is known."""
    return _TOKENS if "OAUTHBEARER token" in error.str() else _HINTS.get(error.code())


def error_of(exception: KafkaException) -> KafkaError:
    """What an exception carries."""
    found = exception.args[0] if exception.args else None
    return found if isinstance(found, KafkaError) else KafkaError(KafkaError._FAIL, str(exception))


def no_topic(topic: str, cluster: Cluster) -> tuple[str, str]:
    """Message and hint for a topic that is not there."""
    first = cluster.brokers.partition(",")[0]
    return (
        f"there is no topic `{topic}` at {cluster.brokers}",
        f"check `topic`, or create it: lightflus send kafka://{first}/{topic} --create </dev/null",
    )


@contextmanager
def mapped(failure: type[LightflusError], where: str, cluster: Cluster, *, hint: str | None = None) -> Iterator[None]:
    """Raises `failure` for whatever confluent_kafka raises inside. `hint` stands where no better one is known."""
    try:
        yield
    except KafkaException as exception:
        error = error_of(exception)
        raise failure(text_of(error, cluster), where=where, hint=hint_of(error) or hint) from exception
    except (BufferError, RuntimeError) as exception:  # a full queue; a client that is closed
        raise failure(str(exception), where=where, hint=hint) from exception
