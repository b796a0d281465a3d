"""The Redis sink against bare redis-py (with hiredis) writing the same rows into the same server.

The bare loops have their rows as dicts and tuples before the clock starts and know nothing of Arrow, keys or retries:
MSET one at a time, as most programs do it; MSETs in a pipeline, which does not wait for each reply; SET with a time to
live and XADD in pipelines. The sink gets Arrow batches, as it does in a job, and keeps the last row of each key. All
send as many rows in a command or pipeline. The server is a Redis of its own, which appends to a file; its time
counts in wall seconds and not in CPU-seconds, which are this program's.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO

import pyarrow as pa
from redis import Redis as Client
from tools.servers import Redis

from bench.measure import record, table
from lightflus.connectors.contract.kinds import SinkSpec, Streams
from lightflus.connectors.contract.registry import open_sink
from lightflus.formats.registry import line_encoder, message_encoder
from lightflus.limits import ELEMENT_ROWS, REDIS_COMMAND_ROWS, REDIS_PIPELINE_CALLS
from lightflus.model.extract import FieldPath
from lightflus.model.graph import Connector, Delivery, SinkField
from lightflus.model.types import Field, Scalar, ScalarType
from lightflus.ports.sinks import SinkWriter
from lightflus.testing.connectors import QuietHealth

ROWS = 200_000
ROUNDS = 5
GOAL = 0.8
TTL = 600
TEXT = ScalarType(Scalar.UTF8)
OPTIONS = {"MSET": {}, "SET EX": {"ttl": str(TTL)}, "XADD": {"stream": "log"}}
"""The sink's options for each of the things that are compared."""
Pairs = dict[str, str]


def pairs_of(seed: int) -> Pairs:
    """Different words in no order, each with a number as text."""
    chance = random.Random(seed)
    return {f"word-{word}": str(chance.randrange(1_000_000)) for word in chance.sample(range(10 * ROWS), ROWS)}


def chunks(pairs: Pairs, size: int) -> list[Pairs]:
    items = list(pairs.items())
    return [dict(items[begin : begin + size]) for begin in range(0, len(items), size)]


def mset(client: Client, parts: Sequence[Pairs]) -> None:
    for part in parts:
        client.mset(part)


def mset_pipelined(client: Client, parts: Sequence[Pairs]) -> None:
    with client.pipeline(transaction=False) as pipeline:
        for part in parts:
            pipeline.mset(part)
        pipeline.execute()


def set_ex(client: Client, parts: Sequence[Pairs]) -> None:
    for part in parts:
        with client.pipeline(transaction=False) as pipeline:
            for key, value in part.items():
                pipeline.set(key, value, ex=TTL)
            pipeline.execute()


def xadd(client: Client, parts: Sequence[Pairs]) -> None:
    for part in parts:
        with client.pipeline(transaction=False) as pipeline:
            for key, value in part.items():
                pipeline.xadd("log", {"key": key, "value": value})
            pipeline.execute()


Bare = Callable[[Client, Sequence[Pairs]], None]
BARE: dict[str, tuple[str, Bare, int]] = {
    "MSET one by one": ("MSET", mset, REDIS_COMMAND_ROWS),
    "MSET in a pipeline": ("MSET", mset_pipelined, REDIS_COMMAND_ROWS),
    "SET EX in pipelines": ("SET EX", set_ex, REDIS_PIPELINE_CALLS),
    "XADD in pipelines": ("XADD", xadd, REDIS_PIPELINE_CALLS),
}
"""By name: what it is compared with, how it is done, how many rows at a time."""


