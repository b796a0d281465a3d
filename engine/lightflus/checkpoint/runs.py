"""A run in a store, read piece by piece: nothing is handed out before its checksum was found right.

What it owns: which bytes are asked for. Any thread; one at a time uses a file.
What it leaves: what the footer says (`footer.py`), rows (`rows.py`), which runs make an operator's state (`lookup.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import pyarrow as pa
from xxhash import xxh3_64_intdigest, xxh3_128_hexdigest

from lightflus import checkpoint_limits, limits
from lightflus.checkpoint.footer import Footer, footer_bytes, read_footer
from lightflus.checkpoint.rows import Row, rows_of
from lightflus.errors import CheckpointDamaged
from lightflus.model.checkpoints import ObjectRef
from lightflus.model.key_groups import KeyGroupRange
from lightflus.ports.stores import CheckpointStore


class RunFile:
    """One run, as a manifest names it."""

    def __init__(self, store: CheckpointStore, ref: ObjectRef, key_groups: int = limits.KEY_GROUPS) -> None:
        """Reads nothing yet."""
        self._store = store
        self._ref = ref
        self._key_groups = key_groups

    @property
    def where(self) -> str:
        """What errors call it."""
        return f"{self._store.where}/{self._ref.name}"

    @cached_property
    def footer(self) -> Footer:
        """Read when it is first asked for. Raises CheckpointDamaged, ObjectMissing, StoreFailed."""
        size = self._ref.bytes
        end = self._end(min(size, checkpoint_limits.FOOTER_READ_BYTES))
        length = footer_bytes(end[-12:].to_pybytes(), size, self.where)
        if length > end.size:
            end = self._end(length)
        data = end.slice(end.size - length)
        found = xxh3_128_hexdigest(data)
        if found != self._ref.checksum:
            raise CheckpointDamaged(
                f"the run is damaged: the checksum of its footer is {found}, not {self._ref.checksum}", where=self.where
            )
        return read_footer(data, size - length, self._key_groups, self.where)

    def rows(self, blocks: range) -> Iterator[Row]:
        """The rows of some blocks, read one by one. Raises CheckpointDamaged, StoreFailed."""
        footer = self.footer
        for number in blocks:
            data = self._blocks(range(number, number + 1)).to_pybytes()
            yield from rows_of(data, footer.counts[number], footer.kind, self.where)

    def rows_of_key(self, key: bytes, key_hash: int) -> Iterator[Row]:
        """What the run says of a key: one row, or one for each window. Raises CheckpointDamaged, StoreFailed."""
        if self.footer.may_have(key_hash):
            yield from (row for row in self.rows(self.footer.blocks_of_hash(key_hash)) if row.key == key)

    def blocks(self, groups: KeyGroupRange, most_bytes: int) -> Iterator[pa.Buffer]:
        """All blocks that have rows of these key groups, neighbours together: `most_bytes`, or one that is larger.

        Raises CheckpointDamaged, StoreFailed.
        """
        left = self.footer.blocks_of_groups(groups.start, groups.stop)
        while left:
            count, begin = 1, self.footer.start(left.start)
            while count < len(left) and self.footer.ends[left.start + count] - begin <= most_bytes:
                count += 1
            yield self._blocks(left[:count])
            left = left[count:]

    def _blocks(self, numbers: range) -> pa.Buffer:
        footer = self.footer
        begin, end = footer.start(numbers.start), footer.ends[numbers.stop - 1]
        data = self._read(begin, end - begin)
        for number in numbers:
            start = footer.start(number)
            found = xxh3_64_intdigest(data.slice(start - begin, footer.ends[number] - start))
            if found != footer.checksums[number]:
                raise CheckpointDamaged(
                    f"the run is damaged: the checksum of bytes {start:,} to {footer.ends[number]:,} is "
                    f"{found:016x}, not {footer.checksums[number]:016x}",
                    where=self.where,
                )
        return data

    def _end(self, length: int) -> pa.Buffer:
        """The last bytes; one more is asked for, which ought not to be there."""
        return self._read(self._ref.bytes - length, length, more=1)

    def _read(self, start: int, length: int, more: int = 0) -> pa.Buffer:
        data = self._store.read(self._ref.name, start, length + more)
        if data.size != length:
            is_longer = data.size > length
            raise CheckpointDamaged(
                f"the run is damaged: it has {'more' if is_longer else 'fewer'} than {self._ref.bytes:,} bytes",
                where=self.where,
            )
        return data
