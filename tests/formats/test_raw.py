"""Format raw: what a line is."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightflus.errors import BindingInvalid
from lightflus.formats.raw import RawDecoder
from lightflus.model.types import Scalar, ScalarType

TEXT = RawDecoder(ScalarType(Scalar.UTF8))
BYTES = RawDecoder(ScalarType(Scalar.BINARY))


def texts(block: bytes) -> list[object]:
    return TEXT.decode_lines(block).columns.column("value").to_pylist()


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
    decoded = TEXT.decode_lines(b"a\n\nb\n")
    assert (decoded.records, decoded.record_of_row) == (3, None)


@pytest.mark.parametrize(
    ("block", "index", "byte", "raw"),
    [
        (b"\xff\n", 0, 0, b"\xff"),
        (b"ab\nc\xc3\nd\n", 1, 1, b"c\xc3"),
        (b"a\r\nbc\r\nde\xed\xa0\x80\r\n", 2, 2, b"de\xed\xa0\x80"),
        (b"a\nb\xe6\x97", 1, 1, b"b\xe6\x97"),
    ],
)
def test_invalid_utf8_is_a_bad_record_at_its_byte(block: bytes, index: int, byte: int, raw: bytes) -> None:
    (bad,) = TEXT.decode_lines(block).bad
    assert (bad.index, bad.byte, bad.raw, "not valid UTF-8" in bad.reason) == (index, byte, raw, True)


@pytest.mark.parametrize(
    ("block", "way_out"),
    [
        (gzip.compress(b"hello", mtime=0), "gzip -dc"),
        ("héllo".encode("utf-16"), "iconv -f UTF-16"),
        ("héllo".encode("latin-1"), "iconv -f ISO-8859-1"),
    ],
)
def test_what_it_is_instead_of_utf8_is_told_with_the_way_out(block: bytes, way_out: str) -> None:
    assert way_out in str(TEXT.decode_lines(block).bad[0].hint)


LINES = st.lists(st.binary(max_size=6).map(lambda b: b.replace(b"\n", b"").replace(b"\r", b"")), min_size=1)


@given(LINES, st.sampled_from([b"\n", b"\r\n"]))
def test_hostile_lines_never_spoil_their_neighbours(lines: list[bytes], end: bytes) -> None:
    decoded = TEXT.decode_lines(end.join([*lines, b""]))
    found: dict[int, bytes] = {bad.index: bad.raw for bad in decoded.bad}
    numbers = range(len(lines)) if decoded.record_of_row is None else decoded.record_of_row.to_pylist()
    for number, text in zip(numbers, decoded.columns.column("value").to_pylist(), strict=True):
        found[int(number or 0)] = str(text).encode()
    assert [found[number] for number in range(decoded.records)] == lines
    assert [bad.index for bad in decoded.bad] == [i for i, line in enumerate(lines) if not is_utf8(line)]


def is_utf8(line: bytes) -> bool:
    return line.decode(errors="ignore").encode() == line


def test_bytes_need_not_be_utf8() -> None:
    assert BYTES.decode_lines(b"\xff\xfe\r\n\n").columns.column("value").to_pylist() == [b"\xff\xfe", b""]


def test_raw_yields_text_or_bytes_only() -> None:
    with pytest.raises(BindingInvalid, match="float64"):
        RawDecoder(ScalarType(Scalar.FLOAT64))
