"""Shared by the tests of `mysql:`: a database of a real server, and sinks that write to it.

The server is a MariaDB, or the MySQL that `LIGHTFLUS_MYSQLD` names (CONTRIBUTING.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
from connector_helpers import sink_spec
from tools.servers import MariaDb
from tools.servers.mariadb import PASSWORD, USER

from lightflus.codec.schema import schema_of
from lightflus.connectors.contract.registry import open_sink, sink_kind
from lightflus.model.extract import FieldPath
from lightflus.model.graph import Connector, Delivery, SinkField
from lightflus.model.graph import Sink as SinkNode
from lightflus.model.types import Field, Scalar, ScalarType, StructType, Type
from lightflus.ports.sinks import Sink
from lightflus.testing.connectors import QuietHealth

TEXT = ScalarType(Scalar.UTF8)
NUMBER = ScalarType(Scalar.INT64)
FLOAT = ScalarType(Scalar.FLOAT64)
WORDS: dict[str, Type] = {"word": TEXT, "n": NUMBER}
UPSERT = "INSERT INTO counts (word, n) VALUES (?, ?) ON DUPLICATE KEY UPDATE n = VALUES(n)"
COUNTS = "CREATE TABLE counts (word VARCHAR(20) PRIMARY KEY, n BIGINT NOT NULL) COLLATE utf8mb4_bin"


@dataclass(frozen=True)
class Place:
    """A database made for one test, as connectors reach it: perhaps through a proxy on another port."""

    server: MariaDb
    database: str
    port: int

    def run(self, *statements: str) -> list[tuple[object, ...]]:
        """Runs statements as another program would; the rows of the last one."""
        with self.server.connect(self.database) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def add_user(self, rights: str, password: str = "guest") -> None:
        """Makes the user `guest`, anew if there was one, with `rights` on this database (or `rights` says on what)."""
        what = rights if " ON " in rights else f"{rights} ON `{self.database}`.*"
        self.run("DROP USER IF EXISTS guest", f"CREATE USER guest IDENTIFIED BY '{password}'", f"GRANT {what} TO guest")

    def connector(self, **options: str) -> Connector:
        where = {"host": "127.0.0.1", "port": str(self.port), "user": USER, "password": PASSWORD}
        return Connector("mysql", {**where, "database": self.database, **options})

    def sink(self, fields: Mapping[str, Type] = WORDS, key: Sequence[str] = (), /, **options: str) -> Sink:
        """A sink as a job's own: completed, then opened. Upserts by `key`, or by what its statement says."""
        columns = tuple(SinkField(n, FieldPath((n,)), kind) for n, kind in fields.items())
        delivery = Delivery.UPSERT if key else Delivery.APPEND
        kind = sink_kind("mysql")
        assert kind is not None
        node = kind.complete(SinkNode(self.connector(**options), columns, delivery, tuple(key)))
        spec = sink_spec(node.connector, node.delivery)
        return open_sink(replace(spec, fields=node.fields, key_fields=node.key_fields))


def batch(rows: Sequence[Sequence[object]], fields: Mapping[str, Type] = WORDS) -> pa.RecordBatch:
    """Rows of `fields`."""
    schema = schema_of(StructType(tuple(Field(name, kind) for name, kind in fields.items())))
    return pa.RecordBatch.from_pylist([dict(zip(fields, row, strict=True)) for row in rows], schema=schema)


def write(sink: Sink, rows: Sequence[Sequence[object]], fields: Mapping[str, Type] = WORDS) -> None:
    """Writes and flushes rows."""
    writer = sink.writer(0, QuietHealth())
    try:
        writer.write(batch(rows, fields))
        writer.flush()
    finally:
        writer.close()
        sink.close()
