"""The key hash, and which rows go to which partition (docs/key-hash.md).

What it owns: two stateless functions of the kernel, in an instance of their own. One thread at a time uses it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import cast

import pyarrow as pa

from lightflus.codec import Block, layout_of
from lightflus.codec.layout import Node
from lightflus.errors import KeyTooLarge
from lightflus.kernel.instance import KernelInstance, copy_out
from lightflus.kernel.keyed_state import add_values
from lightflus.limits import KEY_BYTES, MIB
from lightflus.model.types import Type

_FAULT = struct.Struct("<II")
_ADDED_BYTES = 8
"""More than the encoding adds to a value: a byte for null, four for a length, seven bits to a bool."""


class WasmPartitioner:
    """Implements `ports.Partitioner`."""

    def __init__(self, key: Type) -> None:
        """Hashes keys of type `key`."""
        self._kernel = KernelInstance(key, None)
        self._key = layout_of(key)
        self._arrays = _count(self._key.columns)

    def hash(self, keys: pa.RecordBatch) -> pa.UInt64Array:
        """The key hash of every row. Raises KeyTooLarge, with its row, for a key beyond KEY_BYTES."""
        rows = keys.num_rows
        if not rows:
            return pa.array([], pa.uint64())
        block = Block()
        batch = block.add_batch(self._key, keys)
        fault = block.reserve(_FAULT.size)
        self._kernel.begin(block)
        hashes = self._kernel.call("hash", block.address(batch), rows, KEY_BYTES, block.address(fault))
        if not hashes:
            raise self._too_large(block.address(fault))
        values = pa.Array.from_buffers(pa.uint64(), rows, [None, copy_out(self._kernel.window(), hashes, 8 * rows)])
        return cast("pa.UInt64Array", values)

    def check(self, keys: pa.RecordBatch) -> None:
        """Raises KeyTooLarge as `hash` does, but hashes only where one of the keys may be too long."""
        if self.most_bytes(keys) > KEY_BYTES:
            self.hash(keys)

    def most_bytes(self, keys: pa.RecordBatch) -> int:
        """What all encoded keys together have at most; no key has more."""
        return keys.nbytes + _ADDED_BYTES * self._arrays * keys.num_rows

    def partition(self, hashes: pa.UInt64Array, partitions: int, key_groups: int) -> Sequence[pa.UInt32Array]:
        """Row numbers per partition, ascending; 1 <= partitions <= key_groups."""
        if not len(hashes):
            return [pa.array([], pa.uint32()) for _ in range(partitions)]
        block = Block()
        values = add_values(block, hashes)
        self._kernel.begin(block)
        found = self._kernel.call("distribute", block.data_address(values), len(hashes), partitions, key_groups)
        ends_of, rows = self._kernel.parts(found)
        ends = memoryview(ends_of).cast("I").tolist()
        all_rows = cast("pa.UInt32Array", pa.Array.from_buffers(pa.uint32(), len(hashes), [None, rows]))
        starts = [0, *ends[:-1]]
        return [all_rows.slice(start, end - start) for start, end in zip(starts, ends, strict=True)]

    def close(self) -> None:
        """Gives the memory back. Idempotent."""
        self._kernel.close()

    def _too_large(self, fault: int) -> KeyTooLarge:
        row, size = self._kernel.window().unpack(_FAULT, fault)
        return KeyTooLarge(
            f"a key has {size} bytes; at most {KEY_BYTES // MIB} MiB are possible",
            row=row,
            hint="Key by something shorter, for example by a part or a digest of the value.",
        )


def _count(nodes: Sequence[Node]) -> int:
    return sum(1 + _count(node.children) for node in nodes)
