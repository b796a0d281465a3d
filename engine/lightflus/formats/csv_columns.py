"""Columns that Arrow's CSV reader has made, as their fields' types want them.

What it owns: nulls that are empty texts, times, infinities. Vectorised; any thread.
What it leaves: reading (`csv.py`).
"""

from __future__ import annotations

from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec.schema import AnyArray
from lightflus.model.types import Field

_DATE_ALONE = r"^\d{4}-\d\d-\d\d$"
_INFINITY = r"(?i)^\s*[+-]?inf(inity)?\s*$"
_ZONE = r":\d\d.*(Z|[+-]\d\d(:?\d\d)?)$"


def are_infinity(texts: pa.StringArray) -> bool:
    """Whether all of them say so, and none is a number that is too large for its column."""
    return bool(pc.all(pc.match_substring_regex(texts, _INFINITY)).as_py())


def complete(array: AnyArray, field: Field, arrow_type: pa.DataType) -> AnyArray | None:
    """The column as its field's type; None where there is a null that it cannot have. An empty text is none.

    Raises:
        pa.ArrowInvalid: a text is no time.
    """
    if array.null_count and not field.type.nullable:
        if not is_texts(arrow_type):
            return None
        return cast(AnyArray, pc.coalesce(array, pa.scalar("").cast(arrow_type)))
    return _moments(cast(pa.StringArray, array), arrow_type) if pa.types.is_timestamp(arrow_type) else array


def is_texts(kind: pa.DataType) -> bool:
    """Whether an empty text is a value of a column."""
    return pa.types.is_string(kind) or pa.types.is_binary(kind)


def has_infinity(array: AnyArray) -> bool:
    """Whether a column has one, of either sign."""
    return pa.types.is_floating(array.type) and bool(pc.any(pc.is_inf(array)).as_py())


def _moments(texts: pa.StringArray, arrow_type: pa.DataType) -> AnyArray:
    """ISO 8601 texts as times in UTC; without a zone they are UTC."""
    full = pc.if_else(pc.match_substring_regex(texts, _DATE_ALONE), _plus(texts, "T00:00:00Z"), texts)
    zoned = pc.if_else(pc.match_substring_regex(full, _ZONE), full, _plus(full, "Z"))
    assert isinstance(arrow_type, pa.TimestampType)
    return cast(AnyArray, zoned.cast(pa.timestamp(arrow_type.unit, "UTC")).cast(arrow_type))


def _plus(texts: pa.StringArray, end: str) -> pa.StringArray:
    return pc.binary_join_element_wise(texts, cast(pa.StringArray, end), cast(pa.StringArray, ""))
