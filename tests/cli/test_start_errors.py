"""What a person reads who starts a job with something wrong about its servers: one screen, soon, with what to change.

Real servers; the whole command, and as a program of its own where a library writes beside it. What each connector
checks has tests of its own (`tests/connectors`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import pytest
from tools.servers import Kafka, MariaDb, Redis
from tools.servers.mariadb import PASSWORD, USER
from tools.servers.redis import READER, READER_PASSWORD

from lightflus.cli.guard import guarded
from lightflus.cli.main import app
from lightflus.testing.schema_registry import registry as serving

pytestmark = pytest.mark.slow

LIGHTFLUS = [sys.executable, "-c", "from lightflus.cli.main import main; main()"]
SECRET = "hunter2-is-nobodys-business"
SECONDS = 30.0
"""Ten are promised, on a machine that is not busy with other tests. More where several programs want each processor."""
Refusal = Callable[[str, str], str]
LINES = 24
PROPERTIES = "&".join(
    f"librdkafka.{name}={SECRET}"
    for name in ("ssl.key.pem", "ssl.keystore.password", "sasl.oauthbearer.config", "sasl.oauthbearer.client.secret")
)
NUMBERS = "generate:rows=10"
NOWHERE = "blackhole:"


@dataclass(frozen=True)
class Said:
    """How the program ended, and what it said on both of its streams."""

    code: int
    text: str
    seconds: float


class Command(Protocol):
    def __call__(self, *arguments: object) -> Said: ...


def program(*arguments: object) -> Said:
    """The command as a program."""
    begin = time.monotonic()
    done = subprocess.run(
        [*LIGHTFLUS, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    return Said(done.returncode, done.stdout + done.stderr, time.monotonic() - begin)


@pytest.fixture
def lightflus(capfd: pytest.CaptureFixture[str]) -> Command:
    """The command in this process; what libraries write is captured too."""

    def run(*arguments: object) -> Said:
        begin = time.monotonic()
        code = guarded(lambda: app(list(map(str, arguments)), prog_name="lightflus"))
        seconds = time.monotonic() - begin
        return Said(code, "".join(capfd.readouterr()), seconds)

    return run


def soon() -> float:
    """What "soon" is now, in seconds: a processor that many programs share is that much slower."""
    return SECONDS * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@pytest.fixture
def refusal(lightflus: Command, numbers_job: Path) -> Refusal:
    """What is said of a job that cannot start: once, soon, on one screen, without a secret or a traceback."""

    def refuse(source: str, sink: str) -> str:
        said = lightflus("run", numbers_job, "--bind", f"numbers={source}", "--bind", f"redis={sink}")
        assert said.code in (1, 2), said.text
        assert said.text.startswith("error: ")
        assert said.text.count("\n") <= LINES
        assert said.seconds < soon()
        assert "Traceback" not in said.text
        assert not any(secret in said.text for secret in (SECRET, PASSWORD, READER_PASSWORD))
        return said.text

    return refuse


@pytest.mark.parametrize(
    ("sink", "said"),
    [
        ("host=no-such-host.invalid", ["no-such-host.invalid", "option `host`"]),
        ("port=1", ["refused", "`port`"]),
        (f"password={SECRET}", ["Access denied", "`password`"]),
        ("user=nobody", ["Access denied for user 'nobody'", "`user`"]),
        ("database=nowhere", ["Unknown database", "option `database`"]),
        ("table=nowhere", ["no table `nowhere`", "option `table`", "`pairs`"]),
        ("table=short", ["no column `value`", "there are `key`"]),
        ("table=texts", ["column `value` is date, and the job writes int64"]),
        ("tls=true", ["option `tls`"]),
    ],
)
def test_mysql(refusal: Refusal, mariadb: MariaDb, unique: Callable[[str], str], sink: str, said: list[str]) -> None:
    database = mariadb.create_database(unique("start"))
    with mariadb.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE pairs (`key` BIGINT PRIMARY KEY, value BIGINT)")
        cursor.execute("CREATE TABLE short (`key` BIGINT PRIMARY KEY)")
        cursor.execute("CREATE TABLE texts (`key` BIGINT PRIMARY KEY, value DATE)")
    right = {"host": "127.0.0.1", "port": str(mariadb.port), "user": USER, "password": PASSWORD}
    options = {**right, "database": database, "table": "pairs", **dict([sink.split("=")])}
    text = refusal(NUMBERS, "mysql:?" + "&".join(f"{n}={quote(v)}" for n, v in options.items()))
    assert [words for words in said if words not in text] == []


@pytest.mark.parametrize(
    ("sink", "said"),
    [
        ("redis://no-such-host.invalid:6379/0", ["no-such-host.invalid", "`host`"]),
        ("redis://127.0.0.1:1/0", ["refuse", "`port`"]),
        (f"redis://:{SECRET}@127.0.0.1:PORT/0", ["password"]),
        (f"redis://{READER}:{READER_PASSWORD}@127.0.0.1:PORT/0", ["permission", "`user`"]),
        ("redis://127.0.0.1:PORT/99", ["99", "`database`"]),
        ("redis://127.0.0.1:PORT/0?tls=true", ["TLS"]),
        ("redis://127.0.0.1:PORT/0?command=sett", ["`command`", "hset"]),
        ("redis://127.0.0.1:PORT/0?command=hset", ["`hash`"]),
    ],
)
def test_redis(refusal: Refusal, redis: Redis, sink: str, said: list[str]) -> None:
    text = refusal(NUMBERS, sink.replace("PORT", str(redis.port)))
    assert [words for words in said if words not in text] == []


def test_a_redis_that_is_read_only(refusal: Refusal, redis: Redis) -> None:
    redis.become_read_only()
    try:
        text = refusal(NUMBERS, f"redis://{redis.address}/0")
    finally:
        redis.become_writable()
    assert "replica" in text or "read-only" in text


@pytest.mark.parametrize("role", ["source", "sink"])
@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("kafka://no-such-host.invalid:9092/numbers?group=g", ["no-such-host.invalid", "`brokers`"]),
        ("kafka://127.0.0.1:1/numbers?group=g", ["127.0.0.1:1", "`brokers`"]),
        ("kafka://HOST/nowhere?group=g", ["nowhere", "topic"]),
        ("kafka://HOST/nowhere?group=g&tls=true", ["SSL", "tls"]),
        (f"kafka://HOST/nowhere?group=g&tls=true&{PROPERTIES}", ["ssl.key.pem"]),
    ],
)
def test_kafka(refusal: Refusal, kafka: Kafka, role: str, uri: str, said: list[str]) -> None:
    address = uri.replace("HOST", kafka.address)
    source, sink = (address, NOWHERE) if role == "source" else (NUMBERS, address.replace("?group=g&", "?"))
    text = refusal(source, sink.replace("?group=g", ""))
    assert [words for words in said if words not in text] == []


def test_a_message_that_the_broker_does_not_take(refusal: Refusal, kafka: Kafka, unique: Callable[[str], str]) -> None:
    topic = kafka.create_topic(unique("numbers"), max_message_bytes="1")
    text = refusal(NUMBERS, f"kafka://{kafka.address}/{topic}")
    assert "max.message.bytes" in text


def test_a_schema_that_does_not_fit_the_job(
    refusal: Refusal, kafka: Kafka, unique: Callable[[str], str], tmp_path: Path
) -> None:
    (tmp_path / "number.avsc").write_text('"string"')
    topic = kafka.create_topic(unique("numbers"))
    form = f"format=avro&format.schema={tmp_path / 'number.avsc'}"
    text = refusal(f"kafka://{kafka.address}/{topic}?group=g&{form}", NOWHERE)
    assert "int64" in text


@pytest.mark.parametrize(
    ("registry", "said"),
    [
        ("registry=http://127.0.0.1:1", ["`format.registry`", "refused"]),
        ("registry=http://no-such-host.invalid:1", ["`format.registry`", "no-such-host.invalid"]),
        ("registry=URL", ["`format.registry`", "401", "format.registry.password"]),
        (f"registry=URL&format.registry.user=ann&format.registry.password={SECRET}", ["401"]),
        (f"registry=URL&format.registry.user=ann&format.registry.password={PASSWORD}", ["`format.subject`", "no subj"]),
    ],
)
def test_schema_registry(refusal: Refusal, kafka: Kafka, registry: str, said: list[str]) -> None:
    with serving() as double:
        double.login = f"ann:{PASSWORD}"
        options = f"format=avro&format.{registry.replace('URL', double.url)}&format.subject=none"
        text = refusal(f"kafka://{kafka.address}/any?{options}", NOWHERE)
    assert [words for words in said if words not in text] == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("redis-stream://no-such-host.invalid:6379/0?stream=s", ["no-such-host.invalid", "`host`"]),
        (f"redis-stream://:{SECRET}@127.0.0.1:PORT/0?stream=s", ["login", "`password`"]),
        ("redis-stream://127.0.0.1:PORT/0?stream=nowhere", ["no stream `nowhere`", "`stream`"]),
        ("redis-stream://127.0.0.1:PORT/0?stream=NAME", ["is a hash, not a stream", "`stream`"]),
    ],
)
def test_redis_stream(
    refusal: Refusal, redis: Redis, unique: Callable[[str], str], source: str, said: list[str]
) -> None:
    name = unique("hash")
    with redis.client() as client:
        client.hset(name, "a", "b")
    text = refusal(source.replace("PORT", str(redis.port)).replace("NAME", name), NOWHERE)
    assert [words for words in said if words not in text] == []


@pytest.mark.parametrize("as_json", [False, True])
def test_inspect_shows_no_secret(lightflus: Command, numbers_job: Path, as_json: bool) -> None:
    registry = f"format.registry=http://u:{SECRET}@h&format.registry.password={SECRET}"
    source = f"kafka://h:9092/numbers?group=g&sasl.user=u&sasl.password={SECRET}&{registry}&{PROPERTIES}"
    for sink in (f"mysql://u:{SECRET}@h/d?table=t", f"redis://u:{SECRET}@h/0", f"kafka://h/t?sasl.password={SECRET}"):
        binds = ["--bind", f"numbers={source}", "--bind", f"redis={sink}"]
        said = lightflus("inspect", numbers_job, *binds, *["--json"] * as_json)
        assert said.code == 0
        assert SECRET not in said.text
        assert "***" in said.text


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_run_says_no_secret_even_where_librdkafka_says_everything(
    numbers_job: Path, kafka: Kafka, unique: Callable[[str], str], more: list[str]
) -> None:
    topic = kafka.create_topic(unique("numbers"))
    hidden = f"librdkafka.ssl.keystore.password={SECRET}&librdkafka.sasl.oauthbearer.client.secret={SECRET}"
    right = f"kafka://{kafka.address}/{topic}?{hidden}&librdkafka.debug=all"
    wrong = f"{right}&sasl.user=u&sasl.password={SECRET}"
    for sink, code in ((right, 0), (wrong, 2)):
        binds = ["--bind", f"numbers={NUMBERS}", "--bind", f"redis={sink}"]
        said = program("run", numbers_job, *binds, *more)
        assert said.code == code, said.text[-2_000:]
        assert "rdkafka" in said.text
        assert SECRET not in said.text


def test_a_secret_that_is_not_there_is_told_by_its_name(refusal: Refusal, tmp_path: Path) -> None:
    for reference in ("env:NO_SUCH_VARIABLE_HERE", f"file:{tmp_path / 'nothing'}"):
        text = refusal(NUMBERS, f"mysql://u@h/d?table=t&password={reference}")
        assert reference.partition(":")[2] in text
        assert "`password`" in text
