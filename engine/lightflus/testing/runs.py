"""docs/state-format.md in plain Python: rows to the bytes of a run, for tests, the oracle of who else writes runs.

What it owns: the whole form of a run. What it leaves: reading (`checkpoint/`), keys and states as rows
(`codec/row_encoding.py`).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from xxhash import xxh3_64_intdigest

from lightflus.checkpoint.footer import MAGIC
from lightflus.codec import leb128

_BLOCK_BYTES = 4_096
_FILTER_BITS = 10
_SALT = (0x47B6137B, 0x44974D91, 0x8824AD5B, 0xA2B7289D, 0x705495C7, 0x2DF1424B, 0x9EFC4947, 0x5C6BFB31)
_NO_WINDOW = -(2**63)


@dataclass(frozen=True, slots=True)
class PlainRow:
    """A row of a run; without a state it is a removal."""

    key: bytes
    state: bytes | None
    window: tuple[int, int] | None = None
    last: int = -(2**63)
    """The last window that it is about."""


Hash = Callable[[bytes], int]


def run_bytes(
    rows: Iterable[PlainRow],
    kind: int = 0,
    *,
    key_groups: int = 128,
    has_filter: bool = True,
    hash_of: Hash = xxh3_64_intdigest,
) -> bytes:
    """The run of these rows, in any order."""
    ordered = sorted(rows, key=lambda row: (hash_of(row.key), row.key, row.window or ()))
    hashes = [hash_of(row.key) for row in ordered]
    blocks, firsts, counts = _blocks(ordered, hashes)
    ends = list(accumulate(map(len, blocks)))
    groups = [0] * key_groups
    for one in hashes:
        groups[((one >> 32) * key_groups) >> 32] += 1
    words = _filter(hashes) if has_filter else []
    removals = sum(row.state is None for row in ordered)
    head = struct.pack(
        "<IIIIQQIIq",
        1,
        1,
        kind,
        key_groups,
        len(ordered),
        removals,
        len(blocks),
        len(words) // 8,
        max((row.last for row in ordered), default=_NO_WINDOW),
    )
    footer = head + _packed("Q", firsts) + _packed("Q", ends) + _packed("Q", [xxh3_64_intdigest(b) for b in blocks])
    footer += _packed("I", counts) + _packed("I", groups) + _packed("I", words)
    return b"".join(blocks) + footer + struct.pack("<I8s", len(footer) + 12, MAGIC)


def _blocks(rows: Sequence[PlainRow], hashes: Sequence[int]) -> tuple[list[bytes], list[int], list[int]]:
    blocks: list[bytes] = []
    firsts: list[int] = []
    counts: list[int] = []
    is_open = False
    for row, one in zip(rows, hashes, strict=True):
        if not is_open:
            blocks.append(b"")
            firsts.append(one)
            counts.append(0)
        blocks[-1] += row_bytes(row)
        counts[-1] += 1
        is_open = len(blocks[-1]) < _BLOCK_BYTES
    return blocks, firsts, counts


def row_bytes(row: PlainRow) -> bytes:
    """One row."""
    written = leb128.encoded(2 * len(row.key) + (row.state is None)) + row.key
    if row.window is not None:
        written += struct.pack("<qq", *row.window)
    return written if row.state is None else written + leb128.encoded(len(row.state)) + row.state


def _filter(hashes: Sequence[int]) -> list[int]:
    blocks = -(-len(hashes) * _FILTER_BITS // 256)
    words = [0] * (8 * blocks)
    for one in hashes:
        first = 8 * (((one & 0xFFFFFFFF) * blocks) >> 32)
        for i, salt in enumerate(_SALT):
            words[first + i] |= 1 << ((((one >> 32) * salt) & 0xFFFFFFFF) >> 27)
    return words


def _packed(form: str, numbers: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}{form}", *numbers)
