"""Calls of a process function: rows, or timers that are due, with the state of the keys that they touch.

What it owns: cutting rows into calls, look-up, call, storing, what leaves; the rules that all keys see; a key whose
timer fails. State is stored only after everything of a call has succeeded.
What it leaves: what is called in which order (`process.py`), the guest's life and retries.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter_ns
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.errors import GuestProtocolError, InternalError
from lightflus.limits import FOLD_BYTES
from lightflus.model.timed import Process
from lightflus.model.types import Type
from lightflus.model.windows import NEVER
from lightflus.ports.batch import Batch, Out, Side
from lightflus.ports.guests import Emitted, Guest, ProcessCall, Processed
from lightflus.ports.kernel import ProcessState
from lightflus.ports.stamps import MARK, TIME, counted_from, joined_stamps, stamp, stamped
from lightflus.runtime.counters import Counters
from lightflus.runtime.guest_host import GuestHost
from lightflus.runtime.operators.merging import words
from lightflus.runtime.operators.ordering import Ordered
from lightflus.runtime.operators.state_rows import require_small
from lightflus.runtime.pieces import fold_pieces
from lightflus.runtime.poison import Screen

_WORD = 4
_NO_WORDS = pa.py_buffer(b"")
_NO_TIMES = pa.array([], pa.int64())


@dataclass(frozen=True, slots=True)
class Processing:
    """What a process operator is.

    Attributes:
        kind: the operator.
        record: the type of the records of its first input.
        key: the type of the keys.
        has_times: whether its records have an event time.
        rule: the type of the records that its rules are folded from; None: it has none.
        rules: the type of its rules' one row.
        counters: its own.
    """

    kind: Process
    record: Type
    key: Type
    has_times: bool
    rule: Type | None
    rules: pa.StructType
    counters: Counters


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one input or both, in the order in which they are handled; `batch` has their keys and stamps.

    `sides` says whose each is; None where all are of `batch` itself, and of its input alone.
    """

    batch: Batch
    first: pa.RecordBatch | None
    second: pa.RecordBatch | None
    sides: pa.UInt32Array | None

    @staticmethod
    def of(side: int, batch: Batch) -> Rows:
        """Rows of one input, as they come."""
        if side == 0:
            return Rows(batch, batch.columns, None, None)
        return Rows(batch, None, batch.columns, pa.repeat(pa.scalar(1, pa.uint32()), batch.rows))

    @staticmethod
    def ordered(ordered: Ordered) -> Rows:
        """Rows of both inputs."""
        both = [batch for batch in (ordered.first, ordered.second) if batch is not None]
        if len(both) == 1:
            return Rows.of(0 if ordered.second is None else 1, both[0])
        first, second = both
        assert first.keys is not None
        assert second.keys is not None
        assert first.stamps is not None
        assert second.stamps is not None
        # the i-th row of each side stands where that side comes up for the i-th time
        order = cast(pa.UInt32Array, pc.sort_indices(pc.sort_indices(ordered.sides)).cast(pa.uint32()))
        keys = pa.Table.from_batches([first.keys, second.keys]).combine_chunks().to_batches()[0]
        together = Batch(keys, keys, None, joined_stamps([first.stamps, second.stamps])).take(order)
        return Rows(together, first.columns, second.columns, ordered.sides)

    def pieces(self) -> Iterator[tuple[int, int]]:
        """The rows [start, stop) of each call. Of two inputs, each piece has no more of either than a call takes."""
        if self.first is None or self.second is None:
            yield from fold_pieces(self.batch.columns)
            return
        left = [*fold_pieces(self.batch.columns)][::-1]
        while left:
            start, stop = left.pop()
            part = self.slice(start, stop - start)
            size = sum(0 if side is None else side.nbytes for side in (part.first, part.second))
            if size > FOLD_BYTES and stop - start > 1:
                middle = (start + stop) // 2
                left += [(middle, stop), (start, middle)]
            else:
                yield start, stop

    def slice(self, start: int, rows: int) -> Rows:
        """Rows [start, start + rows)."""
        batch = self.batch.slice(start, rows)
        if self.sides is None:
            return Rows(batch, batch.columns, None, None)
        before, sides = self.sides.slice(0, start), self.sides.slice(start, rows)
        skipped, taken = pc.sum(before).as_py() or 0, pc.sum(sides).as_py() or 0
        first = None if self.first is None else self.first.slice(start - skipped, rows - taken)
        second = None if self.second is None else self.second.slice(skipped, taken)
        return Rows(batch, first, second, sides)


