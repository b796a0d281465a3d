"""Cutting a stream of bytes into blocks of whole lines."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightflus.connectors.blocks import BlockReader
from lightflus.errors import RecordInvalid
from lightflus.limits import RECORD_BYTES


def blocks(pieces: list[bytes]) -> list[bytes]:
    waiting = [piece for piece in pieces if piece]
    reader = BlockReader(lambda most: waiting.pop(0) if waiting else b"", 0)
    return list(iter(lambda: reader.next_block(lambda: "t:1"), None))


@given(st.lists(st.binary(max_size=30).map(lambda b: b.replace(b"\xef", b"x"))))
def test_blocks_are_whole_lines_and_nothing_is_lost(pieces: list[bytes]) -> None:
    found = blocks(pieces)
    assert b"".join(found) == b"".join(pieces)
    assert all(block.endswith(b"\n") for block in found[:-1])


def test_a_line_is_handed_on_as_soon_as_it_is_complete() -> None:
    assert blocks([b"a\nb", b"c\n", b"d"]) == [b"a\n", b"bc\n", b"d"]


@pytest.mark.parametrize("pieces", [[b"\xef\xbb\xbfa\n"], [b"\xef", b"\xbb\xbf", b"a\n"]])
def test_the_byte_order_mark_is_dropped(pieces: list[bytes]) -> None:
    assert blocks(pieces) == [b"a\n"]


def test_a_byte_order_mark_elsewhere_is_text() -> None:
    assert blocks([b"a\n", b"\xef\xbb\xbfb\n"]) == [b"a\n", b"\xef\xbb\xbfb\n"]


def test_offsets_count_every_byte() -> None:
    reader = BlockReader(BytesIO(b"\xef\xbb\xbfab\nc\n").read, 0)
    reader.next_block(lambda: "")
    assert reader.offset == 8


@pytest.mark.parametrize("end", [b"\n", b""])
def test_a_line_of_the_largest_size_is_taken(end: bytes) -> None:
    line = b"x" * RECORD_BYTES + end
    reader = BlockReader(BytesIO(line).read, 0)
    assert reader.next_block(lambda: "t:1") == line


@pytest.mark.parametrize("end", [b"\n", b""])
def test_a_longer_line_is_refused_with_its_place(end: bytes) -> None:
    reader = BlockReader(BytesIO(b"a\n" + b"x" * (RECORD_BYTES + 1) + end).read, 0)
    assert reader.next_block(lambda: "t:1") == b"a\n"
    with pytest.raises(RecordInvalid, match="16 MiB") as caught:
        reader.next_block(lambda: "t:2")
    assert caught.value.where == "t:2"
