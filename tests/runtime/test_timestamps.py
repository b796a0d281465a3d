"""`withTimestamps` by itself: marks by split, the watermark, splits that are idle, end, or are found later."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest

from lightflus.errors import TimeInvalid
from lightflus.model.elements import Idle, SplitEnded, SplitFound, Watermark
from lightflus.model.timed import Timestamps
from lightflus.model.windows import NEVER
from lightflus.ports.batch import Batch, Out
from lightflus.ports.stamps import MARK, SPLIT, TIME, stamp, stamped
from lightflus.runtime.clocks import SplitClocks
from lightflus.runtime.counters import Counters
from lightflus.runtime.guest_host import GuestHost
from lightflus.runtime.intake import BadRecordPolicy
from lightflus.runtime.operators.timestamps import Timekeeping, TimestampsStage
from lightflus.runtime.poison import Called, Callers, RetryBudget
from lightflus.runtime.timing import Timing
from lightflus.testing.graphs import INT64, GraphBuilder, field
from lightflus.testing.guests import PythonGuests
from lightflus.testing.memory import batch_of


def stage(
    *splits: int, out_of_order: int = 0, idle_after: int = 0, is_complete: bool = True, is_own: bool = False
) -> TimestampsStage:
    """One whose records are their own times, or have those of their source, with some splits."""
    callers = Callers(Called("timestamps", BadRecordPolicy(), Counters()), {}, ())
    host = GuestHost(PythonGuests(GraphBuilder().build(), []), callers, RetryBudget())
    kind = Timestamps(None if is_own else field(), out_of_order, idle_after)
    how = Timekeeping(kind, INT64, every_mark=False, with_splits=True, clocks=SplitClocks(), counters=Counters())
    made = TimestampsStage(how, host)
    for split in splits:
        assert list(made.split(SplitFound(split))) == []
    if is_complete:
        list(made.watermark(NEVER))
    return made


def rows(split: int, *times: int) -> Batch:
    """Records of one split."""
    return Batch(batch_of(INT64, list(times)), stamps=stamped({SPLIT: pa.array([split] * len(times), pa.int64())}))


def controls(outs: Sequence[Out]) -> list[Out]:
    return [out for out in outs if not isinstance(out, Batch)]


def stamps_of(outs: Sequence[Out], name: str) -> list[int | None] | None:
    (batch,) = (out for out in outs if isinstance(out, Batch))
    found = stamp(batch.stamps, name)
    return None if found is None else found.to_pylist()


def test_a_mark_is_the_watermark_of_the_split_just_before_the_row() -> None:
    at = stage(0, 1, out_of_order=2)
    outs = list(at.process(0, Batch.joined([rows(0, 10, 5), rows(1, 100), rows(0, 20, 3)])))
    assert stamps_of(outs, TIME) == [10, 5, 100, 20, 3]
    assert stamps_of(outs, MARK) == [NEVER, 7, NEVER, 7, 17]
    assert stamps_of(outs, SPLIT) == [0, 0, 1, 0, 0]


def test_where_the_source_has_no_times_a_function_or_a_field_is_asked_for() -> None:
    with pytest.raises(TimeInvalid, match="no event time: its source has none for it") as told:
        list(stage(0, is_own=True).process(0, rows(0, 1)))
    assert "a field `timestamp` of milliseconds" in str(told.value.hint)


def test_marks_do_not_travel_where_no_row_can_be_late() -> None:
    at = stage(0)
    assert stamps_of(list(at.process(0, rows(0, 1, 2, 3))), MARK) is None
    assert stamps_of(list(at.process(0, rows(0, 4, 3))), MARK) == [2, 3]


def test_the_watermark_is_the_least_of_all_splits() -> None:
    at = stage(0, 1)
    assert controls(list(at.process(0, rows(0, 10)))) == []
    assert controls(list(at.process(0, rows(1, 5)))) == [Watermark(4)]
    assert controls(list(at.process(0, rows(0, 20)))) == []
    assert controls(list(at.process(0, rows(1, 30)))) == [Watermark(19)]


def test_there_is_no_watermark_before_every_source_subtask_has_said_which_splits_it_has() -> None:
    at = stage(0, is_complete=False)
    assert controls(list(at.process(0, rows(0, 10)))) == []
    assert list(at.split(SplitFound(1))) == []
    assert list(at.watermark(NEVER)) == []
    assert controls(list(at.process(0, rows(1, 5)))) == [Watermark(4)]


def test_a_split_that_has_ended_holds_nobody() -> None:
    at = stage(0, 1)
    list(at.process(0, rows(0, 10)))
    assert list(at.split(SplitEnded(1))) == [Watermark(9)]


def test_nobody_waits_for_a_subtask_whose_splits_have_all_ended() -> None:
    at = stage(0)
    list(at.process(0, rows(0, 10)))
    assert list(at.split(SplitEnded(0))) == [Idle()]


def test_nobody_waits_for_a_subtask_without_splits() -> None:
    at = stage(is_complete=False)
    assert list(at.watermark(NEVER)) == [Idle()]


def test_a_split_found_later_begins_at_the_watermark() -> None:
    at = stage(0)
    list(at.process(0, rows(0, 10)))
    assert list(at.split(SplitFound(1, is_late=True))) == [Watermark(9)]
    outs = list(at.process(0, rows(1, 5, 12)))
    assert stamps_of(outs, MARK) == [9, 9]
    assert controls(outs) == []


def test_a_split_that_is_idle_holds_nobody_until_it_brings_something() -> None:
    at = stage(0, 1, idle_after=1_000)
    list(at.wake(0.0))
    list(at.process(0, rows(0, 10)))
    list(at.wake(0.9))
    assert list(at.wake(1.0)) == [Watermark(9)]
    assert controls(list(at.process(0, rows(1, 5)))) == []
    assert controls(list(at.process(0, rows(0, 20)))) == []
    assert controls(list(at.process(0, rows(1, 30)))) == [Watermark(19)]


def test_where_all_splits_are_idle_nobody_waits_and_the_next_record_ends_that() -> None:
    at = stage(0, idle_after=1_000)
    list(at.process(0, rows(0, 10)))
    list(at.wake(0.0))
    assert list(at.wake(1.0)) == [Idle()]
    assert list(at.wake(2.0)) == []
    assert controls(list(at.process(0, rows(0, 11)))) == [Watermark(10)]


def test_a_split_that_is_left_alone_is_not_held_any_more() -> None:
    clocks = SplitClocks()
    timing = Timing({"a": 0, "b": 1}, clocks, max_drift=10)
    timing.found("a", is_late=False)
    timing.found("b", is_late=False)
    clocks.advance(0, 0)
    clocks.advance(1, 100)
    held = timing.pace()
    assert held is not None
    assert held.held == {"b"}
    assert timing.pace() is None
    timing.ended("a")
    alone = timing.pace()
    assert alone is not None
    assert (list(alone.order), alone.held) == (["b"], frozenset())
