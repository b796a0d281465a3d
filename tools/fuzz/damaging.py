"""Honest inputs, damaged at random: bytes for binary formats, tokens for JSON. All of it follows from a `Random`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random
from typing import Final

_NUMBERS: Final = (
    b"\0",
    b"\1",
    b"\x7f",
    b"\x80",
    b"\xff",
    b"\xff\xff\xff\xff\x0f",
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\1",
)
_WORDS: Final = tuple(
    value.to_bytes(8, "little")
    for value in (0, 1, 7, 8, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 62, (1 << 63) - 1, (1 << 64) - 1)
)
_MOST_BYTES: Final = 65_536
_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[\[\]{}:,]')
_VALUES: Final = (
    *(
        b"0",
        b"-1",
        b"1e999",
        b"4294967296",
        b"9" * 400,
        b"1.5",
        b'"7"',
        b"NaN",
        b"true",
        b"null",
        b'""',
        b"{}",
        b"[]",
        b"[[]]",
    ),
    *(b'"\\ud800"', b'"\\u0000"', b'"\xff"', b'"a\\nb"', b"[" * 300, b'{"a":' * 200, b"]", b"}", b",", b":"),
)


def damaged(chance: Random, honest: Sequence[bytes]) -> bytes:
    """One of some binary inputs with one to four damages."""
    found = bytearray(chance.choice(honest))
    for _ in range(chance.randint(1, 4)):
        _damage(chance, found, honest)
    return bytes(found[:_MOST_BYTES])


def _damage(chance: Random, found: bytearray, honest: Sequence[bytes]) -> None:
    at = chance.randrange(len(found) + 1)
    match chance.randrange(8):
        case 0 | 1 if at < len(found):
            found[at] ^= 1 << chance.randrange(8)
        case 2 if at < len(found):
            found[at] = chance.randrange(256)
        case 3:
            found[at : at + chance.randrange(1, 9)] = chance.choice(_NUMBERS)
        case 4:
            found[at & ~7 : (at & ~7) + 8] = chance.choice(_WORDS)
        case 5:
            del found[at : at + chance.choice((1, 2, 8, 64, len(found)))]
        case 6:
            found[at:at] = found[at : at + chance.choice((1, 4, 16, 256))] * chance.choice((1, 2, 50))
        case _:
            other = chance.choice(honest)
            begin = chance.randrange(len(other) + 1)
            found[at:] = other[begin:]


def damaged_json(chance: Random, honest: Sequence[bytes]) -> bytes:
    """One of some JSON texts with one to four tokens damaged; sometimes damaged as bytes."""
    if chance.random() < 0.2:
        return damaged(chance, honest)
    text = chance.choice(honest)
    tokens = _TOKEN.findall(text)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(tokens))
        match chance.randrange(5):
            case 0:
                tokens[at] = chance.choice(_VALUES)
            case 1:
                del tokens[at : at + chance.choice((1, 1, 2, 4, 40))]
            case 2:
                tokens[at:at] = tokens[at : at + chance.choice((2, 4, 20))] * chance.choice((1, 1, 2, 30))
            case 3:
                tokens[at] = chance.choice(tokens)
            case _:
                tokens[at] = tokens[at][:-1] + chance.choice((b'"', b"0", b'_"', b'\x1b"'))
        if not tokens:
            break
    return b"".join(tokens)[:_MOST_BYTES]
