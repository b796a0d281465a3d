"""Messages as rows that can be staged, and back.

What it owns: their columns. Pure; any thread. What it leaves: keeping them and their bytes (`toolbox/staged.py`),
sending them (`committer.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pyarrow as pa

from lightflus.connectors.kafka.records import Headers, Records

_HEADER = pa.struct([pa.field("name", pa.utf8(), nullable=False), pa.field("value", pa.binary())])
_FIELDS: dict[str, pa.DataType] = {
    "key": pa.binary(),
    "value": pa.binary(),
    "time": pa.int64(),
    "headers": pa.list_(_HEADER),
}
_SCHEMA = pa.schema(_FIELDS)


def batch_of(records: Records) -> pa.RecordBatch:
    """Messages as rows."""
    none = (None,) * len(records)
    headers = none if records.headers is None else [_structs(of_one) for of_one in records.headers]
    columns = (records.keys or none, records.values, records.times or none, headers)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)


def records_of(batches: Sequence[pa.RecordBatch]) -> list[Records]:
    """The inverse of `batch_of`, for some."""
    return [_records(batch) for batch in batches]


def _records(batch: pa.RecordBatch) -> Records:
    keys, values, times, headers = (column.to_pylist() for column in batch.columns)
    return Records(
        cast("list[bytes | None]", values),
        cast("list[bytes | None]", keys),
        None if batch.column("time").null_count == len(batch) else cast("list[int | None]", times),
        None if batch.column("headers").null_count == len(batch) else [_pairs(of_one) for of_one in headers],
    )


def _structs(headers: Headers | None) -> list[dict[str, object]] | None:
    return None if headers is None else [{"name": name, "value": value} for name, value in headers]


def _pairs(headers: object) -> Headers | None:
    if headers is None:
        return None
    return [(one["name"], one["value"]) for one in cast("list[dict[str, object]]", headers)]  # type: ignore[misc]
