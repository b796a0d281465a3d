"""Answers of calls that lie: in a chain what is used is checked, at its end everything."""

from __future__ import annotations

import pyarrow as pa
import pytest
from numbers_guest import Assemble, Loads

from lightflus.codec import schema_of
from lightflus.errors import GuestProtocolError
from lightflus.model.extract import FunctionNumber
from lightflus.model.types import Scalar, ScalarType
from lightflus.sandbox.instance import ModuleGuest

NUMBER = ScalarType(Scalar.INT64)
INCREMENT, ODD, COPIES, LAST_DIGIT, SUM = (FunctionNumber(n) for n in range(5))
MAP_RESULT = "(call $result (call $map (local.get $call)) (i32.const 0)))"
MAP_BATCH = "    (local.get $batch))\n\n  (func $filter"
FILTER_BATCH = "    (local.get $batch))\n\n  (func $flat_map"
BITS_OUTSIDE = "(call $point (i32.load offset=68 (local.get $batch)) (i32.const 1) (i32.const 131072))"
LIST = "    (local.get $list))"
FOLD_END = "    (call $result\n      (select"


def batch(*values: int) -> pa.RecordBatch:
    return pa.record_batch({"value": list(values)}, schema=schema_of(NUMBER))


def run_map(guest: ModuleGuest) -> None:
    guest.take(guest.map(INCREMENT, guest.load(batch(1, 2, 3))), NUMBER)


def run_filter(guest: ModuleGuest) -> None:
    guest.filter(ODD, guest.load(batch(1, 2, 3)))


def run_flat_map(guest: ModuleGuest) -> None:
    guest.take(guest.flat_map(COPIES, guest.load(batch(1, 2, 3))), NUMBER)


def run_key(guest: ModuleGuest) -> None:
    guest.extract(LAST_DIGIT, guest.load(batch(1, 2, 3)))


def run_fold(guest: ModuleGuest) -> None:
    state = pa.StructArray.from_arrays([pa.array([1], pa.int64())], fields=list(schema_of(NUMBER)))
    guest.fold(SUM, guest.load(batch(1, 2)), state=state, groups=pa.py_buffer(bytes(8)), wants_output=True)


def in_batch(field: int, value: int, *, is_long: bool = True) -> tuple[str, str]:
    kind = "i64" if is_long else "i32"
    return MAP_BATCH, f"    ({kind}.store offset={field} (local.get $batch) ({kind}.const {value}))\n{MAP_BATCH}"


@pytest.mark.parametrize(
    ("run", "change", "said"),
    [
        (run_map, (MAP_RESULT, "(i32.const -4))"), "map function 0: its answer: .* outside the memory"),
        (run_map, (MAP_RESULT, "(call $result (i32.const 0) (i32.const 0)))"), "its answer has no output"),
        (run_map, (MAP_RESULT, "(call $result (i32.const -64) (i32.const 0)))"), "outside the memory"),
        (run_map, (MAP_RESULT, "(call $result (i32.const 20) (i32.const 0)))"), "not 8-byte aligned"),
        (run_map, in_batch(0, 4), "4 rows where 3 are expected"),
        (run_map, in_batch(0, 1 << 31), "2,147,483,648 rows cannot lie"),
        (run_map, in_batch(0, -1), "-1 rows"),
        (run_map, in_batch(16, 1), "an array offset of 1"),
        (run_map, in_batch(32, 2), "1 buffers and 2 children"),
        (run_map, in_batch(44, -1, is_long=False), "outside the memory"),
        (run_map, in_batch(64, 131_071, is_long=False), r"the batch: its validity|null rows"),
        (run_map, in_batch(68, 131_065, is_long=False), "not 8-byte aligned"),
        (run_map, in_batch(68, 131_072, is_long=False), "the batch of a chain: .*outside the memory"),
        (run_key, in_batch(0, 2), "key function 3: the batch: 2 rows where 3 are expected"),
        (
            run_filter,
            (FILTER_BATCH, f"    (i64.store (local.get $batch) (i64.const 2))\n{FILTER_BATCH}"),
            "filter function 1: the batch: 2 rows",
        ),
        (
            run_filter,
            (
                FILTER_BATCH,
                f"    {BITS_OUTSIDE}\n{FILTER_BATCH}",
            ),
            "value: its bits, 1 bytes at 131072, lie outside",
        ),
        (
            run_flat_map,
            (LIST, f"    (i32.store offset=4 (local.get $offsets) (i32.const 9))\n{LIST}"),
            "flat_map function 2: the list array: .*[Oo]ffset",
        ),
        (run_flat_map, (LIST, f"    (i32.store (local.get $offsets) (i32.const 1))\n{LIST}"), "its first offset is 1"),
        (
            run_flat_map,
            (LIST, f"    (i32.store offset=12 (local.get $offsets) (i32.const -6))\n{LIST}"),
            "its last offset is -6",
        ),
        (
            run_flat_map,
            (LIST, f"    (i32.store offset=12 (local.get $offsets) (i32.const 2147483647))\n{LIST}"),
            "2,147,483,647 rows cannot lie",
        ),
        (
            run_flat_map,
            (LIST, f"    (i64.store (local.get $child) (i64.const 7))\n{LIST}"),
            "7 rows where 6 are expected",
        ),
        (
            run_fold,
            (FOLD_END, f"    (i64.store (local.get $state) (i64.const 2))\n{FOLD_END}"),
            "function 4: .*2 rows",
        ),
        (
            run_fold,
            (FOLD_END, f"    (return (call $result (i32.const 0) (local.get $state)))\n{FOLD_END}"),
            "its answer has no output",
        ),
        (
            run_fold,
            (FOLD_END, f"    (return (call $result (local.get $output) (i32.const 0)))\n{FOLD_END}"),
            "its answer has no state",
        ),
    ],
)
def test_a_lie_is_a_protocol_error_and_the_end_of_the_guest(
    assemble: Assemble,
    loads: Loads,
    run: object,
    change: tuple[str, str],
    said: str,
) -> None:
    guest = loads(assemble(change))()
    guest.begin()
    assert callable(run)
    with pytest.raises(GuestProtocolError, match=said):
        run(guest)
    assert not guest.is_alive


def test_a_result_that_is_shorter_than_known_has_zeros_for_what_is_missing(assemble: Assemble, loads: Loads) -> None:
    short = ("(i32.store (local.get $at) (i32.const 28))", "(i32.store (local.get $at) (i32.const 4))")
    guest = loads(assemble(short))()
    guest.begin()
    with pytest.raises(GuestProtocolError, match="its answer has no output"):
        run_map(guest)


def test_a_result_that_is_longer_than_known_is_read_as_far_as_known(assemble: Assemble, loads: Loads) -> None:
    longer = ("(i32.store (local.get $at) (i32.const 28))", "(i32.store (local.get $at) (i32.const 64))")
    guest = loads(assemble(longer))()
    guest.begin()
    run_map(guest)


def test_a_result_may_point_into_its_input(assemble: Assemble, loads: Loads) -> None:
    same = (MAP_RESULT, "(call $result (i32.load offset=8 (local.get $call)) (i32.const 0)))")
    guest = loads(assemble(same))()
    guest.begin()
    mapped = guest.map(INCREMENT, guest.load(batch(1, 2)))
    assert guest.take(mapped, NUMBER).equals(batch(1, 2))
