"""A module's DWARF: which compilation units it has, and from which line each stretch of code comes.

What it owns: decoding the root entry of each unit in `.debug_info`, and the programs of `.debug_line`, of version 4,
which is what rustc writes for wasm32. It serves error messages only: tables of another version or damaged ones give no
lines, and never an error. Runs once per build.
Format: DWARF 4, sections 6.2 (lines) and 7.5 (entries). Addresses are offsets in the content of the code section.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_VERSION = 4
_STATEMENTS, _FOLDER = 0x10, 0x1B
"""Attributes: where the unit's lines are, and the folder that its relative paths begin in."""
_SIZES = {0x0B: 1, 0x0C: 1, 0x05: 2, 0x01: 4, 0x06: 4, 0x17: 4, 0x07: 8, 0x19: 0}
"""Forms of a fixed size; an address has 4 bytes on wasm32."""
_TEXT, _SHARED_TEXT, _NUMBER = 0x08, 0x0E, 0x0F
_END_SEQUENCE, _SET_ADDRESS = 1, 2


@dataclass(frozen=True, slots=True)
class Line:
    """From `offset` on, the code comes from this place. Line 0 = from nowhere in particular."""

    offset: int
    file: str
    line: int
    column: int


class _Damaged(Exception):
    """The tables end too early, or are of a kind that is not decoded here."""


class _Bytes:
    """Reads numbers and names."""

    def __init__(self, data: bytes, start: int = 0, end: int | None = None) -> None:
        self.data, self.at, self.end = data, start, len(data) if end is None else min(end, len(data))

    def fixed(self, size: int, *, is_signed: bool = False) -> int:
        self.skip(size)
        return int.from_bytes(self.data[self.at - size : self.at], "little", signed=is_signed)

    def skip(self, size: int) -> None:
        if not 0 <= size <= self.end - self.at:
            raise _Damaged
        self.at += size

    def leb(self, *, is_signed: bool = False) -> int:
        result = shift = 0
        while shift < 64:
            byte = self.fixed(1)
            result |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return result - (1 << shift) if is_signed and byte & 0x40 else result
        raise _Damaged

    def text(self) -> str:
        end = self.data.find(b"\0", self.at, self.end)
        if end < 0:
            raise _Damaged
        start, self.at = self.at, end + 1
        return self.data[start:end].decode(errors="replace")


def lines_of(sections: Mapping[str, bytes], folder: str) -> tuple[Line, ...]:
    """The lines of all units that were compiled in `folder`, in order of their offsets; other units give none."""
    found: list[Line] = []
    table = sections.get(".debug_line", b"")
    try:
        for unit_folder, start in _units(sections):
            data = _Bytes(table, start)
            end = start + 4 + data.fixed(4)
            is_wanted = unit_folder == folder
            lines = _Program(_Bytes(table, start + 4, end)).lines()
            found.extend(line if is_wanted else Line(line.offset, "", 0, 0) for line in lines)
    except _Damaged:
        return ()
    return tuple(sorted(found, key=lambda line: line.offset))


def _units(sections: Mapping[str, bytes]) -> Iterator[tuple[str, int]]:
    """Folder and start of the lines of each unit."""
    info = sections.get(".debug_info", b"")
    at = 0
    while at < len(info):
        data = _Bytes(info, at)
        at += 4 + data.fixed(4)
        if data.fixed(2) != _VERSION:
            raise _Damaged
        abbreviations = _Bytes(sections.get(".debug_abbrev", b""), data.fixed(4))
        data.skip(1)
        attributes = _root(data, abbreviations, sections.get(".debug_str", b""))
        if _STATEMENTS in attributes:
            yield str(attributes.get(_FOLDER, "")), int(attributes[_STATEMENTS])


def _root(data: _Bytes, abbreviations: _Bytes, strings: bytes) -> dict[int, int | str]:
    """The attributes of a unit's root entry."""
    forms = _forms(abbreviations, data.leb())
    return {attribute: _value(data, form, strings) for attribute, form in forms}


def _forms(abbreviations: _Bytes, wanted: int) -> list[tuple[int, int]]:
    """The attributes of an abbreviation, each with its form."""
    while code := abbreviations.leb():
        abbreviations.leb()
        abbreviations.skip(1)
        forms = []
        while (pair := (abbreviations.leb(), abbreviations.leb())) != (0, 0):
            forms.append(pair)
        if code == wanted:
            return forms
    raise _Damaged


def _value(data: _Bytes, form: int, strings: bytes) -> int | str:
    if form in _SIZES:
        return data.fixed(_SIZES[form])
    if form == _TEXT:
        return data.text()
    if form == _SHARED_TEXT:
        return _Bytes(strings, data.fixed(4)).text()
    if form == _NUMBER:
        return data.leb()
    raise _Damaged


class _Program:
    """The lines of one unit: a header, and a program for a small state machine."""

    def __init__(self, data: _Bytes) -> None:
        self._data = data
        if data.fixed(2) != _VERSION:
            raise _Damaged
        program = data.fixed(4) + data.at
        self._step = data.fixed(1)
        data.skip(2)  # operations per instruction, default of is_stmt: of no use here
        self._line_base = data.fixed(1, is_signed=True)
        self._line_range = data.fixed(1) or 1
        self._opcode_base = data.fixed(1)
        self._lengths = [data.fixed(1) for _ in range(self._opcode_base - 1)]
        folders = [""]
        while folder := data.text():
            folders.append(folder)
        self._files = [""]
        while name := data.text():
            self._files.append(_path(folders, data.leb(), name))
            data.leb()
            data.leb()
        data.at = program

    def lines(self) -> Iterator[Line]:
        """Runs the program."""
        while self._data.at < self._data.end:
            self._offset, self._file, self._line, self._column = 0, 1, 1, 0
            yield from self._sequence()

    def _sequence(self) -> Iterator[Line]:
        data = self._data
        while data.at < data.end:
            opcode = data.fixed(1)
            if opcode >= self._opcode_base:
                advance, more = divmod(opcode - self._opcode_base, self._line_range)
                self._offset += advance * self._step
                self._line += self._line_base + more
                yield self._here()
            elif opcode == 1:
                yield self._here()
            elif opcode:
                self._standard(opcode)
            elif self._extended():
                yield Line(self._offset, "", 0, 0)
                return

    def _here(self) -> Line:
        file = self._files[self._file] if self._file < len(self._files) else ""
        return Line(self._offset, file, self._line, self._column)

    def _extended(self) -> bool:
        """Whether the sequence ends."""
        size = self._data.leb()
        end = self._data.at + size
        kind = self._data.fixed(1)
        if kind == _SET_ADDRESS:
            self._offset = self._data.fixed(size - 1)
        self._data.at = end
        return kind == _END_SEQUENCE

    def _standard(self, opcode: int) -> None:
        data = self._data
        match opcode:
            case 2:
                self._offset += data.leb() * self._step
            case 3:
                self._line += data.leb(is_signed=True)
            case 4:
                self._file = data.leb()
            case 5:
                self._column = data.leb()
            case 8:
                self._offset += (255 - self._opcode_base) // self._line_range * self._step
            case 9:
                self._offset += data.fixed(2)
            case _:
                for _ in range(self._lengths[opcode - 1]):
                    data.leb()


def _path(folders: list[str], folder: int, name: str) -> str:
    if name.startswith("/") or folder >= len(folders) or not folders[folder]:
        return name
    return f"{folders[folder]}/{name}"
