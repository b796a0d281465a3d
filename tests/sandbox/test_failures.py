"""Guests that fail: each with its named error, row and place, the process alive, the memory given back."""

from __future__ import annotations

import threading
from pathlib import Path

import pyarrow as pa
import pytest
from numbers_guest import Assemble, Loads

from lightflus.codec import schema_of
from lightflus.errors import (
    GuestAborted,
    GuestDeadlineExceeded,
    GuestError,
    GuestMemoryExceeded,
    GuestProtocolError,
    GuestTrapped,
    InternalError,
)
from lightflus.model.extract import FunctionNumber
from lightflus.model.types import Scalar, ScalarType
from lightflus.sandbox.instance import ModuleGuest
from lightflus.sandbox.limits import GuestLimits
from lightflus.sandbox.module import LoadedModule

NUMBER = ScalarType(Scalar.INT64)
INCREMENT, LOG = FunctionNumber(0), FunctionNumber(6)
LOOP = "(loop $ever br $ever)"
LF_ALLOC = '(func $alloc (export "lf_alloc") (param $size i32) (result i32)\n    (local $at i32) (local $end i32)'
LF_DESCRIBE = '(func (export "lf_describe") (result i32)'
LF_ROW = '(func (export "lf_row") (result i32)'
GROW_TO_THE_END = "(loop $more (br_if $more (i32.ne (i32.const -1) (memory.grow (i32.const 1)))))"
FILL_FOR_EVER = (
    "(drop (memory.grow (i32.const 60)))"
    "(loop $again (memory.fill (i32.const 131072) (i32.const 0) (i32.const 3000000)) br $again)"
)
RECURSION = "(func $deep (param i32) (result i32) (i32.add (call $deep (local.get 0)) (i32.const 1)))\n  (global $heap"


def batch(*values: int) -> pa.RecordBatch:
    return pa.record_batch({"value": list(values)}, schema=schema_of(NUMBER))


def increment(guest: ModuleGuest, *values: int) -> None:
    guest.begin()
    guest.map(INCREMENT, guest.load(batch(*values)))


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        (13, GuestTrapped, "map function 0 reached code that was declared unreachable"),
        (14, GuestAborted, "map function 0: unlucky number"),
        (15, GuestDeadlineExceeded, "map function 0 ran longer than 100 ms"),
        (16, GuestMemoryExceeded, "map function 0: out of memory: the arena is full"),
    ],
)
def test_a_failure_has_its_class_its_row_and_its_words(
    guest: ModuleGuest, value: int, kind: type[GuestError], said: str
) -> None:
    with pytest.raises(kind, match=said) as caught:
        increment(guest, 1, value, 1)
    assert (caught.value.function, caught.value.row) == (0, 1)
    assert caught.value.frames[:2] == ("incremented", "mapped") or value == 16
    assert not guest.is_alive


def test_an_abort_says_the_users_place(guest: ModuleGuest) -> None:
    with pytest.raises(GuestAborted) as caught:
        increment(guest, 14)
    assert caught.value.position == caught.value.where == "job.ts:7:3"


def test_a_dead_guest_is_not_called_again_and_another_works(module: LoadedModule) -> None:
    guest = module()
    with pytest.raises(GuestTrapped):
        increment(guest, 13)
    with pytest.raises(InternalError, match="after its end"):
        guest.begin()
    increment(module(), 1)


def test_a_failed_guest_gives_its_memory_back(assemble: Assemble, loads: Loads) -> None:
    touched = (
        "(drop (call $alloc (i32.const 1048576)))",
        "(memory.fill (call $alloc (i32.const 1048576)) (i32.const 1) (i32.const 1048576))",
    )
    hungry = loads(assemble(touched), limits=GuestLimits(memory_bytes=256 << 20, deadline_ms=5_000))
    before = resident_bytes()
    for _ in range(3):
        with pytest.raises(GuestMemoryExceeded):
            increment(hungry(), 16)
    assert resident_bytes() - before < 64 << 20


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4_096


def test_an_interrupt_ends_an_endless_loop(assemble: Assemble, loads: Loads) -> None:
    guest = loads(assemble(), limits=GuestLimits(deadline_ms=60_000))()
    timer = threading.Timer(0.05, guest.interrupt)
    timer.start()
    with pytest.raises(GuestDeadlineExceeded, match="was stopped"):
        increment(guest, 15)
    timer.join()


def test_a_guest_that_was_interrupted_does_nothing_more(module: LoadedModule) -> None:
    guest = module()
    guest.interrupt()
    with pytest.raises(GuestDeadlineExceeded, match="was stopped"):
        guest.begin()


