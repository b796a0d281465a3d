"""Where the sinks of a tried job write, and how they are read back: files, SQLite, Redis, MariaDB, Kafka.

What it owns: bindings by name, and rows as plain values; of Kafka committed messages alone. What it leaves: the job and
its kills (`lives.py`), what should be there (`__main__.py`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition

from tools.servers import Kafka, MariaDb, Redis
from tools.servers.mariadb import PASSWORD, USER

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Place:
    """A place to write.

    Attributes:
        uri: as `--bind` takes it.
        read: all rows that are there.
        environment: what the job has to know beside.
    """

    uri: str
    read: Callable[[], list[Row]]
    environment: Mapping[str, str]


def file(folder: Path, name: str) -> Place:
    """A file of JSON lines."""
    path = folder / f"{name}.jsonl"
    return Place(f"file:{path}", lambda: [json.loads(line) for line in path.read_text().splitlines()], {})


def sqlite(folder: Path, name: str) -> Place:
    """A table of a SQLite file."""
    path = folder / f"{name}.db"

    def read() -> list[Row]:
        with closing(sqlite3.connect(path)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute("select * from out")]

    return Place(f"sqlite:{path}?table=out", read, {})


def redis(server: Redis, prefix: str) -> Place:
    """Keys of a Redis server that is this job's alone."""

    def read() -> list[Row]:
        with server.client() as client:
            keys = [key for key in client.scan_iter() if not str(key).startswith("lightflus")]
            return [{"key": key, "value": client.get(key)} for key in keys]

    return Place(f"redis://{server.address}", read, {})


def mariadb(server: MariaDb, database: str, table: str) -> Place:
    """A table of a MariaDB server, which has to be there."""

    def read() -> list[Row]:
        with closing(server.connect(database)) as connection, connection.cursor() as cursor:
            cursor.execute(f"select * from `{table}`")
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    uri = f"mysql://{USER}@{server.address}/{database}?table={table}&password=env:MYSQL_PASSWORD"
    return Place(uri, read, {"MYSQL_PASSWORD": PASSWORD})


def kafka(server: Kafka, topic: str) -> Place:
    """A topic, as those read it who see committed messages alone."""
    return Place(
        f"kafka://{server.address}/{topic}", lambda: [json.loads(value) for value in committed(server, topic)], {}
    )


def committed(server: Kafka, topic: str) -> Iterator[bytes]:
    """The values of all messages that are committed now."""
    settings = {"group.id": "chaos-reads", "enable.auto.commit": False, "enable.partition.eof": True}
    consumer = Consumer({"bootstrap.servers": server.address, "isolation.level": "read_committed", **settings})
    partitions = consumer.list_topics(topic, timeout=60).topics[topic].partitions
    consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in partitions])
    ended = 0
    while ended < len(partitions):
        for message in consumer.consume(500, timeout=0.1):
            error = message.error()
            if error is None:
                yield message.value() or b""
            ended += error is not None and error.code() == KafkaError._PARTITION_EOF
    consumer.close()
