"""Where batches are cut."""

from __future__ import annotations

import itertools
from typing import cast

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightflus import limits
from lightflus.runtime.pieces import call_pieces, element_pieces, retry_pieces
from lightflus.testing.graphs import UTF8
from lightflus.testing.memory import batch_of


def test_a_small_batch_is_one_piece() -> None:
    assert list(call_pieces(batch_of(UTF8, ["a", "b"]))) == [(0, 2)]


def test_an_empty_batch_has_no_piece() -> None:
    assert list(call_pieces(batch_of(UTF8, []))) == []


def test_rows_are_bounded() -> None:
    batch = batch_of(UTF8, ["a"] * 20_000)
    assert list(call_pieces(batch)) == [(0, 8_192), (8_192, 16_384), (16_384, 20_000)]
    assert list(element_pieces(batch)) == [(0, 20_000)]


def test_bytes_are_bounded_but_a_large_record_goes_alone() -> None:
    sizes = [400_000, 400_000, 400_000, 3 * limits.MIB, 10]
    batch = batch_of(UTF8, ["x" * size for size in sizes])
    pieces = list(call_pieces(batch))
    assert pieces[0][0] == 0
    assert pieces[-1][1] == len(sizes)
    assert all(left[1] == right[0] for left, right in itertools.pairwise(pieces))
    for start, stop in pieces:
        assert stop - start == 1 or batch.slice(start, stop - start).nbytes <= limits.CALL_BYTES


@given(st.integers(0, 50), st.integers(2, 60), st.none() | st.integers(-5, 120))
def test_a_retry_covers_the_same_rows_in_smaller_pieces(start: int, rows: int, row: int | None) -> None:
    pieces = retry_pieces(start, start + rows, row)
    assert [n for a, b in pieces for n in range(a, b)] == list(range(start, start + rows))
    assert all(0 < b - a < rows for a, b in pieces)


@pytest.mark.parametrize("row", [0, 4, 7])
def test_the_row_at_which_the_guest_was_goes_alone(row: int) -> None:
    assert (row, row + 1) in retry_pieces(0, 8, row)


def test_cuts_copy_nothing() -> None:
    batch = batch_of(UTF8, ["abc"] * 10_000)
    (start, stop), *_ = call_pieces(batch)
    before = pa.total_allocated_bytes()
    batch.slice(start, stop - start)
    assert pa.total_allocated_bytes() == before


def test_values_are_bounded_so_that_encoded_text_is() -> None:
    wide = pa.RecordBatch.from_arrays([pa.array([True] * 100_000)] * 100, [f"f{n}" for n in range(100)])
    assert wide.nbytes < limits.ELEMENT_BYTES
    assert all((stop - start) * 100 <= limits.ELEMENT_VALUES for start, stop in element_pieces(wide))


def test_items_of_lists_are_values_even_in_a_struct() -> None:
    items = limits.ELEMENT_VALUES // 2 + 1
    lists = pa.ListArray.from_arrays(
        pa.array([0, items, 2 * items, 2 * items + 1], pa.int32()),
        cast("pa.Int64Array", pa.array([True] * (2 * items + 1))),
    )
    batch = pa.RecordBatch.from_arrays([pa.StructArray.from_arrays([lists], ["list"])], ["s"])
    assert list(element_pieces(batch)) == [(0, 1), (1, 3)]
    assert list(element_pieces(batch.slice(1))) == [(0, 2)]
