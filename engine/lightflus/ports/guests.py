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
