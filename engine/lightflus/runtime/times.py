"""Event times out of columns: whole milliseconds, or null where a value is no time.

What it owns: what counts as a time (docs/abi.md, 5.6). Any thread. What it leaves: what becomes of rows without one.
"""

from __future__ import annotations

from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.limits import TIME_MS
from lightflus.runtime.fields import AnyArray

_WIDE = 64
"""Bits of the numbers that can be too far away."""


def as_times(column: AnyArray) -> pa.Int64Array:
    """The times of a column of numbers or milliseconds; null where a value is no whole number, or too far away."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.int64())
    if pa.types.is_floating(column.type):
        is_whole = pc.equal(pc.floor(cast(pa.DoubleArray, column)), column)
        column = _where(is_whole, column)
    if column.type.bit_width == _WIDE:
        most, least = pa.scalar(TIME_MS, column.type), pa.scalar(-TIME_MS, column.type)
        column = _where(pc.and_(pc.less_equal(column, most), pc.greater_equal(column, least)), column)
    return cast(pa.Int64Array, column.cast(pa.int64()))


def _where(mask: pa.BooleanArray, column: AnyArray) -> AnyArray:
    """The column, null where the mask is not true."""
    return cast(AnyArray, pc.if_else(mask, column, pa.scalar(None, column.type)))
