"""The sample guest of udf_sdk/samples/numbers.wat with a whole graph around its functions, to be changed in one place.

What it owns: `good()`, the guest as it should be, and what assembles it with changes. `broken_modules.py` has the changes.
"""

# ruff: noqa: E501 (a table of texts that stand in another file)

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from lightflus.model.extract import FunctionNumber
from lightflus.model.graph import FunctionKind, Input, JobGraph, SinkField
from lightflus.model.timed import FixedWindow, Process, Timestamps, Window
from lightflus.proto.convert import graph_to_json
from lightflus.sandbox.binary import with_section
from lightflus.testing.graphs import BOOL, INT64, UTF8, GraphBuilder, field, struct
from lightflus.wasm import from_text

SAMPLE = Path(__file__).parents[2] / "udf_sdk" / "samples" / "numbers.wat"
Change = tuple[str, str]
TRIPLE = struct(a=INT64, b=INT64, c=INT64)


@dataclass(frozen=True, slots=True)
class BrokenModule:
    """A module that breaks `rule`; `what` says how."""

    rule: str
    what: str
    wasm: Callable[[], bytes]
    is_portable: bool = False


HARMLESS: tuple[Change, ...] = (
    ("(if (i64.eq (local.get $value) (i64.const 15)) (then (loop $for_ever br $for_ever)))", ""),
    ("(then (loop $more (drop (call $alloc (i32.const 1048576))) br $more))", "(then)"),
    ("(local.set $left (local.get $value))\n    (block $done", "(block $done"),  # logs nothing
    (
        "(local.set $left (local.get $value))\n      (block $copied",
        "(local.set $left (i64.and (local.get $value) (i64.const 3)))\n      (block $copied",
    ),
    ("(i32.wrap_i64\n        (call $value", "(i32.and (i32.const 3) (i32.wrap_i64\n        (call $value"),
    (
        "(call $row (local.get $call) (local.get $i))))))\n      (local.set $i (i32.add (local.get $i) (i32.const 1)))\n      (br $count)",
        "(call $row (local.get $call) (local.get $i)))))))\n      (local.set $i (i32.add (local.get $i) (i32.const 1)))\n      (br $count)",
    ),
    ("(i64.const 14)", "(i64.const 1)"),  # aborts on a value that is sure to come
)
"""The guest without what is there to hurt: endless loops, endless memory, a hundred thousand log lines."""

TEXTS = """
  ;; Batch of one text column: "n" in every row.
  (func $texts (param $call i32) (result i32)
    (local $i i32) (local $rows i32) (local $column i32) (local $batch i32) (local $offsets i32) (local $bytes i32)
    (local.set $rows (i32.load offset=12 (local.get $call)))
    (local.set $column (call $array (local.get $rows) (i32.const 3) (i32.const 0)))
    (local.set $offsets (call $alloc (i32.shl (i32.add (local.get $rows) (i32.const 1)) (i32.const 2))))
    (local.set $bytes (call $alloc (local.get $rows)))
    (memory.fill (local.get $bytes) (i32.const 110) (local.get $rows))
    (block $done (loop $next
      (i32.store (i32.add (local.get $offsets) (i32.shl (local.get $i) (i32.const 2))) (local.get $i))
      (br_if $done (i32.eq (local.get $i) (local.get $rows)))
      (drop (call $row (local.get $call) (local.get $i)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next)))
    (call $point (local.get $column) (i32.const 1) (local.get $offsets))
    (call $point (local.get $column) (i32.const 2) (local.get $bytes))
    (local.set $batch (call $array (local.get $rows) (i32.const 1) (i32.const 1)))
    (call $point (local.get $batch) (i32.const 1) (local.get $column))
    (local.get $batch))
"""
TIMED = (Path(__file__).parent / "timed.wat").read_text(encoding="utf-8")
"""Merge, finish and a process function: functions 8 (sum), 9 (value + 1), 10 (each state), 11 (count)."""
APPLY = '  (func $apply (export "lf_apply") (param $call i32) (result i32)\n'
IS_TEXT = "    (if (i32.eq (i32.load offset=4 (local.get $call)) (i32.const 7))\n      (then (return (call $result (call $texts (local.get $call)) (i32.const 0)))))\n"
WITH_TEXT = (APPLY, TEXTS + TIMED + APPLY + IS_TEXT)


