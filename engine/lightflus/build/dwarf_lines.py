"""The line table of a unit of DWARF: which source line each stretch of code comes from.

What it owns: the reader of DWARF's numbers and names, and the programs of `.debug_line` of version 4, which is what
rustc writes for wasm32. What it leaves: which units there are (`dwarf.py`). Runs once per build.
Format: DWARF 4, section 6.2. Addresses are offsets in the content of the code section.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lightflus.codec import leb128

DWARF_VERSION = 4
_END_SEQUENCE, _SET_ADDRESS = 1, 2


@dataclass(frozen=True, slots=True)
class Line:
    """From `offset` on, the code comes from this place. Line 0 = from nowhere in particular."""

    offset: int
    file: str
    line: int
    column: int


class Damaged(Exception):
    """The tables end too early, or are of a kind that is not decoded here."""


class Bytes:
    """Reads numbers and names; each method goes on behind what it read. Raises Damaged at the end of the data."""

    def __init__(self, data: bytes, start: int = 0, end: int | None = None) -> None:
        self.data, self.at, self.end = data, start, len(data) if end is None else min(end, len(data))

    def fixed(self, size: int, *, is_signed: bool = False) -> int:
        """A number of `size` bytes."""
        self.skip(size)
        return int.from_bytes(self.data[self.at - size : self.at], "little", signed=is_signed)

    def skip(self, size: int) -> None:
        """Leaves out `size` bytes."""
        if not 0 <= size <= self.end - self.at:
            raise Damaged
        self.at += size

    def leb(self, *, is_signed: bool = False) -> int:
        """A number of as many bytes as it needs."""
        start = self.at
        try:
            found, self.at = leb128.decoded(self.data, start, self.end)
        except leb128.Unfinished:
            raise Damaged from None
        return leb128.signed(found, self.at - start) if is_signed else found

    def text(self) -> str:
        """A text that ends in a zero."""
        end = self.data.find(b"\0", self.at, self.end)
        if end < 0:
            raise Damaged
        start, self.at = self.at, end + 1
        return self.data[start:end].decode(errors="replace")


class Program:
    """The lines of one unit: a header, and a program for a small state machine."""

    def __init__(self, data: Bytes) -> None:
        self._data = data
        if data.fixed(2) != DWARF_VERSION:
            raise Damaged
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
        self.files = [""]
        while name := data.text():
            self.files.append(_path(folders, data.leb(), name))
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
        file = self.files[self._file] if self._file < len(self.files) else ""
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
