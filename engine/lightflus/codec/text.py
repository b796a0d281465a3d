"""Numbers as text, as JavaScript prints them, and times; whole columns at a time, in Arrow.

What it owns: `3`, not `3.0`, and where digits end and exponents begin; which times have a text. Of Arrow it takes the
shortest digits that read back as the same number, not where it puts its exponents. Pure; any thread.
What it leaves: what stands there for NaN, infinities, times without text and nulls: that differs from format to format.
"""

from __future__ import annotations

from typing import TypeAlias, cast

import pyarrow as pa
import pyarrow.compute as pc

AnyArray: TypeAlias = "pa.Array[pa.Scalar[pa.DataType]]"

_EXPONENT_FROM = 1e21
"""JavaScript writes all digits of what is smaller."""
_WHOLE_BELOW = {32: 2.0**24, 64: 2.0**53}
"""Below it the digits of a whole number are the shortest that mean it."""
_PARTS = r"^(?P<first>-?\d)\.?(?P<rest>\d*)e\+?(?P<exponent>\d+)$"


def number_text(column: AnyArray) -> pa.StringArray:
    """The text of floating-point numbers; null for NaN, infinities and nulls."""
    finite = pc.if_else(pc.is_finite(column), column, None)
    number = cast(pa.DoubleArray, pc.add(finite, pa.scalar(0.0, column.type)))  # -0 is 0
    size = pc.abs(number)
    is_whole = pc.and_(
        pc.less(size, pa.scalar(_WHOLE_BELOW[column.type.bit_width], column.type)), pc.equal(pc.floor(size), size)
    )
    if pc.all(is_whole).as_py():
        return cast(pa.StringArray, number.cast(pa.int64()).cast(pa.utf8()))
    text = cast(pa.StringArray, number.cast(pa.utf8()))
    is_short = pc.and_(pc.match_substring(text, "e+"), pc.less(size, pa.scalar(_EXPONENT_FROM, column.type)))
    if not pc.any(is_short).as_py():
        return text
    mask = cast(pa.BooleanArray, is_short.fill_null(False))
    return cast(pa.StringArray, pc.replace_with_mask(text, mask, _written_out(text.filter(mask))))


def _written_out(texts: pa.StringArray) -> pa.StringArray:
    """`1500000000000` for `1.5e+12`."""
    parts = pc.extract_regex(texts, _PARTS)
    first, rest, exponents = (cast(pa.StringArray, parts.field(name)) for name in ("first", "rest", "exponent"))
    for exponent in exponents.unique():
        digits = int(str(exponent))
        mask = pc.equal(exponents, exponent)
        tail = rest.filter(mask)
        whole = pc.utf8_slice_codeunits(pc.utf8_rpad(tail, digits, "0"), 0, digits)
        fraction = pc.replace_substring_regex(pc.utf8_slice_codeunits(tail, digits), "^(.)", r".\1")
        written = [first.filter(mask), whole, fraction]
        joined = pc.binary_join_element_wise(*written, cast(pa.StringArray, ""))
        texts = cast(pa.StringArray, pc.replace_with_mask(texts, mask, joined))
    return texts


def time_text(column: AnyArray) -> pa.StringArray:
    """The text of dates and of times in UTC: `2026-02-28 23:59:59.5`; null for nulls and beyond 32,767 years.

    Arrow has no digits for such a year, and would write `<value out of range: 9223372036854775807>`.
    """
    text = cast(pa.StringArray, column.cast(pa.utf8()))
    has_none = pc.starts_with(text, "<")
    return cast(pa.StringArray, pc.if_else(has_none, None, text)) if pc.any(has_none).as_py() else text
