"""The kernel: our own hot loops over keys and state, as the data plane calls them.

What it owns: Protocols of keys and their state, and the values that cross them. Synchronous; one thread at a time uses
a kernel's instance.
What it leaves: state by window (`windows.py`), the kernel itself (`kernel/`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import pyarrow as pa

from lightflus.model.types import Type
from lightflus.model.windows import WindowSpec
from lightflus.ports.durable import Durable, Merging, RunMerger, RunReader, Runs
from lightflus.ports.windows import WindowedState


@dataclass(frozen=True, slots=True)
class Lookup:
    """Keys turned into slots: `groups` is u32 per row, < `group_count`; `slots` u32 per group, by first row."""

    groups: pa.Buffer
    slots: pa.Buffer
    group_count: int


@dataclass(frozen=True, slots=True)
class Share:
    """What one partition gets of a batch: uint32 row numbers, ascending, and the key hash of each."""

    rows: pa.UInt32Array
    hashes: pa.UInt64Array


class KeyedState(Durable, Protocol):
    """State rows by key, in one kernel instance (one keyed operator of one subtask).

    A slot is a key's until the key is removed; then another key gets it. So slot numbers mean nothing by themselves,
    and no result depends on them.
    """

    def lookup(self, keys: pa.RecordBatch, hashes: pa.UInt64Array | None) -> Lookup:
        """Finds or makes the slot of every key; at most FOLD_ROWS rows. A new slot has null state.

        Hashes are a Partitioner's; None: the keys are hashed here.
        """
        ...

    def gather(self, slots: pa.Buffer) -> pa.StructArray:
        """The state rows of `slots` (u32 each), null where a slot has no state."""
        ...

    def scatter(self, slots: pa.Buffer, state: pa.RecordBatch) -> None:
        """Stores a row per slot and marks the slots dirty; slots are distinct."""
        ...

    def remove(self, slots: pa.Buffer) -> None:
        """Removes the keys of `slots`, which are distinct, and their state; what they took is used again."""
        ...

    def decode(self, slots: pa.Buffer) -> pa.RecordBatch:
        """The keys of `slots`, as columns of the key's type, floats canonical (docs/row-encoding.md)."""
        ...

    def first_moved_key(self, slots: pa.Buffer, kept: pa.RecordBatch) -> int | None:
        """The first row whose `kept` columns differ from the key of its slot; None if all are equal."""
        ...

    def take_dirty(self, most: int) -> pa.Buffer:
        """Up to `most` slots that changed since they were last taken, the first changed first; empties as it goes.

        A slot that `gather` finds without state is that of a key which was taken before and has been removed since. It
        is good for `gather` and `decode` until the next call that changes anything. A key that came and went unseen is
        not reported. A key that was restored was taken in its other life.
        """
        ...

    def mark_all(self) -> None:
        """Has every key with state wait for `take_dirty`, whether it was taken or not.

        For whoever takes nothing before the end, and so had not when the state was sealed.
        """
        ...

    def __len__(self) -> int:
        """Slots with state."""
        ...

    def close(self) -> None:
        """Gives the memory back. Idempotent."""
        ...


class Clock(Enum):
    """By which time a timer is due."""

    EVENT = 0
    PROCESSING = 1


class ProcessState(Durable, Protocol):
    """State rows of a process function by key, with the timers in them (`model/timers.py`), in one kernel instance.

    A key wakes, once, at the earliest of its timers, or when it expires: at `last + ttl`, by event time where there is
    one. Slots are as those of a KeyedState; a key that has got no row is forgotten at the next `lookup`.
    """

    def lookup(self, keys: pa.RecordBatch, hashes: pa.UInt64Array | None) -> Lookup:
        """Finds or makes the slot of every key; at most FOLD_ROWS rows. A new slot has null state."""
        ...

    def gather(self, slots: pa.Buffer) -> pa.StructArray:
        """The rows of `slots`, null where a key is not known."""
        ...

    def store(self, slots: pa.Buffer, state: pa.StructArray) -> int | None:
        """Stores a row per slot, and when it wakes; a null row removes the key. Slots are distinct.

        The first row whose timers are not ascending, within TIME_MS, and at most KEY_TIMERS: then nothing is stored.
        """
        ...

    def take_due(self, clock: Clock, until: int, most: int) -> pa.Buffer | None:
        """Up to `most` slots that wake at or before `until`, by time, then key hash. They sleep until stored again.

        None: no more. No slots at all: the kernel has done its bounded part, and asks for the next call.
        """
        ...

    def next_due(self, clock: Clock) -> int | None:
        """When the next one wakes, or earlier: `take_due` finds out. None: none does."""
        ...

    def decode(self, slots: pa.Buffer) -> pa.RecordBatch:
        """The keys of `slots`."""
        ...

    def __len__(self) -> int:
        """Keys with state."""
        ...

    def timers(self, clock: Clock) -> int:
        """Timers that are set."""
        ...

    @property
    def memory_bytes(self) -> int:
        """What the kernel instance takes."""
        ...

    def close(self) -> None:
        """Gives the memory back. Idempotent."""
        ...


class Partitioner(Protocol):
    """Stateless kernel functions over key columns."""

    def check(self, keys: pa.RecordBatch) -> None:
        """Raises KeyTooLarge, with its row; does not hash where all keys together are short enough for one."""
        ...

    def hash_and_distribute(self, keys: pa.RecordBatch, partitions: int, key_groups: int) -> Sequence[Share]:
        """What each partition gets: key hash (docs/key-hash.md) -> key group -> range of groups -> partition.

        Raises KeyTooLarge, with its row.
        """
        ...

    def close(self) -> None:
        """Gives the memory back. Idempotent."""
        ...


class Kernel(Protocol):
    """Makes kernel instances."""

    def keyed_state(self, key: Type, state: Type) -> KeyedState:
        """A new, empty table."""
        ...

    def partitioner(self, key: Type) -> Partitioner:
        """Hash and partition for keys of that type."""
        ...

    def windowed_state(self, key: Type, state: Type, spec: WindowSpec) -> WindowedState:
        """A new one without windows."""
        ...

    def process_state(self, key: Type, state: Type, ttl: int | None, *, has_event_time: bool) -> ProcessState:
        """A new one without keys. `state` is the type of the user's state; `ttl` is in milliseconds."""
        ...

    def run_merger(self, runs: Runs, merging: Merging) -> RunMerger:
        """Of runs that lie elsewhere. Raises CheckpointDamaged: the facts are not what a kernel has given."""
        ...

    def run_reader(self, runs: Runs, key: Type, state: Type) -> RunReader:
        """Of runs whose rows are of these types: those of a process function are `model.timers.timer_row`s.

        Raises CheckpointDamaged: the facts are not what a kernel has given.
        """
        ...
