"""Guests: instances of a user's module, as the data plane calls them.

What it owns: Protocols and the values that cross them. Synchronous; one thread at a time uses a guest.
What it leaves: the sandbox behind them (`sandbox/`), their life and retries (`runtime/guest_host.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from lightflus.model.extract import FunctionNumber
from lightflus.model.types import Type


class GuestBatch(Protocol):
    """Rows that lie in a guest's memory until the next `Guest.begin`. Opaque but for its length and lineage."""

    @property
    def rows(self) -> int:
        """Rows, after any selection."""
        ...

    def loaded_row(self, row: int) -> int:
        """The row of the batch that `Guest.load` put in, from which `row` was made."""
        ...

    def rows_loaded(self) -> pa.UInt32Array | None:
        """The same of every row, so that columns beside the records follow them; None = they are the loaded rows."""
        ...


@dataclass(frozen=True, slots=True)
class Folded:
    """What a fold returns: `state` has one row per group, none null; `output` one row per row if it was wanted."""

    state: pa.RecordBatch
    output: pa.RecordBatch | None


@dataclass(frozen=True, slots=True)
class Finished:
    """Results of states; `sources` says which state each was made from, None = one of each, in their order."""

    rows: pa.RecordBatch
    sources: pa.UInt32Array | None


@dataclass(frozen=True, slots=True)
class ProcessCall:
    """What a process function works on (docs/abi.md, section 10): rows, timers that are due, or both.

    Attributes:
        first: rows of the first input; None = none.
        second: rows of the second one, where it has one that is no broadcast.
        sides: u32 per row, 0 or 1: the input whose next row it is; None = all are of the first.
        groups: u32 per row: the group of its key.
        keys: a row per group.
        state: a row per group: the columns of the operator's state, `timers`, `processing_timers`, `last`; a null row
            = a key that is not known.
        times: of each row; None = the stream has no event time.
        marks: the same of the watermark of its split just before it; NO_MARK = none yet.
        watermark: which timers are due behind the rows; NO_MARK = none.
        processing_time: the same for timers of processing time.
        rules: one row: what the broadcast has been folded into; None = nothing yet, or no such input.
    """

    first: pa.RecordBatch | None
    second: pa.RecordBatch | None
    sides: pa.Buffer | None
    groups: pa.Buffer
    keys: pa.RecordBatch
    state: pa.StructArray
    times: pa.Int64Array | None
    marks: pa.Int64Array | None
    watermark: int
    processing_time: int
    rules: pa.RecordBatch | None = None

    @property
    def rows(self) -> int:
        """Rows of both inputs."""
        return sum(0 if side is None else side.num_rows for side in (self.first, self.second))


@dataclass(frozen=True, slots=True)
class Emitted:
    """Records that a process function gave, with the time and mark of each."""

    columns: pa.RecordBatch
    times: pa.Int64Array
    marks: pa.Int64Array


@dataclass(frozen=True, slots=True)
class Processed:
    """What a process function answered: states as in its call (null = forgotten), main output and side outputs."""

    state: pa.StructArray
    outputs: tuple[Emitted, ...]


class Guest(Protocol):
    """One instance of a module, described and checked, its memory bounded (docs/abi.md, 3.1).

    Every method may raise a `GuestError`; then the instance is dead and `is_alive` is False. The error's `row` is a row
    of the *loaded* batch (already mapped back through selections and list offsets).
    """

    @property
    def is_alive(self) -> bool:
        """Whether it may be called again."""
        ...

    @property
    def memory_bytes(self) -> int:
        """Of its linear memory now. On the thread that calls it."""
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
        times: pa.Int64Array | None = None,
    ) -> Folded:
        """REDUCE, AGGREGATE: `state` has a row per group (null = none yet), `groups` is u32 per row of the batch.

        `times` are those of the rows, for a function that says so.
        """
        ...

    def merge(
        self, function: FunctionNumber, states: pa.RecordBatch, *, state: pa.StructArray, groups: pa.Buffer
    ) -> pa.RecordBatch:
        """REDUCE, AGGREGATE: the same of states instead of rows; the states of the groups then."""
        ...

    def finish(
        self,
        function: FunctionNumber,
        states: pa.RecordBatch,
        keys: pa.RecordBatch,
        *,
        starts: pa.Int64Array | None,
        ends: pa.Int64Array | None,
    ) -> Finished:
        """FINISH, FINISH_LIST: results of states, with the key and window of each (None = no windows)."""
        ...

    def process(self, function: FunctionNumber, call: ProcessCall) -> Processed:
        """PROCESS: the error's `row` is one of the call's rows."""
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

    def interrupt(self) -> None:
        """Ends starts that are under way, from another thread: they raise a GuestError within two ticks."""
        ...
