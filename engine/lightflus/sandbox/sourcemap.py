"""The section `lightflus.sourcemap`: from a byte offset in a module to the user's line.

What it owns: decoding a source map of version 3 at the first trap that needs it, and looking an offset up.
It serves messages only, so a map that is damaged is as good as none; it never raises.
Format: ECMA-426 (source maps); generated columns are byte offsets in the wasm file, on one line.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from lightflus.limits import SOURCEMAP_BYTES
from lightflus.model.graph import Position

_DIGITS = {c: i for i, c in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")}
_CONTINUES, _BITS = 0x20, 5
_LONGEST = 7
"""Digits of one number: 32 bits."""


@dataclass(frozen=True, slots=True)
class SourceMap:
    """Offsets in ascending order; `places` has for each where it comes from, None = not the user's code."""

    offsets: tuple[int, ...]
    places: tuple[Position | None, ...]

    def position(self, offset: int, start: int | None = None) -> Position | None:
        """The place of the instruction at a byte offset.

        What is not the user's code there, such as inlined library code or the head of a loop, belongs to the user's
        code in front of it in the function, which begins at `start`.
        """
        index = bisect_right(self.offsets, offset) - 1
        first = index if start is None else bisect_left(self.offsets, start)
        while index > first and self.places[index] is None:
            index -= 1
        return self.places[index] if index >= 0 else None


NO_MAP = SourceMap((), ())


def source_map(section: bytes | None) -> SourceMap:
    """Decodes a section; an empty map if there is none or it is damaged."""
    if section is None or len(section) > SOURCEMAP_BYTES:
        return NO_MAP
    try:
        tree: object = json.loads(section)
        if not isinstance(tree, dict):
            return NO_MAP
        sources = [str(source) for source in tree["sources"]]
        first_line = str(tree["mappings"]).partition(";")[0]
        pairs = sorted(_segments(first_line, sources), key=lambda pair: pair[0])
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return NO_MAP
    return SourceMap(tuple(offset for offset, _ in pairs), tuple(place for _, place in pairs))


def _segments(line: str, sources: list[str]) -> Iterator[tuple[int, Position | None]]:
    offset = source = row = column = 0
    for text in line.split(","):
        if not text:
            continue
        fields = _numbers(text)
        offset += fields[0]
        if len(fields) < 4:
            yield offset, None
            continue
        source, row, column = source + fields[1], row + fields[2], column + fields[3]
        if not 0 <= source < len(sources):
            raise IndexError(source)
        yield offset, Position(sources[source], row + 1, column + 1)


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