@pytest.mark.parametrize(
    ("changes", "kind", "said"),
    [
        ([(LF_DESCRIBE, LF_DESCRIBE + LOOP)], GuestDeadlineExceeded, "the job's main ran longer than 100 ms"),
        (
            [("(global $heap", f"(func $start {LOOP}) (start $start) (global $heap")],
            GuestDeadlineExceeded,
            "the start function ran longer",
        ),
        (
            [("(global $heap", f'(func (export "_initialize") {LOOP}) (global $heap')],
            GuestDeadlineExceeded,
            "the job's main ran longer",
        ),
        ([(LF_DESCRIBE, LF_DESCRIBE + "unreachable ")], GuestTrapped, "the job's main reached code"),
        ([(LF_DESCRIBE + " i32.const 16", LF_DESCRIBE + " i32.const -8")], GuestProtocolError, "outside the memory"),
        ([("$graph_at", "\\ff\\ff\\ff\\ff")], GuestProtocolError, "lf_describe: its answer: .* outside the memory"),
        ([("$graph_len", "\\ff\\ff\\ff\\7f")], GuestProtocolError, "its graph has 2,147,483,647 bytes"),
        (
            [
                (
                    '(func (export "lf_row") (result i32) i32.const 8)',
                    '(func (export "lf_row") (result i32) i32.const -2)',
                )
            ],
            GuestProtocolError,
            "lf_row: its answer",
        ),
        (
            [
                ("(global $heap", "(table 10001 funcref) (global $heap"),
            ],
            GuestMemoryExceeded,
            "cannot be started within its limits",
        ),
    ],
    ids=["loop in describe", "loop in start", "loop in initialize", "trap", "address", "text", "size", "row", "table"],
)
def test_a_module_that_does_not_start_is_named(
    assemble: Assemble, loads: Loads, changes: list[tuple[str, str]], kind: type[GuestError], said: str
) -> None:
    with pytest.raises(kind, match=said):
        loads(assemble(*changes))


@pytest.mark.parametrize(
    ("changes", "kind", "said"),
    [
        ([(LF_ALLOC, f"{LF_ALLOC}{LOOP}")], GuestDeadlineExceeded, "map function 0 ran longer"),
        ([(LF_ALLOC, f"{LF_ALLOC}(return (i32.const 8))")], GuestProtocolError, "lf_alloc answered 8 for"),
        ([(LF_ALLOC, f"{LF_ALLOC}(return (i32.const 0))")], GuestProtocolError, "lf_alloc answered 0 for"),
        ([(LF_ALLOC, f"{LF_ALLOC}(return (i32.const -16))")], GuestProtocolError, "lf_alloc answered 4294967280"),
        ([(LF_ALLOC, f"{LF_ALLOC}(return (i32.const 131056))")], GuestProtocolError, "not inside 131072 bytes"),
        (
            [("(global $heap", RECURSION), ("(then unreachable)", "(then (drop (call $deep (i32.const 1))))")],
            GuestTrapped,
            r"overflowed its stack \(recursion too deep\)",
        ),
        (
            [("(then unreachable)", "(then (drop (i64.div_u (i64.const 1) (i64.const 0))))")],
            GuestTrapped,
            "divided an integer by zero",
        ),
        (
            [("(then unreachable)", "(then (drop (i64.load (i32.const -8))))")],
            GuestTrapped,
            "accessed memory outside its bounds",
        ),
        (
            [
                ("(then unreachable)", "(then (call_indirect (i32.const 0)))"),
                ("(global $heap", "(table 1 funcref) (global $heap"),
            ],
            GuestTrapped,
            "wrong table entry",
        ),
        (
            [
                ("(then unreachable)", "(then (drop (table.grow (ref.null func) (i32.const 100000000))) unreachable)"),
                ("(global $heap", "(table 1 funcref) (global $heap"),
            ],
            GuestTrapped,
            "unreachable",
        ),
        (
            [("(then unreachable)", f"(then {GROW_TO_THE_END} unreachable)")],
            GuestMemoryExceeded,
            "ran out of memory: it has 8 MiB",
        ),
        (
            [("(then unreachable)", f"(then {FILL_FOR_EVER})")],
            GuestDeadlineExceeded,
            "ran longer",
        ),
    ],
    ids=[
        *("loop in alloc", "unaligned", "null", "outside", "at the end", "recursion", "division", "bounds", "indirect"),
        *("table.grow", "memory.grow", "memory.fill"),
    ],
)
def test_a_guest_that_misbehaves_in_a_call_is_named(
    assemble: Assemble, loads: Loads, changes: list[tuple[str, str]], kind: type[GuestError], said: str
) -> None:
    guest = loads(assemble(*changes))()
    with pytest.raises(kind, match=said) as caught:
        increment(guest, 1, 13)
    assert caught.value.function == 0
    assert not guest.is_alive


def test_the_memory_of_a_fresh_instance_is_clean(assemble: Assemble, loads: Loads) -> None:
    """What one guest wrote is not there for the next: it finds zeros where it looks, and would trap otherwise."""
    canary = (
        "(then unreachable)",
        "(then (if (i32.ne (i32.const 0) (i32.load (i32.const 130000))) (then unreachable))"
        " (i32.store (i32.const 130000) (i32.const 77)))",
    )
    module = loads(assemble(canary))
    for _ in range(5):
        guest = module()
        increment(guest, 13)
        guest.close()