def whole_graph() -> JobGraph:
    """The sample's functions, each in an operator that calls it."""
    builder = GraphBuilder("numbers")
    numbers = builder.source(INT64)
    for kind, record, output, reads in (
        (FunctionKind.MAP, INT64, INT64, None),
        (FunctionKind.FILTER, INT64, BOOL, None),
        (FunctionKind.FLAT_MAP, INT64, INT64, None),
        (FunctionKind.KEY, INT64, INT64, None),
        (FunctionKind.REDUCE, INT64, INT64, None),
        (FunctionKind.MAP, TRIPLE, INT64, ("c", "a")),
        (FunctionKind.MAP, INT64, INT64, None),
        (FunctionKind.MAP, INT64, UTF8, None),
        (FunctionKind.AGGREGATE, INT64, INT64, None),
        (FunctionKind.FINISH, INT64, INT64, None),
        (FunctionKind.FINISH_LIST, INT64, INT64, None),
        (FunctionKind.PROCESS, INT64, INT64, None),
    ):
        builder.function(kind, record, output, reads=reads)
    timed = builder.add(Timestamps(field()), (Input(numbers),), INT64)
    keyed = builder.key_by(timed, field(), INT64)
    for finish in (9, 10):
        window = Window(FixedWindow(10), FunctionNumber(8), FunctionNumber(finish), merges=True)
        builder.sink(builder.add(window, (Input(keyed),), INT64), (SinkField("number", field(), INT64),))
    process = builder.add(Process(FunctionNumber(11), INT64), (Input(keyed),), INT64)
    builder.sink(process, (SinkField("number", field(), INT64),))
    builder.sink(numbers, (SinkField("number", field(), INT64),))
    return replace(builder.build(), abi_minor=2)


def escaped(data: bytes) -> str:
    return "".join(f"\\{byte:02x}" for byte in data)


GRAPH = graph_to_json(whole_graph())


def assembled(*changes: Change, graph: bytes = GRAPH) -> bytes:
    """The guest with parts of its text replaced; each must be there."""
    text = SAMPLE.read_text(encoding="utf-8")
    for old, new in (*HARMLESS, WITH_TEXT, *changes):
        assert old in text, old
        text = text.replace(old, new)
    text = text.replace("$graph_at", escaped((1_024).to_bytes(4, "little")))
    text = text.replace("$graph_len", escaped(len(graph).to_bytes(4, "little")))
    return from_text(text.replace('"$graph"', f'"{escaped(graph)}"'))


def good() -> bytes:
    """The guest as it should be, with its graph in its section."""
    return with_section(assembled(), "lightflus.job", GRAPH)


def other_section() -> bytes:
    other = graph_to_json(replace(whole_graph(), job="other"))
    return with_section(assembled(), "lightflus.job", other)


def with_map(version: int, mappings: str) -> Callable[[], bytes]:
    tree = {"version": version, "sources": ["job.ts"], "mappings": mappings}
    return lambda: with_section(assembled(), "lightflus.sourcemap", json.dumps(tree).encode())


def changed(*changes: Change) -> Callable[[], bytes]:
    return lambda: assembled(*changes)


def keeping() -> bytes:
    """The graph, with the claim of function 0 that it keeps the field that it adds 1 to."""
    record = struct(value=INT64)  # its batches are those of the bare number
    graph = whole_graph()
    claim = replace(graph.functions[0], input=record, output=record, keeps=("value",))
    return graph_to_json(replace(graph, functions=(claim, *graph.functions[1:])))


def described(graph: bytes) -> Callable[[], bytes]:
    return lambda: assembled(graph=graph)
