"""Edges and batches that the tests of the wire send."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from lightflus.codec.schema import schema_of
from lightflus.model.plan import Edge, Exchange, TaskId
from lightflus.model.types import ListType, Type
from lightflus.ports.batch import Batch
from lightflus.ports.stamps import MARK, TIME, stamped
from lightflus.testing.graphs import FLOAT64, INT64, UTF8, struct
from lightflus.testing.memory import Value, batch_of

WORD = struct(t0=FLOAT64, t1=UTF8)
NESTED = struct(
    names=ListType(replace(UTF8, nullable=True)),
    inner=replace(struct(a=INT64, b=replace(UTF8, nullable=True)), nullable=True),
)


def edge(record: Type, key: Type | None = None) -> Edge:
    return Edge(TaskId(0), "", TaskId(1), 0, Exchange.FORWARD if key is None else Exchange.HASH, record, key)


def words(*given: str) -> Batch:
    """Rows of WORD, keyed by the word, with hashes and stamps."""
    rows: list[Value] = [{"t0": float(number), "t1": word} for number, word in enumerate(given)]
    stamps = {TIME: pa.array(range(len(given)), pa.int64()), MARK: pa.array([5] * len(given), pa.int64())}
    keys = pa.RecordBatch.from_arrays([pa.array(list(given), pa.string())], schema=schema_of(UTF8))
    return Batch(batch_of(WORD, rows), keys, pa.array(range(len(given)), pa.uint64()), stamped(stamps))
