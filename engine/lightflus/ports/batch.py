"""What flows between operators and subtasks: batches of rows, and the control elements of `model/elements.py`.

What it owns: the in-flight form of rows, and every operation on whole rows, so that no column beside the record is lost
on the way. Values only; any thread may read them. What it leaves: moving them (`runtime/channel.py`), computing on them
(`runtime/operators/`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import pyarrow as pa

from lightflus.model.elements import Control
from lightflus.ports.stamps import joined_stamps


class Origin(Protocol):
    """Where the rows of a source batch come from, so that an error can name the record."""

    def position(self, row: int) -> str:
        """The place of `row` in words a person can act on: `book.txt:124`, `topic[3]@1077`."""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows in flight.

    Attributes:
        columns: the record, one column per field (`model.types.columns`); length = rows.
        keys: the key columns computed at keyBy, same length; None before a keyBy and after the keyed operator.
        hashes: uint64 of the keys, same length; None without keys, and where rows are not distributed by them.
        stamps: columns for event time (`stamps.py`), same length; None of a stream without it.
        origin: where the rows come from, as long as they are rows of a source; None after an exchange.
    """

    columns: pa.RecordBatch
    keys: pa.RecordBatch | None = None
    hashes: pa.UInt64Array | None = None
    stamps: pa.RecordBatch | None = None
    origin: Origin | None = None

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.columns.num_rows

    def slice(self, start: int, rows: int) -> Batch:
        """Rows [start, start + rows); nothing is copied."""
        return Batch(
            self.columns.slice(start, rows),
            None if self.keys is None else self.keys.slice(start, rows),
            None if self.hashes is None else self.hashes.slice(start, rows),
            None if self.stamps is None else self.stamps.slice(start, rows),
            self.origin_from(start),
        )

    def take(self, rows: pa.UInt32Array) -> Batch:
        """These rows, in that order, copied; without origin, which counts rows of a source batch."""
        return Batch(
            self.columns.take(rows),
            None if self.keys is None else self.keys.take(rows),
            None if self.hashes is None else self.hashes.take(rows),
            None if self.stamps is None else self.stamps.take(rows),
        )

    def with_keys(self, keys: pa.RecordBatch) -> Batch:
        """The same rows keyed anew."""
        return replace(self, keys=keys, hashes=None)

    def without_keys(self) -> Batch:
        """The same rows, of a stream that is not keyed."""
        return self if self.keys is None else replace(self, keys=None, hashes=None)

    def origin_from(self, start: int) -> Origin | None:
        """The origin of the rows from `start` on."""
        return self.origin if self.origin is None or not start else _Shifted(self.origin, start)

    @staticmethod
    def joined(batches: Sequence[Batch]) -> Batch:
        """The rows of all batches in order; without origin. All have keys, or stamps, or none has; there are rows.

        Hashes are lost where a batch has none.
        """
        if len(batches) == 1:
            return batches[0]
        keys = [batch.keys for batch in batches if batch.keys is not None]
        hashes = [batch.hashes for batch in batches if batch.hashes is not None]
        stamps = [batch.stamps for batch in batches if batch.stamps is not None]
        return Batch(
            _concatenated([batch.columns for batch in batches]),
            _concatenated(keys) if keys else None,
            pa.concat_arrays(hashes) if len(hashes) == len(batches) else None,
            joined_stamps(stamps) if stamps else None,
        )


@dataclass(frozen=True, slots=True)
class Side:
    """A batch that leaves an operator through the side output `port`."""

    port: str
    batch: Batch


@dataclass(frozen=True, slots=True)
class Working:
    """Nothing yet: an operator that is in the middle of something long lets go of its thread for a moment."""


Element = Batch | Control
"""Everything that a channel carries."""

Out = Batch | Side | Control | Working
"""Everything that an operator yields."""


class _Shifted:
    """An origin whose rows begin further back."""

    __slots__ = ("_origin", "_start")

    def __init__(self, origin: Origin, start: int) -> None:
        self._origin = origin
        self._start = start

    def position(self, row: int) -> str:
        return self._origin.position(self._start + row)


def _concatenated(batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    (whole,) = pa.Table.from_batches(batches).combine_chunks().to_batches()
    return whole
