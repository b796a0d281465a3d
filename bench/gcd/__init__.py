"""gcd over two int64 columns: a guest as the engine calls it, against the same loop in native C over the same buffers.

The guests: one in C with udf_sdk/c/lightflus.h, one in Rust with the SDK. What they pay in addition: columns copied in,
the call with its deadline armed, the loop as wasm, the answer measured, copied out and checked. All must answer the
same. CPU time of this thread, taken in turns, medians; every turn has other numbers, since a loop that sees the same
ones again is predicted and three times as fast.
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

from bench.measure import LIGHTFLUS, ROOT, WORK, ProgramFailed, record, table
from lightflus.codec import schema_of
from lightflus.limits import CALL_ROWS
from lightflus.model.extract import FunctionNumber
from lightflus.model.graph import Function, FunctionKind, JobGraph
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
    """Median seconds of one call over all rows: of native code, and of the guests by their language."""

    native: float
    guests: dict[str, float]
    rows: int

    def ratio(self, language: str) -> float:
        """How much more a guest costs."""
        return self.guests[language] / self.native


def main() -> None:
    """Prints the table. Raises ProgramFailed if a guest costs more than it may."""
    library = build_native()
    modules = {"C": load(build_c()), "Rust": load(build_rust())}
    found: dict[str, Compared] = {}
    for name, most in (("int64", FULL), ("below 1,000", SMALL)):
        for rows in ROWS:
            batches = [pairs(rows, most, seed) for seed in range(BATCHES)]
            guests = {language: guest(module(), batches) for language, module in modules.items()}
            turns = max(BATCHES, 131_072 // rows)
            found[f"{name}, {rows:,} rows"] = compare(native(library, batches), guests, turns=turns, rows=rows)
    table(
        f"gcd of two int64 columns, pieces of {CALL_ROWS:,} rows, equal answers",
        ["values, rows", "native C us", *(f"{it} guest us" for it in modules), *(f"{it} : native" for it in modules)],
        [[name, *cells(all_)] for name, all_ in found.items()],
    )
    record("gcd", {name: {"native": all_.native, **all_.guests} for name, all_ in found.items()})
    for rows, most_ratio in MOST_RATIO.items():
        for language in modules:
            if found[f"int64, {rows:,} rows"].ratio(language) > most_ratio:
                raise ProgramFailed(f"at {rows:,} rows a guest may cost {most_ratio} native loops at most")


def cells(all_: Compared) -> list[str]:
    """One row's figures."""
    times = [all_.native, *all_.guests.values()]
    return [*(f"{1e6 * seconds:,.0f}" for seconds in times), *(f"{all_.ratio(it):.2f}" for it in all_.guests)]


def build_native() -> ctypes.CDLL:
    """The loop for this machine."""
    subprocess.run([ROOT / "tools/setup.sh", "clang"], check=True)
    library = folder() / "libgcd.so"
    flags = ["-O2", "-shared", "-fPIC", "-nostdlib"]
    command: list[str | Path] = ["clang", *flags, "-o", library, HERE / "native.c"]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(library))


def build_c() -> bytes:
    """The same loop for wasm32, by the same compiler at the same level of optimisation."""
    functions = (Function(FunctionKind.MAP, PAIR, NUMBER),)
    graph = graph_to_json(JobGraph(job="gcd", namespace="default", operators=(), functions=functions))
    text = f"static const char GRAPH[] = {{{','.join(map(str, graph))},0}};\n"
    (folder() / "graph.h").write_text(text, encoding="utf-8")
    wasm = folder() / "gcd.wasm"
    places = [f"-I{folder()}", f"-I{ROOT / 'udf_sdk/c'}"]
    command: list[str | Path] = ["clang", *WASM_FLAGS, *places, "-Wl,--no-entry", "-o", wasm, HERE / "guest.c"]
    subprocess.run(command, check=True)
    return wasm.read_bytes()


def build_rust() -> bytes:
    """The job of rust/, as a user builds it."""
    wasm = folder() / "gcd_rust.wasm"
    subprocess.run([LIGHTFLUS, "build", HERE / "rust/Cargo.toml", "-o", wasm], check=True, capture_output=True)
    return wasm.read_bytes()


def folder() -> Path:
    """Where what is built lies."""
    made = WORK / "gcd"
    made.mkdir(parents=True, exist_ok=True)
    return made


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


def compare(ours: Timed, theirs: dict[str, Timed], *, turns: int, rows: int) -> Compared:
    """All in turns. Ends the run if their answers differ."""
    times: dict[str, list[float]] = {name: [] for name in ("", *theirs)}
    for turn in range(turns):
        seconds, answer = ours(turn)
        times[""].append(seconds)
        for language, run in theirs.items():
            seconds, their_answer = run(turn)
            times[language].append(seconds)
            if answer != their_answer:
                raise ProgramFailed(f"the {language} guest and native code answer differently")
    medians = {name: statistics.median(all_) for name, all_ in times.items()}
    return Compared(medians.pop(""), medians, rows)
