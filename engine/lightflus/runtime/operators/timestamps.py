"""`withTimestamps`: every record gets its time, and the watermark of its split just before it; watermarks go on.

What it owns: the latest time of each split of one subtask, which splits are idle, the subtask's own watermark. On its
subtask's lane. What it leaves: what is late (`windows`, `process`), how splits are read (`../timing.py`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.errors import CheckpointDamaged, TimeInvalid
from lightflus.limits import TIME_MS
from lightflus.model.elements import Idle, SplitChange, SplitFound, Watermark
from lightflus.model.extract import FieldPath
from lightflus.model.timed import Timestamps
from lightflus.model.times import OWN_TIME
from lightflus.model.types import Type
from lightflus.model.windows import NEVER, known
from lightflus.ports.batch import Batch, Out
from lightflus.ports.guests import Guest
from lightflus.ports.stamps import MARK, SPLIT, TIME, stamp, stamped
from lightflus.runtime.clocks import SplitClocks
from lightflus.runtime.counters import Counters
from lightflus.runtime.fields import column_at
from lightflus.runtime.guest_host import GuestHost
from lightflus.runtime.operators.keeping import facts_of, number_of, numbers_of
from lightflus.runtime.operators.stage import Kept, Sealed, Stage
from lightflus.runtime.pieces import call_pieces
from lightflus.runtime.poison import Screen
from lightflus.runtime.times import as_times

_LATEST, _SENT = "latest", "sent"
_CHECKS = 4
"""How often within `idleAfter` it is looked whether a split is idle."""


@dataclass(frozen=True, slots=True)
class Timekeeping:
    """What a `withTimestamps` is.

    Attributes:
        kind: the operator.
        record: the type of its records.
        every_mark: whether all rows carry their mark, not only those of batches with rows that may be late.
        with_splits: whether rows carry their split.
        clocks: who reads the splits looks there how far each has come.
        counters: its own.
    """

    kind: Timestamps
    record: Type
    every_mark: bool
    with_splits: bool
    clocks: SplitClocks
    counters: Counters


@dataclass(slots=True)
class _Split:
    """One split: its latest time, whether it brought something since it was last looked at, and when that was."""

    latest: int | None = None
    is_touched: bool = True
    touched_at: float = math.inf
    is_idle: bool = False


@dataclass(slots=True)
class TimestampsStage(Stage):
    """Gives records their time."""

    how: Timekeeping
    host: GuestHost
    _splits: dict[int, _Split] = field(default_factory=dict)
    _before: dict[int, int] = field(default_factory=dict)
    """The latest time of splits in the run that this one goes on from, until they are found."""
    _is_complete: bool = False
    """Whether each source subtask in front of it has said which splits it has."""
    _sent: int = NEVER
    _says_idle: bool = False
    _next_check: float = 0.0
    _screen: Screen = field(init=False)

    def __post_init__(self) -> None:
        self._screen = Screen(self.how.record)

    @property
    def wakes_at(self) -> float:
        """When it looks for idle splits."""
        return self._next_check if self.how.kind.idle_after else math.inf

    def process(self, side: int, batch: Batch) -> Iterator[Out]:
        """The records with their stamps, and the watermark behind them."""
        counters = self.how.counters
        counters.batches += 1
        counters.rows_in += batch.rows
        for piece, times in self._timed(batch):
            counters.rows_out += piece.rows
            yield Batch(piece.columns, stamps=self._stamps(piece, times), origin=piece.origin)
        yield from self._progress()

    def split(self, change: SplitChange) -> Iterator[Out]:
        """A split that comes while others are read begins at the watermark; one that ends holds nobody back."""
        if isinstance(change, SplitFound):
            begins = self._sent + self._behind if change.is_late and self._sent != NEVER else None
            self._splits[change.split] = _Split(self._before.pop(change.split, begins))
            if change.is_late:
                self._says_idle = False
                yield Watermark(self._sent)
        else:
            self._splits.pop(change.split, None)
            yield from self._progress()

    def watermark(self, time_ms: int) -> Iterator[Out]:
        """Behind a source there are no times yet: this says that all splits are known with which it begins."""
        self._is_complete = True
        yield from self._progress()

    def wake(self, now: float) -> Iterator[Out]:
        """Splits that have brought nothing for long are idle from now on."""
        idle_after = self.how.kind.idle_after / 1_000
        self._next_check = now + idle_after / _CHECKS
        for split in self._splits.values():
            if split.is_touched:
                split.is_touched, split.touched_at = False, now
            split.is_idle = now - split.touched_at >= idle_after
        if self._splits:
            yield from self._progress()

    def seal(self, *, is_whole: bool) -> Sealed:
        """How far each split has come."""
        latest = {str(number): split.latest for number, split in self._splits.items() if split.latest is not None}
        return Sealed(facts_of({_LATEST: latest, _SENT: self._sent}))

    def restore(self, kept: Kept) -> None:
        """Splits that are found again go on where they were, in whichever subtask."""
        self._sent = number_of(kept, _SENT, NEVER)
        self._before = {int(number): time for part in kept.parts for number, time in _latest(part.facts).items()}
        for number, time in self._before.items():
            self.how.clocks.advance(number, time)

    @property
    def _behind(self) -> int:
        """How far a split's watermark is behind its latest time."""
        return self.how.kind.out_of_order + 1

    def _timed(self, batch: Batch) -> list[tuple[Batch, pa.Int64Array]]:
        """The rows with a time, in pieces, and their times. What has none is poison."""
        if not self._calls_guest and not (times := self._read(batch)).null_count:
            self._screen.tally.good(batch.rows)
            return [(batch, times)]
        found: list[tuple[Batch, pa.Int64Array]] = []

        def call(guest: Guest, first: int, last: int) -> None:
            piece = batch.slice(first, last - first)
            times = self._asked(guest, piece) if self._calls_guest else self._read(piece)
            if times.null_count:
                raise self._no_time(pc.index(pc.is_null(times), pa.scalar(True)).as_py())
            found.append((piece, times))

        for start, stop in call_pieces(batch.columns):
            self.host.run(batch, start, stop, call, self._screen)
        return found

    @property
    def _calls_guest(self) -> bool:
        return self.how.kind.time is not None and not isinstance(self.how.kind.time, FieldPath)

    def _asked(self, guest: Guest, piece: Batch) -> pa.Int64Array:
        time = self.how.kind.time
        assert time is not None
        assert not isinstance(time, FieldPath)
        guest.begin()
        self.how.counters.calls += 1
        return as_times(guest.extract(time, guest.load(piece.columns)).column(0))

    def _read(self, batch: Batch) -> pa.Int64Array:
        """The times of a field, or those that the source has; all null where it has none."""
        time = self.how.kind.time
        if isinstance(time, FieldPath):
            return as_times(column_at(batch.columns, self.how.record, time))
        own = stamp(batch.stamps, TIME)
        return pa.nulls(batch.rows, pa.int64()) if own is None else own

    def _no_time(self, row: int) -> TimeInvalid:
        if self.how.kind.time is None:
            what = "its source has none for it"
            hint = f"give withTimestamps a function, or the source's records a field `{OWN_TIME}` of milliseconds"
        else:
            what = "withTimestamps gives null, no whole number"
            hint = "give whole milliseconds since 1970, or filter such records before withTimestamps"
        return TimeInvalid(f"this record has no event time: {what}, or one beyond ±{TIME_MS:,}", row=row, hint=hint)

    def _stamps(self, piece: Batch, times: pa.Int64Array) -> pa.RecordBatch:
        splits = stamp(piece.stamps, SPLIT)
        assert splits is not None, "a source says whose its rows are"
        is_one = pc.equal(splits, splits[0]).true_count == len(splits)
        marks = self._marks_by_split(times, splits) if is_one else self._marks(times, splits)
        columns = {TIME: times}
        if self.how.every_mark or pc.any(pc.less_equal(times, marks)).as_py():
            columns[MARK] = marks
        if self.how.with_splits:
            columns[SPLIT] = splits
        return stamped(columns)

    def _marks(self, times: pa.Int64Array, splits: pa.Int64Array) -> pa.Int64Array:
        """The watermark of each row's split just before it; splits go on by the rows.

        Split by split, however their rows are mixed: a step for each split, not for each change between them.
        """
        order = pc.sort_indices(splits)
        marks = self._marks_by_split(times.take(order), splits.take(order))
        return marks.take(pc.sort_indices(order))

    def _marks_by_split(self, times: pa.Int64Array, splits: pa.Int64Array) -> pa.Int64Array:
        """The same of rows of which those of one split stand together."""
        marks: list[pa.Int64Array] = []
        start = 0
        for end in _run_ends(splits):
            number = splits[start].as_py()
            marks.append(self._marks_of(number, times.slice(start, end - start)))
            start = end
        return pa.concat_arrays(marks)

    def _marks_of(self, number: int, times: pa.Int64Array) -> pa.Int64Array:
        split = self._splits.setdefault(number, _Split())
        before = split.latest
        reached = pc.cumulative_max(times, start=None if before is None else pa.scalar(before, pa.int64()))
        last = reached[-1].as_py()
        split.latest = last
        split.is_touched, split.is_idle = True, False
        self.how.clocks.advance(number, last)
        latest = pa.concat_arrays([pa.array([before], pa.int64()), reached[:-1]])
        marks = pc.subtract(latest, pa.scalar(self._behind, pa.int64()))
        return cast(pa.Int64Array, marks.fill_null(NEVER))

    def _progress(self) -> Iterator[Out]:
        """The watermark, if it has gone on; or that nobody is to wait for this subtask."""
        if not self._is_complete:
            return
        active = {number: split.latest for number, split in self._splits.items() if not split.is_idle}
        if not active:
            if not self._says_idle:
                self._says_idle = True
                yield Idle()
            return
        watermarks = {number: NEVER if time is None else time - self._behind for number, time in active.items()}
        slowest = min(watermarks, key=lambda number: watermarks[number])
        watermark = watermarks[slowest]
        if watermark > self._sent or self._says_idle:
            self._says_idle = False
            self._sent = max(self._sent, watermark)
            yield Watermark(self._sent)
        self.how.counters.watermark = known(self._sent)
        self.how.counters.slowest_split = self.how.clocks.names.get(slowest, "")


def _latest(facts: bytes) -> dict[str, int]:
    found = numbers_of(facts).get(_LATEST)
    if not isinstance(found, dict):
        raise CheckpointDamaged("what withTimestamps keeps has no splits")
    return found


def _run_ends(splits: pa.Int64Array) -> list[int]:
    """Where each run of equal splits ends."""
    changes = pc.not_equal(splits[1:], splits[:-1])
    return [*(cast(int, at) + 1 for at in pc.indices_nonzero(changes).to_pylist()), len(splits)]
