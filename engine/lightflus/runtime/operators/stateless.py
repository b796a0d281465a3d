"""Maps, filters and flatMaps of one task, back to back in one guest, and the tail behind them.

What it owns: cutting a batch into calls, one chain of calls per piece (docs/abi.md, section 3), counting. On the slot's
thread. What it leaves: the guest's life and retries (`../guest_host.py`), what leaves the chain (`tails.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from time import perf_counter_ns

import pyarrow as pa

from lightflus.model.graph import FunctionNumber
from lightflus.model.types import Type
from lightflus.ports.batch import Batch
from lightflus.ports.guests import Guest, GuestBatch
from lightflus.runtime.counters import Counters
from lightflus.runtime.guest_host import Describe, GuestHost
from lightflus.runtime.operators.tails import Rows, Tail, shifted
from lightflus.runtime.pieces import call_pieces


class StepKind(Enum):
    """What a step does to rows."""

    MAP = "map"
    FILTER = "filter"
    FLAT_MAP = "flat_map"


@dataclass(frozen=True, slots=True)
class Step:
    """One stateless operator."""

    kind: StepKind
    function: FunctionNumber
    counters: Counters

    def call(self, guest: Guest, rows: GuestBatch) -> GuestBatch:
        """The guest's answer for `rows`."""
        match self.kind:
            case StepKind.MAP:
                return guest.map(self.function, rows)
            case StepKind.FILTER:
                return guest.filter(self.function, rows)
            case StepKind.FLAT_MAP:
                return guest.flat_map(self.function, rows)


@dataclass(frozen=True, slots=True)
class Chain:
    """A straight line of stateless operators: records of `reads` come in, of `yields` reach the tail."""

    reads: Type
    yields: Type
    steps: Sequence[Step]
    tail: Tail


class StatelessBody:
    """A `Body` without state: what comes in goes out at once."""

    prefers_rows = 0
    is_holding = False

    def __init__(self, chain: Chain, host: GuestHost) -> None:
        self._chain = chain
        self._host = host

    def process(self, batch: Batch) -> Iterator[Batch]:
        """Runs the chain over a batch, piece by piece."""
        tail = self._chain.tail
        if not self._chain.steps and not tail.calls_guest:
            rows = Rows(self._chain.reads, columns=batch.columns, guest=None, loaded=None)
            yield from tail.emit(_with_origin(tail.finish(rows), batch, 0))
            return
        for start, stop in call_pieces(batch.columns):
            for done in self._piece(batch, start, stop):
                yield from tail.emit(done)

    def release(self) -> Iterator[Batch]:
        """Nothing is held."""
        return iter(())

    def finish(self) -> Iterator[Batch]:
        """Nothing is left."""
        return iter(())

    def close(self) -> None:
        """See `Body`."""
        self._host.close()

    def _piece(self, batch: Batch, start: int, stop: int) -> list[Batch]:
        """What comes of rows [start, stop): one batch, or several if the guest could not do it in one call."""
        done: list[Batch] = []

        def call(guest: Guest, first: int, last: int) -> None:
            found = self._call(guest, batch.columns.slice(first, last - first))
            if found is not None:
                done.append(found if self._chain.steps else _with_origin(found, batch, first))

        self._host.run(start, stop, call, _describe(batch))
        return done

    def _call(self, guest: Guest, columns: pa.RecordBatch) -> Batch | None:
        counted: list[_Count] = []
        before = perf_counter_ns()
        guest.begin()
        loaded = guest.load(columns)
        for step in self._chain.steps:
            rows_in = loaded.rows
            loaded = step.call(guest, loaded)
            now = perf_counter_ns()
            counted.append(_Count(step.counters, rows_in, loaded.rows, now - before))
            before = now
            if loaded.rows == 0:
                break
        found = self._finish(guest, loaded, columns) if loaded.rows else None
        for count in counted:
            count.commit()
        return found

    def _finish(self, guest: Guest, loaded: GuestBatch, columns: pa.RecordBatch) -> Batch:
        chain = self._chain
        rows = Rows(chain.yields, columns=None if chain.steps else columns, guest=guest, loaded=loaded)
        return chain.tail.finish(rows)


@dataclass(frozen=True, slots=True)
class _Count:
    """What a step did, to be counted when the whole chain has succeeded."""

    counters: Counters
    rows_in: int
    rows_out: int
    busy_ns: int

    def commit(self) -> None:
        self.counters.rows_in += self.rows_in
        self.counters.rows_out += self.rows_out
        self.counters.batches += 1
        self.counters.calls += 1
        self.counters.busy_ns += self.busy_ns


def _describe(batch: Batch) -> Describe:
    return _unknown if batch.origin is None else batch.origin.position


def _unknown(_row: int) -> None:
    return None


def _with_origin(found: Batch, batch: Batch, start: int) -> Batch:
    """`found` holds the rows of `batch` from `start` on, one for one."""
    return Batch(found.columns, found.keys, None, shifted(batch, start))
