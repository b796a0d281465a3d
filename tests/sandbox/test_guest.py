"""A guest's chains: what goes in, what comes out, and which row an error belongs to."""

from __future__ import annotations

import struct
from typing import cast

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lightflus.codec import schema_of
from lightflus.errors import GuestTrapped, InternalError
from lightflus.limits import CALL_ROWS, GRAPH_OPERATORS
from lightflus.model.extract import FunctionNumber
from lightflus.model.types import Field, Scalar, ScalarType, StructType
from lightflus.sandbox.instance import ModuleGuest
from lightflus.sandbox.module import LoadedModule

NUMBER = ScalarType(Scalar.INT64)
TRIPLE = StructType(tuple(Field(name, NUMBER) for name in "abc"))
INCREMENT, ODD, COPIES, LAST_DIGIT, SUM, C_MINUS_A, LOG = (FunctionNumber(n) for n in range(7))


def batch(*values: int) -> pa.RecordBatch:
    return pa.record_batch({"value": list(values)}, schema=schema_of(NUMBER))


def listed(columns: pa.RecordBatch) -> list[int]:
    return cast("list[int]", columns.column(0).to_pylist())


def states(*values: int | None) -> pa.StructArray:
    column = pa.array([0 if value is None else value for value in values], pa.int64())
    mask = pa.array([value is None for value in values])
    return pa.StructArray.from_arrays([column], fields=list(schema_of(NUMBER)), mask=mask)


def words(*values: int) -> pa.Buffer:
    return pa.py_buffer(struct.pack(f"<{len(values)}I", *values))


def test_a_map_gives_as_many_rows_as_came(guest: ModuleGuest) -> None:
    guest.begin()
    assert listed(guest.take(guest.map(INCREMENT, guest.load(batch(1, 2, -5))), NUMBER)) == [2, 3, -4]


def test_a_filter_narrows_and_copies_nothing(guest: ModuleGuest) -> None:
    guest.begin()
    loaded = guest.load(batch(1, 2, 3, 4, 5))
    odd = guest.filter(ODD, loaded)
    assert (odd.rows, listed(guest.take(odd, NUMBER))) == (3, [1, 3, 5])
    assert listed(guest.take(loaded, NUMBER)) == [1, 2, 3, 4, 5]


def test_a_flat_map_gives_the_items_of_all_lists(guest: ModuleGuest) -> None:
    guest.begin()
    flat = guest.flat_map(COPIES, guest.load(batch(2, 0, 3)))
    assert (flat.rows, listed(guest.take(flat, NUMBER))) == (5, [2, 2, 3, 3, 3])


def test_a_chain_works_on_what_the_last_call_left(guest: ModuleGuest) -> None:
    guest.begin()
    odd = guest.filter(ODD, guest.load(batch(1, 2, 3, 4)))
    even = guest.map(INCREMENT, odd)
    copies = guest.flat_map(COPIES, even)
    assert listed(guest.take(copies, NUMBER)) == [2, 2, 4, 4, 4, 4]
    assert listed(guest.extract(LAST_DIGIT, copies)) == [2, 2, 4, 4, 4, 4]


def test_two_filters_in_a_row_select_from_the_same_rows(guest: ModuleGuest) -> None:
    guest.begin()
    odd = guest.filter(ODD, guest.load(batch(1, 2, 3)))
    assert listed(guest.take(guest.filter(ODD, odd), NUMBER)) == [1, 3]


@pytest.mark.parametrize("values", [(), (2, 4)], ids=["no rows", "no row is left"])
def test_a_chain_over_no_rows_gives_no_rows(guest: ModuleGuest, values: tuple[int, ...]) -> None:
    guest.begin()
    odd = guest.filter(ODD, guest.load(batch(*values)))
    copies = guest.flat_map(COPIES, guest.map(INCREMENT, odd))
    assert guest.take(copies, NUMBER).equals(batch())
    assert guest.extract(LAST_DIGIT, copies).num_rows == 0


def test_only_the_columns_that_a_function_reads_are_passed(guest: ModuleGuest) -> None:
    guest.begin()
    rows = pa.record_batch({"a": [1, 2], "b": [0, 0], "c": [10, 20]}, schema=schema_of(TRIPLE))
    assert listed(guest.take(guest.map(C_MINUS_A, guest.load(rows)), NUMBER)) == [9, 18]


def test_a_fold_adds_to_the_states_that_there_are(guest: ModuleGuest) -> None:
    guest.begin()
    folded = guest.fold(
        SUM, guest.load(batch(1, 2, 3, 4)), state=states(None, 100), groups=words(0, 1, 0, 1), wants_output=True
    )
    assert listed(folded.state) == [4, 106]
    assert folded.output is not None
    assert listed(folded.output) == [1, 102, 4, 106]


def test_a_fold_gives_output_only_if_it_is_wanted(guest: ModuleGuest) -> None:
    guest.begin()
    folded = guest.fold(SUM, guest.load(batch(5)), state=states(None), groups=words(0), wants_output=False)
    assert (listed(folded.state), folded.output) == ([5], None)


def test_sliced_batches_and_states_are_what_their_rows_say(guest: ModuleGuest) -> None:
    guest.begin()
    rows = batch(9, 1, 2, 9).slice(1, 2)
    folded = guest.fold(
        SUM, guest.load(rows), state=states(7, None, 50).slice(1), groups=words(0, 1), wants_output=False
    )
    assert listed(folded.state) == [1, 52]


