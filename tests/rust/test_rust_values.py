"""Rust records through the ABI, both ways: every type, every pattern of nulls, wherever batches are cut."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from rust_jobs import ROOT, build, package, results

from lightflus.codec import layout_of
from lightflus.model.extract import FunctionNumber
from lightflus.model.graph import FunctionKind
from lightflus.sandbox.limits import GuestLimits
from lightflus.sandbox.module import LoadedModule, load

pytestmark = pytest.mark.slow

NULLABLE = {
    "no_flag": (True, "Some(true)"),
    "no_number": (-7, "Some(-7)"),
    "no_text": ("tëxt", 'Some("tëxt")'),
    "no_list": ([1, None, 3], "Some([Some(1), None, Some(3)])"),
    "no_inner": ({"name": "in", "deeper": []}, 'Some(Inner { name: "in", deeper: [] })'),
}
BASE: dict[str, object] = {
    "flag": True,
    "i8": -128,
    "i16": 32767,
    "i32": -(2**31),
    "i64": 2**63 - 1,
    "u8": 255,
    "u16": 65535,
    "u32": 2**32 - 1,
    "u64": 2**63,
    "f32": 0.5,
    "f64": -1e300,
    "text": "日本",
    "words": ["a", "", "ccc"],
    "view": ["x", None],
    "inner": {"name": "n", "deeper": [{"x": 1.5}, {"x": None}]},
}
SHOWN = (
    "flag: true, i8: -128, i16: 32767, i32: -2147483648, i64: 9223372036854775807, u8: 255, u16: 65535, "
    'u32: 4294967295, u64: 9223372036854775808, f32: 0.5, f64: -1e300, text: "日本", words: ["a", "", "ccc"], '
    'view: [Some("x"), None], inner: Inner { name: "n", deeper: [Deep { x: Some(1.5) }, Deep { x: None }] }'
)


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = (ROOT / "tests/rust/jobs/every_type.rs").read_text(encoding="utf-8")
    return build(package(tmp_path_factory.mktemp("every_type"), source, edition="2024"))


def record(pattern: int) -> dict[str, object]:
    """A record in which the bits of a pattern say which nullable fields have a value."""
    some = {name: value for k, (name, (value, _)) in enumerate(NULLABLE.items()) if pattern >> k & 1}
    return {"id": f"p{pattern}", **BASE, **some}


def shown(pattern: int) -> str:
    parts = [f"{name}: {text if pattern >> k & 1 else 'None'}" for k, (name, (_, text)) in enumerate(NULLABLE.items())]
    return f'Every {{ id: "p{pattern}", {SHOWN}, {", ".join(parts)} }}'


def test_every_type_and_pattern_of_nulls_goes_through(module: Path, tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    patterns = range(2 ** len(NULLABLE))
    records = [record(0) | {"id": "left out"}, *map(record, patterns), *map(record, patterns)]
    source.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    assert results(module, source, tmp_path) == {f"p{pattern}": shown(pattern) for pattern in patterns}


def number_of(module: LoadedModule, kind: FunctionKind) -> FunctionNumber:
    (number,) = [k for k, function in enumerate(module.graph.functions) if function.kind is kind]
    return FunctionNumber(number)


def through(module: LoadedModule, rows: pa.RecordBatch, size: int) -> tuple[list[object], object]:
    """What map and filter make of some rows in calls of `size` rows, and what reduce makes of that as one group."""
    guest = module()
    reduce = number_of(module, FunctionKind.REDUCE)
    record_type = module.graph.functions[reduce].output
    state: pa.StructArray = pa.nulls(1, pa.struct(list(layout_of(record_type).schema)))
    kept: list[object] = []
    for start in range(0, rows.num_rows, size):
        guest.begin()
        mapped = guest.map(number_of(module, FunctionKind.MAP), guest.load(rows.slice(start, size)))
        taken = guest.take(guest.filter(number_of(module, FunctionKind.FILTER), mapped), record_type)
        kept.extend(taken.to_pylist())
        if not taken.num_rows:
            continue
        guest.begin()
        groups = pa.py_buffer(bytes(4 * taken.num_rows))
        folded = guest.fold(reduce, guest.load(taken), state=state, groups=groups, wants_output=False)
        state = pa.StructArray.from_arrays(folded.state.columns, fields=list(folded.state.schema))
    guest.close()
    return kept, state[0].as_py()


def test_results_do_not_depend_on_where_batches_are_cut(module: Path) -> None:
    loaded = load(module.read_bytes(), limits=GuestLimits.of_run())
    schema = layout_of(loaded.graph.functions[number_of(loaded, FunctionKind.MAP)].input).schema
    records = [record(k % 32) | {"id": "left out" if k % 5 == 0 else "same"} for k in range(300)]
    rows = pa.RecordBatch.from_pylist([{n: r.get(n) for n in schema.names} for r in records], schema=schema)
    whole = through(loaded, rows, 300)
    assert len(whole[0]) == 240
    for size in (1, 7, 64):
        assert through(loaded, rows, size) == whole
