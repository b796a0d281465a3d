"""The walk through function bodies knows each instruction as wasmtime does: what stands behind it, what it takes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest

from lightflus.codec import leb128
from lightflus.errors import ModuleInvalid
from lightflus.limits import FUNCTION_STACK_VALUES
from lightflus.sandbox.binary import outline
from lightflus.wasm import refusal

DROP, I32 = b"\x1a", b"\x41\0"
VALUES = (b"\xfd\x0c" + bytes(16), I32, b"\x42\0", b"\x43" + bytes(4), b"\x44" + bytes(8))
"""A constant of each type."""
PLACE = bytes(2)
BEHIND_PLAIN = {0x43: 4, 0x44: 8} | dict.fromkeys((*range(0x20, 0x27), 0x3F, 0x40, 0x41, 0x42), 1)
NEEDS_NOTHING = frozenset({0x1A, 0x1B, *range(0x28, 0x40), *range(0x40, 0xC5)})


def module(body: bytes) -> bytes:
    """A module with a memory and one function without parameters and results."""

    def section(kind: int, content: bytes) -> bytes:
        return bytes([kind]) + leb128.encoded(len(content)) + content

    code = b"\0" + body + b"\x0b"
    functions = section(1, b"\1\x60\0\0") + section(3, b"\1\0") + section(5, b"\1\0\1")
    return b"\0asm\1\0\0\0" + functions + section(10, b"\1" + leb128.encoded(len(code)) + code)


def arity(instruction: bytes) -> tuple[int, int] | None:
    """How many values wasmtime lets it take and give; None if it knows no such instruction."""
    for taken in range(4):
        for values in product(VALUES, repeat=taken):
            for given in (0, 1):
                if refusal(module(b"".join(values) + instruction + DROP * given)) is None:
                    return taken, given
    return None


def simd(number: int) -> bytes:
    behind = PLACE if number <= 11 or 84 <= number <= 93 else b""
    behind += bytes(16) if number in (12, 13) else b""
    behind += bytes(1) if 21 <= number <= 34 or 84 <= number <= 91 else b""
    return b"\xfd" + leb128.encoded(number) + behind


def plain(number: int) -> bytes:
    behind = PLACE if 0x28 <= number <= 0x3E else bytes(BEHIND_PLAIN.get(number, 0))
    return bytes([number]) + behind


def is_followed(instruction: bytes, taken: int, given: int) -> bool:
    """Whether the walk's height is exactly what it should be behind the instruction: as high as it may be, or not."""
    room = FUNCTION_STACK_VALUES - max(taken, given)
    around = I32 * room
    highest = around + _values(instruction, taken) + instruction
    more = I32 * (FUNCTION_STACK_VALUES - room - given)
    outline(module(highest + more), walks=True)
    try:
        outline(module(highest + more + I32), walks=True)
    except ModuleInvalid:
        return True
    return False


def _values(instruction: bytes, taken: int) -> bytes:
    for values in product(VALUES, repeat=taken):
        given = (DROP * n for n in (0, 1))
        if any(refusal(module(b"".join(values) + instruction + drops)) is None for drops in given):
            return b"".join(values)
    raise AssertionError(instruction)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("instructions", "least"),
    [([plain(n) for n in sorted(NEEDS_NOTHING)], 155), ([simd(n) for n in range(256)], 236)],
    ids=["plain", "simd"],
)
def test_the_height_of_the_stack_is_followed_exactly(instructions: Sequence[bytes], least: int) -> None:
    known = [(one, found) for one in instructions if (found := arity(one)) is not None]
    assert len(known) >= least
    assert [one.hex() for one, found in known if not is_followed(one, *found)] == []


def test_what_stands_behind_an_instruction_is_no_instruction() -> None:
    calls = b"\x41\xc1\x82\x84\x88\x00" + DROP  # a constant whose bytes would be constants themselves
    outline(module(calls * 20_000), walks=True)


@pytest.mark.parametrize("end", range(0, 40, 3))
def test_a_body_that_is_cut_is_left_to_validation(end: int) -> None:
    body = b"\x02\x40\x0e\x03\0\0\0\0\xfc\x0a\0\0\x10\xff\xff\xff\xff\x0f"[:end]
    outline(module(body), walks=True)