def test_more_rows_than_a_call_may_have_go_in_pieces(guest: ModuleGuest) -> None:
    guest.begin()
    many = batch(*range(20, 20 + CALL_ROWS + 100))
    odd = guest.filter(ODD, guest.map(INCREMENT, guest.load(many)))
    assert listed(guest.take(odd, NUMBER)) == [n + 1 for n in range(20, 20 + CALL_ROWS + 100) if n % 2 == 0]


def test_a_flat_map_may_give_more_rows_than_a_call_may_have(guest: ModuleGuest) -> None:
    guest.begin()
    flat = guest.flat_map(COPIES, guest.load(batch(CALL_ROWS + 1, 20)))
    mapped = guest.map(INCREMENT, flat)
    assert listed(guest.take(mapped, NUMBER)) == [CALL_ROWS + 2] * (CALL_ROWS + 1) + [21] * 20
    assert mapped.loaded_row(CALL_ROWS + 1) == 1


def test_every_row_knows_the_loaded_row_that_it_was_made_from(guest: ModuleGuest) -> None:
    guest.begin()
    odd = guest.filter(ODD, guest.load(batch(4, 1, 2, 3)))
    copies = guest.flat_map(COPIES, guest.map(INCREMENT, odd))
    assert [copies.loaded_row(row) for row in range(copies.rows)] == [1, 1, 3, 3, 3, 3]
    with pytest.raises(IndexError):
        copies.loaded_row(6)


@pytest.mark.parametrize("at", [0, 1, 5])
def test_a_trap_names_the_loaded_row(guest: ModuleGuest, at: int) -> None:
    values = [20] * 6
    values[at] = 13
    guest.begin()
    with pytest.raises(GuestTrapped) as caught:
        guest.map(INCREMENT, guest.load(batch(*values)))
    assert (caught.value.row, caught.value.function) == (at, 0)


def test_a_trap_deep_in_a_chain_names_the_loaded_row(guest: ModuleGuest) -> None:
    guest.begin()
    odd = guest.filter(ODD, guest.load(batch(2, 4, 11, 6)))
    copies = guest.flat_map(COPIES, guest.map(INCREMENT, odd))
    with pytest.raises(GuestTrapped) as caught:
        guest.map(INCREMENT, guest.map(INCREMENT, copies))
    assert caught.value.row == 2


def test_a_trap_at_the_end_of_the_longest_chain_names_the_loaded_row(guest: ModuleGuest) -> None:
    guest.begin()
    rows = guest.load(batch(20, 13 - GRAPH_OPERATORS))
    for _ in range(GRAPH_OPERATORS):
        rows = guest.map(INCREMENT, rows)
    with pytest.raises(GuestTrapped) as caught:
        guest.map(INCREMENT, rows)
    assert caught.value.row == 1


def test_a_batch_of_an_earlier_chain_is_refused(guest: ModuleGuest) -> None:
    guest.begin()
    loaded = guest.load(batch(1))
    guest.begin()
    with pytest.raises(InternalError, match="after its chain had ended"):
        guest.map(INCREMENT, loaded)


def test_a_function_is_not_called_as_another_kind(guest: ModuleGuest) -> None:
    guest.begin()
    with pytest.raises(InternalError, match="function 1 was called as map"):
        guest.map(ODD, guest.load(batch(1)))


def test_columns_of_another_record_are_refused(guest: ModuleGuest) -> None:
    guest.begin()
    with pytest.raises(InternalError, match="reads columns"):
        guest.map(C_MINUS_A, guest.load(batch(1)))


def test_a_closed_guest_is_not_alive(module: LoadedModule) -> None:
    guest = module()
    guest.close()
    guest.close()
    assert not guest.is_alive
    with pytest.raises(InternalError, match="after its end"):
        guest.begin()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.integers(20, 40), max_size=30), cut=st.integers(0, 30))
def test_results_do_not_depend_on_where_batches_are_cut(guest: ModuleGuest, values: list[int], cut: int) -> None:
    def chained(rows: pa.RecordBatch) -> list[int]:
        guest.begin()
        odd = guest.filter(ODD, guest.map(INCREMENT, guest.load(rows)))
        return listed(guest.take(guest.flat_map(COPIES, odd), NUMBER))

    whole = batch(*values)
    assert chained(whole) == chained(whole.slice(0, cut)) + chained(whole.slice(cut))


def test_rows_know_the_loaded_rows_that_they_were_made_from(guest: ModuleGuest) -> None:
    guest.begin()
    loaded = guest.load(batch(1, 2, 3))
    assert loaded.rows_loaded() is None
    assert guest.map(INCREMENT, loaded).rows_loaded() is None
    copies = guest.flat_map(COPIES, guest.filter(ODD, loaded))
    assert copies.rows_loaded() == pa.array([0, 2, 2, 2], pa.uint32())
    assert [copies.loaded_row(row) for row in range(copies.rows)] == [0, 2, 2, 2]
    assert guest.filter(ODD, guest.load(batch(2, 4))).rows_loaded() == pa.array([], pa.uint32())


def test_rows_of_many_parts_know_them_too(guest: ModuleGuest) -> None:
    guest.begin()
    many = guest.map(INCREMENT, guest.load(batch(*range(20, 20 + CALL_ROWS + 3))))
    assert many.rows_loaded() == pa.array(range(CALL_ROWS + 3), pa.uint32())
