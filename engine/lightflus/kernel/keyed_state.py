"""State rows by key, in a kernel instance.

What it owns: the way of keys, slots and rows into the kernel and out: one copy in per Arrow buffer, one copy out.
What it leaves: folding (`sandbox/`), when a slot is looked up and stored (`runtime/`).
One thread at a time uses it; a failed call ends it, and the job restores its state elsewhere.
"""

from __future__ import annotations

from typing import cast

import pyarrow as pa

from lightflus.codec import layout_of
from lightflus.kernel.durable import WasmDurable
from lightflus.kernel.instance import WORD, KernelInstance
from lightflus.kernel.schema import row_type
from lightflus.kernel.slots import NOTHING, begin_keys, begin_rows, begin_slots, read_rows
from lightflus.limits import KERNEL_MEMORY_BYTES
from lightflus.model.types import StructType, Type
from lightflus.ports.kernel import Lookup


class WasmKeyedState(WasmDurable):
    """Implements `ports.KeyedState`."""

    def __init__(self, key: Type, state: Type, memory_bytes: int = KERNEL_MEMORY_BYTES) -> None:
        """An empty table for keys of type `key` and state rows of type `state`."""
        self._kernel = KernelInstance.keyed(key, state, memory_bytes)
        self._key = layout_of(key)
        self._state = layout_of(state)
        self._rows = layout_of(StructType(row_type(state).fields, nullable=True))

    def lookup(self, keys: pa.RecordBatch, hashes: pa.UInt64Array | None) -> Lookup:
        """Finds or makes the slot of every key. Hashes are a Partitioner's, or not known. Raises StateTooLarge."""
        if not keys.num_rows:
            return Lookup(NOTHING, NOTHING, 0)
        found = self._kernel.call("lookup", *begin_keys(self._kernel, self._key, keys, hashes), keys.num_rows)
        groups, slots = self._kernel.parts(found, 2)
        return Lookup(groups, slots, slots.size // WORD)

    def gather(self, slots: pa.Buffer) -> pa.StructArray:
        """The state rows of `slots`, null where a slot has no state."""
        return cast("pa.StructArray", read_rows(self._kernel, "gather", slots, self._rows).column(0))

    def decode(self, slots: pa.Buffer) -> pa.RecordBatch:
        """The keys of `slots`."""
        return read_rows(self._kernel, "decode", slots, self._key)

    def scatter(self, slots: pa.Buffer, state: pa.RecordBatch) -> None:
        """Stores a row per slot; slots are distinct. Raises StateTooLarge."""
        self._kernel.call("scatter", *begin_rows(self._kernel, slots, self._state, state))

    def remove(self, slots: pa.Buffer) -> None:
        """Removes the keys of `slots`, which are distinct, and their state."""
        self._kernel.call("remove", begin_slots(self._kernel, slots), slots.size // WORD)

    def first_moved_key(self, slots: pa.Buffer, kept: pa.RecordBatch) -> int | None:
        """The first row whose `kept` columns, of the key's types, differ from the key of its slot."""
        row = self._kernel.call("first_moved_key", *begin_rows(self._kernel, slots, self._key, kept))
        return row if row < kept.num_rows else None

    def take_dirty(self, most: int) -> pa.Buffer:
        """Up to `most` slots that changed since they were last taken, the first changed first."""
        self._kernel.call("reset")
        (slots,) = self._kernel.parts(self._kernel.call("take_dirty", most), 1)
        return slots

    def mark_all(self) -> None:
        """Has every key with state wait for `take_dirty`."""
        self._kernel.call("mark_all")

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
