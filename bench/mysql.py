"""The MySQL sink against a bare multi-row upsert of the same rows, with the same driver, into the same server.

The bare loops have their rows as tuples before the clock starts and know nothing of Arrow, keys or retries: once
through the driver's own `executemany`, once as one statement built from a template. The sink gets Arrow batches, as it
does in a job. All write 5,000 rows per statement and commit. The server is a MariaDB of its own; its time counts in
wall seconds and not in CPU-seconds, which are this program's.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from itertools import chain

import pyarrow as pa
from pymysql.cursors import Cursor
from tools.servers import MariaDb
from tools.servers.mariadb import PASSWORD, USER

from bench.measure import record, table
from lightflus.connectors.mysql.completing import complete
from lightflus.connectors.mysql.opening import open_plan
from lightflus.connectors.mysql.session import Session
from lightflus.connectors.mysql.settings import Settings
from lightflus.connectors.mysql.writer import Writer
from lightflus.connectors.toolbox.retry import Patience
from lightflus.errors import SinkFailed
from lightflus.limits import ELEMENT_ROWS, MYSQL_CHUNK_ROWS
from lightflus.model.extract import FieldPath
from lightflus.model.graph import Connector, Sink, SinkField
from lightflus.model.types import Scalar, ScalarType
from lightflus.testing.connectors import QuietHealth

ROWS = 200_000
ROUNDS = 5
GOAL = 0.8
HEAD = "INSERT INTO counts (word, n) VALUES "
TAIL = " ON DUPLICATE KEY UPDATE n = VALUES(n)"
NAMES = ("executemany", "one statement", "sink")
PHASES = ("insert", "update")
Rows = Sequence[tuple[str, int]]


def rows_of(seed: int) -> Rows:
    """Different words in no order, each with a number."""
    chance = random.Random(seed)
    words = chance.sample(range(10 * ROWS), ROWS)
    return [(f"word-{word}", chance.randrange(1_000_000)) for word in words]


def chunks(rows: Rows) -> list[Rows]:
    return [rows[begin : begin + MYSQL_CHUNK_ROWS] for begin in range(0, len(rows), MYSQL_CHUNK_ROWS)]


def many(cursor: Cursor, rows: Rows) -> None:
    """The driver's bulk path."""
    type(cursor).max_stmt_length = 16_000_000
    for chunk in chunks(rows):
        cursor.executemany(f"{HEAD}(%s, %s){TAIL}", chunk)
        cursor.connection.commit()


def one(cursor: Cursor, rows: Rows) -> None:
    """One statement of as many groups as rows."""
    for chunk in chunks(rows):
        text = HEAD + ", ".join(["(%s, %s)"] * len(chunk)) + TAIL
        cursor.execute(text, tuple(chain.from_iterable(chunk)))
        cursor.connection.commit()


def writer(settings: Settings) -> Writer:
    """The sink's writer of a statement, as a job has it."""
    fields = tuple(SinkField(str(n + 1), FieldPath(()), ScalarType(kind)) for n, kind in enumerate(KINDS))
    node = complete(Sink(Connector("mysql", {"statement": f"{HEAD}(?, ?){TAIL}"}), fields))
    plan = open_plan(
        settings,
        statement=node.connector.options["statement"],
        table="",
        fields=node.fields,
        key=node.key_fields,
        json_of=lambda kind: lambda values: values,
    )
    return Writer(Session(settings, Patience(settings.place, SinkFailed, QuietHealth())), plan)


KINDS = (Scalar.UTF8, Scalar.INT64)


def batches(rows: Rows) -> list[pa.RecordBatch]:
    words, numbers = zip(*rows, strict=True)
    whole = pa.RecordBatch.from_pydict({"word": pa.array(words), "n": pa.array(numbers, pa.int64())})
    return [whole.slice(begin, ELEMENT_ROWS) for begin in range(0, len(rows), ELEMENT_ROWS)]


def through_sink(sink: Writer, prepared: Sequence[pa.RecordBatch]) -> None:
    for batch in prepared:
        sink.write(batch)
    sink.flush()


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """Wall and CPU-seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


class Bench:
    """The server, a connection for each of the three, and what they took."""

    def __init__(self, server: MariaDb) -> None:
        database = server.create_database("bench")
        settings = Settings("127.0.0.1", server.port, USER, PASSWORD, database)
        self.connection = server.connect(database)
        self.cursor = self.connection.cursor()
        self.cursor.execute("CREATE TABLE counts (word VARCHAR(64) COLLATE utf8mb4_bin PRIMARY KEY, n BIGINT NOT NULL)")
        self.connection.autocommit(False)
        self.sink = writer(settings)
        self.taken: dict[tuple[str, str], list[tuple[float, float]]] = {}

    def run(self, name: str, phase: str, rows: Rows) -> None:
        """Measures one of the three; what it needs is made before the clock starts."""
        if name == "sink":
            prepared = batches(rows)
            took = timed(lambda: through_sink(self.sink, prepared))
        else:
            bare = {"executemany": many, "one statement": one}[name]
            took = timed(lambda: bare(self.cursor, rows))
        self.taken.setdefault((name, phase), []).append(took)

    def check(self, name: str, rows: Rows) -> None:
        """The table holds what was written, then nothing."""
        self.cursor.execute("SELECT COUNT(*), SUM(n) FROM counts")
        if self.cursor.fetchone() != (ROWS, sum(n for _, n in rows)):
            raise SystemExit(f"{name} wrote something else")
        self.cursor.execute("TRUNCATE counts")

    def close(self) -> None:
        """Lets the server go."""
        self.sink.close()
        self.connection.close()


def main() -> None:
    """Inserts and updates A B C A B C ..., compares the tables with what was written, prints."""
    with MariaDb() as server:
        bench = Bench(server)
        for number in range(ROUNDS + 1):
            first = rows_of(number)
            second = [(word, n + 1) for word, n in reversed(first)]
            if number == 1:
                bench.taken.clear()  # the first round warms the server up
            for name in NAMES:
                bench.run(name, "insert", first)
                bench.run(name, "update", second)
                bench.check(name, second)
        bench.close()
    report(bench.taken)


def report(taken: dict[tuple[str, str], list[tuple[float, float]]]) -> None:
    """Medians, and the sink's share of each bare loop."""
    rate = {
        (name, phase, what): ROWS / statistics.median(times[index] for times in runs)
        for (name, phase), runs in taken.items()
        for index, what in enumerate(("wall", "cpu"))
    }
    table(
        f"{ROWS:,} rows in random order, {MYSQL_CHUNK_ROWS:,} a statement, medians of {ROUNDS}",
        ["", "insert rows/s", "update rows/s", "insert rows/CPU-s", "update rows/CPU-s"],
        [
            [name, *(f"{rate[name, phase, what]:,.0f}" for what in ("wall", "cpu") for phase in PHASES)]
            for name in NAMES
        ],
    )
    shares = {}
    for bare in NAMES[:-1]:
        for phase in PHASES:
            for what in ("wall", "cpu"):
                shares[f"{bare}, {phase}, {what}"] = rate["sink", phase, what] / rate[bare, phase, what]
    for name, share in shares.items():
        print(f"  sink : {name} = {share:.2f} (goal {GOAL})")
    record("mysql", {"rows": ROWS, "shares": shares, "rates": {" ".join(key): value for key, value in rate.items()}})
