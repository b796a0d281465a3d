"""Maps, filters and flatMaps of one task, back to back in one guest, and the tail behind them.

What it owns: cutting a batch into calls, one chain of calls per piece (docs/abi.md, section 3), counting. On its
subtask's lane. What it leaves: the guest's life and retries (`../guest_host.py`), what leaves the chain (`tails.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from time import perf_counter_ns

from lightflus.errors import KeyTooLarge
from lightflus.model.extract import FunctionNumber
from lightflus.model.types import Type
from lightflus.ports.batch import Batch, Out
from lightflus.ports.guests import Guest, GuestBatch
from lightflus.runtime.counters import Counters
from lightflus.runtime.guest_host import GuestHost
from lightflus.runtime.operators.stage import Stage
from lightflus.runtime.operators.tails import Tail, TailRows
from lightflus.runtime.pieces import call_pieces
from lightflus.runtime.poison import Screen


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
class Line:
    """A straight line of stateless operators: records of `reads` come in, of `yields` reach the tail.

    With `is_raw` the records are text or bytes as a source has read them.
    """

    reads: Type
    yields: Type
    steps: Sequence[Step]
    tail: Tail
    is_raw: bool = False


class StatelessStage(Stage):
    """A stage without state: what comes in goes out at once."""

    def __init__(self, line: Line, host: GuestHost) -> None:
        self._line = line
        self._host = host
        self._screen = Screen(line.reads, is_raw=line.is_raw)

    def process(self, side: int, batch: Batch) -> Iterator[Out]:
        """Runs the line over a batch, piece by piece."""
        tail = self._line.tail
        whole = self._without_guest(batch)
        if whole is not None:
            yield from tail.emit(whole)
            return
        for start, stop in call_pieces(batch.columns):
            for done in self._piece(batch, start, stop):
                yield from tail.emit(done)

    def close(self) -> None:
        """Gives back what the tail has."""
        self._line.tail.close()

    def _without_guest(self, batch: Batch) -> Batch | None:
        """What comes of a line that calls no function; None if it does, or has a record to be found and settled."""
        if self._line.steps or self._line.tail.calls_guest:
            return None
        try:
            return self._line.tail.finish(TailRows(self._line.reads, batch, guest=None, loaded=None))
        except KeyTooLarge:
            return None

    def _piece(self, batch: Batch, start: int, stop: int) -> list[Batch]:
        """What comes of rows [start, stop): one batch, or several if the guest could not do it in one call."""
        done: list[Batch] = []

        def call(guest: Guest, first: int, last: int) -> None:
            found = self._call(guest, batch.slice(first, last - first))
            if found is not None:
                done.append(found)

        self._host.run(batch, start, stop, call, self._screen)
        return done

    def _call(self, guest: Guest, piece: Batch) -> Batch | None:
        counted: list[_Count] = []
        before = perf_counter_ns()
        guest.begin()
        loaded = guest.load(piece.columns)
        for step in self._line.steps:
            rows_in = loaded.rows
            loaded = step.call(guest, loaded)
            now = perf_counter_ns()
            counted.append(_Count(step.counters, rows_in, loaded.rows, now - before))
            before = now
            if loaded.rows == 0:
                break
        found = self._finish(guest, loaded, piece) if loaded.rows else None
        for count in counted:
            count.commit()
        return found

    def _finish(self, guest: Guest, loaded: GuestBatch, piece: Batch) -> Batch:
        line = self._line
        done = line.tail.finish(TailRows(line.yields, None if line.steps else piece, guest=guest, loaded=loaded))
        if piece.stamps is None or not line.steps:
            return done
        rows = loaded.rows_loaded()
        return replace(done, stamps=piece.stamps if rows is None else piece.stamps.take(rows))


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
