"""The options of a Kafka cluster, in the words of docs/connectors/kafka.md, and librdkafka's properties for them.

What it owns: which option sets which property, and which properties the engine keeps for itself. Pure, but for secrets
that lie in variables and files. What it leaves: what a source or a sink has besides (`source.py`, `sink.py`), making
clients (`client.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from lightflus.connectors.contract.options import Options
from lightflus.errors import BindingInvalid
from lightflus.model.graph import is_secret
from lightflus.model.schemas import KAFKA
from lightflus.ports.reach import UNBOUNDED, Reach

PREFIX = "librdkafka."
"""What begins an option that is a property of librdkafka."""

_PROPERTIES = next(option for option in KAFKA.sink if option.name == PREFIX)
_MECHANISMS = next(option for option in KAFKA.sink if option.name == "sasl.mechanism")
_FILES = {"tls.ca": "ssl.ca.location", "tls.cert": "ssl.certificate.location", "tls.key": "ssl.key.location"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """How a cluster is reached.

    Attributes:
        brokers: `host:port,host:port`.
        security: properties for TLS and SASL.
        extra: properties that the user set by name.
        secrets: values that no message may show.
        retry_seconds: how long to try again while it is away.
        reach: is asked about the brokers that the cluster names.
    """

    brokers: str
    security: Mapping[str, str]
    extra: Mapping[str, str]
    secrets: tuple[str, ...]
    retry_seconds: int
    reach: Reach = UNBOUNDED

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
        if name in _PROPERTIES.kept:
            raise options.wrong(PREFIX + name, "***", f"use {_PROPERTIES.kept[name]} instead")
        if name not in _PROPERTIES.properties:
            raise options.wrong(PREFIX + name, "***", f"use a property that librdkafka has instead{_like(name)}")
    retry = options.number("retry")
    secrets += tuple(value for name, value in extra.items() if value and is_secret(name))
    return Cluster(brokers, security, extra, secrets, retry, options.reach)


def _like(name: str) -> str:
    near = get_close_matches(name, _PROPERTIES.properties, 1)
    return f"; there is `{PREFIX}{near[0]}`" if near else ""


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
        if mechanism not in _MECHANISMS.choices:
            raise options.wrong("sasl.mechanism", mechanism, f"it is one of {', '.join(_MECHANISMS.choices)}")
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
