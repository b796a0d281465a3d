"""Ranges of key groups."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from lightflus.model.key_groups import range_of, subtask_of

PARALLELISMS = st.integers(1, 128)


@given(PARALLELISMS, st.integers(0, 127))
def test_a_key_group_lies_in_the_range_of_its_subtask(parallelism: int, group: int) -> None:
    assert group in range_of(subtask_of(group, parallelism, 128), parallelism, 128)


@given(PARALLELISMS)
def test_ranges_follow_each_other_without_gap_and_differ_by_one_group_at_most(parallelism: int) -> None:
    ranges = [range_of(subtask, parallelism, 128) for subtask in range(parallelism)]
    assert ranges[0].start == 0
    assert ranges[-1].stop == 128
    assert all(left.stop == right.start for left, right in itertools.pairwise(ranges))
    assert max(map(len, ranges)) - min(map(len, ranges)) <= 1


def test_a_range_is_written_with_both_ends() -> None:
    assert str(range_of(1, 2, 128)) == "64-127"
