"""The footer of a run: what is in which block, and how each of its bytes is known to be the one that was written.

What it owns: docs/state-format.md, "Footer" and "Reading": a footer is checked once, whole, and then believed.
What it leaves: reading it, and the blocks (`runs.py`), their rows (`rows.py`).
"""

from __future__ import annotations

import struct
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Final, NoReturn

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.errors import CheckpointDamaged

MAGIC: Final = b"LFSTATE1"
TAIL: Final = struct.Struct("<I8s")
_HEAD: Final = struct.Struct("<IIIIQQIIq")
_KINDS: Final = 4
_SALT: Final = (0x47B6137B, 0x44974D91, 0x8824AD5B, 0xA2B7289D, 0x705495C7, 0x2DF1424B, 0x9EFC4947, 0x5C6BFB31)
_LOW: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Footer:
    """A footer that has been checked. The views are of its own bytes.

    Attributes:
        kind: of its rows (`rows.py`).
        rows: with removals.
        removals: of them.
        latest: the last that a row is about, of windows.
        hashes: uint64, the first one of each block.
        ends: uint64, of each block in the file.
        checksums: uint64, of each block.
        counts: uint32, rows of each block.
        groups: uint32, rows of each key group.
        filter: uint32, of a split-block Bloom filter; empty: none.
    """

    kind: int
    rows: int
    removals: int
    latest: int
    hashes: memoryview[int]
    ends: memoryview[int]
    checksums: memoryview[int]
    counts: memoryview[int]
    groups: memoryview[int]
    filter: memoryview[int]

    def may_have(self, key_hash: int) -> bool:
        """Whether a key of that hash may be in the run; mostly right, and always where it says no."""
        blocks = len(self.filter) // 8
        if blocks == 0:
            return self.rows > 0
        first = 8 * (((key_hash & _LOW) * blocks) >> 32)
        high = key_hash >> 32
        return all(self.filter[first + i] >> (((high * salt) & _LOW) >> 27) & 1 for i, salt in enumerate(_SALT))

    def blocks_of_hash(self, key_hash: int) -> range:
        """The blocks that may have rows of that hash."""
        return range(max(0, bisect_left(self.hashes, key_hash) - 1), bisect_right(self.hashes, key_hash))

    def blocks_of_groups(self, start: int, stop: int) -> range:
        """The blocks that may have rows of key groups `start` to `stop - 1`; the outer ones have others', too."""
        if not any(self.groups[start:stop]):
            return range(0)
        low, high = (-(-group * 2**32 // len(self.groups)) * 2**32 for group in (start, stop))
        return range(max(0, bisect_left(self.hashes, low) - 1), bisect_left(self.hashes, high))

    def start(self, block: int) -> int:
        """Where a block begins in the file."""
        return self.ends[block - 1] if block else 0


def footer_bytes(tail: bytes, size: int, where: str) -> int:
    """How long the footer is of a file of `size` bytes that ends with `tail`. Raises CheckpointDamaged."""
    if len(tail) < TAIL.size:
        _damaged(f"{size:,} bytes are too few for a run", where)
    length, magic = TAIL.unpack(tail[-TAIL.size :])
    if magic != MAGIC:
        _damaged(f"it ends with {magic!r}, not with {MAGIC!r}", where)
    if not _HEAD.size + TAIL.size <= length <= size:
        _damaged(f"its footer would have {length:,} bytes of {size:,}", where)
    return int(length)


def read_footer(data: pa.Buffer, blocks_end: int, key_groups: int, where: str) -> Footer:
    """Checks a footer whose checksum is right, and which stands behind `blocks_end` bytes. Raises CheckpointDamaged."""
    if data.size < _HEAD.size + TAIL.size:
        _damaged(f"its footer has {data.size} bytes", where)
    version, encoding, kind, groups, rows, removals, blocks, filters, latest = _HEAD.unpack(data[: _HEAD.size])
    if (version, encoding) != (1, 1):
        _damaged(
            f"it has version {version}, its rows version {encoding}; this Lightflus reads version 1 of both", where
        )
    if kind >= _KINDS or groups != key_groups or removals > rows:
        _damaged(f"it is of kind {kind}, with {groups} key groups and {removals:,} of {rows:,} rows removed", where)
    sizes = (8 * blocks, 8 * blocks, 8 * blocks, 4 * blocks, 4 * groups, 32 * filters)
    if _HEAD.size + sum(sizes) + TAIL.size != data.size:
        _damaged(f"{blocks:,} blocks and {filters:,} of a filter do not make a footer of {data.size:,} bytes", where)
    parts, at = [], _HEAD.size
    for size in sizes:
        parts.append(data.slice(at, size))
        at += size
    _check_blocks(parts, blocks, rows, blocks_end, where)
    views = [memoryview(part).cast("B") for part in parts]
    longs, words = [view.cast("Q") for view in views[:3]], [view.cast("I") for view in views[3:]]
    return Footer(kind, rows, removals, latest, *longs, *words)


def _check_blocks(parts: list[pa.Buffer], blocks: int, rows: int, blocks_end: int, where: str) -> None:
    hashes, ends = (pa.UInt64Array.from_buffers(pa.uint64(), blocks, [None, part]) for part in parts[:2])
    counts, groups = (pa.UInt32Array.from_buffers(pa.uint32(), part.size // 4, [None, part]) for part in parts[3:5])
    steps = pc.less_equal(hashes[:-1], hashes[1:]), pc.less(ends[:-1], ends[1:])
    if blocks and any(pc.all(step).as_py() is False for step in steps):
        _damaged("its blocks are not in order", where)
    if (ends[-1].as_py() if blocks else 0) != blocks_end or (blocks and ends[0].as_py() == 0):
        _damaged(f"its blocks do not end where the footer begins, at {blocks_end:,}", where)
    sums = [pc.sum(numbers, min_count=0).as_py() for numbers in (counts, groups)]
    if sums != [rows, rows] or (blocks and pc.min(counts).as_py() == 0):
        _damaged(f"its blocks or its key groups do not have {rows:,} rows together", where)


def _damaged(what: str, where: str) -> NoReturn:
    raise CheckpointDamaged(f"the run is damaged: {what}", where=where)
