"""Format raw: what a line is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightflus.errors import BindingInvalid, RecordInvalid
from lightflus.formats.raw import RawDecoder
from lightflus.model.types import Scalar, ScalarType

TEXT = RawDecoder(ScalarType(Scalar.UTF8))
BYTES = RawDecoder(ScalarType(Scalar.BINARY))


def place(line: int, byte: int) -> str:
    return f"t:{line + 1}:{byte + 1}"


def texts(block: bytes) -> list[object]:
    return TEXT.decode(block, place).columns.column("value").to_pylist()


@pytest.mark.parametrize(
    ("block", "lines"),
    [
        (b"a\nb\n", ["a", "b"]),
        (b"a\nb", ["a", "b"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\r\nb\n", ["a", "b"]),
        (b"a\r\nb", ["a", "b"]),
        (b"\n", [""]),
        (b"\r\n", [""]),
        (b"\n\n", ["", ""]),
        (b"\n\na\n\n", ["", "", "a", ""]),
        (b"a\r\r\nb\n", ["a\r", "b"]),
        (b"a\rb\n", ["a\rb"]),
        (b"a\r", ["a\r"]),
        ("a\x0b\x0c\x85\u2028b\n".encode(), ["a\x0b\x0c\x85\u2028b"]),
        ("héllo wörld 日本 😀\n".encode(), ["héllo wörld 日本 😀"]),
        (b"a\x00b\n", ["a\x00b"]),
    ],
)
def test_lines_end_in_lf_or_crlf_and_nothing_else(block: bytes, lines: list[str]) -> None:
    assert texts(block) == lines


@given(st.lists(st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"])), min_size=1))
def test_any_text_without_line_ends_comes_back(lines: list[str]) -> None:
    for end in ("\n", "\r\n"):
        assert texts((end.join(lines) + end).encode()) == lines


def test_the_number_of_lines_is_told() -> None:
    decoded = TEXT.decode(b"a\n\nb\n", place)
    assert (decoded.lines, decoded.line_of_row) == (3, None)


@pytest.mark.parametrize(
    ("block", "where"),
    [
        (b"\xff\n", "t:1:1"),
        (b"ab\nc\xc3\nd\n", "t:2:2"),
        (b"a\r\nbc\r\nde\xed\xa0\x80\r\n", "t:3:3"),
        (b"a\nb\xe6\x97", "t:2:2"),
    ],
)
def test_invalid_utf8_is_refused_at_its_byte(block: bytes, where: str) -> None:
    with pytest.raises(RecordInvalid, match="not valid UTF-8") as caught:
        TEXT.decode(block, place)
    assert caught.value.where == where


def test_bytes_need_not_be_utf8() -> None:
    assert BYTES.decode(b"\xff\xfe\r\n\n", place).columns.column("value").to_pylist() == [b"\xff\xfe", b""]


def test_raw_yields_text_or_bytes_only() -> None:
    with pytest.raises(BindingInvalid, match="float64"):
        RawDecoder(ScalarType(Scalar.FLOAT64))
