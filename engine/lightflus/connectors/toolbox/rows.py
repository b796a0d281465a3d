"""Arrow rows as Python tuples, for the clients that speak records, and the last row of each key.

What it owns: the allowed one-liner of a sink edge. Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias, cast

import pyarrow as pa
import pyarrow.compute as pc

AnyArray: TypeAlias = "pa.Array[pa.Scalar[pa.DataType]]"
"""A column of any type; pyarrow's stubs have no shorter word for it."""
Cell = str | bytes | int | float | bool | None
Row = tuple[Cell, ...]

_POSITION = "__position"


def row_numbers(first: int, count: int) -> pa.UInt64Array:
    """`first`, `first + 1`, ... as uint64, counted by Arrow."""
    ones = pa.repeat(pa.scalar(1, pa.uint64()), count)
    return pc.add(pc.cumulative_sum(ones), pa.scalar((first - 1) % 2**64, pa.uint64()))


def rows_of(columns: pa.RecordBatch) -> list[Row]:
    """One tuple per row; the price of a client that speaks records."""
    return list(zip(*(cast(Iterable[Cell], column.to_pylist()) for column in columns.columns), strict=True))


def values_of(columns: pa.RecordBatch) -> list[list[Cell]]:
    """The values of each column, for clients that take them one after another."""
    return [list(cast(Iterable[Cell], column.to_pylist())) for column in columns.columns]


def last_rows(columns: pa.RecordBatch, key_fields: tuple[str, ...]) -> pa.RecordBatch:
    """The last row of each key, in the order of the input; everything where there is no key."""
    if not key_fields or columns.num_rows < 2:
        return columns
    keyed = pa.table(
        [*(columns.column(name) for name in key_fields), row_numbers(0, columns.num_rows)],
        names=[*key_fields, _POSITION],
    )
    newest = keyed.group_by(list(key_fields), use_threads=False).aggregate([(_POSITION, "max")])
    if newest.num_rows == columns.num_rows:
        return columns
    positions = newest.column(f"{_POSITION}_max").combine_chunks()
    return columns.take(pc.take(positions, pc.sort_indices(positions)))
