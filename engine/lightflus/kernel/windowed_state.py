"""State rows by key and window, in a kernel instance.

What it owns: the way of keys, times and rows into the kernel and out: one copy in per Arrow buffer, one copy out.
What it leaves: windows themselves (`engine/kernel/src`), folding and merging (`sandbox/`), when they fire (`runtime/`).
One thread at a time uses it; a failed call ends it.
"""

from __future__ import annotations

import struct
from typing import cast

import pyarrow as pa

from lightflus.codec import layout_of
from lightflus.kernel.durable import WasmDurable
from lightflus.kernel.instance import WORD, KernelInstance
from lightflus.kernel.schema import row_type
from lightflus.kernel.slots import NOTHING, batch_at, begin_keys, begin_rows, read_rows
from lightflus.limits import KERNEL_MEMORY_BYTES
from lightflus.model.timed import FixedWindow, SessionWindow, SlidingWindow
from lightflus.model.types import StructType, Type
from lightflus.model.windows import NEVER, WindowSpec
from lightflus.ports.windows import Firing, Merges, Placed

_SPEC = struct.Struct("<5q2I")
_PART = struct.Struct("<II")
_TIME = 8
_NO_ROWS = pa.array([], pa.uint32())


class WasmWindowedState(WasmDurable):
    """Implements `ports.WindowedState`."""

    def __init__(self, key: Type, state: Type, spec: WindowSpec, memory_bytes: int = KERNEL_MEMORY_BYTES) -> None:
        """No windows yet. Raises KernelFailed, StateTooLarge."""
        self._kernel = KernelInstance.keyed(key, state, memory_bytes, opening="open_windows", spec=packed_windows(spec))
        self._key = layout_of(key)
        self._state = layout_of(state)
        self._rows = layout_of(StructType(row_type(state).fields, nullable=True))
        self._is_single = not isinstance(spec.windows, SlidingWindow)

    def place(
        self, keys: pa.RecordBatch, hashes: pa.UInt64Array | None, times: pa.Int64Array, marks: pa.Int64Array | None
    ) -> Placed:
        """Finds or makes the cell of every row that is in time. Raises StateTooLarge."""
        if not keys.num_rows:
            return Placed(None, NOTHING, NOTHING, 0, _NO_ROWS, 0, 0, None)
        known = None if marks is None else cast("pa.Int64Array", marks.fill_null(NEVER))
        arguments = begin_keys(self._kernel, self._key, keys, hashes, times, known)
        found = self._kernel.call("place", *arguments, keys.num_rows)
        rows, late, counts, groups, cells, merged, into = self._kernel.parts(found, 7)
        in_part, after_idle = memoryview(counts).cast("I")
        return Placed(
            rows=_numbers(rows) if late.size else None,
            groups=groups,
            cells=cells,
            group_count=cells.size // WORD,
            late=_numbers(late),
            late_in_part=in_part,
            late_after_idle=after_idle,
            merges=Merges(merged, into) if merged.size else None,
        )

    def undo(self) -> None:
        """Takes the last `place` back, behind which there was no `scatter`."""
        self._kernel.call("undo_place")

    def gather(self, cells: pa.Buffer) -> pa.StructArray:
        """The state rows of `cells`, null where there is none."""
        return cast("pa.StructArray", read_rows(self._kernel, "gather_cells", cells, self._rows).column(0))

    def scatter(self, cells: pa.Buffer, state: pa.RecordBatch) -> None:
        """Stores a row per cell; cells are distinct. Raises StateTooLarge."""
        self._kernel.call("scatter_cells", *begin_rows(self._kernel, cells, self._state, state))

    def advance(self, watermark: int) -> None:
        """Says that the operator's watermark has come to that."""
        self._kernel.call("advance", watermark)

    def fire(self, most: int) -> Firing | None:
        """Up to `most` groups that are due; None when nothing is left, and what is over has been dropped."""
        return self._fired("fire", most)

    def fire_changed(self, most: int, *, early: bool = False) -> Firing | None:
        """Up to `most` groups whose state has changed since they were given out; None: no more."""
        return self._fired("fire_changed", most, int(early))

    @property
    def windows(self) -> int:
        """Windows, panes or sessions that are open."""
        return self._kernel.call("window_count")

    @property
    def rows(self) -> int:
        """Cells that hold state."""
        return self._kernel.call("cell_count")

    @property
    def memory_bytes(self) -> int:
        """What the kernel instance takes."""
        return self._kernel.window().size

    def close(self) -> None:
        """Gives the memory back. Idempotent."""
        self._kernel.close()

    def _fired(self, name: str, *arguments: int) -> Firing | None:
        self._kernel.call("reset")
        found = self._kernel.call(name, *arguments)
        if not found:
            return None
        cells, groups, starts, ends = self._kernel.parts(found, 4)
        count = starts.size // _TIME
        at, _ = self._kernel.window().unpack(_PART, found + 4 * _PART.size)
        keys = batch_at(self._kernel, name, at, self._key, count)
        return Firing(cells, groups, count, keys, times_of(starts), times_of(ends), self._is_single)


def packed_windows(spec: WindowSpec) -> bytes:
    """As `engine/kernel/src/windowed.rs` reads it."""
    match spec.windows:
        case FixedWindow(size, offset):
            window = (size, size, offset, 0)
        case SlidingWindow(size, slide, offset):
            window = (size, slide, offset, 0)
        case SessionWindow(gap):
            window = (0, 0, 0, gap)
    return _SPEC.pack(*window, spec.lateness, spec.fires_once, spec.fires_early)


def _numbers(words: pa.Buffer) -> pa.UInt32Array:
    return cast("pa.UInt32Array", pa.Array.from_buffers(pa.uint32(), words.size // WORD, [None, words]))


def times_of(words: pa.Buffer) -> pa.Int64Array:
    """Times that a call has given."""
    return cast("pa.Int64Array", pa.Array.from_buffers(pa.int64(), words.size // _TIME, [None, words]))
