"""The keyed running reduction: state in the kernel, the function in the guest, both on its subtask's lane.

What it owns: one fold per piece (look-up, gather, guest, check, scatter), and which updates leave, as the plan decided
(`model/emit.py`). State is written only after everything of the call has succeeded.
What it leaves: tables and rows (the kernel), the guest's life and retries, the operators chained behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter_ns

import pyarrow as pa

from lightflus import limits
from lightflus.errors import GuestProtocolError, InternalError
from lightflus.model.emit import EmitDecision, EmitMode
from lightflus.model.extract import FieldPath, FunctionNumber
from lightflus.model.types import Type
from lightflus.ports.batch import Batch, Out
from lightflus.ports.guests import Folded, Guest
from lightflus.ports.kernel import KeyedState, Lookup
from lightflus.ports.stamps import TIME, stamp
from lightflus.runtime.counters import Counters
from lightflus.runtime.fields import batch_at, rows_of
from lightflus.runtime.guest_host import GuestHost
from lightflus.runtime.operators.keeping import restore
from lightflus.runtime.operators.stage import Kept, Sealed, Stage
from lightflus.runtime.operators.state_rows import require_small
from lightflus.runtime.pieces import fold_pieces
from lightflus.runtime.poison import Screen, shown_key


@dataclass(frozen=True, slots=True)
class Reduction:
    """What a running reduction or aggregation is.

    Attributes:
        function: what folds a record in.
        record: the type of its records.
        key: the type of their keys.
        state: the type of its state.
        emit: which results leave.
        counters: its own.
        finish: what makes a result of a state; None: the state is the result.
        with_times: whether its function gets the times of rows.
    """

    function: FunctionNumber
    record: Type
    key: Type
    state: Type
    emit: EmitDecision
    counters: Counters
    finish: FunctionNumber | None = None
    with_times: bool = False


class ReduceStage(Stage):
    """Folds records into the state of their key, and yields updates."""

    prefers_rows = limits.FOLD_ROWS

    def __init__(self, reduction: Reduction, state: KeyedState, host: GuestHost) -> None:
        self._reduction = reduction
        self._state = state
        self._host = host
        self._screen = Screen(reduction.record, reduction.key)
        self._has_updates = False

    @property
    def is_holding(self) -> bool:
        """Whether updates wait for `release`."""
        return self._has_updates and self._reduction.emit.mode is EmitMode.LAST

    def process(self, side: int, batch: Batch) -> Iterator[Out]:
        """Folds a batch in; yields every update if the plan says so, otherwise nothing yet."""
        if batch.keys is None:
            raise InternalError("a reduce got records without keys")
        for start, stop in fold_pieces(batch.columns):
            for update in self._fold(batch, batch.keys, start, stop):
                self._reduction.counters.rows_out += update.rows
                yield update
        if self._reduction.emit.mode is EmitMode.FINAL:
            self._reduction.counters.open = len(self._state)

    def release(self) -> Iterator[Out]:
        """The last update of every key that has one since the last time."""
        if self.is_holding:
            yield from self._updates()

    def finish(self) -> Iterator[Out]:
        """All updates that have not left."""
        if self._reduction.emit.mode is not EmitMode.EVERY:
            self._reduction.counters.open = 0
            yield from self._updates()

    def seal(self, *, is_whole: bool) -> Sealed:
        """Keys and their state."""
        facts = self._state.facts()
        return Sealed(facts, run=self._state if self._state.seal(whole=is_whole) else None)

    def restore(self, kept: Kept) -> None:
        """Goes on from the state of these keys; results that have not left yet are those of all of them."""
        restore(self._state, kept)
        if self._reduction.emit.mode is EmitMode.FINAL:
            self._state.mark_all()
            self._has_updates = True
            self._reduction.counters.open = len(self._state)

    def close(self) -> None:
        """Gives the table back."""
        self._state.close()

    def _updates(self) -> Iterator[Out]:
        self._has_updates = False
        counters = self._reduction.counters
        while True:
            started = perf_counter_ns()
            slots = self._state.take_dirty(limits.CALL_ROWS)
            if slots.size == 0:
                return
            found = self._results(slots)
            counters.rows_out += sum(rows.num_rows for rows in found)
            counters.busy_ns += perf_counter_ns() - started
            yield from map(Batch, found)

    def _results(self, slots: pa.Buffer) -> list[pa.RecordBatch]:
        """The results of some keys, in portions."""
        states = rows_of(self._state.gather(slots))
        number = self._reduction.finish
        if number is None:
            return [states]
        keys = self._state.decode(slots)
        found: list[pa.RecordBatch] = []

        def call(guest: Guest, first: int, last: int) -> None:
            guest.begin()
            mine, of_keys = states.slice(first, last - first), keys.slice(first, last - first)
            found.append(guest.finish(number, mine, of_keys, starts=None, ends=None).rows)

        self._host.run(Batch(keys, keys), 0, keys.num_rows, call, Screen(self._reduction.key, self._reduction.key))
        return found

    def _fold(self, batch: Batch, keys: pa.RecordBatch, start: int, stop: int) -> list[Batch]:
        """Folds rows [start, stop) in; returns the updates if all are wanted, each with the stamps of its record."""
        updates: list[Batch] = []

        def call(guest: Guest, first: int, last: int) -> None:
            started = perf_counter_ns()
            count = last - first
            known = None if batch.hashes is None else batch.hashes.slice(first, count)
            lookup = self._state.lookup(keys.slice(first, count), known)
            folded = self._call(guest, batch.slice(first, count), lookup)
            self._check_key(lookup, folded)
            require_small(folded.state, self._reduction.function, lambda: self._state.decode(lookup.slots))
            output, finish = folded.output, self._reduction.finish
            if output is not None and finish is not None:
                output = guest.finish(finish, output, keys.slice(first, count), starts=None, ends=None).rows
            self._state.scatter(lookup.slots, folded.state)
            self._has_updates = True
            if output is not None:
                updates.append(Batch(output, stamps=batch.slice(first, count).stamps))
            self._count(count, perf_counter_ns() - started)

        self._host.run(batch, start, stop, call, self._screen)
        return updates

    def _call(self, guest: Guest, piece: Batch, lookup: Lookup) -> Folded:
        guest.begin()
        return guest.fold(
            self._reduction.function,
            guest.load(piece.columns),
            state=self._state.gather(lookup.slots),
            groups=lookup.groups,
            wants_output=self._reduction.emit.mode is EmitMode.EVERY,
            times=stamp(piece.stamps, TIME) if self._reduction.with_times else None,
        )

    def _check_key(self, lookup: Lookup, folded: Folded) -> None:
        """Refuses a function that changes the field by which the plan believes its updates to be keyed."""
        path = self._reduction.emit.kept_key
        if path is None:
            return
        kept = batch_at(folded.state, self._reduction.state, path, self._reduction.key)
        moved = self._state.first_moved_key(lookup.slots, kept)
        if moved is not None:
            raise GuestProtocolError(
                f"the module says that its reduce function keeps {path}, but a new state has another {path}: "
                f"{shown_key(kept, moved)}",
                function=self._reduction.function,
                hint=_keeps_hint(path),
            )

    def _count(self, rows: int, busy_ns: int) -> None:
        counters = self._reduction.counters
        counters.rows_in += rows
        counters.batches += 1
        counters.calls += 1
        counters.busy_ns += busy_ns


def _keeps_hint(path: FieldPath) -> str:
    return f"this is a mistake of the SDK that built the module; a reduce that changes {path} must not declare it kept"
