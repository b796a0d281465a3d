"""Connections cut in the middle of a request or of its answer, sinks that append, and streams of a server that dies.

The server may have done what it was asked when the answer is lost: what is sent again must not be missing, and upserts
must not show it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from live_jobs import LiveJob, consume, produce
from payments import MESSAGES, enrichment, enrichment_of, feeding, freeze, payments, restart
from tools.servers import FaultProxy, Kafka, MariaDb, Redis, Server
from tools.servers.mariadb import USER
from tools.servers.proxy import Direction

pytestmark = pytest.mark.slow

WANTED = {f"p{n}" for n in range(MESSAGES)}
ENOUGH = MESSAGES // 20
PART = MESSAGES // 4
FAULTS: dict[str, Callable[[FaultProxy], None]] = {
    "request": lambda proxy: proxy.cut_after(20_000, Direction.TO_SERVER),
    "answer": lambda proxy: proxy.cut_after(3, Direction.TO_CLIENT),
    "reply": lambda proxy: proxy.drop_reply(),
}


@pytest.fixture(params=FAULTS)
def fault(request: pytest.FixtureRequest) -> Callable[[FaultProxy], None]:
    return FAULTS[request.param]


def table(server: MariaDb) -> Callable[[], int]:
    """Makes the table of a sink; the answer counts its rows."""
    database = server.create_database("d")
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("create table t (`key` varchar(20) primary key, value json not null)")

    def rows() -> int:
        with server.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute("select count(*) from t")
            return int((cursor.fetchone() or (0,))[0])

    return rows


def to_table(address: str) -> str:
    return f"mysql://{USER}@{address}/d?table=t&password=env:MYSQL_PASSWORD"


def keys(kafka: Kafka, topic: str) -> set[str]:
    return {(key or b"").decode() for key, _ in consume(kafka, topic)}


def parts(kafka: Kafka, topic: str) -> Iterator[int]:
    """Produces all payments in parts, and stops after each but the last one: whatever is done then meets the next."""
    for first in range(0, MESSAGES, PART):
        produce(kafka, topic, payments(first, first + PART))
        if first + PART < MESSAGES:
            yield first


def wait_above(job: LiveJob, count: Callable[[], int], least: int) -> None:
    job.wait_until(lambda: count() > least)


def test_mysql_sends_again_what_was_cut(
    kafka: Kafka, unique: Callable[[str], str], tmp_path: Path, fault: Callable[[FaultProxy], None]
) -> None:
    topic = kafka.create_topic(unique("payments"), 4)
    with MariaDb() as server, FaultProxy(server.port) as proxy:
        rows = table(server)
        with enrichment(kafka.address, topic, to_table(proxy.address), tmp_path) as job:
            for first in parts(kafka, topic):
                wait_above(job, rows, first)
                fault(proxy)
            job.wait_until(lambda: rows() == MESSAGES)
        assert proxy.faults


def test_a_mariadb_that_falls_silent_costs_no_record(
    kafka: Kafka, unique: Callable[[str], str], tmp_path: Path
) -> None:
    topic = kafka.create_topic(unique("payments"), 4)
    with MariaDb() as server:
        rows = table(server)
        with enrichment(kafka.address, topic, to_table(server.address), tmp_path) as job:
            with feeding(kafka, topic):
                wait_above(job, rows, ENOUGH)
                freeze(server)
            job.wait_until(lambda: rows() == MESSAGES)


@pytest.mark.parametrize("trouble", [restart, freeze])
def test_a_redis_stream_lacks_no_entry(
    kafka: Kafka, unique: Callable[[str], str], tmp_path: Path, trouble: Callable[[Server], None]
) -> None:
    topic = kafka.create_topic(unique("payments"), 4)
    with Redis() as server:

        def entries() -> set[str]:
            with server.client() as client:
                return {entry["key"] for _, entry in client.xrange("s") or []}

        with enrichment(kafka.address, topic, f"redis://{server.address}?stream=s", tmp_path) as job:
            with feeding(kafka, topic):
                wait_above(job, lambda: len(entries()), ENOUGH)
                trouble(server)
            job.wait_until(lambda: entries() == WANTED)


def test_kafka_sends_and_reads_again_what_was_cut(
    kafka: Kafka, unique: Callable[[str], str], tmp_path: Path, fault: Callable[[FaultProxy], None]
) -> None:
    source, sink = kafka.create_topic(unique("payments"), 4), kafka.create_topic(unique("enriched"), 2)
    with (
        kafka.proxy() as proxy,
        enrichment(proxy.address, source, f"kafka://{proxy.address}/{sink}", tmp_path) as job,
    ):
        for first in parts(kafka, source):
            wait_above(job, lambda: len(keys(kafka, sink)), first)
            fault(proxy)
        job.wait_until(lambda: keys(kafka, sink) == WANTED)
        assert proxy.faults


def test_a_stream_is_read_to_its_end_although_its_server_dies(
    kafka: Kafka, unique: Callable[[str], str], tmp_path: Path
) -> None:
    sink = kafka.create_topic(unique("enriched"), 2)
    with Redis() as server:
        with server.client() as client, client.pipeline(transaction=False) as pipeline:
            for payment in payments(0, MESSAGES):
                pipeline.xadd("s", {name: str(value) for name, value in payment.items()})
            pipeline.execute()
        source = f"redis-stream://{server.address}?stream=s&group=g"
        with enrichment_of(source, f"kafka://{kafka.address}/{sink}", tmp_path) as job:
            wait_above(job, lambda: len(keys(kafka, sink)), ENOUGH)
            restart(server)
            job.wait_until(lambda: keys(kafka, sink) == WANTED)
