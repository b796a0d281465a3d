"""flatMap and reduce of the word count: as compiled from TypeScript and from Rust, against a C guest of the same ABI.

All modules go through the same sandbox with the same lines, in turns, and must answer the same. What is timed is a call
as the engine makes it, on as many rows: columns copied in, the guest's work, the answer checked. The C guest
(`c_guest/`) is compiled here with the graph of the TypeScript module, so that the engine treats both alike; the Rust
module has its own graph, whose count is an integer.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from bench.inputs import WORDS_PER_LINE, lines_file
from bench.measure import ROOT, WORK, record, table
from bench.rust_module import build_rust_module
from bench.word_count import build_module
from lightflus.limits import CALL_ROWS
from lightflus.model.extract import FunctionNumber
from lightflus.model.graph import FunctionKind, JobGraph
from lightflus.sandbox.inspect import inspect
from lightflus.sandbox.limits import GuestLimits
from lightflus.sandbox.module import LoadedModule, load

ROUNDS = 30
C_FLAGS = ["--target=wasm32", "-O3", "-nostdlib", "-ffreestanding", "-mbulk-memory", "-msign-ext"]


Call = Callable[[], tuple[float, pa.RecordBatch]]
"""Calls a guest once; returns the CPU seconds of this thread that it took, and the answer."""


@dataclass(frozen=True, slots=True)
class FoldInput:
    """Rows, the group of each, and the states of the groups: every second group has one."""

    rows: pa.RecordBatch
    groups: pa.Buffer
    state: pa.StructArray


def graph_of(module: bytes) -> str:
    """The TypeScript module's graph, without what only its own reduce knows: which columns of a row it reads."""
    section = inspect(module).graph
    assert section is not None
    graph = json.loads(section)
    for function in graph["functions"]:
        if function["kind"] == "FUNCTION_KIND_REDUCE":
            function.pop("reads", None)
    return json.dumps(graph)


def build_c_guest(graph: str) -> bytes:
    """Compiles c_guest/word_count.c with the graph inside."""
    subprocess.run([ROOT / "tools/setup.sh", "clang"], check=True)
    text = graph.encode()
    numbers = ",".join(map(str, text))
    (WORK / "graph.h").write_text(f"static const char GRAPH[] = {{{numbers},0}};\n", encoding="utf-8")
    target = WORK / "c_guest.wasm"
    source = ROOT / "bench/c_guest/word_count.c"
    places = [f"-I{WORK}", f"-I{ROOT / 'udf_sdk/c'}"]
    subprocess.run(["clang", *C_FLAGS, *places, "-Wl,--no-entry", "-o", target, source], check=True)
    return target.read_bytes()


def number_of(graph: JobGraph, kind: FunctionKind) -> FunctionNumber:
    """The number of the only function of a kind."""
    (number,) = [k for k, function in enumerate(graph.functions) if function.kind is kind]
    return FunctionNumber(number)


def lines_batch(path: Path, rows: int) -> pa.RecordBatch:
    """The first lines of a file as a batch."""
    with path.open(encoding="utf-8") as text:
        lines = [line.rstrip("\n") for line, _ in zip(text, range(rows), strict=False)]
    return pa.record_batch({"value": pa.array(lines, pa.string())})


def fold_input(words: pa.RecordBatch) -> FoldInput:
    """What the kernel would hand over for these rows."""
    schema = words.schema
    keys = words.column(position_of(schema, pa.string())).dictionary_encode()
    names = keys.dictionary
    ones = pa.array([1] * len(names), pa.int64())
    has_no_state = pa.array([k % 2 == 1 for k in range(len(names))])
    fields = [names if field.type == pa.string() else ones.cast(field.type) for field in schema]
    state = pa.StructArray.from_arrays(fields, schema.names, mask=has_no_state)
    groups = keys.indices.cast(pa.uint32()).buffers()[1]
    assert groups is not None
    return FoldInput(words, groups, state)


def position_of(schema: pa.Schema, kind: pa.DataType) -> int:
    """The column of a type."""
    return schema.types.index(kind)


def counts_of(answer: pa.RecordBatch) -> list[pa.Array[pa.Scalar[pa.DataType]]]:
    """An answer whatever its columns are called and counts are: words, then counts."""
    word = position_of(answer.schema, pa.string())
    return [answer.column(word), answer.column(1 - word).cast(pa.float64())]


def flat_map_call(module: LoadedModule, lines: pa.RecordBatch) -> Call:
    """FlatMap as the engine calls it; its answer is taken out untimed."""
    guest = module()
    number = number_of(module.graph, FunctionKind.FLAT_MAP)
    output = module.graph.functions[number].output

    def call() -> tuple[float, pa.RecordBatch]:
        begin = time.thread_time()
        guest.begin()
        words = guest.flat_map(number, guest.load(lines))
        return time.thread_time() - begin, guest.take(words, output)

    return call


def fold_call(module: LoadedModule, given: FoldInput) -> Call:
    """Reduce as the engine calls it."""
    guest = module()
    number = number_of(module.graph, FunctionKind.REDUCE)

    def call() -> tuple[float, pa.RecordBatch]:
        begin = time.thread_time()
        guest.begin()
        rows = guest.load(given.rows)
        folded = guest.fold(number, rows, state=given.state, groups=given.groups, wants_output=False)
        return time.thread_time() - begin, folded.state

    return call


def compare(calls: Mapping[str, Call]) -> dict[str, float]:
    """Median seconds of each, taken in turns. Ends the run if their answers differ."""
    answers = [counts_of(call()[1]) for call in calls.values()]
    if any(answer != answers[0] for answer in answers):
        raise SystemExit("the guests answer differently")
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            taken[name].append(call()[0])
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def measured(modules: Mapping[str, LoadedModule], source: Path) -> dict[str, dict[str, float]]:
    """Seconds per word, by function and module."""
    lines, words = lines_batch(source, CALL_ROWS), CALL_ROWS * WORDS_PER_LINE
    flat_maps = compare({name: flat_map_call(module, lines) for name, module in modules.items()})
    inputs = {name: fold_input(flat_map_call(module, lines)()[1]) for name, module in modules.items()}
    folds = compare({name: fold_call(module, inputs[name]) for name, module in modules.items()})
    return {
        function: {name: taken / words for name, taken in seconds.items()}
        for function, seconds in {"flatMap": flat_maps, "reduce": folds}.items()
    }


def load_modules(modules: dict[str, bytes]) -> dict[str, LoadedModule]:
    """Ready to be called."""
    limits = GuestLimits.of_run()
    return {name: load(module, limits=limits) for name, module in modules.items()}


def main() -> None:
    """Compares both functions, prints nanoseconds per word and the ratios."""
    typescript, rust = build_module().read_bytes(), build_rust_module()[0].read_bytes()
    modules = load_modules({"TypeScript": typescript, "Rust": rust, "C": build_c_guest(graph_of(typescript))})
    found = measured(modules, lines_file(100_000))
    sums = {name: sum(seconds[name] for seconds in found.values()) for name in modules}
    table(
        f"guest calls as the engine makes them, {ROUNDS} rounds, equal answers",
        ["function", *(f"{name} ns/word" for name in modules), "TypeScript : C", "TypeScript : Rust"],
        [
            [name, *(f"{s[module] * 1e9:.1f}" for module in modules), f"{s['TypeScript'] / s['C']:.2f}",
             f"{s['TypeScript'] / s['Rust']:.2f}"]
            for name, s in {**found, "both": sums}.items()
        ],
    )  # fmt: skip
    record("guests", {**found})
