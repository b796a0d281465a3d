"""From byte offsets to the user's lines; a damaged map is as good as none."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from numbers_guest import Assemble, Loads

from lightflus.codec import schema_of
from lightflus.errors import GuestTrapped
from lightflus.model.extract import FunctionNumber
from lightflus.model.graph import Position
from lightflus.model.types import Scalar, ScalarType
from lightflus.sandbox.binary import with_section
from lightflus.sandbox.sourcemap import NO_MAP, source_map

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
NUMBER = ScalarType(Scalar.INT64)


def quantity(number: int) -> str:
    rest = number << 1 if number >= 0 else (-number << 1) | 1
    text = ""
    while True:
        digit, rest = rest & 31, rest >> 5
        text += DIGITS[digit | (32 if rest else 0)]
        if not rest:
            return text


def mapping(*segments: tuple[int, ...]) -> str:
    """Segments of absolute numbers (offset, source, line, column), each counted from 0, as a source map has them."""
    texts, last = [], [0, 0, 0, 0]
    for segment in segments:
        texts.append("".join(quantity(now - before) for now, before in zip(segment, last, strict=False)))
        last = [*segment, *last[len(segment) :]]
    return ",".join(texts)


def a_map(*segments: tuple[int, ...], sources: tuple[str, ...] = ("job.ts", "~lib/array.ts")) -> bytes:
    return json.dumps({"version": 3, "sources": sources, "names": [], "mappings": mapping(*segments)}).encode()


def test_an_offset_belongs_to_the_last_segment_before_it() -> None:
    found = source_map(a_map((10, 0, 4, 2), (20, 0, 3, 0), (30,), (40, 1, 100, 5)))
    assert found.position(9) is None
    assert found.position(10) == found.position(19) == Position("job.ts", 5, 3)
    assert found.position(20) == Position("job.ts", 4, 1)
    assert found.position(35) is None
    assert found.position(1_000_000) == Position("~lib/array.ts", 101, 6)


def test_what_is_not_the_users_belongs_to_the_users_code_in_front_of_it_in_the_same_function() -> None:
    found = source_map(a_map((10, 0, 4, 2), (20,), (30, 0, 7, 0), (32,), (34,), (50, 0, 9, 0)))
    assert found.position(35, 25) == Position("job.ts", 8, 1)
    assert found.position(25, 15) is None
    assert found.position(35) is None
    assert found.position(51, 40) == Position("job.ts", 10, 1)


@pytest.mark.parametrize(
    "section",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"sources": 3, "mappings": "AAAA"}',
        b'{"sources": [], "mappings": "AAAA"}',
        b'{"sources": ["a"], "mappings": "A?"}',
        b'{"sources": ["a"], "mappings": "gggggggggggggggA"}',
        b"[" * 100_000,
    ],
)
def test_a_map_that_is_damaged_is_as_good_as_none(section: bytes) -> None:
    assert source_map(section) == NO_MAP


def trapped(wasm: bytes, loads: Loads) -> GuestTrapped:
    guest = loads(wasm)()
    guest.begin()
    batch = pa.record_batch({"value": [13]}, schema=schema_of(NUMBER))
    with pytest.raises(GuestTrapped) as caught:
        guest.map(FunctionNumber(0), guest.load(batch))
    return caught.value


def test_a_trap_is_placed_by_its_frames(assemble: Assemble, loads: Loads) -> None:
    wasm = assemble()
    everywhere = with_section(wasm, "lightflus.sourcemap", a_map((0, 0, 41, 6)))
    assert trapped(everywhere, loads).position == "job.ts:42:7"
    assert trapped(wasm, loads).position is None


def test_frames_in_a_library_are_passed_over(assemble: Assemble, loads: Loads) -> None:
    library = with_section(assemble(), "lightflus.sourcemap", a_map((0, 1, 41, 6)))
    assert trapped(library, loads).position is None


def test_a_damaged_map_does_not_hide_the_error(assemble: Assemble, loads: Loads) -> None:
    error = trapped(with_section(assemble(), "lightflus.sourcemap", b"{"), loads)
    assert error.position is None
    assert error.frames[0] == "incremented"
