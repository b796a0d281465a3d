"""Runs that lie elsewhere: making one of several, looking into them; each in a kernel instance of its own.

What it owns: the way of blocks, pieces and columns. What it leaves: what they mean (`engine/kernel/src/run`), where
runs lie (`checkpoint/`).
"""

from __future__ import annotations

import struct
from typing import cast

import pyarrow as pa

from lightflus.codec import Block, layout_of
from lightflus.kernel.durable import begin_bytes, checked, read_piece
from lightflus.kernel.instance import KernelInstance
from lightflus.kernel.schema import row_type, schema_bytes
from lightflus.kernel.slots import batch_at
from lightflus.kernel.windowed_state import packed_windows, times_of
from lightflus.limits import KEY_GROUPS
from lightflus.model.types import StructType, Type
from lightflus.ports.durable import Merging, Piece, RunRows, Runs

_NO_WINDOWS = bytes(48)
_SPEC = struct.Struct("<5I4x")
_NONE = 2**32 - 1
"""No run is wanted."""
_PARTS = struct.Struct("<8I")


class WasmRunMerger:
    """Implements `ports.RunMerger`."""

    def __init__(self, runs: Runs, merging: Merging) -> None:
        """No blocks yet. Raises CheckpointDamaged, KernelFailed."""
        self._kernel = KernelInstance()
        _open(self._kernel, "open_merge", runs, merging=merging)

    def merged(self) -> Piece | int:
        """The next piece, or the run whose next blocks are wanted. Raises CheckpointDamaged, StateTooLarge."""
        self._kernel.call("reset")
        piece, wanted = read_piece(self._kernel, checked(self._kernel, "merged"))
        return piece if wanted == _NONE or piece.data.size else wanted

    def supply(self, run: int, blocks: pa.Buffer, *, is_last: bool) -> None:
        """Adds the next blocks of a run. Raises CheckpointDamaged, StateTooLarge."""
        at = begin_bytes(self._kernel, blocks)
        checked(self._kernel, "supply", at, blocks.size, run, int(is_last))

    def close(self) -> None:
        """Gives the memory back. Idempotent."""
        self._kernel.close()


class WasmRunReader:
    """Implements `ports.RunReader`."""

    def __init__(self, runs: Runs, key: Type, state: Type) -> None:
        """Reads nothing yet. Raises CheckpointDamaged, KernelFailed."""
        self._kernel = KernelInstance()
        self._has_windows = runs.windows is not None
        self._key = layout_of(key)
        self._states = layout_of(StructType(row_type(state).fields, nullable=True))
        _open(self._kernel, "open_rows", runs, schema_bytes(key), schema_bytes(state))

    def rows(self, blocks: pa.Buffer, first_group: int, last_group: int) -> RunRows:
        """The rows of blocks. Raises CheckpointDamaged, StateTooLarge."""
        at = begin_bytes(self._kernel, blocks)
        found = checked(self._kernel, "read_rows", at, blocks.size, first_group, last_group, KEY_GROUPS)
        window = self._kernel.window()
        keys_at, _, states_at, *_ = window.unpack(_PARTS, found)
        keys = batch_at(self._kernel, "read_rows", keys_at, self._key, None)
        states = batch_at(self._kernel, "read_rows", states_at, self._states, keys.num_rows)
        starts, ends = map(times_of, self._kernel.parts(found, 4)[2:]) if self._has_windows else (None, None)
        return RunRows(keys, starts, ends, cast("pa.StructArray", states.column(0)))

    def close(self) -> None:
        """Gives the memory back. Idempotent."""
        self._kernel.close()


def _open(kernel: KernelInstance, name: str, runs: Runs, *schemas: bytes, merging: Merging | None = None) -> None:
    windows = _NO_WINDOWS if runs.windows is None else packed_windows(runs.windows)
    numbers = (0, 0, 0) if merging is None else (merging.runs, merging.rows, merging.is_whole)
    spec = windows + _SPEC.pack(runs.kind, KEY_GROUPS, *numbers)
    block = Block()
    parts = [pa.py_buffer(part) for part in (*schemas, runs.facts, spec)]
    handles = [block.add_buffer(part, part.size) for part in parts]
    kernel.begin(block)
    *places, (spec_at, _) = [(block.data_address(at), part.size) for at, part in zip(handles, parts, strict=True)]
    checked(kernel, name, *(number for place in places for number in place), spec_at)
