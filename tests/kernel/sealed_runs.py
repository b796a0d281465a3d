"""Runs that were sealed, for tests: read by the reader of `checkpoint/`, restored into other states."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa
from xxhash import xxh3_64_intdigest

from lightflus.checkpoint.footer import TAIL, Footer, read_footer
from lightflus.checkpoint.rows import Row, rows_of
from lightflus.limits import KEY_GROUPS
from lightflus.ports.durable import Durable, Piece


@dataclass(frozen=True, slots=True)
class SealedRun:
    """A run, whole."""

    blocks: Sequence[bytes]
    footer: Footer
    rows: Sequence[Row]

    @property
    def says(self) -> object:
        """What can be compared of runs whose filters may be of different sizes."""
        footer = self.footer
        parts = (footer.hashes, footer.ends, footer.checksums, footer.counts, footer.groups)
        head = (footer.kind, footer.rows, footer.removals, footer.latest)
        return head, self.rows, [part.tolist() for part in parts]


def pieces_of(state: Durable) -> Iterator[Piece]:
    """All pieces that are left."""
    while True:
        piece = state.sealed()
        yield piece
        if piece.is_last:
            return


def run_of(pieces: Sequence[Piece]) -> SealedRun:
    """The run of these pieces, with everything checked that a reader checks."""
    is_footer = [piece.is_footer for piece in pieces]
    assert is_footer == sorted(is_footer)
    data = b"".join(piece.data.to_pybytes() for piece in pieces if not piece.is_footer)
    end = b"".join(piece.data.to_pybytes() for piece in pieces if piece.is_footer)
    assert TAIL.unpack(end[-TAIL.size :])[0] == len(end)
    footer = read_footer(pa.py_buffer(end), len(data), KEY_GROUPS, "a run")
    blocks = [data[footer.start(i) : stop] for i, stop in enumerate(footer.ends)]
    assert [xxh3_64_intdigest(block) for block in blocks] == footer.checksums.tolist()
    counted = zip(blocks, footer.counts, strict=True)
    rows = [row for block, count in counted for row in rows_of(block, count, footer.kind, "a run")]
    assert all(footer.may_have(xxh3_64_intdigest(row.key)) for row in rows)
    assert sum(piece.rows for piece in pieces) == footer.rows == len(rows)
    return SealedRun(blocks, footer, rows)


def sealed(state: Durable, *, whole: bool = False) -> SealedRun | None:
    """What is sealed now; None: nothing."""
    return run_of([*pieces_of(state)]) if state.seal(whole=whole) else None


def restore(state: Durable, runs: Sequence[SealedRun], facts: bytes, first: int = 0, last: int = KEY_GROUPS) -> None:
    """Puts runs back, block by block, the oldest first."""
    state.restore_facts(facts)
    for run in runs:
        for block in run.blocks:
            state.restore(pa.py_buffer(block), first, last)


class Sealing:
    """A state that is sealed, piece by piece, and the runs that are left of it."""

    def __init__(self, state: Durable) -> None:
        """No runs."""
        self.state = state
        self.runs: list[SealedRun] = []
        self._left: Iterator[Piece] = iter(())
        self._drawn: list[Piece] = []

    def begin(self, *, whole: bool = False) -> bool:
        """Seals; the run before is finished."""
        self.finish()
        if whole:
            self.runs = []
        is_there = self.state.seal(whole=whole)
        self._left = pieces_of(self.state) if is_there else iter(())
        return is_there

    def draw(self) -> None:
        """Draws a piece, if there is one."""
        self._drawn += islice(self._left, 1)

    def finish(self) -> Sequence[SealedRun]:
        """Draws all that is left; all runs since the last whole one."""
        self._drawn += self._left
        if self._drawn:
            self.runs.append(run_of(self._drawn))
        self._drawn = []
        return self.runs
