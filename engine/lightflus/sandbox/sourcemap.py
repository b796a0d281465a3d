"""The section `lightflus.sourcemap`: from a byte offset in a module to the user's line.

What it owns: decoding a source map of version 3, in the jail, at the first trap that needs it; the table that comes of
it, and looking an offset up. It serves messages only, so a map that is damaged or too large is as good as none.
Format: ECMA-426 (source maps); generated columns are byte offsets in the wasm file, on one line.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast

from lightflus import limits
from lightflus.errors import LightflusError
from lightflus.jail import Bounds, Hear, ask
from lightflus.limits import SOURCEMAP_BYTES, SOURCEMAP_SEGMENTS, SOURCEMAP_SOURCES
from lightflus.model.graph import Position

_DIGITS = {c: i for i, c in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")}
_CONTINUES, _BITS = 0x20, 5
_LONGEST = 7
"""Digits of one number: 32 bits."""
_NOWHERE: Final = 0xFFFF_FFFF
"""In place of a source: not the user's code."""
_WORD: Final = "I"
_BOUNDS: Final = Bounds(
    limits.SOURCEMAP_CPU_SECONDS, limits.SOURCEMAP_MEMORY_BYTES, 2 * SOURCEMAP_BYTES + 16 * SOURCEMAP_SEGMENTS
)


@dataclass(frozen=True, slots=True)
class SourceMap:
    """Offsets in ascending order; `places` has three numbers for each: source or nowhere, line, column."""

    sources: tuple[str, ...]
    offsets: array[int]
    places: array[int]

    def position(self, offset: int, start: int | None = None) -> Position | None:
        """The place of the instruction at a byte offset.

        What is not the user's code there, such as inlined library code or the head of a loop, belongs to the user's
        code in front of it in the function, which begins at `start`.
        """
        index = bisect_right(self.offsets, offset) - 1
        first = index if start is None else bisect_left(self.offsets, start)
        while index > first and self.places[3 * index] == _NOWHERE:
            index -= 1
        return self._place(index) if index >= 0 else None

    def _place(self, index: int) -> Position | None:
        source, line, column = self.places[3 * index : 3 * index + 3]
        return Position(self.sources[source], line, column) if source < len(self.sources) else None


NO_MAP: Final = SourceMap((), array(_WORD), array(_WORD))


def jailed_map(section: bytes | None) -> SourceMap:
    """Has a child decode a section; an empty map if there is none, it is damaged, or takes too much."""
    if section is None or len(section) > SOURCEMAP_BYTES:
        return NO_MAP
    try:
        return from_table(ask(decode, section, _BOUNDS))
    except LightflusError:
        return NO_MAP


def decode(section: bytes, _hear: Hear) -> bytes:
    """In a child: the table of a section."""
    return to_table(source_map(section))


def source_map(section: bytes) -> SourceMap:
    """Decodes a section; an empty map if it is damaged, or has more than it may have."""
    if len(section) > SOURCEMAP_BYTES:
        return NO_MAP
    try:
        tree: object = json.loads(section)
        if not isinstance(tree, dict):
            return NO_MAP
        sources = tuple(str(source) for source in tree["sources"])
        first_line = str(tree["mappings"]).partition(";")[0]
        if len(sources) > SOURCEMAP_SOURCES or first_line.count(",") >= SOURCEMAP_SEGMENTS:
            return NO_MAP
        return _sorted(sources, first_line)
    except (ValueError, KeyError, TypeError, IndexError, OverflowError, RecursionError):
        return NO_MAP


def _sorted(sources: tuple[str, ...], line: str) -> SourceMap:
    offsets, places, is_sorted = array(_WORD), array(_WORD), True
    for offset, place in _segments(line, len(sources)):
        is_sorted = is_sorted and (not offsets or offsets[-1] <= offset)
        offsets.append(offset)
        places.extend(place)
    if is_sorted:
        return SourceMap(sources, offsets, places)
    order = sorted(range(len(offsets)), key=offsets.__getitem__)
    moved = array(_WORD, (number for at in order for number in places[3 * at : 3 * at + 3]))
    return SourceMap(sources, array(_WORD, (offsets[at] for at in order)), moved)


def _segments(line: str, sources: int) -> Iterator[tuple[int, tuple[int, int, int]]]:
    offset = source = row = column = 0
    for text in line.split(","):
        if not text:
            continue
        fields = _numbers(text)
        offset += fields[0]
        if len(fields) < 4:
            yield offset, (_NOWHERE, 0, 0)
            continue
        source, row, column = source + fields[1], row + fields[2], column + fields[3]
        if not 0 <= source < sources:
            raise IndexError(source)
        yield offset, (source, row + 1, column + 1)


def _numbers(text: str) -> list[int]:
    """Decodes a segment of base 64 variable-length quantities."""
    numbers, value, digits = [], 0, 0
    for character in text:
        digit = _DIGITS[character]
        value |= (digit & ~_CONTINUES) << (_BITS * digits)
        digits += 1
        if not digit & _CONTINUES:
            numbers.append(-(value >> 1) if value & 1 else value >> 1)
            value = digits = 0
        elif digits > _LONGEST:
            raise ValueError(text)
    return numbers


def to_table(found: SourceMap) -> bytes:
    """A map as bytes: a line of JSON, the offsets, the places; all numbers in the order of this machine."""
    head = json.dumps([found.sources, len(found.offsets)]).encode()
    return head + b"\n" + found.offsets.tobytes() + found.places.tobytes()


def from_table(table: bytes) -> SourceMap:
    """The map of a table; an empty one if it is none."""
    head, _, numbers = table.partition(b"\n")
    try:
        sources, count = cast("tuple[list[object], int]", json.loads(head))
        size = count * array(_WORD).itemsize
        if len(numbers) != 4 * size:
            return NO_MAP
        offsets, places = array(_WORD, numbers[:size]), array(_WORD, numbers[size:])
        return SourceMap(tuple(map(str, sources)), offsets, places)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return NO_MAP
