"""What TypeScript and Rust say of sources and sinks is what the servers see: one job, every sink, no `--bind`."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Message, Producer, TopicPartition
from live_jobs import LIGHTFLUS, ROOT
from tools.servers import Kafka, MariaDb, Redis
from tools.servers.mariadb import PASSWORD, USER

pytestmark = pytest.mark.slow

RUST_SDK = ROOT / "udf_sdk" / "rust"
MANIFEST = f"""
[package]
name = "every_sink"
version = "0.1.0"
edition = "2021"

[dependencies]
lightflus = {{ path = "{RUST_SDK / "lightflus"}" }}
"""
SENT_MS = 1_700_000_000_000


def send(kafka: Kafka, topic: str) -> None:
    """Two scores of ann, one of bob, and one message that is no score."""
    producer = Producer({"bootstrap.servers": kafka.address})
    ann = json.dumps({"player": "ann", "points": 3, "note": None})
    producer.produce(topic, ann, key="k1", timestamp=SENT_MS, headers=[("trace", b"t1")])
    producer.produce(topic, json.dumps({"player": "bob", "points": 4.5, "note": "n"}), timestamp=SENT_MS)
    producer.produce(topic, "no score", timestamp=SENT_MS)
    producer.produce(topic, json.dumps({"player": "ann", "points": 5, "note": "it's"}), key="k2", timestamp=SENT_MS)
    assert producer.flush(60) == 0


def job_of(language: str, names: Mapping[str, str], folder: Path) -> Path:
    """The job of a language, with the names of this run."""
    text = Path(__file__).with_name("every_sink.rs" if language == "rust" else "everySink.ts").read_text("utf-8")
    for name, value in names.items():
        text = text.replace(name, value)
    source = folder / ("src/lib.rs" if language == "rust" else "job.ts")
    source.parent.mkdir(exist_ok=True)
    source.write_text(text, encoding="utf-8")
    if language == "typescript":
        return source
    (folder / "Cargo.toml").write_text(MANIFEST, encoding="utf-8")
    return folder / "Cargo.toml"


def run(job: Path) -> None:
    more = {"EVERY_SINK_PASSWORD": PASSWORD, "CARGO_TARGET_DIR": str(RUST_SDK / "target" / "tests")}
    command = [str(LIGHTFLUS), "run", str(job), "--quiet"]
    done = subprocess.run(command, cwd=job.parent, env={**os.environ, **more}, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def messages_of(kafka: Kafka, topic: str, count: int) -> list[Message]:
    consumer = Consumer({"bootstrap.servers": kafka.address, "group.id": "reading-back", "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, 0, 0)])
    found = consumer.consume(count, timeout=30)
    consumer.close()
    assert len(found) == count
    return found


@pytest.fixture(scope="module", params=["typescript", "rust"])
def ran(
    *,
    request: pytest.FixtureRequest,
    kafka: Kafka,
    redis: Redis,
    mariadb: MariaDb,
    unique: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    """The names that the job wrote to, after it has."""
    database = mariadb.create_database(unique("scores").replace("-", "_"))
    with mariadb.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("create table scores (player varchar(20) primary key, points double not null, note text)")
        cursor.execute("create table places (player varchar(20) primary key, place text not null)")
    names = {
        "KAFKA": kafka.address,
        "SCORES": kafka.create_topic(unique("scores"), 1),
        "COPIES": kafka.create_topic(unique("copies"), 1),
        "REDIS_PORT": str(redis.port),
        "PREFIX": unique("every"),
        "MYSQL_PORT": str(mariadb.port),
        "MYSQL_USER": USER,
        "MYSQL_DATABASE": database,
    }
    send(kafka, names["SCORES"])
    redis.client().xadd(f"{names['PREFIX']}:in", {"player": "zoe", "points": "2.5"})
    redis.client().xadd(f"{names['PREFIX']}:in", {"player": "yan", "points": "1", "note": "new"})
    run(job_of(str(request.param), names, tmp_path_factory.mktemp("job")))
    return names


def test_redis_holds_a_hash_a_sorted_set_and_keys(ran: dict[str, str], redis: Redis) -> None:
    client, prefix = redis.client(), ran["PREFIX"]
    assert client.hgetall(f"{prefix}:points") == {"ann": "5", "bob": "4.5"}
    assert client.zrange(f"{prefix}:ranking", 0, -1, withscores=True) == [("bob", 4.5), ("ann", 5.0)]
    assert client.keys(f"{prefix}:ann") == [], "its last trace is null"


def test_a_redis_stream_is_read_by_its_fields(ran: dict[str, str], redis: Redis) -> None:
    assert redis.client().hgetall(f"{ran['PREFIX']}:read") == {"zoe": "5 -", "yan": "2 new"}


def test_a_redis_stream_has_the_fields_of_each_record(ran: dict[str, str], redis: Redis) -> None:
    entries = [entry for _, entry in redis.client().xrange(f"{ran['PREFIX']}:log") or []]
    assert entries[0] == {"player": "ann", "points": "3", "place": f"k1 0 0 {SENT_MS}", "trace": "t1"}
    assert entries[1] == {"player": "bob", "points": "4.5", "place": f"none 0 1 {SENT_MS}"}
    assert len(entries) == 3


def test_a_kafka_message_has_key_time_headers_and_the_record_as_json(ran: dict[str, str], kafka: Kafka) -> None:
    written = messages_of(kafka, ran["COPIES"], 3)
    assert [message.key() for message in written] == [b"ann", b"bob", b"ann"]
    first = {"player": "ann", "points": 3, "place": f"k1 0 0 {SENT_MS}", "trace": "t1"}
    assert json.loads(written[0].value() or b"") == first
    assert written[0].timestamp()[1] == 3_000
    assert written[1].headers() == [("trace", None), ("by", b"job")]


def test_mysql_has_the_rows_of_a_statement_and_of_a_table(ran: dict[str, str], mariadb: MariaDb) -> None:
    with mariadb.connect(ran["MYSQL_DATABASE"]) as connection, connection.cursor() as cursor:
        cursor.execute("select player, points, note from scores order by player")
        assert cursor.fetchall() == (("ann", 5.0, "it's"), ("bob", 4.5, "n"))
        cursor.execute("select player, place from places order by player")
        assert cursor.fetchall() == (("ann", f"k2 0 3 {SENT_MS}"), ("bob", f"none 0 1 {SENT_MS}"))
