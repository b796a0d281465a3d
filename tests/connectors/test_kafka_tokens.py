"""OAUTHBEARER with tokens of an OIDC provider, against a real broker: the properties of librdkafka are enough."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pyarrow as pa
import pytest
from kafka_helpers import SCHEMA, batches, fresh_topic, opened, produce, rows_of, sink, source
from tools.servers import Kafka
from tools.servers.ports import HOST, free_port

from lightflus.errors import BindingInvalid
from lightflus.testing.connectors import QuietHealth

pytestmark = pytest.mark.slow

SECRET = "of-the-client"
_GUARD = """
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,BEHIND_PROXY:PLAINTEXT,TOKENS:SASL_PLAINTEXT
sasl.enabled.mechanisms=OAUTHBEARER
listener.name.tokens.oauthbearer.sasl.jaas.config=\
org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";
"""


class TokenKafka(Kafka):
    """A broker with a listener for tokens; it takes unsigned ones."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = f"{HOST}:{free_port()}"

    def _prepare(self) -> None:
        super()._prepare()
        path = self.folder / "server.properties"
        lines = [
            f"{line},TOKENS://{self.tokens}" if line.startswith(("listeners=", "advertised.listeners=")) else line
            for line in path.read_text(encoding="utf-8").splitlines()
        ]
        path.write_text("\n".join([*lines, _GUARD]), encoding="utf-8")


class Provider(BaseHTTPRequestHandler):
    """Gives a token to the one client that it knows."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        known = base64.b64encode(f"job:{SECRET}".encode()).decode()
        is_known = self.headers.get("authorization") == f"Basic {known}"
        now = int(time.time())
        parts = [{"alg": "none"}, {"sub": "alice", "iat": now, "exp": now + 300}]
        token = "".join(
            base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") + "." for part in parts
        )
        answer = json.dumps({"access_token": token} if is_known else {"error": "invalid_client"}).encode()
        self.send_response(200 if is_known else 401)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def broker() -> Iterator[TokenKafka]:
    with TokenKafka() as server:
        yield server


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with ThreadingHTTPServer((HOST, 0), Provider) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{HOST}:{server.server_port}/token"
        server.shutdown()


def options(broker: TokenKafka, provider: str, secret: str = SECRET) -> dict[str, str]:
    oidc = {"method": "oidc", "client_id": "job", "client_secret": secret, "token_endpoint_url": provider}
    named = {f"librdkafka_sasl_oauthbearer_{name}": value for name, value in oidc.items()}
    return {"brokers": broker.tokens, "sasl_mechanism": "OAUTHBEARER", **named}


def test_a_job_reads_and_writes_with_tokens(broker: TokenKafka, provider: str) -> None:
    topic = fresh_topic(broker)
    produce(broker, topic, [b"a", b"b"])
    assert rows_of(list(batches(opened(source(broker, topic, **options(broker, provider))), 2))) == ["a", "b"]
    writer = sink(broker, topic, **options(broker, provider)).writer(0, QuietHealth())
    writer.write(pa.RecordBatch.from_pylist([{"key": "k", "value": "c"}], schema=SCHEMA))
    writer.flush()
    writer.close()
    assert rows_of(list(batches(opened(source(broker, topic)), 3))) == ["a", "b", "c"]


@pytest.mark.parametrize("wrong", ["secret", "address"])
def test_a_token_that_cannot_be_had_is_told_without_the_secret(broker: TokenKafka, provider: str, wrong: str) -> None:
    at, secret = ("http://127.0.0.1:1/token", SECRET) if wrong == "address" else (provider, "hunter2")
    with pytest.raises(BindingInvalid, match="Failed to acquire SASL OAUTHBEARER token") as caught:
        source(broker, fresh_topic(broker), **options(broker, at, secret))
    assert "`librdkafka.sasl.oauthbearer.token.endpoint.url`" in str(caught.value.hint)
    assert "hunter2" not in f"{caught.value}{caught.value.hint}"
