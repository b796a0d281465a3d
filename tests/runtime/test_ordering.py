"""Rows that wait for the watermark leave by time, then input, then split, then position."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightflus.errors import StateTooLarge
from lightflus.ports.batch import Batch
from lightflus.ports.stamps import SPLIT, TIME, stamped
from lightflus.runtime.operators.ordering import Ordered, Waiting, runs_of_sides
from lightflus.testing.graphs import INT64
from lightflus.testing.memory import batch_of

Row = tuple[int, int, int]
"""Time, split, and what the row is."""


def batch(rows: list[Row], *, with_splits: bool = True) -> Batch:
    columns = {TIME: pa.array([time for time, _, _ in rows], pa.int64())}
    if with_splits:
        columns[SPLIT] = pa.array([split for _, split, _ in rows], pa.int64())
    return Batch(batch_of(INT64, [number for _, _, number in rows]), stamps=stamped(columns))


def ids(found: Batch | None) -> list[int]:
    return [] if found is None else found.columns.column(0).to_pylist()  # type: ignore[return-value]


def in_turn(ordered: Ordered) -> list[tuple[int, int]]:
    return [(side, number) for side, part in runs_of_sides(ordered) for number in ids(part)]


def test_rows_leave_up_to_a_time_and_the_others_wait() -> None:
    waiting = Waiting()
    waiting.add(0, batch([(5, 0, 1), (3, 0, 2), (9, 0, 3)]))
    taken = waiting.take(5)
    assert taken is not None
    assert (ids(taken.first), waiting.rows) == ([2, 1], 1)
    assert waiting.take(8) is None
    assert waiting.rows == 1


def test_equal_times_leave_by_split_and_then_as_they_came() -> None:
    waiting = Waiting()
    waiting.add(0, batch([(5, 2, 1), (5, 1, 2)]))
    waiting.add(0, batch([(5, 1, 3), (5, 0, 4)]))
    taken = waiting.take(5)
    assert taken is not None
    assert ids(taken.first) == [4, 2, 3, 1]


def test_more_than_may_wait_ends_with_a_way_out_and_what_left_makes_room() -> None:
    waiting = Waiting(most_bytes=64)
    for time in range(100):
        waiting.add(0, batch([(time, 0, 1)] * 4))
        assert waiting.take(time) is not None
    waiting.add(0, batch([(200, 0, 1)] * 8))
    with pytest.raises(StateTooLarge, match="9 records wait for the watermark") as caught:
        waiting.add(0, batch([(200, 0, 1)]))
    assert "idleAfter" in str(caught.value.hint)


def test_of_equal_times_the_first_input_is_first() -> None:
    waiting = Waiting()
    waiting.add(1, batch([(4, 0, 10), (5, 0, 11)]))
    waiting.add(0, batch([(5, 0, 1), (6, 0, 2)]))
    taken = waiting.take(6)
    assert taken is not None
    assert in_turn(taken) == [(1, 10), (0, 1), (1, 11), (0, 2)]


def test_rows_of_no_split_leave_as_they_came() -> None:
    waiting = Waiting()
    waiting.add(0, batch([(5, 0, 1), (5, 0, 2)], with_splits=False))
    taken = waiting.take(5)
    assert taken is not None
    assert ids(taken.first) == [1, 2]


ROWS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2)), min_size=1, max_size=4)


@given(added=st.lists(st.tuples(st.integers(0, 1), ROWS), max_size=80), until=st.integers(-1, 10))
@settings(max_examples=40, deadline=None)
def test_however_many_runs_wait_they_are_merged_in_order(
    added: list[tuple[int, list[tuple[int, int]]]], until: int
) -> None:
    waiting = Waiting()
    every: list[tuple[int, int, int, int]] = []
    for side, rows in added:
        numbered = [(time, split, len(every) + at) for at, (time, split) in enumerate(rows)]
        every += [(time, side, split, number) for time, split, number in numbered]
        waiting.add(side, batch(numbered))
    due, left = ([one for one in sorted(every) if (one[0] <= until) is is_due] for is_due in (True, False))
    taken = waiting.take(until)
    assert ([] if taken is None else in_turn(taken)) == [(side, number) for _, side, _, number in due]
    assert waiting.rows == len(left)
    rest = waiting.take(10)
    assert ([] if rest is None else in_turn(rest)) == [(side, number) for _, side, _, number in left]
