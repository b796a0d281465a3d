"""A module's DWARF: from each stretch of code to the source lines that it comes from.

What it owns: the compilation units in `.debug_info`, and where library code was inlined into other code. It serves
error messages only: tables of another version or damaged ones give nothing, and never an error.
What it leaves: the line tables (`dwarf_lines.py`). Runs once per build.
Format: DWARF 4, sections 2.17, 3.3.8 and 7.5, for 32-bit addresses: offsets in the content of the code section.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lightflus.build.dwarf_lines import DWARF_VERSION, Bytes, Damaged, Line, Program

_INLINED = 0x1D
"""Tag of the entry of an inlined call."""
_LOW, _HIGH, _STATEMENTS, _FOLDER, _RANGES = 0x11, 0x12, 0x10, 0x1B, 0x55
_CALL_COLUMN, _CALL_FILE, _CALL_LINE = 0x57, 0x58, 0x59
_FORMS_OF_SIZE = {
    0: (0x19,),
    1: (0x0B, 0x0C, 0x11),
    2: (0x05, 0x12),
    4: (0x01, 0x06, 0x10, 0x13, 0x17),
    8: (0x07, 0x14, 0x20),
}
_SIZES = {form: size for size, forms in _FORMS_OF_SIZE.items() for form in forms}
"""Forms of a fixed size; an address has 4 bytes."""
_TEXT, _SHARED_TEXT, _NUMBER, _SIGNED, _REFERENCE, _BLOCK = 0x08, 0x0E, 0x0F, 0x0D, 0x15, 0x18


@dataclass(frozen=True, slots=True)
class Inlined:
    """Between `start` and `end` lies code that was called at this place."""

    start: int
    end: int
    file: str
    line: int
    column: int


@dataclass(slots=True)
class Debug:
    """What a module says about its code.

    Attributes:
        lines: in order of their offsets; those of other folders name no file.
        inlined: calls whose code was put in their place; the outer before the inner.
    """

    lines: list[Line] = field(default_factory=list)
    inlined: list[Inlined] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Abbreviation:
    tag: int
    forms: tuple[tuple[int, int], ...]


def read_debug(sections: Mapping[str, bytes], folder: str) -> Debug:
    """What the units that were compiled in `folder` say."""
    found = Debug()
    try:
        info = sections.get(".debug_info", b"")
        at = 0
        while at < len(info):
            end = at + 4 + Bytes(info, at).fixed(4)
            _Unit(sections, Bytes(info, at + 4, end), folder).add_to(found)
            at = end
    except Damaged:
        return Debug()
    found.lines.sort(key=lambda line: line.offset)
    return found


class _Unit:
    def __init__(self, sections: Mapping[str, bytes], data: Bytes, folder: str) -> None:
        self._sections = sections
        self._data = data
        self._folder = folder
        if data.fixed(2) != DWARF_VERSION:
            raise Damaged
        self._abbreviations = _abbreviations(Bytes(sections.get(".debug_abbrev", b""), data.fixed(4)))
        data.skip(1)

    def add_to(self, found: Debug) -> None:
        root = next(self._entries(), (0, {}))[1]
        if _STATEMENTS not in root:
            return
        table, start = self._sections.get(".debug_line", b""), int(root[_STATEMENTS])
        program = Program(Bytes(table, start + 4, start + 4 + Bytes(table, start).fixed(4)))
        if root.get(_FOLDER) != self._folder:
            found.lines.extend(Line(line.offset, "", 0, 0) for line in program.lines())
            return
        found.lines.extend(program.lines())
        base = int(root.get(_LOW, 0))
        for tag, entry in self._entries():
            if tag == _INLINED and int(entry.get(_CALL_FILE, 0)) < len(program.files):
                place = (program.files[int(entry.get(_CALL_FILE, 0))], int(entry.get(_CALL_LINE, 0)))
                column = int(entry.get(_CALL_COLUMN, 0))
                found.inlined.extend(Inlined(*span, *place, column) for span in self._spans(entry, base))

    def _entries(self) -> Iterator[tuple[int, dict[int, int | str]]]:
        """Tags and attributes; those of the unit itself come first. Goes on where it stopped before."""
        strings = self._sections.get(".debug_str", b"")
        while self._data.at < self._data.end:
            code = self._data.leb()
            if not code:
                continue
            if code not in self._abbreviations:
                raise Damaged
            abbreviation = self._abbreviations[code]
            yield abbreviation.tag, {name: _value(self._data, form, strings) for name, form in abbreviation.forms}

    def _spans(self, entry: dict[int, int | str], base: int) -> Iterator[tuple[int, int]]:
        if _RANGES not in entry:
            low = int(entry.get(_LOW, 0))
            yield low, low + int(entry.get(_HIGH, 0))
            return
        ranges = Bytes(self._sections.get(".debug_ranges", b""), int(entry[_RANGES]))
        while (pair := (ranges.fixed(4), ranges.fixed(4))) != (0, 0):
            if pair[0] == 0xFFFF_FFFF:
                base = pair[1]
            else:
                yield base + pair[0], base + pair[1]


def _abbreviations(table: Bytes) -> dict[int, _Abbreviation]:
    found = {}
    while code := table.leb():
        tag = table.leb()
        table.skip(1)  # whether it has children: entries are read one after the other
        forms = []
        while (pair := (table.leb(), table.leb())) != (0, 0):
            forms.append(pair)
        found[code] = _Abbreviation(tag, tuple(forms))
    return found


def _value(data: Bytes, form: int, strings: bytes) -> int | str:
    if form in _SIZES:
        return data.fixed(_SIZES[form])
    if form in (_NUMBER, _REFERENCE):
        return data.leb()
    if form == _SHARED_TEXT:
        return Bytes(strings, data.fixed(4)).text()
    if form == _TEXT:
        return data.text()
    if form == _SIGNED:
        return data.leb(is_signed=True)
    if form == _BLOCK:
        data.skip(data.leb())
        return 0
    raise Damaged
