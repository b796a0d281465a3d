"""The seams of the data plane: what the runtime needs from guests, the kernel and threads.

What it owns: Protocols and the values that cross them. `runtime` sees the edges only through these.
What it leaves: implementations (`sandbox/` has Guest, `kernel/` KeyedState and Partitioner, `compute.py` Compute); the
seams to the world (`io.py`). Guests and kernels are synchronous; one thread at a time uses each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import pyarrow as pa

from lightflus.model.graph import FunctionNumber
from lightflus.model.types import Type

T = TypeVar("T")

# --- guests ---------------------------------------------------------------------------------------------------------


class GuestBatch(Protocol):
    """Rows that lie in a guest's memory until the next `Guest.begin`. Opaque but for its length and lineage."""

    @property
    def rows(self) -> int:
        """Rows, after any selection."""
        ...

    def loaded_row(self, row: int) -> int:
        """The row of the batch that `Guest.load` put in, from which `row` was made."""
        ...


@dataclass(frozen=True, slots=True)
class Folded:
    """What a fold returns: `state` has one row per group, none null; `output` one row per row if it was wanted."""

    state: pa.RecordBatch
    output: pa.RecordBatch | None


class Guest(Protocol):
    """One instance of a module, described and checked, its memory bounded (docs/abi.md, 3.1).

    Every method may raise a `GuestError`; then the instance is dead and `is_alive` is False. The error's `row` is a row
    of the *loaded* batch (already mapped back through selections and list offsets).
    """

    @property
    def is_alive(self) -> bool:
        """Whether it may be called again."""
        ...

    def begin(self) -> None:
        """Starts a chain: frees what the last one left. Every GuestBatch of before is void."""
        ...

    def load(self, columns: pa.RecordBatch) -> GuestBatch:
        """Copies a batch into the guest's memory, once per chain and batch."""
        ...

    def map(self, function: FunctionNumber, batch: GuestBatch) -> GuestBatch:
        """MAP: as many rows as came."""
        ...

    def filter(self, function: FunctionNumber, batch: GuestBatch) -> GuestBatch:
        """FILTER: the same rows, narrowed by a selection; nothing is copied."""
        ...

    def flat_map(self, function: FunctionNumber, batch: GuestBatch) -> GuestBatch:
        """FLAT_MAP: the child of the list array."""
        ...

    def extract(self, function: FunctionNumber, batch: GuestBatch) -> pa.RecordBatch:
        """KEY, FIELD, TIMESTAMP: copied out and fully checked; columns as `model.types.columns(function.output)`."""
        ...

    def take(self, batch: GuestBatch, record: Type) -> pa.RecordBatch:
        """Copies a batch out, compacted and fully checked."""
        ...

    def fold(
        self,
        function: FunctionNumber,
        batch: GuestBatch,
        *,
        state: pa.StructArray,
        groups: pa.Buffer,
        wants_output: bool,
    ) -> Folded:
        """REDUCE: `state` has a row per group (null = none yet), `groups` is u32 per row of the batch."""
        ...

    def interrupt(self) -> None:
        """Ends a running call from another thread: it raises `GuestDeadlineExceeded` within two ticks."""
        ...

    def close(self) -> None:
        """Gives the memory back. Idempotent."""
        ...


class GuestFactory(Protocol):
    """Makes instances of one module; a new one costs microseconds and may be made after any failure."""

    def __call__(self) -> Guest:
        """A fresh, described instance. Raises GuestError if it fails to start."""
        ...


# --- the kernel -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lookup:
    """Keys turned into slots: `groups` is u32 per row, < `group_count`; `slots` u32 per group, by first row."""

    groups: pa.Buffer
    slots: pa.Buffer
    group_count: int


class KeyedState(Protocol):
    """State rows by key, in one kernel instance (one keyed operator of one subtask)."""

    def lookup(self, keys: pa.RecordBatch, hashes: pa.UInt64Array | None) -> Lookup:
        """Finds or makes the slot of every key; at most FOLD_ROWS rows. A new slot has null state.

        Hashes are a Partitioner's; None: the keys are hashed here.
        """
        ...

    def gather(self, slots: pa.Buffer) -> pa.StructArray:
        """The state rows of `slots` (u32 each), null where a slot has no state."""
        ...

    def scatter(self, slots: pa.Buffer, state: pa.RecordBatch) -> None:
        """Stores a row per slot and marks the slots dirty."""
        ...

    def first_moved_key(self, slots: pa.Buffer, kept: pa.RecordBatch) -> int | None:
        """The first row whose `kept` columns differ from the key of its slot; None if all are equal."""
        ...

    def take_dirty(self, most: int) -> pa.Buffer:
        """Up to `most` slots written since they were last taken, in ascending order; empties as it goes."""
        ...

    def __len__(self) -> int:
        """Slots with state."""
        ...

    def close(self) -> None:
        """Gives the memory back. Idempotent."""
        ...


class Partitioner(Protocol):
    """Stateless kernel functions over key columns."""

    def hash(self, keys: pa.RecordBatch) -> pa.UInt64Array:
        """uint64 per row: the specified key hash (docs/key-hash.md). Raises KeyTooLarge, with its row."""
        ...

    def check(self, keys: pa.RecordBatch) -> None:
        """Raises what `hash` raises; does not hash where all keys together are short enough for one."""
        ...

    def partition(self, hashes: pa.UInt64Array, partitions: int, key_groups: int) -> Sequence[pa.UInt32Array]:
        """uint32 row numbers per partition, ascending: hash -> key group -> range of groups -> partition."""
        ...


class Kernel(Protocol):
    """Makes kernel instances."""

    def keyed_state(self, key: Type, state: Type) -> KeyedState:
        """A new, empty table."""
        ...

    def partitioner(self, key: Type) -> Partitioner:
        """Hash and partition for keys of that type."""
        ...


# --- threads --------------------------------------------------------------------------------------------------------


class Compute(Protocol):
    """A slot: runs synchronous work in order, off the event loop (or inline, in tests)."""

    async def run(self, work: Callable[[], T]) -> T:
        """Runs `work` on the slot's thread and returns or raises what it does.

        Cancellation is noticed at once by the caller; work that has begun is left to end on its thread.
        """
        ...

    def post(self, work: Callable[[], object]) -> None:
        """Runs `work` after all that was asked before, without waiting for it: for closing what threads may still use.

        What it raises is lost.
        """
        ...

    def close(self) -> None:
        """Ends the thread after the work that it has."""
        ...
