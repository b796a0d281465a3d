"""A reader of splits that end: in turn by their pace, with a bounded number of them open."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightflus.connectors.toolbox import sequential
from lightflus.connectors.toolbox.sequential import SequentialReader
from lightflus.model.pace import Pace
from lightflus.testing.graphs import INT64
from lightflus.testing.memory import MemoryReader, MemorySource, Step


class Counting:
    """Splits of numbers, a row per batch, that count which of them are open."""

    def __init__(self, splits: dict[str, list[int]]) -> None:
        steps: dict[str, list[Step]] = {name: [[number] for number in numbers] for name, numbers in splits.items()}
        self.source = MemorySource(INT64, steps)
        self.opened: list[tuple[str, str | None]] = []
        self.most = 0

    def open(self, split: str, position: str | None) -> MemoryReader:
        self.opened.append((split, position))
        self.most = max(self.most, len(self.opened) - len(self.source.closed))
        return self.source.open_split(split, position)


def rows(reader: SequentialReader, *paces: Pace) -> list[int]:
    """All numbers; a pace is told before each read."""
    left = list(paces)
    found: list[int] = []
    while True:
        if left:
            reader.pace(left.pop(0))
        batch = reader.read()
        if batch is None:
            return found
        found += [int(str(row)) for row in batch.columns.column(0).to_pylist()]


def by(*order: str) -> Pace:
    return Pace(order, frozenset())


def test_without_a_pace_splits_are_read_one_after_the_other() -> None:
    splits = Counting({"a": [1, 2], "b": [3]})
    assert rows(SequentialReader(splits.open, {"a": None, "b": None})) == [1, 2, 3]
    assert splits.most == 1


def test_the_first_of_a_pace_is_read_next() -> None:
    splits = Counting({"a": [1, 2], "b": [3, 4]})
    reader = SequentialReader(splits.open, {"a": None, "b": None})
    assert rows(reader, by("b", "a"), by("a", "b"), by("b", "a")) == [3, 1, 4, 2]


def test_a_batch_says_which_splits_have_ended_before_it() -> None:
    splits = Counting({"a": [], "b": [1], "c": []})
    reader = SequentialReader(splits.open, dict.fromkeys("abc"))
    batch = reader.read()
    assert batch is not None
    assert batch.ended == ("a",)
    assert reader.read() is None


def test_a_split_that_has_ended_is_no_more_in_a_pace() -> None:
    splits = Counting({"a": [1], "b": [2, 3]})
    reader = SequentialReader(splits.open, {"a": None, "b": None})
    assert rows(reader, by("a", "b"), by("a", "b"), by("a")) == [1, 2, 3]


@given(
    lengths=st.lists(st.integers(0, 4), min_size=1, max_size=6),
    draws=st.lists(st.integers(0, 5), max_size=24),
    most=st.integers(1, 3),
)
@settings(max_examples=60, deadline=None)
def test_more_splits_than_may_be_open_are_read_whole_and_in_order(
    lengths: list[int], draws: list[int], most: int
) -> None:
    names = [f"s{number}" for number in range(len(lengths))]
    splits = Counting(
        {
            name: list(range(10 * number, 10 * number + rows))
            for number, (name, rows) in enumerate(zip(names, lengths, strict=True))
        }
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sequential, "OPEN_SPLITS", most)
        reader = SequentialReader(splits.open, dict.fromkeys(names))
        found = rows(reader, *(by(names[draw % len(names)], *names) for draw in draws))
    assert sorted(found) == [10 * number + row for number, count in enumerate(lengths) for row in range(count)]
    for number in range(len(lengths)):
        mine = [row for row in found if row // 10 == number]
        assert mine == sorted(mine)
    assert splits.most <= most + 1
    assert len(splits.opened) == len(splits.source.closed)
