"""Servers and jobs that die under load: nothing that was acknowledged is missing, and what upserts ends equal.

Every message has an id of its own; the proof reads the sink back. Sinks that append may double: without checkpoints
delivery is at least once.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from live_jobs import ROOT, LiveJob, consume, count_messages, produce
from payments import MESSAGES, enrichment, feeding, freeze, restart, restart_twice
from tools.servers import FaultProxy, Kafka, MariaDb, Redis, Server
from tools.servers.mariadb import USER

pytestmark = pytest.mark.slow

WORD_COUNT = ROOT / "examples/word_count/wordCount.ts"
WORDS = 997


def keys_in(redis: Redis) -> Callable[[], int]:
    def count() -> int:
        with redis.client() as client:
            return int(client.dbsize())

    return count


def is_above(count: Callable[[], int], least: int) -> bool:
    return count() > least


@pytest.mark.parametrize("trouble", [restart, freeze])
def test_redis_in_trouble_costs_no_record(
    kafka: Kafka, unique: Callable[[str], str], tmp_path: Path, trouble: Callable[[Server], None]
) -> None:
    topic = kafka.create_topic(unique("payments"), 4)
    with Redis() as server, enrichment(kafka.address, topic, f"redis://{server.address}", tmp_path) as job:
        count = keys_in(server)
        with feeding(kafka, topic):
            job.wait_until(lambda: count() > MESSAGES // 20)
            trouble(server)
        job.wait_until(lambda: count() == MESSAGES)
        with server.client() as client:
            last = json.loads(str(client.get(f"p{MESSAGES - 1}")))
        assert last["euros"] == MESSAGES - 1


def test_mariadb_that_is_killed_costs_no_record(kafka: Kafka, unique: Callable[[str], str], tmp_path: Path) -> None:
    topic = kafka.create_topic(unique("payments"), 4)
    with MariaDb() as server:
        database = server.create_database("d")

        def rows() -> int:
            with server.connect(database) as connection, connection.cursor() as cursor:
                cursor.execute("select count(*) from t")
                return int((cursor.fetchone() or (0,))[0])

        with server.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute("create table t (`key` varchar(20) primary key, value json not null)")
        sink = f"mysql://{USER}@{server.address}/{database}?table=t&password=env:MYSQL_PASSWORD"
        with enrichment(kafka.address, topic, sink, tmp_path) as job:
            with feeding(kafka, topic):
                job.wait_until(lambda: rows() > MESSAGES // 20)
                restart(server)
            job.wait_until(lambda: rows() == MESSAGES)


@pytest.mark.parametrize("trouble", [restart_twice, freeze])
def test_a_broker_in_trouble_costs_no_record(
    unique: Callable[[str], str], tmp_path: Path, trouble: Callable[[Server], None]
) -> None:
    with Kafka() as broker:
        source, sink = broker.create_topic(unique("payments"), 4), broker.create_topic(unique("enriched"), 2)
        with enrichment(broker.address, source, f"kafka://{broker.address}/{sink}", tmp_path) as job:
            with feeding(broker, source):
                job.wait_until(lambda: count_messages(broker, sink) > MESSAGES // 20)
                trouble(broker)
            wanted = {f"p{n}".encode() for n in range(MESSAGES)}
            job.wait_until(lambda: wanted == {key for key, _ in consume(broker, sink)})


def test_a_job_that_is_killed_goes_on_where_its_sink_was(
    kafka: Kafka, unique: Callable[[str], str], tmp_path: Path
) -> None:
    source, sink = kafka.create_topic(unique("payments"), 4), kafka.create_topic(unique("enriched"), 2)
    run = enrichment(kafka.address, source, f"kafka://{kafka.address}/{sink}", tmp_path)
    with feeding(kafka, source):
        for part in (20, 5):
            with run as job:
                job.wait_until(partial(is_above, lambda: count_messages(kafka, sink), MESSAGES // part))
                job.kill()
    wanted = {f"p{n}".encode() for n in range(MESSAGES)}
    with run as job:
        job.wait_until(lambda: wanted == {key for key, _ in consume(kafka, sink)})
    again = count_messages(kafka, sink) - MESSAGES
    assert again < MESSAGES, "it goes on from the group's offsets, and does not begin again each time"


def test_a_job_with_state_that_is_killed_ends_with_exact_counts(
    kafka: Kafka, unique: Callable[[str], str], tmp_path: Path
) -> None:
    topic = kafka.create_topic(unique("lines"), 4)
    lines = [f"word{n % WORDS} word{n % 7}" for n in range(MESSAGES)]
    expected = Counter(word for line in lines for word in line.split(" "))
    with Redis() as server:
        run = LiveJob(
            WORD_COUNT,
            f"topic=kafka://{kafka.address}/{topic}?group=g",
            f"redis=redis://{server.address}?hash=counts",
            cwd=tmp_path,
            parallelism=2,
        )

        def counts() -> dict[str, int]:
            with server.client() as client:
                return {str(key): int(value) for key, value in client.hgetall("counts").items()}

        with run as job:
            produce(kafka, topic, lines[: MESSAGES // 2])
            job.wait_until(counts)
            job.kill()
        with run as job:
            produce(kafka, topic, lines[MESSAGES // 2 :])
            job.wait_until(lambda: counts() == dict(expected))


def test_connections_that_are_cut_in_the_middle_of_a_flush_cost_no_record(
    kafka: Kafka, unique: Callable[[str], str], tmp_path: Path
) -> None:
    topic = kafka.create_topic(unique("payments"), 4)
    with (
        Redis() as server,
        FaultProxy(server.port) as proxy,
        enrichment(kafka.address, topic, f"redis://{proxy.address}", tmp_path) as job,
    ):
        count = keys_in(server)
        with feeding(kafka, topic):
            for part in (40, 20, 10):
                job.wait_until(partial(is_above, count, MESSAGES // part))
                proxy.cut()
                proxy.drop_reply()
        job.wait_until(lambda: count() == MESSAGES)
