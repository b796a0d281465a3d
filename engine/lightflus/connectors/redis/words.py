"""Values of a sink as Redis holds them: bytes.

What it owns: what a number, a boolean, a time looks like there. Whole columns at a time, in Arrow. Pure; any thread.
What it leaves: lists and objects, which a message encoder writes (`commands.py`).
"""

from __future__ import annotations

from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec.text import number_text, time_text
from lightflus.connectors.toolbox.rows import AnyArray

_NO_TIME = "Invalid Date"


def words_of(column: AnyArray) -> pa.BinaryArray:
    """Text and bytes as they are, numbers as JavaScript prints them, `true` and `false`, times as ISO 8601 in UTC."""
    kind = column.type
    if pa.types.is_binary(kind):
        return cast(pa.BinaryArray, column)
    if pa.types.is_floating(kind):
        text = _float_text(column)
    elif pa.types.is_temporal(kind):
        text = _time_text(column)
    else:
        text = cast(pa.StringArray, column.cast(pa.utf8()))
    return cast(pa.BinaryArray, text.cast(pa.binary()))


def _float_text(column: AnyArray) -> pa.StringArray:
    text = number_text(column)
    if text.null_count == column.null_count:
        return text
    sign = pc.if_else(pc.less(column, pa.scalar(0.0, column.type)), "-Infinity", "Infinity")
    return cast(pa.StringArray, pc.coalesce(text, pc.if_else(pc.is_nan(column), "NaN", sign)))


def _time_text(column: AnyArray) -> pa.StringArray:
    """As JavaScript has it, also for times that have no text: a null would delete what is there."""
    text = time_text(column)
    if pa.types.is_timestamp(column.type):
        plain = pc.replace_substring(text, " ", "T")
        text = pc.binary_join_element_wise(plain, cast(pa.StringArray, "Z"), cast(pa.StringArray, ""))
    if text.null_count > column.null_count:
        text = cast(pa.StringArray, pc.if_else(column.is_valid(), text.fill_null(_NO_TIME), None))
    return text
