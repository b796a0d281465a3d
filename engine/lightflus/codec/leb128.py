"""LEB128: numbers of as many bytes as they need, seven bits each, lowest first (WebAssembly, DWARF, protobuf).

What it owns: reading and writing one. Pure. What it leaves: what a damaged one means (each caller has its own words).
"""

from __future__ import annotations

from typing import Final

LONGEST: Final = 10
"""Bytes of a number of 64 bits."""


class Unfinished(Exception):
    """The number does not end: within the data, or within as many bytes as it may have.

    Attributes:
        is_cut: whether the data ends in it.
    """

    def __init__(self, *, is_cut: bool) -> None:
        super().__init__("a number does not end")
        self.is_cut = is_cut


def decoded(data: bytes, at: int, end: int | None = None, *, most_bytes: int = LONGEST) -> tuple[int, int]:
    """The number that begins at `at`, without sign, and where the next thing begins. Raises Unfinished."""
    last = len(data) if end is None else end
    result = 0
    for length in range(most_bytes):
        if at >= last:
            raise Unfinished(is_cut=True)
        byte = data[at]
        at += 1
        result |= (byte & 0x7F) << (7 * length)
        if byte < 0x80:
            return result, at
    raise Unfinished(is_cut=False)


def signed(number: int, size: int) -> int:
    """What an unsigned number of `size` bytes is as a signed one."""
    return number - (1 << (7 * size)) if number >> (7 * size - 1) else number


def encoded(number: int) -> bytes:
    """The bytes of a number that is not negative."""
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])
