"""Numbers of as many bytes as they need."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightflus.codec.leb128 import Unfinished, decoded, encoded, signed


@given(st.integers(0, 2**64 - 1), st.binary(max_size=3), st.binary(max_size=3))
def test_a_number_is_read_as_it_was_written_wherever_it_stands(number: int, before: bytes, after: bytes) -> None:
    data = encoded(number)
    assert decoded(before + data + after, len(before)) == (number, len(before) + len(data))


@pytest.mark.parametrize(("data", "number"), [(b"\x7f", -1), (b"\x40", -64), (b"\x3f", 63), (b"\x80\x7f", -128)])
def test_the_sign_is_the_highest_bit_that_was_written(data: bytes, number: int) -> None:
    found, end = decoded(data, 0)
    assert signed(found, end) == number


@pytest.mark.parametrize(
    ("data", "end", "is_cut"),
    [(b"", None, True), (b"\x80\x80", None, True), (b"\x80\x01", 1, True), (b"\x80" * 11, None, False)],
)
def test_a_number_that_does_not_end_says_whether_the_data_did(data: bytes, end: int | None, is_cut: bool) -> None:
    with pytest.raises(Unfinished) as caught:
        decoded(data, 0, end)
    assert caught.value.is_cut == is_cut
