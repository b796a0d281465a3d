"""From the debug information of a fresh module to its section `lightflus.sourcemap` (docs/abi.md 1.5).

What it owns: which lines are the user's, the source map's encoding, and that nothing else of the debug information
stays in the module. Library code that was inlined into the user's counts as the line that calls it.
What it leaves: DWARF itself (`dwarf.py`), reading the map after a trap (`sandbox/sourcemap.py`). Runs once per build.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lightflus.build.dwarf import Debug, read_debug
from lightflus.build.dwarf_lines import Line
from lightflus.codec import leb128
from lightflus.codec.abi import SOURCEMAP_SECTION
from lightflus.sandbox.binary import with_section

_DEBUG = ".debug_"
_CUSTOM, _CODE = 0, 10
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_MACRO = ("#[", "#![")
"""How a line begins that generates code: what lies there was not written by the user."""


@dataclass(frozen=True, slots=True)
class _Section:
    kind: int
    name: str
    whole: bytes
    content: bytes
    offset: int


def with_source_map(wasm: bytes, folder: Path, root: Path) -> bytes:
    """The module with a source map in place of its debug information.

    Args:
        wasm: a valid module, as the linker wrote it.
        folder: where the compiler ran for the user's package.
        root: the package's folder; the files in it are the user's, and are named relative to it.
    """
    sections = list(_sections(wasm))
    debug = {section.name: section.content for section in sections if section.name.startswith(_DEBUG)}
    slim = wasm[:8] + b"".join(section.whole for section in sections if section.name not in debug)
    code = next((section for section in sections if section.kind == _CODE), None)
    if code is None or not debug:
        return slim
    places = _users(read_debug(debug, str(folder)), root)
    return with_section(slim, SOURCEMAP_SECTION, _source_map(places, code.offset))


def _sections(wasm: bytes) -> Iterator[_Section]:
    at = 8
    while at < len(wasm):
        start, kind = at, wasm[at]
        size, at = leb128.decoded(wasm, at + 1)
        content, end = at, at + size
        name = ""
        if kind == _CUSTOM:
            length, content = leb128.decoded(wasm, at)
            name, content = wasm[content : content + length].decode(errors="replace"), content + length
        yield _Section(kind, name, wasm[start:end], wasm[content:end], content)
        at = end


def _users(debug: Debug, root: Path) -> Iterator[Line]:
    """The user's lines; a place of line 0 begins what is not the user's."""

    @cache
    def text_of(file: str) -> list[str]:
        if not file or Path(file).is_absolute() or not (root / file).is_file():
            return []
        return (root / file).read_text(encoding="utf-8", errors="replace").splitlines()

    def is_users(file: str, line: int) -> bool:
        text = text_of(file)
        return 0 < line <= len(text) and not text[line - 1].lstrip().startswith(_MACRO)

    offsets = [line.offset for line in debug.lines]
    callers: dict[int, Line] = {}  # by index of a line: the innermost call of the user's around it
    for call in debug.inlined:
        if is_users(call.file, call.line):
            for index in range(bisect_left(offsets, call.start), bisect_left(offsets, call.end)):
                callers[index] = Line(offsets[index], call.file, call.line, call.column)
    for index, line in enumerate(debug.lines):
        place = line
        if line.line == 0 and text_of(line.file) and index + 1 < len(offsets):
            place = debug.lines[index + 1]  # a loop's head, where a deadline strikes, has no line; its body has
        if not is_users(place.file, place.line):
            place = callers.get(index, Line(line.offset, "", 0, 1))
        yield Line(line.offset, place.file, place.line, max(place.column, 1))


def _source_map(places: Iterable[Line], code_offset: int) -> bytes:
    sources: list[str] = []
    segments: list[str] = []
    before = [0, 0, 0, 0]
    last = None
    for place in places:
        if (place.file, place.line, place.column) == last:
            continue
        last = (place.file, place.line, place.column)
        now = [place.offset + code_offset, *before[1:]]
        if place.file:
            if place.file not in sources:
                sources.append(place.file)
            now[1:] = [sources.index(place.file), place.line - 1, place.column - 1]
        deltas = [new - old for new, old in zip(now, before, strict=True)]
        segments.append("".join(map(_quantity, deltas if place.file else deltas[:1])))
        before = now
    tree = {"version": 3, "sources": sources, "names": [], "mappings": ",".join(segments)}
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()


def _quantity(number: int) -> str:
    """A base 64 variable-length quantity."""
    rest = -number << 1 | 1 if number < 0 else number << 1
    digits = ""
    while True:
        rest, digit = rest >> 5, rest & 31
        digits += _DIGITS[digit | 32 if rest else digit]
        if not rest:
            return digits
