"""What the kernel means, in plain Python: the oracle of its tests, and a kernel for jobs that run on doubles.

What it owns: key groups, and `ModelKernel`, the same interface as `WasmKernel` over dicts. Its slots are never used
again: what agrees with both does not depend on slot numbers. It is slow, a Python step per row, and no part of the data
path. What it leaves: state in event time (`windows.py`, `process.py`), encoding (`row_encoding.py`), and the hash,
which is handed in: the specified one is XXH3-64 (docs/key-hash.md), which Python's standard library lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import pyarrow as pa

from lightflus.codec import schema_of
from lightflus.codec.row_encoding import decode_rows, encode_state, encoded_keys
from lightflus.errors import KeyTooLarge
from lightflus.limits import KEY_BYTES
from lightflus.model.key_groups import subtask_of
from lightflus.model.types import Type
from lightflus.model.windows import WindowSpec
from lightflus.ports.durable import Merging, RunKind, Runs
from lightflus.ports.kernel import Lookup, Share
from lightflus.testing.buffers import numbers, words
from lightflus.testing.durable import Identity, ModelDurable
from lightflus.testing.process_state import ModelProcessState
from lightflus.testing.run_tools import ModelRunMerger, ModelRunReader
from lightflus.testing.runs import PlainRow
from lightflus.testing.windows import ModelWindowedState

HashBytes = Callable[[bytes], int]


def key_group(hash_value: int, key_groups: int) -> int:
    """The key group of a hash (docs/key-hash.md)."""
    return ((hash_value >> 32) * key_groups) >> 32


class ModelKeyedState(ModelDurable):
    """`ports.kernel.KeyedState` over dicts."""

    def __init__(self, key: Type, state: Type, hash_bytes: HashBytes) -> None:
        """An empty table."""
        super().__init__(RunKind.KEYED, hash_bytes)
        self._key = key
        self._state = state
        self._row_type = pa.struct(list(schema_of(state)))
        self._slots: dict[bytes, int] = {}
        self._keys: dict[int, bytes] = {}
        self._next_slot = 0
        self._rows: dict[int, pa.StructArray] = {}
        self._dirty: dict[int, None] = {}
        self._told: set[int] = set()
        self._leaving: list[int] = []

    def lookup(self, keys: pa.RecordBatch, hashes: pa.UInt64Array | None) -> Lookup:
        """Finds or makes the slot of every key; hashes are of no use to a dict."""
        assert hashes is None or len(hashes) == keys.num_rows
        self._free_leaving()
        found: dict[int, int] = {}
        groups = [found.setdefault(self._slot(encoded), len(found)) for encoded in encoded_keys(self._key, keys)]
        return Lookup(words(groups), words(found), len(found))

    def gather(self, slots: pa.Buffer) -> pa.StructArray:
        """The state rows of `slots`, null where there is none."""
        absent = pa.nulls(1, self._row_type)
        rows = [pa.nulls(0, self._row_type), *(self._rows.get(slot, absent) for slot in numbers(slots))]
        return pa.concat_arrays(rows)

    def decode(self, slots: pa.Buffer) -> pa.RecordBatch:
        """The keys of `slots`."""
        return decode_rows(self._key, [self._keys[slot] for slot in numbers(slots)])

    def scatter(self, slots: pa.Buffer, state: pa.RecordBatch) -> None:
        """Stores a row per slot."""
        self._free_leaving()
        rows = cast("pa.StructArray", state.to_struct_array().cast(self._row_type))
        for i, slot in enumerate(numbers(slots)):
            assert slot in self._keys
            self._rows[slot] = rows.slice(i, 1)
            self._dirty[slot] = None
            self._changed.add((self._keys[slot], ()))

    def remove(self, slots: pa.Buffer) -> None:
        """Removes keys and rows; one that was taken stays until its removal was."""
        self._free_leaving()
        for slot in numbers(slots):
            self._rows.pop(slot, None)
            if slot in self._told:
                self._dirty[slot] = None
            else:
                self._dirty.pop(slot, None)
                self._free(slot)

    def first_moved_key(self, slots: pa.Buffer, kept: pa.RecordBatch) -> int | None:
        """The first row whose columns are not the key of its slot."""
        pairs = zip(numbers(slots), encoded_keys(self._key, kept), strict=True)
        return next((i for i, (slot, encoded) in enumerate(pairs) if self._keys[slot] != encoded), None)

    def take_dirty(self, most: int) -> pa.Buffer:
        """Up to `most` slots that changed, the first changed first."""
        self._free_leaving()
        taken = list(self._dirty)[:most]
        for slot in taken:
            del self._dirty[slot]
        self._told.update(taken)
        self._leaving = [slot for slot in taken if slot not in self._rows]
        return words(taken)

    def mark_all(self) -> None:
        """Has every key with state wait for `take_dirty`."""
        self._dirty |= dict.fromkeys(self._rows)

    def _now(self) -> dict[Identity, PlainRow]:
        return {
            (self._keys[slot], ()): PlainRow(self._keys[slot], encode_state(self._state, row[0]))
            for slot, row in self._rows.items()
        }

    def _put(self, row: PlainRow, identity: Identity) -> None:
        assert row.state is not None
        slot = self._slot(row.key)
        rows = decode_rows(self._state, [row.state]).to_struct_array()
        self._rows[slot] = cast("pa.StructArray", rows.cast(self._row_type))
        self._told.add(slot)

    def _take(self, identity: Identity) -> None:
        slot = self._slots.get(identity[0])
        if slot is not None:
            self._rows.pop(slot)
            self._free(slot)

    def __len__(self) -> int:
        """Slots with state."""
        return len(self._rows)

    def close(self) -> None:
        """Nothing to give back."""

    def _slot(self, encoded: bytes) -> int:
        if encoded not in self._slots:
            self._slots[encoded] = self._next_slot
            self._keys[self._next_slot] = encoded
            self._next_slot += 1
        return self._slots[encoded]

    def _free_leaving(self) -> None:
        while self._leaving:
            self._free(self._leaving.pop())

    def _free(self, slot: int) -> None:
        self._told.discard(slot)
        del self._slots[self._keys.pop(slot)]


class ModelPartitioner:
    """`ports.Partitioner` in plain Python."""

    def __init__(self, key: Type, hash_bytes: HashBytes) -> None:
        """Hashes keys of type `key`."""
        self._key = key
        self._hash_bytes = hash_bytes

    def check(self, keys: pa.RecordBatch) -> None:
        """Raises KeyTooLarge."""
        self._hash(keys)

    def hash_and_distribute(self, keys: pa.RecordBatch, partitions: int, key_groups: int) -> Sequence[Share]:
        """What each partition gets."""
        hashes = self._hash(keys)
        rows: list[list[int]] = [[] for _ in range(partitions)]
        for row, value in enumerate(hashes.to_pylist()):
            rows[subtask_of(key_group(cast("int", value), key_groups), partitions, key_groups)].append(row)
        parts = [pa.array(part, pa.uint32()) for part in rows]
        return [Share(part, hashes.take(part)) for part in parts]

    def close(self) -> None:
        """Nothing to give back."""

    def _hash(self, keys: pa.RecordBatch) -> pa.UInt64Array:
        encoded = encoded_keys(self._key, keys)
        for row, key in enumerate(encoded):
            if len(key) > KEY_BYTES:
                raise KeyTooLarge(f"a key has {len(key)} bytes", row=row)
        return pa.array(map(self._hash_bytes, encoded), pa.uint64())


class ModelKernel:
    """`ports.Kernel` in plain Python."""

    def __init__(self, hash_bytes: HashBytes) -> None:
        """Hashes with `hash_bytes`: XXH3-64 if it is to agree with the real one."""
        self._hash_bytes = hash_bytes

    def keyed_state(self, key: Type, state: Type) -> ModelKeyedState:
        """A new, empty table."""
        return ModelKeyedState(key, state, self._hash_bytes)

    def partitioner(self, key: Type) -> ModelPartitioner:
        """Hash and partition for keys of that type."""
        return ModelPartitioner(key, self._hash_bytes)

    def windowed_state(self, key: Type, state: Type, spec: WindowSpec) -> ModelWindowedState:
        """A new one without windows."""
        return ModelWindowedState(key, state, spec, self._hash_bytes)

    def process_state(self, key: Type, state: Type, ttl: int | None, *, has_event_time: bool) -> ModelProcessState:
        """A new one without keys."""
        return ModelProcessState(key, state, ttl, self._hash_bytes, has_event_time=has_event_time)

    def run_merger(self, runs: Runs, merging: Merging) -> ModelRunMerger:
        """Makes one run of several."""
        return ModelRunMerger(runs, merging, self._hash_bytes)

    def run_reader(self, runs: Runs, key: Type, state: Type) -> ModelRunReader:
        """Shows rows of runs."""
        return ModelRunReader(runs, key, state, self._hash_bytes)
