"""TLS and SASL against a broker that has a listener of each kind; the plain one stays for making topics."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pyarrow as pa
import pytest
from kafka_helpers import SCHEMA, opened, rows_of, sink, source, written
from tools.servers import Kafka
from tools.servers.certificates import Certificates
from tools.servers.ports import HOST, free_port

from lightflus.errors import BindingInvalid, LightflusError, SourceFailed
from lightflus.model.graph import Delivery
from lightflus.ports.sources import Source
from lightflus.testing.connectors import QuietHealth, read_all

pytestmark = pytest.mark.slow

USER, PASSWORD = "alice", "alice-in-wonderland"
_LISTENERS = """
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,BEHIND_PROXY:PLAINTEXT,USERS:SASL_PLAINTEXT,SAFE:SASL_SSL
sasl.enabled.mechanisms=PLAIN
{logins}
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
"""
_LOGIN = (
    "listener.name.{name}.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule "
    'required user_{user}="{password}";'
)


class GuardedKafka(Kafka):
    """A broker that also listens for users, with and without TLS."""

    def __init__(self) -> None:
        super().__init__()
        self.users, self.safe = f"{HOST}:{free_port()}", f"{HOST}:{free_port()}"
        self.certificates = Certificates(self.folder)
        self.strangers = Certificates(self.folder / "strangers")  # another authority

    def _prepare(self) -> None:
        super()._prepare()
        self.certificates.make()
        self.strangers.authority.parent.mkdir()
        self.strangers.make()
        keystore = self.folder / "keystore.pem"
        keystore.write_bytes(self.certificates.key.read_bytes() + self.certificates.certificate.read_bytes())
        more = f",USERS://{self.users},SAFE://{self.safe}"
        path = self.folder / "server.properties"
        lines = [
            line + more if line.startswith(("listeners=", "advertised.listeners=")) else line
            for line in path.read_text(encoding="utf-8").splitlines()
        ]
        logins = "\n".join(_LOGIN.format(name=name, user=USER, password=PASSWORD) for name in ("users", "safe"))
        lines.append(_LISTENERS.format(logins=logins, keystore=keystore))
        path.write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture(scope="module")
def guarded() -> Iterator[GuardedKafka]:
    with GuardedKafka() as server:
        server.create_topic("letters")
        yield server


def guarded_source(kafka: GuardedKafka, brokers: str, **options: str) -> Source:
    return source(kafka, "letters", brokers=brokers, **options)


@pytest.mark.parametrize("is_safe", [False, True])
def test_a_user_writes_and_reads_with_and_without_tls(guarded: GuardedKafka, is_safe: bool) -> None:
    topic = guarded.create_topic(f"of-{is_safe}")
    options = {"brokers": guarded.users, "sasl_user": USER, "sasl_password": PASSWORD}
    if is_safe:
        options |= {"brokers": guarded.safe, "tls_ca": str(guarded.certificates.authority)}
    made = sink(guarded, topic, Delivery.APPEND, **options)
    writer = made.writer(0, QuietHealth())
    writer.write(pa.RecordBatch.from_pylist([{"key": "k", "value": "v"}], schema=SCHEMA))
    writer.flush()
    writer.close()
    assert written(guarded, topic) == [("k", "v")]
    assert rows_of(read_all(opened(source(guarded, topic, **options)))) == ["v"]


@pytest.mark.parametrize(
    ("listener", "options", "hint"),
    [
        ("users", {"sasl_user": USER, "sasl_password": "hunter2"}, "sasl.password"),
        ("users", {"sasl_user": "bob", "sasl_password": "hunter2"}, "sasl.user"),
        ("users", {"sasl_user": USER, "sasl_password": "hunter2", "sasl_mechanism": "SCRAM-SHA-256"}, "sasl.mechanism"),
        ("users", {}, "sasl.user"),
        ("safe", {"sasl_user": USER, "sasl_password": PASSWORD}, "tls=true"),
        ("safe", {"sasl_user": USER, "sasl_password": PASSWORD, "tls": "true"}, "tls.ca"),
        ("safe", {"sasl_user": USER, "sasl_password": PASSWORD, "tls_ca": "STRANGER"}, "tls.ca"),
        ("plain", {"tls": "true"}, "tls"),
    ],
)
def test_what_is_wrong_is_told_within_seconds_by_the_option_to_change(
    guarded: GuardedKafka, listener: str, options: dict[str, str], hint: str
) -> None:
    brokers = {"users": guarded.users, "safe": guarded.safe, "plain": guarded.address}[listener]
    stranger = guarded.strangers.authority
    options = {name: value.replace("STRANGER", str(stranger)) for name, value in options.items()}
    begin = time.monotonic()
    with pytest.raises((BindingInvalid, SourceFailed)) as caught:
        guarded_source(guarded, brokers, **options)
    assert time.monotonic() - begin < 30
    assert hint in (caught.value.hint or "")
    assert "hunter2" not in said(caught.value)


def said(error: LightflusError) -> str:
    return f"{error} {error.where} {error.hint}"
