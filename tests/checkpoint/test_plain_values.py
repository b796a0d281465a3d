"""Keys as somebody types them, and values as JSON."""

from __future__ import annotations

import math

import pytest

from lightflus.cli.plain_values import key_bytes, shown
from lightflus.codec.row_encoding import decode_row
from lightflus.errors import UserError
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type

TEXT, OPTIONAL = ScalarType(Scalar.UTF8), ScalarType(Scalar.UTF8, nullable=True)
PAIR = StructType((Field("a", OPTIONAL), Field("b", ScalarType(Scalar.BOOL))))


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        (TEXT, "hello", "hello"),
        (TEXT, "null", "null"),
        (TEXT, '"', '"'),
        (OPTIONAL, "null", None),
        (OPTIONAL, "hello", "hello"),
        (ScalarType(Scalar.BINARY), "AP8=", "AP8="),
        (ScalarType(Scalar.BOOL), "true", True),
        (ScalarType(Scalar.UINT64), str(2**64 - 1), 2**64 - 1),
        (ScalarType(Scalar.FLOAT64), "-0.0", 0),
        (ScalarType(Scalar.FLOAT64), "1.5", 1.5),
        (ScalarType(Scalar.DATE32), "2024-10-04", "2024-10-04"),
        (ScalarType(Scalar.TIMESTAMP_MS), "2024-10-04T12:00:00Z", "2024-10-04T12:00:00.000Z"),
        (ScalarType(Scalar.TIMESTAMP_US), '"1969-12-31T23:59:59.999999Z"', "1969-12-31T23:59:59.999999Z"),
        (PAIR, '{"a":null,"b":true}', {"a": None, "b": True}),
    ],
)
def test_a_key_is_what_was_typed(key: Type, text: str, value: object) -> None:
    assert shown(key, decode_row(key, key_bytes(key, text))) == value


def test_what_is_no_base64_is_no_key_of_bytes() -> None:
    with pytest.raises(UserError, match="no key of bytes"):
        key_bytes(ScalarType(Scalar.BINARY), "a")


def test_what_json_has_no_number_or_text_for_is_null() -> None:
    numbers = ListType(ScalarType(Scalar.FLOAT64))
    assert shown(numbers, {"value": [math.nan, math.inf, 3.0, 1e300]}) == [None, None, 3, 1e300]
    assert shown(ScalarType(Scalar.TIMESTAMP_MS), {"value": 2**62}) is None
    assert shown(ScalarType(Scalar.DATE32), {"value": 2**31 - 1}) is None
