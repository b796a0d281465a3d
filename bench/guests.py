"""flatMap and reduce of the published word count: as compiled from TypeScript, against a C guest of the same ABI.

Both modules go through the same sandbox with the same batches, A B A B, and must answer the same. What is timed is a
call as the engine makes it: columns copied in, the guest's work, the answer checked. The C guest (`c_guest/`) is
compiled here with the graph of the TypeScript module, so that the engine treats both alike.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from bench.inputs import WORDS_PER_LINE, lines_file
from bench.measure import ROOT, WORK, record, table
from bench.word_count import build_module
from lightflus.limits import CALL_ROWS
from lightflus.model.graph import FunctionKind, FunctionNumber, JobGraph
from lightflus.sandbox.inspect import inspect
from lightflus.sandbox.limits import GuestLimits
from lightflus.sandbox.module import LoadedModule, load

ROUNDS = 30
FOLD_LINES = CALL_ROWS // WORDS_PER_LINE
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
    keys = words.column(1).dictionary_encode()
    names = keys.dictionary
    has_state = [k % 2 == 0 for k in range(len(names))]
    fields = [pa.array([1.0] * len(names), pa.float64()), names]
    state = pa.StructArray.from_arrays(fields, ["t0", "t1"], mask=pa.array([not has for has in has_state]))
    groups = keys.indices.cast(pa.uint32()).buffers()[1]
    assert groups is not None
    return FoldInput(words, groups, state)


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


def compare(ours: Call, theirs: Call) -> tuple[float, float]:
    """Median seconds of both, taken in turns. Ends the run if their answers differ."""
    if not ours()[1].equals(theirs()[1]):
        raise SystemExit("the two guests answer differently")
    pairs = [(ours()[0], theirs()[0]) for _ in range(ROUNDS)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def main() -> None:
    """Compares both functions, prints nanoseconds per word and the ratio."""
    source = lines_file(100_000)
    wasm = build_module().read_bytes()
    limits = GuestLimits.of_run()
    ours = load(wasm, limits=limits)
    theirs = load(build_c_guest(graph_of(wasm)), limits=limits)
    lines = lines_batch(source, CALL_ROWS)
    words = flat_map_call(theirs, lines_batch(source, FOLD_LINES))()[1]
    given = fold_input(words)
    measured = {
        "flatMap": (CALL_ROWS * WORDS_PER_LINE, *compare(flat_map_call(ours, lines), flat_map_call(theirs, lines))),
        "reduce": (words.num_rows, *compare(fold_call(ours, given), fold_call(theirs, given))),
    }
    table(
        f"guest calls as the engine makes them, {ROUNDS} rounds, equal answers",
        ["function", "words a call", "TypeScript ns/word", "C ns/word", "TypeScript : C"],
        [
            [name, f"{n:,}", f"{a / n * 1e9:.1f}", f"{b / n * 1e9:.1f}", f"{a / b:.2f}"]
            for name, (n, a, b) in measured.items()
        ],
    )
    record("guests", {name: {"words": n, "typescript": a, "c": b} for name, (n, a, b) in measured.items()})
