"""Event times out of columns: whole milliseconds, or null where a value is no time.

What it owns: what counts as a time (docs/abi.md, 5.6). Any thread. What it leaves: what becomes of rows without one.
"""

from __future__ import annotations

from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.limits import TIME_MS
from lightflus.runtime.fields import AnyArray


def as_times(column: AnyArray) -> pa.Int64Array:
    """The times of a column of numbers or milliseconds; null where a value is no whole number, or too far away."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.int64())
    if pa.types.is_floating(column.type):
        column = column.cast(pa.float64())
        column = _where(pc.equal(pc.floor(cast(pa.DoubleArray, column)), column), column)
        column = _where(pc.less_equal(pc.abs(cast(pa.DoubleArray, column)), pa.scalar(float(TIME_MS))), column)
    if pa.types.is_uint64(column.type):
        column = _where(pc.less_equal(column, pa.scalar(TIME_MS, pa.uint64())), column)
    times = column.cast(pa.int64())
    is_near = pc.and_(
        pc.less_equal(times, pa.scalar(TIME_MS, pa.int64())), pc.greater_equal(times, pa.scalar(-TIME_MS, pa.int64()))
    )
    return cast(pa.Int64Array, _where(is_near, times))


def _where(mask: pa.BooleanArray, column: AnyArray) -> AnyArray:
    """The column, null where the mask is not true."""
    return cast(AnyArray, pc.if_else(mask, column, pa.scalar(None, column.type)))
