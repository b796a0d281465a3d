"""The rows of a block, one by one: for looking at a few of them from outside, never for all of a state.

What it owns: docs/state-format.md, "Rows": where each begins and ends.
What it leaves: the checksum of the block (`runs.py`), what keys and states say (`codec/row_encoding.py`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from lightflus.codec import leb128
from lightflus.errors import CheckpointDamaged

KEYED, TIMED, PANES, SESSIONS = range(4)
"""Kinds of runs."""
_WINDOW = struct.Struct("<qq")


@dataclass(frozen=True, slots=True)
class Row:
    """What a run says of a key, or of a key and window.

    Attributes:
        key: its row encoding.
        window: of panes, the start and that of the first window; of sessions, start and end; else None.
        state: row encoding; None: a removal.
    """

    key: bytes
    window: tuple[int, int] | None
    state: bytes | None

    def identity(self, kind: int) -> tuple[bytes, tuple[int, ...]]:
        """What it is about: of a younger and an older row that agree in it the younger one holds."""
        return self.key, () if self.window is None else self.window[:1] if kind == SESSIONS else self.window


def rows_of(block: bytes, count: int, kind: int, where: str) -> Iterator[Row]:
    """The rows of a block, whose checksum is right. Raises CheckpointDamaged: they are not `count`, not at its end."""
    at = 0
    for _ in range(count):
        head, at = _varint(block, at, where)
        key, at = _taken(block, at, head >> 1, where)
        window = None
        if kind in (PANES, SESSIONS):
            packed, at = _taken(block, at, _WINDOW.size, where)
            window = _WINDOW.unpack(packed)
        state = None
        if head & 1 == 0:
            size, at = _varint(block, at, where)
            state, at = _taken(block, at, size, where)
        yield Row(key, window, state)
    if at != len(block):
        raise _damaged(f"{len(block) - at} bytes behind its {count} rows", where)


def _taken(block: bytes, at: int, size: int, where: str) -> tuple[bytes, int]:
    if at + size > len(block):
        raise _damaged(f"a row has {at + size - len(block)} bytes more than it", where)
    return block[at : at + size], at + size


def _varint(block: bytes, at: int, where: str) -> tuple[int, int]:
    try:
        value, end = leb128.decoded(block, at, most_bytes=5)
    except leb128.Unfinished as error:
        raise _damaged("a number has no end", where) from error
    if value >= 2**32 or leb128.encoded(value) != block[at:end]:
        raise _damaged("a number is not in its shortest form", where)
    return value, end


def _damaged(what: str, where: str) -> CheckpointDamaged:
    return CheckpointDamaged(f"a block of the run is damaged: {what}", where=where)
