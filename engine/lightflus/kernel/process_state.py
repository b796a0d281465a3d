"""State rows with timers by key, in a kernel instance.

What it owns: the way of keys and rows into the kernel and out. What it leaves: which keys are due when
(`engine/kernel/src/process.rs`), what a timer means (the guest), when it is asked for (`runtime/`).
One thread at a time uses it; a failed call ends it.
"""

from __future__ import annotations

import struct
from typing import Final, cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec import layout_of
from lightflus.kernel.durable import WasmDurable
from lightflus.kernel.instance import WORD, KernelInstance
from lightflus.kernel.schema import row_type
from lightflus.kernel.slots import NOTHING, begin_keys, begin_rows, begin_slots, read_rows
from lightflus.limits import KERNEL_MEMORY_BYTES, KEY_TIMERS, TIME_MS
from lightflus.model.timers import timer_row
from lightflus.model.types import StructType, Type
from lightflus.ports.kernel import Clock, Lookup

_SPEC = struct.Struct("<qIIq")
_NO_TTL: Final = -1
_NOTHING_DUE: Final = 2**63 - 1


class WasmProcessState(WasmDurable):
    """Implements `ports.ProcessState`."""

    def __init__(
        self,
        key: Type,
        state: Type,
        ttl: int | None,
        memory_bytes: int = KERNEL_MEMORY_BYTES,
        *,
        has_event_time: bool,
    ) -> None:
        """No keys yet. Raises KernelFailed, StateTooLarge."""
        row = timer_row(state)
        spec = _SPEC.pack(_NO_TTL if ttl is None else ttl, has_event_time, KEY_TIMERS, TIME_MS)
        self._kernel = KernelInstance.keyed(key, row, memory_bytes, opening="open_process", spec=spec)
        self._key = layout_of(key)
        self._row = layout_of(row)
        self._rows = layout_of(StructType(row_type(row).fields, nullable=True))

    def lookup(self, keys: pa.RecordBatch, hashes: pa.UInt64Array | None) -> Lookup:
        """Finds or makes the slot of every key. Raises StateTooLarge."""
        if not keys.num_rows:
            return Lookup(NOTHING, NOTHING, 0)
        found = self._kernel.call("lookup_process", *begin_keys(self._kernel, self._key, keys, hashes), keys.num_rows)
        groups, slots = self._kernel.parts(found, 2)
        return Lookup(groups, slots, slots.size // WORD)

    def gather(self, slots: pa.Buffer) -> pa.StructArray:
        """The rows of `slots`, null where a key is not known."""
        return cast("pa.StructArray", read_rows(self._kernel, "gather_process", slots, self._rows).column(0))

    def store(self, slots: pa.Buffer, state: pa.StructArray) -> int | None:
        """Stores a row per slot; a null row removes the key. The first row that lies: then nothing is stored."""
        if not len(state):
            return None
        if not state.null_count:
            return self._store(slots, state)
        numbers = cast("pa.UInt32Array", pa.Array.from_buffers(pa.uint32(), slots.size // WORD, [None, slots]))
        is_known = state.is_valid()
        wrong = self._store(_words(numbers.filter(is_known)), state.filter(is_known))
        if wrong is not None:
            return pc.indices_nonzero(is_known)[wrong].as_py()
        gone = _words(numbers.filter(pc.invert(is_known)))
        self._kernel.call("remove_process", begin_slots(self._kernel, gone), gone.size // WORD)
        return None

    def _store(self, slots: pa.Buffer, state: pa.StructArray) -> int | None:
        rows = pa.RecordBatch.from_arrays(state.flatten(), schema=pa.schema(list(state.type)))
        wrong = self._kernel.call("store_process", *begin_rows(self._kernel, slots, self._row, rows))
        return wrong if wrong < rows.num_rows else None

    def take_due(self, clock: Clock, until: int, most: int) -> pa.Buffer | None:
        """Up to `most` slots that wake at or before `until`, by time, then key hash. None: no more."""
        self._kernel.call("reset")
        found = self._kernel.call("take_due", clock.value, until, most)
        return self._kernel.parts(found, 1)[0] if found else None

    def next_due(self, clock: Clock) -> int | None:
        """When the next one wakes, or earlier; None: none does."""
        time = self._kernel.call("next_due", clock.value)
        signed = time - (1 << 64) if time >> 63 else time
        return None if signed == _NOTHING_DUE else signed

    def decode(self, slots: pa.Buffer) -> pa.RecordBatch:
        """The keys of `slots`."""
        return read_rows(self._kernel, "decode_process", slots, self._key)

    def timers(self, clock: Clock) -> int:
        """Timers that are set."""
        return self._kernel.call("timer_count", clock.value)

    @property
    def memory_bytes(self) -> int:
        """What the kernel instance takes."""
        return self._kernel.window().size

    def __len__(self) -> int:
        """Keys with state."""
        return self._kernel.call("process_count")

    def close(self) -> None:
        """Gives the memory back. Idempotent."""
        self._kernel.close()


def _words(numbers: pa.UInt32Array) -> pa.Buffer:
    """The values of an array of uint32 without nulls."""
    data = numbers.buffers()[1]
    return NOTHING if data is None else data.slice(WORD * numbers.offset, WORD * len(numbers))
