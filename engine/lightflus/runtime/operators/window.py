"""Windows by key: records are folded into the state of their windows, and results leave when windows end.

What it owns: one fold per piece (place, gather, merge, guest, scatter), firing in portions, late records, the times of
results. State is written only after everything of a call has succeeded. On its subtask's lane.
What it leaves: which window a record is in, what fires when (the kernel), the guest's life and retries.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter_ns
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from lightflus import limits
from lightflus.errors import InternalError
from lightflus.model.elements import Watermark
from lightflus.model.timed import Window
from lightflus.model.types import Type
from lightflus.model.windows import NEVER, THE_END, WindowSpec, known
from lightflus.ports.batch import Batch, Out, Side, Working
from lightflus.ports.guests import Guest
from lightflus.ports.stamps import MARK, TIME, stamp, stamped
from lightflus.ports.windows import Firing, Placed, WindowedState
from lightflus.runtime.counters import Counters
from lightflus.runtime.fields import rows_of
from lightflus.runtime.guest_host import GuestHost
from lightflus.runtime.operators.keeping import restore
from lightflus.runtime.operators.merging import cells_of, folded_panes, merged
from lightflus.runtime.operators.stage import Kept, Sealed, Stage
from lightflus.runtime.operators.state_rows import require_small
from lightflus.runtime.pieces import fold_pieces
from lightflus.runtime.poison import Screen

_ONE = pa.scalar(1, pa.int64())


@dataclass(frozen=True, slots=True)
class Windowing:
    """What a window operator is.

    Attributes:
        kind: the operator.
        spec: how the kernel keeps its windows.
        record: the type of its records.
        key: the type of their keys.
        with_times: whether its function gets the times of rows.
        counters: its own.
    """

    kind: Window
    spec: WindowSpec
    record: Type
    key: Type
    with_times: bool
    counters: Counters


@dataclass(slots=True)
class WindowStage(Stage):
    """Folds records by key and window."""

    prefers_rows: ClassVar[int] = limits.FOLD_ROWS

    how: Windowing
    state: WindowedState
    host: GuestHost
    _may_fire_again: bool = False
    _early_at: float = math.inf
    _screen: Screen = field(init=False)
    _keys: Screen = field(init=False)

    def __post_init__(self) -> None:
        self._screen, self._keys = Screen(self.how.record, self.how.key), Screen(self.how.key)

    @property
    def is_holding(self) -> bool:
        """Whether windows that have fired already may have changed since."""
        return self._may_fire_again

    @property
    def wakes_at(self) -> float:
        """When early results are due."""
        return self._early_at

    def process(self, side: int, batch: Batch) -> Iterator[Out]:
        """Folds a batch in; yields what is late for all of its windows, if somebody reads it."""
        counters = self.how.counters
        counters.batches += 1
        counters.rows_in += batch.rows
        for start, stop in fold_pieces(batch.columns):
            yield from self._fold(batch, start, stop)
        self._may_fire_again = self.how.kind.allowed_lateness > 0 and not self.how.spec.hold_back
        if self.how.kind.emit_early and self._early_at == math.inf:
            self._early_at = -math.inf  # at once, for `wake` to say when
        self._count_state()

    def watermark(self, time_ms: int) -> Iterator[Out]:
        """Results of the windows that have ended."""
        self.how.counters.watermark = known(time_ms)
        self.state.advance(time_ms)
        yield from self._fired()
        held = time_ms - self.how.spec.hold_back
        yield Watermark(max(held, NEVER))

    def release(self) -> Iterator[Out]:
        """Results of windows that have fired already and have changed since."""
        if self.is_holding:
            self._may_fire_again = False
            yield from self._given(self.state.fire_changed)

    def wake(self, now: float) -> Iterator[Out]:
        """Early results of the windows that have changed since the last ones."""
        if self._early_at == -math.inf:
            self._early_at = now + self.how.kind.emit_early / 1_000
        elif now >= self._early_at:
            self._early_at = math.inf
            yield from self._given(partial(self.state.fire_changed, early=True))

    def finish(self) -> Iterator[Out]:
        """All windows end."""
        self.state.advance(THE_END)
        yield from self._fired()

    def seal(self, *, is_whole: bool) -> Sealed:
        """Keys and windows with their state, how far they have fired."""
        facts = self.state.facts()
        return Sealed(facts, run=self.state if self.state.seal(whole=is_whole) else None)

    def restore(self, kept: Kept) -> None:
        """Goes on from the windows of these keys."""
        restore(self.state, kept)
        if self.how.kind.emit_early and self.state.rows:
            self._early_at = -math.inf
        self._count_state()

    def close(self) -> None:
        """Gives the state back."""
        self.state.close()

    def _fold(self, batch: Batch, start: int, stop: int) -> list[Side]:
        """Folds rows [start, stop) in; returns those that are late, if they are wanted."""
        late: list[Side] = []
        times = stamp(batch.stamps, TIME)
        if batch.keys is None or times is None:
            raise InternalError("a window got records without keys or times")

        def call(guest: Guest, first: int, last: int) -> None:
            started = perf_counter_ns()
            piece = batch.slice(first, last - first)
            placed = self._place(piece)
            try:
                state = self._folded(guest, piece, placed) if placed.group_count else None
            except BaseException:
                self.state.undo()
                raise
            if state is None:
                self.state.undo()
            else:
                self.state.scatter(placed.cells, state)
            late.extend(self._late(piece, placed))
            self.how.counters.calls += 1
            self.how.counters.busy_ns += perf_counter_ns() - started

        self.host.run(batch, start, stop, call, self._screen)
        return late

    def _place(self, piece: Batch) -> Placed:
        times, marks = stamp(piece.stamps, TIME), stamp(piece.stamps, MARK)
        assert piece.keys is not None
        assert times is not None
        return self.state.place(piece.keys, piece.hashes, times, marks)

    def _folded(self, guest: Guest, piece: Batch, placed: Placed) -> pa.RecordBatch:
        kind = self.how.kind
        guest.begin()
        state = self.state.gather(placed.cells)
        if placed.merges is not None:
            others = rows_of(self.state.gather(placed.merges.cells))
            state = merged(guest, kind.function, state, others, placed.merges.groups)
        times = stamp(piece.stamps, TIME)
        columns = piece.columns
        if placed.rows is not None:
            columns = columns.take(placed.rows)
            times = None if times is None else times.take(placed.rows)
        folded = guest.fold(
            kind.function,
            guest.load(columns),
            state=state,
            groups=placed.groups,
            wants_output=False,
            times=times if self.how.with_times else None,
        )
        require_small(folded.state, kind.function, None)
        return folded.state

    def _late(self, piece: Batch, placed: Placed) -> Iterator[Side]:
        counters, late = self.how.counters, self.how.kind.late
        counters.late += len(placed.late)
        counters.late_in_part += placed.late_in_part
        counters.late_after_idle += placed.late_after_idle
        if late is not None and len(placed.late):
            yield Side(late.name, piece.take(placed.late).without_keys())

    def _fired(self) -> Iterator[Out]:
        yield from self._given(self.state.fire)
        self._count_state()

    def _given(self, give: Callable[[int], Firing | None]) -> Iterator[Out]:
        """What the kernel has to give, in portions."""
        while (firing := give(limits.FIRED_GROUPS)) is not None:
            if firing.group_count:
                yield from self._results(firing)
            else:
                yield Working()

    def _results(self, firing: Firing) -> list[Out]:
        """The results of some keys and windows. A key on whose results a function fails is poison, not its records."""
        done: list[Out] = []
        started = perf_counter_ns()

        def call(guest: Guest, first: int, last: int) -> None:
            done.append(self._finished(guest, firing, first, last))

        self.host.run(Batch(firing.keys), 0, firing.group_count, call, self._keys)
        self.how.counters.busy_ns += perf_counter_ns() - started
        return done

    def _finished(self, guest: Guest, firing: Firing, first: int, last: int) -> Batch:
        kind, count = self.how.kind, last - first
        cells, groups = cells_of(firing, first, last)
        states = self.state.gather(cells)
        guest.begin()
        rows = rows_of(states)
        if not firing.is_single:
            rows = folded_panes(guest, kind.function, rows, groups, count)
        starts, ends = firing.starts.slice(first, count), firing.ends.slice(first, count)
        if kind.finish is not None:
            finished = guest.finish(kind.finish, rows, firing.keys.slice(first, count), starts=starts, ends=ends)
            rows = finished.rows
            ends = ends if finished.sources is None else ends.take(finished.sources)
        times = pc.subtract(ends, _ONE)
        self.how.counters.calls += 1
        self.how.counters.rows_out += rows.num_rows
        return Batch(rows, stamps=stamped({TIME: times, MARK: pc.subtract(times, _ONE)}))

    def _count_state(self) -> None:
        counters = self.how.counters
        counters.windows, counters.keys = self.state.windows, self.state.rows
        counters.state_bytes = self.state.memory_bytes
