"""What sealing state means, in plain Python: the oracle of the kernel's, and its place in jobs on doubles.

What it owns: which rows and removals belong to a run, found by comparing sets. A run is made when it is sealed.
What it leaves: the form of runs (`runs.py`), the rows that there are. It is no part of the data path.
"""

from __future__ import annotations

import struct
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Final

import pyarrow as pa

from lightflus.checkpoint.footer import TAIL
from lightflus.codec import leb128
from lightflus.limits import KEY_GROUPS
from lightflus.ports.durable import Piece, RunKind
from lightflus.testing.runs import PlainRow, run_bytes

_PIECE_BYTES: Final = 300
_WINDOW: Final = struct.Struct("<qq")
_ROWS: Final = struct.Struct("<Q")
_ROWS_AT: Final = 16

Identity = tuple[bytes, tuple[int, ...]]
"""A key, and what tells its rows apart."""


class ModelDurable(ABC):
    """`ports.Durable` over whatever rows there are."""

    def __init__(self, kind: RunKind, hash_bytes: Callable[[bytes], int]) -> None:
        """Nothing has changed."""
        self._kind = kind
        self._hash = hash_bytes
        self._changed: set[Identity] = set()
        self._known: set[Identity] = set()
        self._pieces: list[Piece] = []

    @abstractmethod
    def _now(self) -> dict[Identity, PlainRow]:
        """All rows."""

    @abstractmethod
    def _put(self, row: PlainRow, identity: Identity) -> None:
        """Puts a row back."""

    @abstractmethod
    def _take(self, identity: Identity) -> None:
        """Takes a row away, if it is there."""

    def seal(self, *, whole: bool = False) -> bool:
        """What has changed since the last time, or everything, is the next run."""
        now = self._now()
        written = set(now) if whole else self._changed & now.keys()
        gone = set() if whole else self._known - now.keys()
        self._known = written | (set() if whole else self._known - gone)
        self._changed = set()
        removals = [PlainRow(key, None, self._window_of(rest)) for key, rest in gone]
        run = run_bytes([*map(now.__getitem__, written), *removals], self._kind, hash_of=self._hash)
        self._pieces = pieces_of_run(run)
        return bool(written or gone)

    def sealed(self) -> Piece:
        """The next piece of the run."""
        return self._pieces.pop(0)

    def facts(self) -> bytes:
        """What is not by key."""
        return b""

    def restore(self, blocks: pa.Buffer, first_group: int, last_group: int) -> None:
        """Puts rows of blocks back."""
        for row in read_rows(blocks.to_pybytes(), self._kind):
            if first_group <= ((self._hash(row.key) >> 32) * KEY_GROUPS) >> 32 < last_group:
                self._restore(row)

    def restore_facts(self, facts: bytes) -> None:
        """Puts back what `facts` gave."""
        assert not facts

    def _restore(self, row: PlainRow) -> None:
        window = () if row.window is None else row.window
        identity = row.key, window[:1] if self._kind is RunKind.SESSIONS else window
        if row.state is None:
            self._take(identity)
            self._forget(identity)
        elif not self._is_over(row):
            self._put(row, identity)
            self._known.add(identity)
            self._changed.discard(identity)

    def _is_over(self, row: PlainRow) -> bool:
        """Whether a row that is restored is over by the facts that it came with."""
        return False

    def _forget(self, identity: Identity) -> None:
        """A row is over, of which runs say no more."""
        self._known.discard(identity)
        self._changed.discard(identity)

    def _window_of(self, rest: tuple[int, ...]) -> tuple[int, int] | None:
        match rest:
            case (start, other):
                return start, other
            case (start,):
                return start, 0
        return None


def read_rows(blocks: bytes, kind: int) -> Iterator[PlainRow]:
    """The rows of blocks."""
    at = 0
    while at < len(blocks):
        head, at = leb128.decoded(blocks, at, most_bytes=5)
        key, at = blocks[at : at + head // 2], at + head // 2
        window: tuple[int, int] | None = None
        if kind >= RunKind.PANES:
            start, other = _WINDOW.unpack_from(blocks, at)
            window, at = (start, other), at + _WINDOW.size
        state = None
        if head % 2 == 0:
            size, at = leb128.decoded(blocks, at, most_bytes=5)
            state, at = blocks[at : at + size], at + size
        yield PlainRow(key, state, window)


def pieces_of_run(run: bytes) -> list[Piece]:
    """A run in pieces."""
    length, _ = TAIL.unpack(run[-TAIL.size :])
    (rows,) = _ROWS.unpack_from(run, len(run) - length + _ROWS_AT)
    return [*_cut(run[:-length], rows), *_cut(run[-length:], None)]


def _cut(data: bytes, rows: int | None) -> Iterator[Piece]:
    """Bytes in pieces; all `rows` are said to be of the first one. None: they are of the footer."""
    for start in range(0, len(data), _PIECE_BYTES):
        is_last = rows is None and start + _PIECE_BYTES >= len(data)
        part = pa.py_buffer(data[start : start + _PIECE_BYTES])
        yield Piece(part, 0 if start else rows or 0, is_footer=rows is None, is_last=is_last)
