"""Stamps of batches that are put together, each with columns of its own."""

from __future__ import annotations

import pyarrow as pa

from lightflus.model.windows import NEVER
from lightflus.ports.stamps import MARK, SPLIT, TIME, joined_stamps, stamp, stamped, without


def numbers(*values: int) -> pa.Int64Array:
    return pa.array(values, pa.int64())


def test_rows_without_a_mark_are_late_nowhere_beside_rows_with_one() -> None:
    joined = joined_stamps([stamped({TIME: numbers(1, 2)}), stamped({TIME: numbers(3), MARK: numbers(7)})])
    assert joined.to_pydict() == {TIME: [1, 2, 3], MARK: [NEVER, NEVER, 7]}


def test_rows_without_a_split_come_before_those_with_one() -> None:
    joined = joined_stamps([stamped({SPLIT: numbers(4), TIME: numbers(1)}), stamped({TIME: numbers(2)})])
    assert joined.to_pydict() == {SPLIT: [4, -1], TIME: [1, 2]}


def test_a_column_that_nobody_has_is_missing() -> None:
    assert stamp(None, TIME) is None
    assert stamp(stamped({TIME: numbers(1)}), MARK) is None


def test_a_column_can_be_left_out() -> None:
    stamps = stamped({SPLIT: numbers(1), TIME: numbers(2)})
    assert without(stamps, SPLIT).to_pydict() == {TIME: [2]}
    assert without(stamps, MARK) is stamps
