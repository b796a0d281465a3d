"""The options of a Kafka cluster, in the words of docs/connectors/kafka.md, and librdkafka's properties for them.

What it owns: which option sets which property, and which properties the engine keeps for itself. Pure, but for secrets
that lie in variables and files. What it leaves: what a source or a sink has besides (`source.py`, `sink.py`), making
clients (`client.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lightflus.connectors.contract.kinds import Address
from lightflus.connectors.contract.options import Options
from lightflus.errors import BindingInvalid
from lightflus.limits import KAFKA_RETRY_MOST_SECONDS, RETRY_SECONDS
from lightflus.model.graph import is_secret

ADDRESS = Address(main="topic", hosts="brokers")
"""`kafka:topic?brokers=host:9092`, `kafka://host:9092,host2:9092/topic`."""
PREFIX = "librdkafka."
"""What begins an option that is a property of librdkafka."""

_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER")
_FILES = {"tls.ca": "ssl.ca.location", "tls.cert": "ssl.certificate.location", "tls.key": "ssl.key.location"}

_KEPT = {
    "bootstrap.servers": "option `brokers`",
    "metadata.broker.list": "option `brokers`",
    "group.id": "option `group`",
    "security.protocol": "options `tls` and `sasl.mechanism`",
    "ssl.ca.location": "option `tls.ca`",
    "ssl.certificate.location": "option `tls.cert`",
    "ssl.key.location": "option `tls.key`",
    "ssl.key.password": "option `tls.key.password`",
    "sasl.mechanism": "option `sasl.mechanism`",
    "sasl.mechanisms": "option `sasl.mechanism`",
    "sasl.username": "option `sasl.user`",
    "sasl.password": "option `sasl.password`",
    "auto.offset.reset": "option `start`",
    "enable.partition.eof": "option `end`",
    "compression.type": "option `compression`",
    "compression.codec": "option `compression`",
    "message.timeout.ms": "option `retry`",
    "delivery.timeout.ms": "option `retry`",
    "isolation.level": "option `isolation`",
    "enable.auto.commit": "nothing: the engine commits what has reached the sinks",
    "enable.auto.offset.store": "nothing: the engine keeps the positions",
    "enable.idempotence": "nothing: it is always on",
    "transactional.id": "nothing: the engine names its transactions",
    "delivery.report.only.error": "nothing: the engine counts deliveries",
}
"""Properties that an option or the engine sets, and what to use instead."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """How a cluster is reached.

    Attributes:
        brokers: `host:port,host:port`.
        security: properties for TLS and SASL.
        extra: properties that the user set by name.
        secrets: values that no message may show.
        retry_seconds: how long to try again while it is away.
    """

    brokers: str
    security: Mapping[str, str]
    extra: Mapping[str, str]
    secrets: tuple[str, ...]
    retry_seconds: int

    def scrubbed(self, text: str) -> str:
        """`text` without secrets."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text


def read_cluster(options: Options) -> Cluster:
    """What sources and sinks have in common. Raises BindingInvalid."""
    brokers = options.text("brokers")
    security, secrets = _security(options)
    extra = options.prefixed(PREFIX)
    for name in extra:
        if name in _KEPT or name.endswith("_cb"):
            raise options.wrong(PREFIX + name, "***", f"use {_KEPT.get(name, 'nothing: it is no text')} instead")
    retry = options.number("retry", RETRY_SECONDS, least=0, most=KAFKA_RETRY_MOST_SECONDS)
    secrets += tuple(value for name, value in extra.items() if value and is_secret(name))
    return Cluster(brokers, security, extra, secrets, retry)


def _security(options: Options) -> tuple[dict[str, str], tuple[str, ...]]:
    """The properties of TLS and SASL, and the secrets among them. A file or a user turns on what it is for."""
    files = {_FILES[name]: value for name in _FILES if (value := options.optional(name)) is not None}
    is_tls = options.flag("tls", bool(files))
    if files and not is_tls:
        raise options.wrong("tls", "false", "leave it out, or leave out the options that begin with `tls.`")
    found = dict(files)
    secrets = []
    if key_password := options.secret("tls.key.password"):
        found["ssl.key.password"] = key_password
        secrets.append(key_password)
    user, password = options.optional("sasl.user"), options.secret("sasl.password")
    mechanism = (options.optional("sasl.mechanism") or ("PLAIN" if user else "")).upper()
    if mechanism:
        if mechanism not in _MECHANISMS:
            raise options.wrong("sasl.mechanism", mechanism, f"it is one of {', '.join(_MECHANISMS)}")
        found |= _sasl(options, mechanism, user, password)
        secrets += [password] if password else []
    found["security.protocol"] = ("sasl_" if mechanism else "") + ("ssl" if is_tls else "plaintext")
    return found, tuple(secrets)


def _sasl(options: Options, mechanism: str, user: str | None, password: str | None) -> dict[str, str]:
    found = {"sasl.mechanism": mechanism}
    if mechanism == "OAUTHBEARER":
        return found
    if not user or not password:
        missing = "sasl.password" if user else "sasl.user"
        raise options.wrong("sasl.mechanism", mechanism, f"it needs `{missing}`, too")
    return {**found, "sasl.username": user, "sasl.password": password}


OPTION_OF = {value: name for name, value in _FILES.items()} | {
    "ssl.key.password": "tls.key.password",
    "sasl.username": "sasl.user",
}
"""The option behind a property that librdkafka names in a message."""


def invalid_property(text: str, where: str) -> BindingInvalid:
    """The error for a client that librdkafka refuses to make; `text` is what it said, without secrets."""
    for name, option in OPTION_OF.items():
        text = text.replace(name, f"`{option}`")
    text = text.removeprefix("Failed to create consumer: ").removeprefix("Failed to create producer: ")
    hint = "options that begin with `librdkafka.` are properties of librdkafka"
    if "sasl.password" in text or "SASL" in text:
        hint = "see `sasl.mechanism`, `sasl.user` and `sasl.password`"
    elif "`tls." in text:
        hint = "name a file in PEM format that this user can read"
    return BindingInvalid(text, where=where, hint=hint)
