"""The last step of a line of calls: what leaves it, once the guest has worked on a piece.

What it owns: taking rows out of the guest as records, as records with keys and hashes, or as a sink's columns. On its
subtask's lane. What it leaves: the steps before (`stateless.py`), exchange and sinks (`../outputs.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter_ns
from typing import Protocol

import pyarrow as pa

from lightflus.codec.schema import schema_of
from lightflus.errors import InternalError, KeyTooLarge
from lightflus.model.extract import Extractor, FieldPath
from lightflus.model.graph import KeyBy, Sink
from lightflus.model.types import Field, StructType, Type
from lightflus.ports.batch import Batch
from lightflus.ports.guests import Guest, GuestBatch
from lightflus.ports.kernel import Partitioner
from lightflus.runtime.counters import Counters
from lightflus.runtime.fields import AnyArray, as_column, batch_at, column_at
from lightflus.runtime.pieces import element_pieces


class TailRows:
    """Rows of one piece at the end of a line: in the guest, as a batch, or both."""

    __slots__ = ("_batch", "_guest", "_loaded", "record")

    def __init__(self, record: Type, batch: Batch | None, *, guest: Guest | None, loaded: GuestBatch | None) -> None:
        """`batch` is what came in, if the guest has not made other rows of it."""
        self.record = record
        self._batch = batch
        self._guest = guest
        self._loaded = loaded

    @property
    def batch(self) -> Batch:
        """The rows themselves; copied out of the guest at the first use."""
        if self._batch is None:
            guest, loaded = self._in_guest()
            self._batch = Batch(guest.take(loaded, self.record))
        return self._batch

    def batch_of(self, value: Extractor, found: Type) -> pa.RecordBatch:
        """A batch of `found`: a plain field, or what a function yields."""
        if isinstance(value, FieldPath):
            return batch_at(self.batch.columns, self.record, value, found)
        guest, loaded = self._in_guest()
        return guest.extract(value, loaded)

    def column_of(self, value: Extractor, found: Type) -> AnyArray:
        """The same as one column."""
        if isinstance(value, FieldPath):
            return column_at(self.batch.columns, self.record, value)
        return as_column(self.batch_of(value, found), found)

    def loaded_row(self, row: int) -> int:
        """Which row of the piece one of these came from."""
        return row if self._loaded is None else self._loaded.loaded_row(row)

    def _in_guest(self) -> tuple[Guest, GuestBatch]:
        if self._guest is None or self._loaded is None:
            raise InternalError("a line without a guest was asked to call a function")
        return self._guest, self._loaded


class Tail(Protocol):
    """Turns the rows of one piece into what leaves the chain."""

    @property
    def calls_guest(self) -> bool:
        """Whether it needs the rows in a guest."""
        ...

    def finish(self, rows: TailRows) -> Batch:
        """All that needs the guest."""
        ...

    def emit(self, batch: Batch) -> Iterator[Batch]:
        """Cuts to the size of channel elements, and computes what needs no guest."""
        ...

    def close(self) -> None:
        """Gives memory back. Idempotent."""
        ...


class RecordTail:
    """Hands the records on."""

    calls_guest = False

    def finish(self, rows: TailRows) -> Batch:
        """The rows, of a stream that is not keyed."""
        return rows.batch.without_keys()

    def emit(self, batch: Batch) -> Iterator[Batch]:
        """Pieces."""
        return _pieces(batch)

    def close(self) -> None:
        """Nothing to give back."""


class KeyTail:
    """Adds keys that are not too large; where rows are distributed by them, the edge hashes them (`../outputs.py`)."""

    def __init__(self, key_by: KeyBy, partitioner: Partitioner, counters: Counters) -> None:
        self._key = key_by.key
        self._type = key_by.key_type
        self._partitioner = partitioner
        self._counters = counters

    @property
    def calls_guest(self) -> bool:
        """Only for a computed key."""
        return not isinstance(self._key, FieldPath)

    def finish(self, rows: TailRows) -> Batch:
        """Columns and keys. Raises KeyTooLarge, with the row that was loaded: it is a record like any that fails."""
        started = perf_counter_ns()
        keys = rows.batch_of(self._key, self._type)
        try:
            self._partitioner.check(keys)
        except KeyTooLarge as error:
            error.function = None if isinstance(self._key, FieldPath) else self._key
            error.row = None if error.row is None else rows.loaded_row(error.row)
            raise
        batch = rows.batch.with_keys(keys)
        self._counters.calls += self.calls_guest
        self._counters.busy_ns += perf_counter_ns() - started
        return batch

    def emit(self, batch: Batch) -> Iterator[Batch]:
        """Pieces."""
        for piece in _pieces(batch):
            self._counters.batches += 1
            self._counters.rows_in += piece.rows
            self._counters.rows_out += piece.rows
            yield piece

    def close(self) -> None:
        """Gives the partitioner back."""
        self._partitioner.close()


class SinkTail:
    """Makes the columns that a sink writes."""

    def __init__(self, sink: Sink, counters: Counters) -> None:
        self._fields = sink.fields
        self._schema = schema_of(StructType(tuple(Field(field.name, field.type) for field in sink.fields)))
        self._functions = sum(not isinstance(field.value, FieldPath) for field in sink.fields)
        self._counters = counters

    @property
    def calls_guest(self) -> bool:
        """Only for computed fields."""
        return self._functions > 0

    def finish(self, rows: TailRows) -> Batch:
        """One column per field."""
        started = perf_counter_ns()
        arrays = [rows.column_of(field.value, field.type) for field in self._fields]
        self._counters.calls += self._functions
        self._counters.busy_ns += perf_counter_ns() - started
        return Batch(pa.RecordBatch.from_arrays(arrays, schema=self._schema))

    def emit(self, batch: Batch) -> Iterator[Batch]:
        """Pieces."""
        for piece in _pieces(batch):
            self._counters.batches += 1
            self._counters.rows_in += piece.rows
            yield piece

    def close(self) -> None:
        """Nothing to give back."""


def _pieces(batch: Batch) -> Iterator[Batch]:
    for start, stop in element_pieces(batch.columns):
        if stop - start == batch.rows:
            yield batch
            return
        yield batch.slice(start, stop - start)
