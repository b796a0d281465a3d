"""`mysql:`: which rows are left to write, in which order, and as which values."""

from __future__ import annotations

import pyarrow as pa
import pytest

from lightflus.connectors.mysql.conversion import Unfit
from lightflus.connectors.mysql.plan import WritePlan
from lightflus.connectors.mysql.run import rows
from lightflus.connectors.mysql.writing import Template


def plan(key: tuple[str, ...] = (), *, is_sorted: bool = False) -> WritePlan:
    return WritePlan("mysql://h:1/d", Template(""), ("a", "b", "n"), (lambda column: column,) * 3, key, key * is_sorted)


def batch(*found: tuple[str, int, int]) -> pa.RecordBatch:
    a, b, n = zip(*found, strict=True)
    return pa.RecordBatch.from_pydict({"a": a, "b": b, "n": n})


def listed(columns: pa.RecordBatch) -> list[tuple[object, ...]]:
    return list(zip(*plan().values(columns), strict=True))


TWO = [batch(("y", 1, 1), ("x", 1, 2), ("y", 2, 3)), batch(("x", 1, 4), ("y", 1, 5))]


def test_without_a_key_every_row_is_left_in_order() -> None:
    left = listed(plan().settled(TWO))
    assert left == [("y", 1, 1), ("x", 1, 2), ("y", 2, 3), ("x", 1, 4), ("y", 1, 5)]


def test_of_each_key_the_last_row_is_left_in_the_order_of_the_last_writes() -> None:
    assert listed(plan(("a", "b")).settled(TWO)) == [("y", 2, 3), ("x", 1, 4), ("y", 1, 5)]
    assert listed(plan(("a",)).settled(TWO)) == [("x", 1, 4), ("y", 1, 5)]


def test_where_it_is_safe_they_are_sorted_by_key() -> None:
    assert listed(plan(("a", "b"), is_sorted=True).settled(TWO)) == [("x", 1, 4), ("y", 1, 5), ("y", 2, 3)]
    assert listed(plan(("a",), is_sorted=True).settled(TWO)) == [("x", 1, 4), ("y", 1, 5)]
    assert listed(plan(("a",), is_sorted=True).settled([batch(("x", 1, 1))])) == [("x", 1, 1)]


def test_the_last_of_many_writes_of_a_key_is_left_whatever_way_they_are_sorted() -> None:
    many = batch(*((f"k{number % 7}", 0, number) for number in range(10_000)))
    last = {f"k{number % 7}": number for number in range(10_000)}
    for is_sorted in (False, True):
        assert {a: n for a, _, n in listed(plan(("a",), is_sorted=is_sorted).settled([many]))} == last


def test_keys_with_a_space_at_the_end_keep_their_order_since_tables_do_not_see_it() -> None:
    written = batch(("x ", 1, 1), ("b", 1, 2), ("x", 1, 3), ("x ", 1, 4))
    left = listed(plan(("a",), is_sorted=True).settled([written]))
    assert left == [("b", 1, 2), ("x", 1, 3), ("x ", 1, 4)]


def test_a_part_of_the_rows_is_that_part_of_each_column() -> None:
    assert rows([["a", "b", "c"], [1, 2, 3]], 1, 3) == [["b", "c"], [2, 3]]


def test_a_value_that_does_not_fit_is_named_by_its_field() -> None:
    def never(column: object) -> pa.Array[pa.Scalar[pa.DataType]]:
        raise Unfit(1, "is wrong", "right it")

    wrong = WritePlan("", Template(""), ("a", "b", "n"), (lambda c: c, never, lambda c: c))
    with pytest.raises(Unfit, match="b is wrong") as caught:
        wrong.values(batch(("x", 1, 1)))
    assert caught.value.row == 1
