"""Calls of event time, one by one: what a module of the Rust SDK makes of states, windows and timers."""

from __future__ import annotations

import struct
from pathlib import Path

import pyarrow as pa
import pytest
from rust_jobs import ROOT, build, package

from lightflus.codec import abi, schema_of
from lightflus.errors import GuestAborted, ModuleInvalid
from lightflus.model.extract import FunctionNumber
from lightflus.model.graph import FunctionKind
from lightflus.model.types import Type
from lightflus.ports.guests import Guest, ProcessCall
from lightflus.sandbox.functions import STATE_COLUMNS
from lightflus.sandbox.limits import GuestLimits
from lightflus.sandbox.module import LoadedModule, load

pytestmark = pytest.mark.slow

KEYS = pa.schema([pa.field("value", pa.utf8(), nullable=False)])
STATE = pa.struct(
    [
        pa.field("value", pa.int64(), nullable=False),
        *(schema_of(column.type).field(0).with_name(column.name) for column in STATE_COLUMNS),
    ]
)


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> LoadedModule:
    source = (ROOT / "tests/rust/jobs/times.rs").read_text(encoding="utf-8")
    wasm = build(package(tmp_path_factory.mktemp("times"), source)).read_bytes()
    return load(wasm, limits=GuestLimits(deadline_ms=60_000))


@pytest.fixture
def guest(module: LoadedModule) -> Guest:
    made = module()
    made.begin()
    return made


def numbers(module: LoadedModule, kind: FunctionKind) -> list[FunctionNumber]:
    return [FunctionNumber(k) for k, function in enumerate(module.graph.functions) if function.kind is kind]


def words(*values: int) -> pa.Buffer:
    return pa.py_buffer(struct.pack(f"<{len(values)}I", *values))


def longs(*values: int) -> pa.Int64Array:
    return pa.array(values, pa.int64())


def rides(module: LoadedModule, *rows: tuple[str, int, int]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True) if rows else ([], [], [])
    process = numbers(module, FunctionKind.PROCESS)[0]
    return pa.RecordBatch.from_arrays(
        [pa.array(column, kind) for column, kind in zip(columns, (pa.utf8(), pa.int64(), pa.int64()), strict=True)],
        schema=schema_of(module.graph.functions[process].input),
    )


def keys(*names: str) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array(names)], schema=KEYS)


def rows_of(states: pa.StructArray) -> list[object]:
    return [states[k].as_py() for k in range(len(states))]


def unknown(record: Type, rows: int) -> pa.StructArray:
    return pa.nulls(rows, pa.struct(list(schema_of(record))))


def test_a_count_is_folded_merged_and_finished(module: LoadedModule, guest: Guest) -> None:
    count = numbers(module, FunctionKind.AGGREGATE)[0]
    (finish,) = numbers(module, FunctionKind.FINISH)
    function = module.graph.functions[count]
    assert function.reads == ()
    loaded = guest.load(rides(module, ("a", 1, 1), ("b", 2, 2), ("a", 3, 3)))
    folded = guest.fold(
        count, loaded, state=unknown(function.output, 2), groups=words(0, 1, 0), wants_output=False
    ).state
    assert folded.column(0).to_pylist() == [2, 1]
    merged = guest.merge(count, folded, state=unknown(function.output, 1), groups=words(0, 0))
    assert merged.column(0).to_pylist() == [3]
    finished = guest.finish(finish, merged, keys("a"), starts=longs(10), ends=longs(30))
    assert finished.rows.to_pylist() == [{"key": "a", "start": 10, "end": 30, "count": 3}]
    assert finished.sources is None


def test_the_best_of_two_panes_are_those_of_both_and_say_which_state_they_are_of(
    module: LoadedModule, guest: Guest
) -> None:
    top = numbers(module, FunctionKind.AGGREGATE)[1]
    (finish,) = numbers(module, FunctionKind.FINISH_LIST)
    function = module.graph.functions[top]
    assert function.times
    loaded = guest.load(rides(module, ("a", 5, 1), ("a", 7, 2), ("a", 5, 0), ("b", 1, 1)))
    none = unknown(function.output, 2)
    folded = guest.fold(
        top, loaded, state=none, groups=words(0, 0, 0, 1), wants_output=False, times=longs(1, 2, 0, 1)
    ).state
    finished = guest.finish(finish, folded, keys("a", "b"), starts=longs(0, 0), ends=longs(10, 10))
    assert [(row["rank"], row["value"]["fare"], row["value"]["at"]) for row in finished.rows.to_pylist()] == [
        (1, 7, 2),
        (2, 5, 0),
        (1, 1, 1),
    ]
    assert finished.sources is not None
    assert finished.sources.to_pylist() == [0, 0, 1]


