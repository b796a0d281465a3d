"""The last step of a chain: what leaves it, once the guest has worked on a piece.

What it owns: taking rows out of the guest as records, as records with keys and hashes, or as a sink's columns. On the
slot's thread. What it leaves: the steps before (`stateless.py`), exchange and sinks (`../outputs.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter_ns
from typing import Protocol

import pyarrow as pa

from lightflus.codec.schema import schema_of
from lightflus.errors import InternalError, KeyTooLarge
from lightflus.model.graph import Extractor, FieldPath, KeyBy, Sink
from lightflus.model.types import Field, StructType, Type
from lightflus.ports.batch import Batch
from lightflus.ports.guests import Guest, GuestBatch
from lightflus.ports.kernel import Partitioner
from lightflus.runtime.counters import Counters
from lightflus.runtime.fields import AnyArray, as_column, batch_at, column_at
from lightflus.runtime.pieces import element_pieces


class Rows:
    """Rows of one piece at the end of a chain: in the guest, as Arrow columns, or both."""

    __slots__ = ("_columns", "_guest", "_loaded", "record")

    def __init__(
        self, record: Type, *, columns: pa.RecordBatch | None, guest: Guest | None, loaded: GuestBatch | None
    ) -> None:
        self.record = record
        self._columns = columns
        self._guest = guest
        self._loaded = loaded

    @property
    def columns(self) -> pa.RecordBatch:
        """The record's columns; copied out of the guest at the first use."""
        if self._columns is None:
            guest, loaded = self._in_guest()
            self._columns = guest.take(loaded, self.record)
        return self._columns

    def batch_of(self, value: Extractor, found: Type) -> pa.RecordBatch:
        """A batch of `found`: a plain field, or what a function yields."""
        if isinstance(value, FieldPath):
            return batch_at(self.columns, self.record, value, found)
        guest, loaded = self._in_guest()
        return guest.extract(value, loaded)

    def column_of(self, value: Extractor, found: Type) -> AnyArray:
        """The same as one column."""
        if isinstance(value, FieldPath):
            return column_at(self.columns, self.record, value)
        return as_column(self.batch_of(value, found), found)

    def _in_guest(self) -> tuple[Guest, GuestBatch]:
        if self._guest is None or self._loaded is None:
            raise InternalError("a chain without a guest was asked to call a function")
        return self._guest, self._loaded


class Tail(Protocol):
    """Turns the rows of one piece into what leaves the chain."""

    @property
    def calls_guest(self) -> bool:
        """Whether it needs the rows in a guest."""
        ...

    def finish(self, rows: Rows) -> Batch:
        """All that needs the guest."""
        ...

    def emit(self, batch: Batch) -> Iterator[Batch]:
        """Cuts to the size of channel elements, and computes what needs no guest."""
        ...


class RecordTail:
    """Hands the records on."""

    calls_guest = False

    def finish(self, rows: Rows) -> Batch:
        """The columns alone."""
        return Batch(rows.columns)

    def emit(self, batch: Batch) -> Iterator[Batch]:
        """Pieces."""
        return _pieces(batch)


class KeyTail:
    """Adds keys, and their hashes if rows are distributed by them."""

    def __init__(self, key_by: KeyBy, partitioner: Partitioner, counters: Counters, *, is_distributed: bool) -> None:
        self._key = key_by.key
        self._type = key_by.key_type
        self._partitioner = partitioner
        self._counters = counters
        self._is_distributed = is_distributed

    @property
    def calls_guest(self) -> bool:
        """Only for a computed key."""
        return not isinstance(self._key, FieldPath)

    def finish(self, rows: Rows) -> Batch:
        """Columns and keys."""
        started = perf_counter_ns()
        self._counters.calls += self.calls_guest
        batch = Batch(rows.columns, rows.batch_of(self._key, self._type))
        self._counters.busy_ns += perf_counter_ns() - started
        return batch

    def emit(self, batch: Batch) -> Iterator[Batch]:
        """Pieces, each with its hashes if they are wanted. Raises KeyTooLarge in any case."""
        for piece in _pieces(batch):
            assert piece.keys is not None
            started = perf_counter_ns()
            hashed = self._hashed(piece, piece.keys)
            self._counters.busy_ns += perf_counter_ns() - started
            self._counters.batches += 1
            self._counters.rows_in += piece.rows
            self._counters.rows_out += piece.rows
            yield hashed

    def _hashed(self, piece: Batch, keys: pa.RecordBatch) -> Batch:
        try:
            if self._is_distributed:
                return replace(piece, hashes=self._partitioner.hash(keys))
            self._partitioner.check(keys)
        except KeyTooLarge as error:
            if piece.origin is not None:
                error.where = piece.origin.position(error.row)
            raise
        return piece


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

    def finish(self, rows: Rows) -> Batch:
        """One column per field."""
        started = perf_counter_ns()
        columns = [rows.column_of(field.value, field.type) for field in self._fields]
        self._counters.calls += self._functions
        self._counters.busy_ns += perf_counter_ns() - started
        return Batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))

    def emit(self, batch: Batch) -> Iterator[Batch]:
        """Pieces."""
        for piece in _pieces(batch):
            self._counters.batches += 1
            self._counters.rows_in += piece.rows
            yield piece


def _pieces(batch: Batch) -> Iterator[Batch]:
    for start, stop in element_pieces(batch.columns):
        if stop - start == batch.rows:
            yield batch
            return
        keys = None if batch.keys is None else batch.keys.slice(start, stop - start)
        yield Batch(batch.columns.slice(start, stop - start), keys, None, shifted(batch, start))


class _Shifted:
    """An origin whose rows begin further back."""

    def __init__(self, batch: Batch, start: int) -> None:
        assert batch.origin is not None
        self._origin = batch.origin
        self._start = start

    def position(self, row: int) -> str:
        return self._origin.position(self._start + row)


def shifted(batch: Batch, start: int) -> _Shifted | None:
    """The origin of the rows of `batch` from `start` on, if it has one."""
    return None if batch.origin is None else _Shifted(batch, start)
