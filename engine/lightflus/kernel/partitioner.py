"""The key hash, and which rows go to which partition (docs/key-hash.md).

What it owns: both, in one call of a kernel instance of its own. One thread at a time uses it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import pairwise
from typing import cast

import pyarrow as pa

from lightflus.codec import Block, layout_of
from lightflus.codec.layout import Node
from lightflus.errors import KeyTooLarge
from lightflus.kernel.instance import WORD, KernelInstance
from lightflus.limits import KEY_BYTES, KEY_GROUPS, MIB
from lightflus.model.types import Type
from lightflus.ports.kernel import Share

_FAULT = struct.Struct("<II")
_HASH = 8
_NOTHING = pa.py_buffer(b"")
_ADDED_BYTES = 8
"""More than the encoding adds to a value: a byte for null, four for a length, seven bits to a bool."""


class WasmPartitioner:
    """Implements `ports.Partitioner`."""

    def __init__(self, key: Type) -> None:
        """Hashes keys of type `key`."""
        self._kernel = KernelInstance.keyed(key, None)
        self._key = layout_of(key)
        self._arrays = _count(self._key.columns)

    def check(self, keys: pa.RecordBatch) -> None:
        """Raises KeyTooLarge, with its row, for a key beyond KEY_BYTES; hashes only where one may be so long."""
        if self.most_bytes(keys) > KEY_BYTES:
            self.hash_and_distribute(keys, 1, KEY_GROUPS)

    def most_bytes(self, keys: pa.RecordBatch) -> int:
        """What all encoded keys together have at most; no key has more."""
        return keys.nbytes + _ADDED_BYTES * self._arrays * keys.num_rows

    def hash_and_distribute(self, keys: pa.RecordBatch, partitions: int, key_groups: int) -> Sequence[Share]:
        """What each partition gets; 1 <= partitions <= key_groups. Raises KeyTooLarge, with its row."""
        if not keys.num_rows:
            return [Share(_rows(_NOTHING), _hashes(_NOTHING))] * partitions
        block = Block()
        batch = block.add_batch(self._key, keys)
        fault = block.reserve(_FAULT.size)
        self._kernel.begin(block)
        arguments = (block.address(batch), keys.num_rows, KEY_BYTES, block.address(fault), partitions, key_groups)
        found = self._kernel.call("hash_and_distribute", *arguments)
        if not found:
            raise self._too_large(block.address(fault))
        ends, rows, hashes = self._kernel.parts(found, 3)
        stops = memoryview(ends).cast("I").tolist()
        ranges = [(start, stop - start) for start, stop in pairwise([0, *stops])]
        return [Share(_rows(rows).slice(start, count), _hashes(hashes).slice(start, count)) for start, count in ranges]

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


def _rows(words: pa.Buffer) -> pa.UInt32Array:
    return cast("pa.UInt32Array", pa.Array.from_buffers(pa.uint32(), words.size // WORD, [None, words]))


def _hashes(words: pa.Buffer) -> pa.UInt64Array:
    return cast("pa.UInt64Array", pa.Array.from_buffers(pa.uint64(), words.size // _HASH, [None, words]))


def _count(nodes: Sequence[Node]) -> int:
    return sum(1 + _count(node.children) for node in nodes)
