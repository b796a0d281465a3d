"""The kernel's table against the table that one writes first (`naive/`): the same keys, alternating, medians.

Measured is the CPU time of the calling thread, which other load disturbs least, in the calls into wasm alone, both
through the same unchecked entry: the kernel's is that of hashing (XXH3) and of finding slots and groups in one call, as
where keys are not distributed, the naive table's that of hashing (something short) and of finding slots. Below that:
the slowest call while both grow, for a table that is moved as a whole makes everybody behind it wait; and the ports as
the runtime calls them, Python and copies included.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import cast

import pyarrow as pa

from bench.inputs import numbers, vocabulary
from bench.measure import ProgramFailed, record, table
from lightflus.codec import Block, layout_of, schema_of
from lightflus.kernel import WasmKernel
from lightflus.kernel.instance import KernelInstance
from lightflus.limits import CALL_ROWS, KERNEL_MEMORY_BYTES
from lightflus.model.types import Field, Scalar, ScalarType, StructType
from lightflus.wasm import Code, CompiledModule, Engine, Instance, Store, StoreLimits

NAIVE = Path(__file__).parent / "naive"
DISTINCT = (100, 10_000, 100_000, 1_000_000)
GATED = (10_000, 1_000_000)
"""Numbers of distinct keys at which the kernel must not be slower than the naive table."""
GROWN = 10_000_000
SLOWEST_MS = 20
"""What no look-up of a batch may take while the table grows to `GROWN` keys."""
BATCHES = 40
ROUNDS = 9
UTF8 = ScalarType(Scalar.UTF8)
COUNT = StructType((Field("word", UTF8), Field("count", ScalarType(Scalar.FLOAT64))))


class NaiveTable:
    """The naive table's wasm module."""

    def __init__(self, module: CompiledModule) -> None:
        self._instance = Instance.without_imports(Store(StoreLimits(KERNEL_MEMORY_BYTES, None), module.engine), module)
        allocate = self._instance.function("allocate")
        self._lookup = self._instance.function("lookup")
        self._at = [allocate(4 * (CALL_ROWS + 1)), allocate(64 * CALL_ROWS)]

    def seconds(self, keys: pa.RecordBatch) -> float:
        """CPU time that a batch takes."""
        window = self._instance.memory().window()
        _, offsets, data = keys.column(0).buffers()
        assert offsets is not None
        assert data is not None
        for at, buffer in zip(self._at, (offsets, data), strict=True):
            window.copy_in(at, buffer.address, buffer.size)
        begin = time.thread_time()
        self._lookup(*self._at, keys.num_rows)
        return time.thread_time() - begin


class KernelTable:
    """The kernel's hash and table, by their exports."""

    def __init__(self) -> None:
        self._kernel = KernelInstance.keyed(UTF8, UTF8)

    def seconds(self, keys: pa.RecordBatch) -> float:
        """CPU time that a batch takes."""
        block = Block()
        batch = block.add_batch(layout_of(UTF8), keys)
        self._kernel.begin(block)
        begin = time.thread_time()
        self._kernel.call("lookup", block.address(batch), 0, keys.num_rows)
        return time.thread_time() - begin


def main() -> None:
    """Both comparisons. Raises ProgramFailed if the kernel is slower where it must not be."""
    naive = naive_module()
    figures = {distinct: compare(naive, distinct) for distinct in DISTINCT}
    rows = [[f"{distinct:,}", f"{n:.1f}", f"{k:.1f}", f"{n / k:.2f}"] for distinct, (n, k) in figures.items()]
    table("key -> slot, words of 2-10 letters", ["distinct keys", "naive ns/key", "kernel ns/key", "ratio"], rows)
    grown = growth(naive)
    speeds = ["ns/key", *(f"{ns:.0f}" for ns, _ in grown)]
    pauses = ["slowest call, ms", *(f"{1e3 * seconds:.1f}" for _, seconds in grown)]
    table(f"to {GROWN:,} keys, {CALL_ROWS:,} new ones a call", ["", "naive", "kernel"], [speeds, pauses])
    steps = ports()
    table(
        f"one batch of {CALL_ROWS:,} rows over 10,000 keys, Python and copies included",
        ["step", "us/batch"],
        [[name, f"{1e6 * seconds:.0f}"] for name, seconds in steps.items()],
    )
    print("  copies: one in per Arrow buffer, one out per buffer of the result")
    slowest = {"naive_slowest_s": grown[0][1], "kernel_slowest_s": grown[1][1]}
    ratios = {str(d): {"naive": n, "kernel": k} for d, (n, k) in figures.items()}
    record("kernel", {"key_to_slot_ns": ratios, **slowest, **steps})
    slow = [distinct for distinct in GATED if figures[distinct][1] > figures[distinct][0]]
    if slow:
        raise ProgramFailed(f"the kernel is slower than the naive table at {slow} distinct keys")
    if 1e3 * grown[1][1] > SLOWEST_MS:
        raise ProgramFailed(f"a look-up took {1e3 * grown[1][1]:.1f} ms while the table grew, more than {SLOWEST_MS}")