@dataclass(slots=True)
class ProcessCalls:
    """Makes the calls of one process operator."""

    how: Processing
    state: ProcessState
    host: GuestHost
    folded_rules: pa.RecordBatch | None = None
    """One row: what all keys see; None before the first rule."""
    _screen: Screen = field(init=False)
    _keys: Screen = field(init=False)
    _screen_of_rules: Screen = field(init=False)

    def __post_init__(self) -> None:
        self._screen, self._keys = Screen(self.how.record, self.how.key), Screen(self.how.key, self.how.key)
        self._screen_of_rules = Screen(self.how.rule or self.how.record)

    def rows(self, rows: Rows, watermark: int, now: int) -> Iterator[Out]:
        """Has rows handled, in their order; timers up to `watermark` have fired already."""
        is_one = rows.sides is None
        for start, stop in rows.pieces():
            outs: list[Out] = []

            def call(guest: Guest, first: int, last: int, outs: list[Out] = outs) -> None:
                outs.extend(self._handled(guest, rows.slice(first, last - first), watermark, now))

            self.host.run(rows.batch, start, stop, call, self._screen if is_one else self._keys)
            yield from outs

    def timers(self, slots: pa.Buffer, watermark: int, now: int) -> Iterator[Out]:
        """Has the timers of some keys fire. A key whose timer fails is put aside and forgotten."""
        outs: list[Out] = []
        done: list[range] = []
        numbers = words(slots)

        def call(guest: Guest, first: int, last: int) -> None:
            mine = slots.slice(_WORD * first, _WORD * (last - first))
            outs.extend(self._called(guest, mine, self._due_call(mine, watermark, now)))
            done.append(range(first, last))

        keys = self.state.decode(slots)
        self.host.run(Batch(keys, keys), 0, len(numbers), call, self._keys)
        if (left := len(numbers) - sum(map(len, done))) > 0:
            handled = pa.array([row for rows in done for row in rows], pa.uint32())
            every = counted_from(0, len(numbers)).cast(pa.uint32())
            failed = numbers.filter(pc.invert(pc.is_in(every, value_set=handled)))
            gone = self.state.gather(slots).type
            self.state.store(cast(pa.Buffer, failed.buffers()[1]).slice(0, _WORD * left), pa.nulls(left, gone))
        yield from outs

    def fold_rules(self, batch: Batch) -> None:
        """Folds rules into those that all keys see from now on."""
        number = self.how.kind.rules
        assert number is not None, "only an operator with rules gets some"

        def call(guest: Guest, first: int, last: int) -> None:
            guest.begin()
            rows = batch.columns.slice(first, last - first)
            groups = pa.py_buffer(bytes(_WORD * (last - first)))
            state = pa.nulls(1, self.how.rules) if self.folded_rules is None else self.folded_rules.to_struct_array()
            folded = guest.fold(number, guest.load(rows), state=state, groups=groups, wants_output=False)
            require_small(folded.state, number, None)
            self.folded_rules = folded.state

        for start, stop in fold_pieces(batch.columns):
            self.host.run(batch, start, stop, call, self._screen_of_rules)

    def _handled(self, guest: Guest, rows: Rows, watermark: int, now: int) -> Iterator[Out]:
        keys = rows.batch.keys
        if keys is None:
            raise InternalError("a process function got records without keys")
        lookup = self.state.lookup(keys, rows.batch.hashes)
        times = stamp(rows.batch.stamps, TIME) if self.how.has_times else None
        marks = stamp(rows.batch.stamps, MARK)
        if times is not None and marks is None:
            marks = pa.repeat(pa.scalar(NEVER, pa.int64()), len(times))
        call = ProcessCall(
            first=rows.first,
            second=rows.second,
            sides=None if rows.sides is None else _packed(rows.sides),
            groups=lookup.groups,
            keys=self.state.decode(lookup.slots),
            state=self.state.gather(lookup.slots),
            times=times,
            marks=marks if times is not None else None,
            watermark=watermark,
            processing_time=now,
            rules=self.folded_rules,
        )
        return self._called(guest, lookup.slots, call)

    def _due_call(self, slots: pa.Buffer, watermark: int, now: int) -> ProcessCall:
        return ProcessCall(
            first=None,
            second=None,
            sides=None,
            groups=_NO_WORDS,
            keys=self.state.decode(slots),
            state=self.state.gather(slots),
            times=_NO_TIMES if self.how.has_times else None,
            marks=_NO_TIMES if self.how.has_times else None,
            watermark=watermark,
            processing_time=now,
            rules=self.folded_rules,
        )

    def _called(self, guest: Guest, slots: pa.Buffer, call: ProcessCall) -> Iterator[Out]:
        started = perf_counter_ns()
        guest.begin()
        done = guest.process(self.how.kind.function, call)
        require_small(done.state, self.how.kind.function, lambda: call.keys)
        liar = self.state.store(slots, done.state)
        if liar is not None:
            text = f"the timers that it keeps for key {liar} of its call are not ascending times, each once"
            raise GuestProtocolError(text, function=self.how.kind.function, rule="10.2")
        counters = self.how.counters
        counters.calls += 1
        counters.busy_ns += perf_counter_ns() - started
        return self._emitted(done)

    def _emitted(self, done: Processed) -> Iterator[Out]:
        main, *others = done.outputs
        if main.columns.num_rows:
            self.how.counters.rows_out += main.columns.num_rows
            yield self._batch(main)
        for port, emitted in zip(self.how.kind.ports, others, strict=True):
            if emitted.columns.num_rows:
                yield Side(port.name, self._batch(emitted))

    def _batch(self, emitted: Emitted) -> Batch:
        has_times = self.how.has_times
        stamps = stamped({TIME: emitted.times, MARK: emitted.marks}) if has_times else None
        return Batch(emitted.columns, stamps=stamps)


def _packed(words_: pa.UInt32Array) -> pa.Buffer:
    values = words_.buffers()[1]
    assert values is not None
    return values.slice(_WORD * words_.offset, _WORD * len(words_))
