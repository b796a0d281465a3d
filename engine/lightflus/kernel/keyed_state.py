"""State rows by key, in a kernel instance.

What it owns: the way of keys, slots and rows into the kernel and out: one copy in per Arrow buffer, one copy out.
What it leaves: folding (`sandbox/`), when a slot is looked up and stored (`runtime/`).
One thread at a time uses it; a failed call ends it, and the job restores its state elsewhere.
"""

from __future__ import annotations

import sys
from typing import cast

import pyarrow as pa

from lightflus.codec import Block, Layout, layout_of, read_batch
from lightflus.errors import GuestProtocolError, KernelFailed
from lightflus.kernel.instance import WORD, KernelInstance
from lightflus.kernel.schema import row_type
from lightflus.limits import KERNEL_MEMORY_BYTES
from lightflus.model.types import StructType, Type
from lightflus.ports.kernel import Lookup

_NOTHING = pa.py_buffer(b"")


class WasmKeyedState:
    """Implements `ports.KeyedState`."""

    def __init__(self, key: Type, state: Type, memory_bytes: int = KERNEL_MEMORY_BYTES) -> None:
        """An empty table for keys of type `key` and state rows of type `state`."""
        self._kernel = KernelInstance(key, state, memory_bytes)
        self._key = layout_of(key)
        self._state = layout_of(state)
        self._rows = layout_of(StructType(row_type(state).fields, nullable=True))

    def lookup(self, keys: pa.RecordBatch, hashes: pa.UInt64Array | None) -> Lookup:
        """Finds or makes the slot of every key. Hashes are a Partitioner's, or not known. Raises StateTooLarge."""
        if hashes is not None and len(hashes) != keys.num_rows:
            raise KernelFailed(f"{len(hashes)} hashes for {keys.num_rows} keys")
        if not keys.num_rows:
            return Lookup(_NOTHING, _NOTHING, 0)
        block = Block()
        batch = block.add_batch(self._key, keys)
        values = None if hashes is None else add_values(block, hashes)
        self._kernel.begin(block)
        known = 0 if values is None else block.data_address(values)
        found = self._kernel.call("lookup", block.address(batch), known, keys.num_rows)
        groups, slots = self._kernel.parts(found, 2)
        return Lookup(groups, slots, slots.size // WORD)

    def gather(self, slots: pa.Buffer) -> pa.StructArray:
        """The state rows of `slots`, null where a slot has no state."""
        return cast("pa.StructArray", self._read("gather", slots, self._rows).column(0))

    def decode(self, slots: pa.Buffer) -> pa.RecordBatch:
        """The keys of `slots`."""
        return self._read("decode", slots, self._key)

    def scatter(self, slots: pa.Buffer, state: pa.RecordBatch) -> None:
        """Stores a row per slot; slots are distinct. Raises StateTooLarge."""
        self._require_rows(slots, state)
        at, batch, block = self._arguments(slots, self._state, state)
        self._kernel.call("scatter", block.data_address(at), state.num_rows, block.address(batch))

    def remove(self, slots: pa.Buffer) -> None:
        """Removes the keys of `slots`, which are distinct, and their state."""
        self._kernel.call("remove", self._begin_slots(slots), slots.size // WORD)

    def first_moved_key(self, slots: pa.Buffer, kept: pa.RecordBatch) -> int | None:
        """The first row whose `kept` columns, of the key's types, differ from the key of its slot."""
        self._require_rows(slots, kept)
        at, batch, block = self._arguments(slots, self._key, kept)
        count = kept.num_rows
        row = self._kernel.call("first_moved_key", block.data_address(at), count, block.address(batch))
        return row if row < count else None

    def take_dirty(self, most: int) -> pa.Buffer:
        """Up to `most` slots that changed since they were last taken, the first changed first."""
        self._kernel.call("reset")
        (slots,) = self._kernel.parts(self._kernel.call("take_dirty", most), 1)
        return slots

    @property
    def memory_bytes(self) -> int:
        """What the kernel instance takes, keys, rows and scratch."""
        return self._kernel.window().size

    def __len__(self) -> int:
        """Slots with state."""
        return self._kernel.call("state_count")

    def close(self) -> None:
        """Gives the memory back. Idempotent."""
        self._kernel.close()

    def _read(self, name: str, slots: pa.Buffer, layout: Layout) -> pa.RecordBatch:
        """A batch with a row per slot, which the export `name` makes."""
        count = slots.size // WORD
        address = self._kernel.call(name, self._begin_slots(slots), count)
        try:
            return read_batch(self._kernel.window(), address, layout, count, most_items=sys.maxsize)
        except GuestProtocolError as error:
            raise KernelFailed(f"{name}: {error}") from error

    def _begin_slots(self, slots: pa.Buffer) -> int:
        block = Block()
        at = block.add_buffer(slots, slots.size)
        self._kernel.begin(block)
        return block.data_address(at)

    def _arguments(self, slots: pa.Buffer, layout: Layout, rows: pa.RecordBatch) -> tuple[int, int, Block]:
        block = Block()
        batch = block.add_batch(layout, rows)
        at = block.add_buffer(slots, slots.size)
        self._kernel.begin(block)
        return at, batch, block

    @staticmethod
    def _require_rows(slots: pa.Buffer, rows: pa.RecordBatch) -> None:
        if slots.size != WORD * rows.num_rows:
            raise KernelFailed(f"{rows.num_rows} rows for {slots.size // WORD} slots")


def add_values(block: Block, values: pa.UInt64Array) -> int:
    """Adds the values of an array without nulls, from its offset on."""
    data = values.buffers()[1]
    if data is None:
        raise KernelFailed("an array of hashes has no values")
    size = 8 * len(values)
    return block.add_buffer(data.slice(8 * values.offset, size), size)