def writer(port: int, options: dict[str, str]) -> SinkWriter:
    """The sink's writer, as a job has it."""
    fields = tuple(SinkField(name, FieldPath(()), TEXT) for name in ("key", "value"))
    spec = SinkSpec(
        name="redis",
        job="bench",
        namespace="default",
        connector=Connector("redis", {"host": "127.0.0.1", "port": str(port), **options}),
        fields=fields,
        delivery=Delivery.UPSERT,
        key_fields=("key",),
        line_encoder=lambda: line_encoder("", [Field(f.name, f.type) for f in fields]),
        message_encoder=lambda found: message_encoder("", found),
        streams=Streams(stdin=0, stdout=BytesIO()),
    )
    return open_sink(spec).writer(0, QuietHealth())


def batches(pairs: Pairs) -> list[pa.RecordBatch]:
    whole = pa.RecordBatch.from_pydict({"key": pa.array(list(pairs)), "value": pa.array(list(pairs.values()))})
    return [whole.slice(begin, ELEMENT_ROWS) for begin in range(0, whole.num_rows, ELEMENT_ROWS)]


def through_sink(sink: SinkWriter, prepared: Sequence[pa.RecordBatch]) -> None:
    for batch in prepared:
        sink.write(batch)
    sink.flush()


class Bench:
    """The server, a connection for each of the programs, and what they took."""

    def __init__(self, server: Redis) -> None:
        self._client = server.client()
        self._sinks = {name: writer(server.port, options) for name, options in OPTIONS.items()}
        self.taken: dict[str, list[tuple[float, float]]] = {}

    def run(self, pairs: Pairs) -> None:
        """Each program once, one after the other, into an empty server."""
        for name, (_, bare, size) in BARE.items():
            parts = chunks(pairs, size)
            self._measure(name, partial(bare, self._client, parts), pairs)
        for name, sink in self._sinks.items():
            prepared = batches(pairs)
            self._measure(f"sink, {name}", partial(through_sink, sink, prepared), pairs)

    def _measure(self, name: str, work: Callable[[], None], pairs: Pairs) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        self.taken.setdefault(name, []).append((time.perf_counter() - wall, time.process_time() - cpu))
        self._check(name, pairs)

    def _check(self, name: str, pairs: Pairs) -> None:
        """The server holds what was written, then nothing."""
        some = list(pairs)[:: ROWS // 100]
        if "XADD" in name:
            is_right = self._client.xlen("log") == ROWS
        else:
            is_right = self._client.dbsize() == ROWS and self._client.mget(some) == [pairs[key] for key in some]
        if not is_right:
            raise SystemExit(f"{name} wrote something else")
        self._client.flushall()

    def close(self) -> None:
        """Lets the server go."""
        for sink in self._sinks.values():
            sink.close()
        self._client.close()


def main() -> None:
    """Runs A B C A B C ..., compares what the server holds with what was written, prints."""
    with Redis() as server:
        bench = Bench(server)
        for number in range(ROUNDS + 1):
            if number == 1:
                bench.taken.clear()  # the first round warms everything up
            bench.run(pairs_of(number))
        bench.close()
    report(bench.taken)


def report(taken: dict[str, list[tuple[float, float]]]) -> None:
    """Medians, and the sink's share of each bare loop."""
    wall, cpu = ({n: ROWS / statistics.median(t[i] for t in runs) for n, runs in taken.items()} for i in (0, 1))
    table(
        f"{ROWS:,} rows in random order, {REDIS_COMMAND_ROWS:,} a command, medians of {ROUNDS}",
        ["", "rows/s", "rows/CPU-s"],
        [[name, f"{wall[name]:,.0f}", f"{cpu[name]:,.0f}"] for name in taken],
    )
    shares = {}
    for name, (compared, _, _) in BARE.items():
        for what, rate in (("wall", wall), ("CPU", cpu)):
            shares[f"{name}, {what}"] = rate[f"sink, {compared}"] / rate[name]
    for name, share in shares.items():
        print(f"  sink : {name} = {share:.2f} (goal {GOAL})")
    record("redis", {"rows": ROWS, "shares": shares, "rows_per_second": wall, "rows_per_cpu_second": cpu})
