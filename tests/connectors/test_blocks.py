"""Cutting a stream of bytes into blocks of whole lines."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightflus.connectors.toolbox.blocks import BlockReader, LongLine
from lightflus.limits import BAD_RECORD_BYTES, RECORD_BYTES


def blocks(pieces: list[bytes]) -> list[bytes | LongLine]:
    waiting = [piece for piece in pieces if piece]
    reader = BlockReader(lambda most: waiting.pop(0) if waiting else b"", 0)
    return list(iter(reader.next_block, None))


@given(st.lists(st.binary(max_size=30).map(lambda b: b.replace(b"\xef", b"x"))))
def test_blocks_are_whole_lines_and_nothing_is_lost(pieces: list[bytes]) -> None:
    found = blocks(pieces)
    whole = [block for block in found if isinstance(block, bytes)]
    assert b"".join(whole) == b"".join(pieces)
    assert all(block.endswith(b"\n") for block in whole[:-1])


def test_a_line_is_handed_on_as_soon_as_it_is_complete() -> None:
    assert blocks([b"a\nb", b"c\n", b"d"]) == [b"a\n", b"bc\n", b"d"]


@pytest.mark.parametrize("pieces", [[b"\xef\xbb\xbfa\n"], [b"\xef", b"\xbb\xbf", b"a\n"]])
def test_the_byte_order_mark_is_dropped(pieces: list[bytes]) -> None:
    assert blocks(pieces) == [b"a\n"]


def test_a_byte_order_mark_elsewhere_is_text() -> None:
    assert blocks([b"a\n", b"\xef\xbb\xbfb\n"]) == [b"a\n", b"\xef\xbb\xbfb\n"]


def test_offsets_count_every_byte() -> None:
    reader = BlockReader(BytesIO(b"\xef\xbb\xbfab\nc\n").read, 0)
    reader.next_block()
    assert reader.offset == 8


@pytest.mark.parametrize("end", [b"\n", b""])
def test_a_line_of_the_largest_size_is_taken(end: bytes) -> None:
    line = b"x" * RECORD_BYTES + end
    reader = BlockReader(BytesIO(line).read, 0)
    assert reader.next_block() == line


@pytest.mark.parametrize("rest", [b"", b"\n", b"\nb\nc", b"\n" + b"y" * RECORD_BYTES + b"\n"])
def test_a_longer_line_is_told_at_once_and_skipped(rest: bytes) -> None:
    long = b"x" * (RECORD_BYTES + 1)
    reader = BlockReader(BytesIO(b"a\n" + long + rest).read, 0)
    assert reader.next_block() == b"a\n"
    assert reader.next_block() == LongLine(long[:BAD_RECORD_BYTES])
    assert reader.offset == len(b"a\n"), "whoever resumes must find the line's beginning"
    assert b"".join(whole for whole in iter(reader.next_block, None) if isinstance(whole, bytes)) == rest[1:]


def test_a_line_without_an_end_is_told_before_it_has_one() -> None:
    reader = BlockReader(lambda most: b"x" * most, 0)
    assert reader.next_block() == LongLine(b"x" * BAD_RECORD_BYTES)


def test_offsets_count_a_line_that_was_skipped() -> None:
    data = b"x" * (RECORD_BYTES + 1) + b"\nb\n"
    reader = BlockReader(BytesIO(data).read, 0)
    assert isinstance(reader.next_block(), LongLine)
    assert (reader.next_block(), reader.offset) == (b"b\n", len(data))