def test_results_are_made_in_calls_of_any_number_of_states(module: LoadedModule, guest: Guest) -> None:
    (finish,) = numbers(module, FunctionKind.FINISH)
    many = 20_000
    states = pa.RecordBatch.from_arrays(
        [pa.array(range(many), pa.uint64())], schema=schema_of(module.graph.functions[finish].input)
    )
    names = keys(*(f"k{k}" for k in range(many)))
    finished = guest.finish(finish, states, names, starts=longs(*range(many)), ends=longs(*range(many)))
    assert finished.rows.column("count").to_pylist() == list(range(many))
    assert finished.rows.column("key").to_pylist() == names.column(0).to_pylist()


def call(module: LoadedModule, *rows: tuple[str, int, int], state: pa.StructArray, **more: object) -> ProcessCall:
    """Rows of one key, each with its time as its mark; with `more` anything else."""
    fields: dict[str, object] = {
        "first": rides(module, *rows) if rows else None,
        "second": None,
        "sides": None,
        "groups": words(*(0 for _ in rows)),
        "keys": keys("a"),
        "state": state,
        "times": longs(*(at for _, _, at in rows)),
        "marks": longs(*(at - 1 for _, _, at in rows)),
        "watermark": abi.NO_MARK,
        "processing_time": 0,
    }
    return ProcessCall(**{**fields, **more})  # type: ignore[arg-type]


def test_timers_are_part_of_the_state_and_fire_when_they_are_due(module: LoadedModule, guest: Guest) -> None:
    (process,) = numbers(module, FunctionKind.PROCESS)
    new = pa.nulls(1, STATE)
    first = guest.process(process, call(module, ("a", 1, 5), ("a", 2, 9), state=new))
    assert rows_of(first.state) == [{"value": 3, "timers": [15, 19], "processing_timers": [], "last": 9}]
    main, odd = first.outputs
    assert main.columns.num_rows == 0
    assert odd.columns.to_pylist() == [{"value": 1}]
    assert (odd.times.to_pylist(), odd.marks.to_pylist()) == ([5], [4])
    second = guest.process(process, call(module, state=first.state, watermark=15))
    assert rows_of(second.state) == [None]
    main, odd = second.outputs
    assert main.columns.to_pylist() == [{"_0": 15, "_1": 3}]
    assert (main.times.to_pylist(), main.marks.to_pylist()) == ([15], [14])


def test_a_key_that_was_forgotten_is_new_in_the_same_call(module: LoadedModule, guest: Guest) -> None:
    (process,) = numbers(module, FunctionKind.PROCESS)
    done = guest.process(process, call(module, ("a", 2, 5), ("a", 4, 20), state=pa.nulls(1, STATE)))
    assert rows_of(done.state) == [{"value": 4, "timers": [30], "processing_timers": [], "last": 20}]
    assert done.outputs[0].columns.to_pylist() == [{"_0": 15, "_1": 2}]


def test_a_module_without_an_export_that_its_graph_needs_is_refused(tmp_path: Path) -> None:
    source = (ROOT / "tests/rust/jobs/times.rs").read_text(encoding="utf-8")
    wasm = build(package(tmp_path, source)).read_bytes()
    assert wasm.count(b"lf_process") >= 1
    with pytest.raises(ModuleInvalid, match="needs lf_process, which it does not export"):
        load(wasm.replace(b"\x0alf_process", b"\x0alf_procesz"))


def test_a_timer_beyond_all_times_is_an_error_at_the_users_line(module: LoadedModule, guest: Guest) -> None:
    (process,) = numbers(module, FunctionKind.PROCESS)
    with pytest.raises(GuestAborted, match="a timer is set for 8640000000000060") as raised:
        guest.process(process, call(module, ("a", 1, 8_640_000_000_000_050), state=pa.nulls(1, STATE)))
    assert (raised.value.row, raised.value.position) == (0, "src/lib.rs:39:17")
