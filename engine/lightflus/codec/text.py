"""Numbers as text, as JavaScript prints them, and times; whole columns at a time, in Arrow.

What it owns: `3`, not `3.0`, and where digits end and exponents begin; which times have a text. Pure; any thread.
What it leaves: what stands there for NaN, infinities, times without text and nulls: that differs from format to format.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias, cast

import pyarrow as pa
import pyarrow.compute as pc

AnyArray: TypeAlias = "pa.Array[pa.Scalar[pa.DataType]]"

_EXPONENT_FROM = 1e15
"""Arrow writes 1e+15, JavaScript 1000000000000000 (up to 1e21)."""
_JS_EXPONENT_FROM = 1e21


def number_text(column: AnyArray) -> pa.StringArray:
    """The text of floating-point numbers; null for NaN, infinities and nulls."""
    finite = pc.if_else(pc.is_finite(column), column, None)
    positive_zero = pc.add(finite, pa.scalar(0.0, column.type))
    text = cast(pa.StringArray, pc.cast(positive_zero, pa.utf8()))
    is_large = cast(pa.BooleanArray, pc.greater_equal(pc.abs(positive_zero), pa.scalar(_EXPONENT_FROM, column.type)))
    if not pc.any(is_large).as_py():
        return text
    large = [_large(value) for value in cast(list[str], text.filter(is_large).to_pylist())]
    return cast(
        pa.StringArray,
        pc.replace_with_mask(text, cast(pa.BooleanArray, is_large.fill_null(False)), pa.array(large, pa.utf8())),
    )


def time_text(column: AnyArray) -> pa.StringArray:
    """The text of dates and of times in UTC: `2026-02-28 23:59:59.5`; null for nulls and beyond 32,767 years.

    Arrow has no digits for such a year, and would write `<value out of range: 9223372036854775807>`.
    """
    text = cast(pa.StringArray, column.cast(pa.utf8()))
    has_none = pc.starts_with(text, "<")
    return cast(pa.StringArray, pc.if_else(has_none, None, text)) if pc.any(has_none).as_py() else text


def _large(text: str) -> str:
    """A number of 1e15 or more: digits up to 1e21, as JavaScript has it."""
    return text if abs(float(text)) >= _JS_EXPONENT_FROM else format(Decimal(text), "f")