def naive_module() -> CompiledModule:
    """Builds the naive table."""
    if shutil.which("cargo") is None:
        raise ProgramFailed("the kernel's benchmark needs cargo: https://rustup.rs")
    command = ["cargo", "build", "--quiet", "--release", "--locked", "--target", "wasm32-unknown-unknown"]
    subprocess.run(command, cwd=NAIVE, check=True)
    return CompiledModule.from_wasm(
        (NAIVE / "target/wasm32-unknown-unknown/release/naive.wasm").read_bytes(), Engine(Code.OWN)
    )


def compare(module: CompiledModule, distinct: int) -> tuple[float, float]:
    """Median ns per key of the naive table and of the kernel, once both know all keys."""
    words = vocabulary(distinct)
    tables: Sequence[Callable[[pa.RecordBatch], float]] = (NaiveTable(module).seconds, KernelTable().seconds)
    for keys in batches(words):
        for seconds in tables:
            seconds(keys)
    drawn = [*batches([words[n % distinct] for n in islice(numbers(3), BATCHES * CALL_ROWS)])]
    taken: list[list[float]] = [[], []]
    for _ in range(ROUNDS):
        for seconds, times in zip(tables, taken, strict=True):
            times.append(1e9 * sum(map(seconds, drawn)) / (BATCHES * CALL_ROWS))
    return statistics.median(taken[0]), statistics.median(taken[1])


def growth(module: CompiledModule) -> Sequence[tuple[float, float]]:
    """Of the naive table and of the kernel: ns per new key, and the seconds of the slowest call."""
    tables: Sequence[Callable[[pa.RecordBatch], float]] = (NaiveTable(module).seconds, KernelTable().seconds)
    taken: list[list[float]] = [[], []]
    for start in range(0, GROWN, CALL_ROWS):
        names = pa.array(range(start, start + CALL_ROWS)).cast(pa.utf8())
        keys = pa.RecordBatch.from_arrays([names], schema=schema_of(UTF8))
        for seconds, times in zip(tables, taken, strict=True):
            times.append(seconds(keys))
    return [(1e9 * sum(times) / (len(times) * CALL_ROWS), max(times)) for times in taken]


def batches(words: Sequence[str]) -> Iterable[pa.RecordBatch]:
    """Batches of keys."""
    for start in range(0, len(words), CALL_ROWS):
        yield pa.record_batch([pa.array(words[start : start + CALL_ROWS], pa.utf8())], schema=schema_of(UTF8))


def ports() -> dict[str, float]:
    """Median seconds per batch of each port's method."""
    kernel = WasmKernel()
    partitioner, state = kernel.partitioner(UTF8), kernel.keyed_state(UTF8, COUNT)
    words = vocabulary(10_000)
    taken: dict[str, list[float]] = {}

    def timed(name: str, begin: float) -> None:
        taken.setdefault(name, []).append(time.thread_time() - begin)

    for keys in batches([words[n % len(words)] for n in islice(numbers(4), 3 * BATCHES * CALL_ROWS)]):
        begin = time.thread_time()
        partitioner.hash_and_distribute(keys, 2, 128)
        timed("hash and distribute", begin)
        begin = time.thread_time()
        found = state.lookup(keys, None)
        timed("lookup", begin)
        begin = time.thread_time()
        state.gather(found.slots)
        timed("gather", begin)
        rows = first_rows(keys, found.groups)
        begin = time.thread_time()
        state.scatter(found.slots, rows)
        timed("scatter", begin)
    return {name: statistics.median(times) for name, times in taken.items()}


def first_rows(keys: pa.RecordBatch, groups: pa.Buffer) -> pa.RecordBatch:
    """A state row per group, in the order of groups: the work of a guest."""
    by_group = dict(zip(memoryview(groups).cast("I").tolist(), keys.column(0).to_pylist(), strict=True))
    names = cast("list[str]", [by_group[group] for group in range(len(by_group))])
    return pa.record_batch(
        [pa.array(names, pa.utf8()), pa.array([1.0] * len(names), pa.float64())], schema=schema_of(COUNT)
    )
