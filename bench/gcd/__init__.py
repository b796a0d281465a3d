"""gcd over two int64 columns: a guest as the engine calls it, against the same loop in native C over the same buffers.

What the guest's side pays in addition: columns copied in, the call with its deadline armed, the loop as wasm, the
answer measured, copied out and checked. Both sides must answer the same. CPU time of this thread, taken in turns,
medians; every turn has other numbers, since a loop that sees the same ones again is predicted and three times as fast.
Two distributions: all of int64 (some 37 divisions a row: a function that computes), and below 1,000 (some 5 divisions:
a function that hardly computes, so that the crossing weighs most).
"""

from __future__ import annotations

import ctypes
import random
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from bench.measure import ROOT, WORK, ProgramFailed, record, table
from lightflus.codec import schema_of
from lightflus.limits import CALL_ROWS
from lightflus.model.graph import Function, FunctionKind, FunctionNumber, JobGraph
from lightflus.model.types import Field, Scalar, ScalarType, StructType
from lightflus.proto.convert import graph_to_json
from lightflus.sandbox.instance import ModuleGuest
from lightflus.sandbox.module import load

NUMBER = ScalarType(Scalar.INT64)
PAIR = StructType((Field("a", NUMBER), Field("b", NUMBER)))
MOST_RATIO: dict[int, float] = {1_024: 3.0, CALL_ROWS: 1.5}
"""What the guest may cost at most, in native loops, at full int64."""
ROWS = (1_024, CALL_ROWS, 65_536)
FULL, SMALL = (1 << 63) - 1, 1_000
HERE = Path(__file__).parent
WASM_FLAGS = ["--target=wasm32", "-O2", "-nostdlib", "-ffreestanding", "-mbulk-memory", "-msign-ext"]

BATCHES = 12
"""Different inputs that take turns."""


class Timed(Protocol):
    """One side."""

    def __call__(self, turn: int) -> tuple[float, bytes]:
        """Runs once over one of the inputs: seconds of CPU of this thread, and the answer."""
        ...


@dataclass(frozen=True, slots=True)
class Compared:
    """Median seconds of one call over all rows."""

    native: float
    guest: float
    rows: int

    @property
    def ratio(self) -> float:
        """How much more the guest costs."""
        return self.guest / self.native


def main() -> None:
    """Prints the table. Raises ProgramFailed if the guest costs more than it may."""
    wasm, library = build()
    module = load(wasm)
    found: dict[str, Compared] = {}
    for name, most in (("int64", FULL), ("below 1,000", SMALL)):
        for rows in ROWS:
            batches = [pairs(rows, most, seed) for seed in range(BATCHES)]
            sides = native(library, batches), guest(module(), batches)
            found[f"{name}, {rows:,} rows"] = compare(*sides, turns=max(BATCHES, 131_072 // rows), rows=rows)
    table(
        f"gcd of two int64 columns, pieces of {CALL_ROWS:,} rows, equal answers",
        ["values, rows", "native C us", "C guest us", "guest : native", "extra ns/row"],
        [[name, *cells(both)] for name, both in found.items()],
    )
    record("gcd", {name: {"native": both.native, "guest": both.guest} for name, both in found.items()})
    for rows, most_ratio in MOST_RATIO.items():
        if found[f"int64, {rows:,} rows"].ratio > most_ratio:
            raise ProgramFailed(f"at {rows:,} rows a guest may cost {most_ratio} native loops at most")


def cells(both: Compared) -> list[str]:
    """One row's figures."""
    extra = (both.guest - both.native) / both.rows
    return [f"{1e6 * both.native:,.0f}", f"{1e6 * both.guest:,.0f}", f"{both.ratio:.2f}", f"{1e9 * extra:.1f}"]


def build() -> tuple[bytes, ctypes.CDLL]:
    """Compiles gcd.h twice, with one compiler and one level of optimisation."""
    subprocess.run([ROOT / "tools/setup.sh", "clang"], check=True)
    functions = (Function(FunctionKind.MAP, PAIR, NUMBER),)
    graph = graph_to_json(JobGraph(job="gcd", namespace="default", operators=(), functions=functions))
    work = WORK / "gcd"
    work.mkdir(parents=True, exist_ok=True)
    (work / "graph.h").write_text(f"static const char GRAPH[] = {{{','.join(map(str, graph))},0}};\n", encoding="utf-8")
    library, wasm = work / "libgcd.so", work / "gcd.wasm"
    native_flags = ["-O2", "-shared", "-fPIC", "-nostdlib"]
    native_command: list[str | Path] = ["clang", *native_flags, "-o", library, HERE / "native.c"]
    subprocess.run(native_command, check=True)
    places = [f"-I{work}", f"-I{ROOT / 'udf_sdk/c'}"]
    command: list[str | Path] = ["clang", *WASM_FLAGS, *places, "-Wl,--no-entry", "-o", wasm, HERE / "guest.c"]
    subprocess.run(command, check=True)
    return wasm.read_bytes(), ctypes.CDLL(str(library))


def pairs(rows: int, most: int, seed: int) -> pa.RecordBatch:
    """Two columns of seeded random numbers, none 0."""
    chance = random.Random(seed)
    columns = {name: [chance.randint(1, most) for _ in range(rows)] for name in "ab"}
    return pa.record_batch(columns, schema=schema_of(PAIR))


def native(library: ctypes.CDLL, batches: list[pa.RecordBatch]) -> Timed:
    """The loop over the batch's own buffers, into memory that is there already."""
    rows = batches[0].num_rows
    out = (ctypes.c_int64 * rows)()
    places = [[address_of(column) for column in batch.columns] for batch in batches]
    arguments = [(ctypes.c_void_p(a), ctypes.c_void_p(b), out, ctypes.c_int64(rows)) for a, b in places]

    def run(turn: int) -> tuple[float, bytes]:
        begin = time.thread_time()
        library.gcd_all(*arguments[turn % BATCHES])
        return time.thread_time() - begin, bytes(out)

    return run


def address_of(column: pa.Array[pa.Scalar[pa.DataType]]) -> int:
    """Where the column's numbers lie."""
    values = column.buffers()[1]
    assert values is not None
    return values.address


def numbers_of(column: pa.Array[pa.Scalar[pa.DataType]]) -> bytes:
    """The column's bytes."""
    return ctypes.string_at(address_of(column), 8 * len(column))


def guest(instance: ModuleGuest, batches: list[pa.RecordBatch]) -> Timed:
    """The function as the runtime calls it: a chain per piece, taken out and checked."""
    starts = range(0, batches[0].num_rows, CALL_ROWS)
    pieces = [[batch.slice(start, CALL_ROWS) for start in starts] for batch in batches]

    def run(turn: int) -> tuple[float, bytes]:
        begin = time.thread_time()
        taken = []
        for piece in pieces[turn % BATCHES]:
            instance.begin()
            taken.append(instance.take(instance.map(FunctionNumber(0), instance.load(piece)), NUMBER))
        seconds = time.thread_time() - begin
        return seconds, b"".join(numbers_of(part.column(0)) for part in taken)

    return run


def compare(ours: Timed, theirs: Timed, *, turns: int, rows: int) -> Compared:
    """Both in turns. Ends the run if their answers differ."""
    times = []
    for turn in range(turns):
        (seconds, answer), (their_seconds, their_answer) = ours(turn), theirs(turn)
        if answer != their_answer:
            raise ProgramFailed("guest and native code answer differently")
        times.append((seconds, their_seconds))
    return Compared(statistics.median(a for a, _ in times), statistics.median(b for _, b in times), rows)
