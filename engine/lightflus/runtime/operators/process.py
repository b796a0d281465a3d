"""The user's own operator with state and timers by key (docs/abi.md, section 10).

What it owns: what happens in which order: records as they come or by event time, rules, timers that the watermark or
the clock has reached; late records; the end. On its subtask's lane.
What it leaves: one call (`process_calls.py`), rows that wait (`ordering.py`), state and what is due (the kernel),
timers between records of one call (the guest).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import ClassVar, cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus import limits
from lightflus.model.elements import Watermark
from lightflus.model.windows import NEVER, THE_END, known
from lightflus.ports.batch import Batch, Out, Side, Working
from lightflus.ports.kernel import Clock
from lightflus.ports.stamps import MARK, TIME, stamp, stamped
from lightflus.runtime.operators.keeping import facts_of, number_of, packed, restore_rows, unpacked
from lightflus.runtime.operators.ordering import Ordered, Waiting, runs_of_sides
from lightflus.runtime.operators.process_calls import ProcessCalls, Rows
from lightflus.runtime.operators.stage import Kept, Sealed, Stage

_WAITING, _RULES, _REACHED, _HANDLED = "waiting-", "rules", "reached", "handled"


@dataclass(frozen=True, slots=True)
class WallClock:
    """Processing time: `now` in milliseconds since 1970, and when by trio's clock a time of it comes."""

    now: Callable[[], int]
    offset: float

    def tick(self) -> int:
        """The time as operators see it, in steps of PROCESSING_TICK_MS."""
        return self.now() // limits.PROCESSING_TICK_MS * limits.PROCESSING_TICK_MS

    def at(self, time_ms: int) -> float:
        """When the tick that reaches a time comes, by trio's clock."""
        return -(-time_ms // limits.PROCESSING_TICK_MS) * limits.PROCESSING_TICK_MS / 1_000 + self.offset


@dataclass(slots=True)
class ProcessStage(Stage):
    """A process function at work."""

    prefers_rows: ClassVar[int] = limits.FOLD_ROWS

    calls: ProcessCalls
    clock: WallClock
    _waiting: Waiting = field(default_factory=Waiting)
    _reached: int = NEVER
    """The watermark of its inputs."""
    _handled: int = NEVER
    """Up to when records in order, and timers, have been handled."""
    _wakes_at: float = math.inf

    @property
    def wakes_at(self) -> float:
        """When the next timer of processing time is due."""
        return self._wakes_at

    def process(self, side: int, batch: Batch) -> Iterator[Out]:
        """Works on records, or has them wait for their time."""
        counters = self.calls.how.counters
        counters.batches += 1
        counters.rows_in += batch.rows
        if self.calls.how.kind.in_order:
            yield from self._admitted(side, batch)
        elif self._is_rules(side):
            self.calls.fold_rules(batch)
        else:
            yield from self._handle(Rows.of(side, batch))
        self._settle()

    def watermark(self, time_ms: int) -> Iterator[Out]:
        """Records whose time has come, in order; then timers."""
        self._reached = max(self._reached, time_ms)
        self.calls.how.counters.watermark = known(self._reached)
        until = max(time_ms - self._behind, NEVER)
        yield from self._advance(until)
        yield Watermark(until)

    def wake(self, now: float) -> Iterator[Out]:
        """Timers of processing time that are due."""
        yield from self._due(Clock.PROCESSING, self.clock.tick())
        self._settle()

    def finish(self) -> Iterator[Out]:
        """All records in order, all timers."""
        yield from self._advance(THE_END)
        yield from self._due(Clock.PROCESSING, THE_END)
        self._settle()

    def seal(self, *, is_whole: bool) -> Sealed:
        """Keys with their state and timers, rows that wait, rules, how far it has come."""
        tables = {f"{_WAITING}{side}": packed(batch) for side, batch in self._waiting.all_rows().items()}
        if self.calls.folded_rules is not None:
            tables[_RULES] = self.calls.folded_rules
        facts = facts_of({_REACHED: self._reached, _HANDLED: self._handled})
        state = self.calls.state
        return Sealed(facts, tables, state if state.seal(whole=is_whole) else None)

    def restore(self, kept: Kept) -> None:
        """Goes on from the state of these keys, and the rows of theirs that wait."""
        self._reached = number_of(kept, _REACHED, NEVER)
        self._handled = number_of(kept, _HANDLED, NEVER)
        for part in kept.parts:
            restore_rows(self.calls.state, part)
        self.calls.folded_rules = next((part.tables[_RULES] for part in kept.parts if _RULES in part.tables), None)
        for side in (0, 1):
            self._restore_waiting(side, f"{_WAITING}{side}", kept)
        self._settle()

    def close(self) -> None:
        """Gives the state back."""
        self.calls.state.close()

    def _restore_waiting(self, side: int, name: str, kept: Kept) -> None:
        for part in kept.parts:
            if (table := part.tables.get(name)) is None:
                continue
            batch = unpacked(table)
            if batch.keys is None:  # rules: all subtasks have the same
                self._waiting.add(side, batch)
                return
            own = kept.own_rows(batch.keys)
            if len(own):
                self._waiting.add(side, batch.take(own))

    @property
    def _behind(self) -> int:
        """How far it holds its watermark back: in order, a record may still come that is late but allowed."""
        kind = self.calls.how.kind
        return kind.allowed_lateness if kind.in_order else 0

    def _is_rules(self, side: int) -> bool:
        return side == 1 and self.calls.how.kind.rules is not None

    def _admitted(self, side: int, batch: Batch) -> Iterator[Out]:
        """Has records wait; those that are late leave. A rule that is late is not lost: it holds from then on."""
        times, marks = _stamps(batch)
        latest = pc.max_element_wise(marks, pa.scalar(self._reached, pa.int64()))
        own = pc.less_equal(pc.add(times, pa.scalar(self._behind, pa.int64())), marks)
        late = pc.less_equal(pc.add(times, pa.scalar(self._behind, pa.int64())), latest)
        if not pc.any(late).as_py():
            self._waiting.add(side, batch)
            return
        if self._is_rules(side):
            moved = pc.if_else(late, pc.add(latest, pa.scalar(1, pa.int64())), times)
            assert batch.stamps is not None
            others = {name: cast(pa.Int64Array, batch.stamps.column(name)) for name in batch.stamps.schema.names}
            self._waiting.add(side, replace(batch, stamps=stamped({**others, TIME: cast(pa.Int64Array, moved)})))
            return
        counters, port = self.calls.how.counters, self.calls.how.kind.late
        counters.late += late.true_count
        counters.late_after_idle += late.true_count - own.true_count
        in_time = _rows(pc.invert(late))
        if len(in_time):
            self._waiting.add(side, batch.take(in_time))
        if port is not None:
            yield Side(port.name, batch.take(_rows(late)).without_keys())

    def _advance(self, until: int) -> Iterator[Out]:
        """Everything up to a time: in order, rows with the timers between them; then the timers."""
        if self.calls.how.kind.in_order and (ordered := self._waiting.take(until)) is not None:
            yield from self._in_order(ordered)
        yield from self._due(Clock.EVENT, until)
        self._handled = until
        self._settle()

    def _handle(self, rows: Rows) -> Iterator[Out]:
        """Records, and what has become due meanwhile for the keys that they touch."""
        yield from self.calls.rows(rows, self._handled, self.clock.tick())

    def _in_order(self, ordered: Ordered) -> Iterator[Out]:
        if self.calls.how.kind.rules is None:
            yield from self._handle(Rows.ordered(ordered))
            return
        for side, batch in runs_of_sides(ordered):
            if side == 0:
                yield from self._handle(Rows.of(0, batch))
            else:
                yield from self._rules_in_order(batch)

    def _rules_in_order(self, batch: Batch) -> Iterator[Out]:
        """Rules, each behind the timers that are due before it."""
        times = _stamps(batch)[0]
        last = times[-1].as_py()
        start = 0
        while start < batch.rows:
            due = self.calls.state.next_due(Clock.EVENT)
            end = batch.rows
            if due is not None and due < last:
                time = times[start].as_py()
                yield from self._due(Clock.EVENT, time - 1)
                end = start + pc.equal(times[start:], pa.scalar(time, pa.int64())).true_count
            self.calls.fold_rules(batch.slice(start, end - start))
            start = end

    def _due(self, clock: Clock, until: int) -> Iterator[Out]:
        """Fires the timers of a clock up to a time, key by key in the order in which they are due."""
        while (slots := self.calls.state.take_due(clock, until, limits.FIRED_GROUPS)) is not None:
            if not slots.size:
                yield Working()
            elif clock is Clock.EVENT:
                yield from self.calls.timers(slots, until, self.clock.tick())
            else:
                yield from self.calls.timers(slots, self._handled, until)

    def _settle(self) -> None:
        """Notes when to wake, and what there is."""
        state, counters = self.calls.state, self.calls.how.counters
        due = state.next_due(Clock.PROCESSING)
        self._wakes_at = math.inf if due is None else self.clock.at(due)
        counters.keys, counters.state_bytes = len(state), state.memory_bytes
        counters.timers = state.timers(Clock.EVENT) + state.timers(Clock.PROCESSING)


def _stamps(batch: Batch) -> tuple[pa.Int64Array, pa.Int64Array]:
    times, marks = stamp(batch.stamps, TIME), stamp(batch.stamps, MARK)
    assert times is not None, "rows in order of time have times"
    return times, pa.repeat(pa.scalar(NEVER, pa.int64()), batch.rows) if marks is None else marks


def _rows(mask: pa.BooleanArray) -> pa.UInt32Array:
    return cast(pa.UInt32Array, pc.indices_nonzero(mask).cast(pa.uint32()))
