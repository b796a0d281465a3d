"""What merging runs and looking into them mean, in plain Python: the oracle of the kernel's, for jobs on doubles, too.

What it owns: both, with all rows at hand at once. What it leaves: the form of runs (`runs.py`, `durable.py`).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import cast

import pyarrow as pa

from lightflus.codec import schema_of
from lightflus.codec.row_encoding import decode_rows
from lightflus.limits import KEY_GROUPS
from lightflus.model.types import Type
from lightflus.model.windows import NEVER
from lightflus.ports.durable import Merging, Piece, RunKind, RunRows, Runs
from lightflus.testing.cells import Cells, cells_of
from lightflus.testing.durable import Identity, pieces_of_run, read_rows
from lightflus.testing.runs import PlainRow, run_bytes

_OVER = struct.Struct("<q")
_OVER_AT = 16


class _Told:
    """What the facts of runs say of a row."""

    def __init__(self, runs: Runs) -> None:
        self._cells: Cells | None = None if runs.windows is None else cells_of(runs.windows)
        self._over = _OVER.unpack_from(runs.facts, _OVER_AT)[0] if runs.facts else NEVER

    def is_over(self, row: PlainRow) -> bool:
        if self._cells is None or row.window is None:
            return False
        return row.state is not None and self._cells.is_over(row.window, self._over)

    def noted(self, row: PlainRow) -> PlainRow:
        """With its last window, if it is about one."""
        if self._cells is None or row.window is None or row.state is None:
            return row
        return PlainRow(row.key, row.state, row.window, self._cells.last_of(row.window))

    def span(self, row: PlainRow) -> tuple[int, int]:
        assert self._cells is not None
        assert row.window is not None
        return self._cells.span(row.window)


class ModelRunMerger:
    """`ports.RunMerger` that begins when everything is there."""

    def __init__(self, runs: Runs, merging: Merging, hash_bytes: Callable[[bytes], int]) -> None:
        """No blocks yet."""
        self._kind = runs.kind
        self._told = _Told(runs)
        self._is_whole = merging.is_whole
        self._hash = hash_bytes
        self._blocks = [b""] * merging.runs
        self._wanted = list(range(merging.runs))
        self._pieces: list[Piece] | None = None

    def merged(self) -> Piece | int:
        """The next piece, or the run whose next blocks are wanted."""
        if self._wanted:
            return self._wanted[0]
        if self._pieces is None:
            self._pieces = pieces_of_run(run_bytes(self._rows(), self._kind, hash_of=self._hash))
        return self._pieces.pop(0)

    def supply(self, run: int, blocks: pa.Buffer, *, is_last: bool) -> None:
        """Adds the next blocks of a run."""
        self._blocks[run] += blocks.to_pybytes()
        if is_last:
            self._wanted.remove(run)

    def close(self) -> None:
        """Nothing to give back."""

    def _rows(self) -> list[PlainRow]:
        found: dict[Identity, PlainRow] = {}
        for blocks in self._blocks:
            for row in read_rows(blocks, self._kind):
                window = row.window or ()
                found[row.key, window[:1] if self._kind is RunKind.SESSIONS else window] = self._told.noted(row)
        kept = (row for row in found.values() if not self._told.is_over(row))
        return [row for row in kept if row.state is not None or not self._is_whole]


class ModelRunReader:
    """`ports.RunReader` in plain Python."""

    def __init__(self, runs: Runs, key: Type, state: Type, hash_bytes: Callable[[bytes], int]) -> None:
        """Reads nothing yet."""
        self._kind = runs.kind
        self._told = _Told(runs)
        self._has_windows = runs.windows is not None
        self._key, self._state = key, state
        self._hash = hash_bytes

    def rows(self, blocks: pa.Buffer, first_group: int, last_group: int) -> RunRows:
        """The rows of blocks."""
        groups = range(first_group, last_group)
        rows = [
            row
            for row in read_rows(blocks.to_pybytes(), self._kind)
            if ((self._hash(row.key) >> 32) * KEY_GROUPS) >> 32 in groups and not self._told.is_over(row)
        ]
        row_type = pa.struct(list(schema_of(self._state)))
        states = pa.concat_arrays([pa.nulls(0, row_type), *(self._decoded(row, row_type) for row in rows)])
        spans = [self._told.span(row) for row in rows] if self._has_windows else []
        starts, ends = (
            pa.array([span[i] for span in spans], pa.int64()) if self._has_windows else None for i in range(2)
        )
        return RunRows(decode_rows(self._key, [row.key for row in rows]), starts, ends, states)

    def close(self) -> None:
        """Nothing to give back."""

    def _decoded(self, row: PlainRow, row_type: pa.StructType) -> pa.StructArray:
        if row.state is None:
            return pa.nulls(1, row_type)
        return cast("pa.StructArray", decode_rows(self._state, [row.state]).to_struct_array().cast(row_type))
