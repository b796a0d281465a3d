"""State as runs: what sealing costs a row, the longest step, what one changed row in a hundred writes, and restoring.

Keys of 16 bytes with states of 40 (five numbers), or of 84 (a text). Times are CPU times of the calling thread, which
other load disturbs least, through the ports: Python and copies included.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from bench.measure import ProgramFailed, record, table
from lightflus.codec import schema_of
from lightflus.kernel import WasmKernel, WasmKeyedState
from lightflus.limits import KEY_GROUPS
from lightflus.model.types import Field, Scalar, ScalarType, StructType, Type
from lightflus.ports.durable import Merging, Piece, RunKind, Runs
from lightflus.runtime.fields import AnyArray

ROWS = 10_000_000
CALL = 100_000
CHANGED = 100
"""One row in so many changes."""
STRIDE = 7_368_787
"""Prime: so the changed rows are scattered over the state."""
SLOWEST_MS = 20
KEY = ScalarType(Scalar.UTF8)
NUMBERS = StructType(tuple(Field(f"n{i}", ScalarType(Scalar.INT64)) for i in range(5)))
TEXT = StructType((Field("text", ScalarType(Scalar.UTF8)),))


@dataclass(frozen=True, slots=True)
class Sealed:
    """A run, and the CPU seconds of `seal`, of all its pieces, and of the slowest."""

    blocks: list[pa.Buffer]
    footer_bytes: int
    rows: int
    seal: float
    pieces: float
    slowest: float

    @property
    def bytes(self) -> int:
        """Of the run."""
        return sum(block.size for block in self.blocks) + self.footer_bytes


def main() -> None:
    """Both kinds of rows. Raises ProgramFailed if a step takes too long, or what is restored is not all."""
    kernel = WasmKernel()
    figures = {
        "16 + 40 bytes": measure(kernel, NUMBERS, numbers),
        "16 + 84 bytes": measure(kernel, TEXT, texts),
    }
    names = next(iter(figures.values()))
    rows = [[name, *(f"{found[name]:,.4g}" for found in figures.values())] for name in names]
    table(f"{ROWS:,} rows as runs", ["", *figures], rows)
    record("state", figures)
    for found in figures.values():
        if found["slowest step, ms"] > SLOWEST_MS:
            raise ProgramFailed(f"a step took {found['slowest step, ms']:.1f} ms, more than {SLOWEST_MS}")


def measure(kernel: WasmKernel, state: Type, values: Callable[[pa.Int64Array], list[AnyArray]]) -> dict[str, float]:
    """All figures of one kind of rows."""
    held = kernel.keyed_state(KEY, state)
    for keys in portions(1, ROWS):
        store(held, state, keys, values(keys))
    full = sealed(held)
    for keys in portions(STRIDE, ROWS // CHANGED):
        store(held, state, keys, values(pc.add(keys, 1)))
    few = sealed(held)
    held.close()
    other = kernel.keyed_state(KEY, state)
    seconds, slowest = timed_each(lambda block: other.restore(block, 0, KEY_GROUPS), [*full.blocks, *few.blocks])
    if len(other) != ROWS:
        raise ProgramFailed(f"{len(other):,} of {ROWS:,} rows were restored")
    merged_bytes, merge_seconds = merged(kernel, [full, few])
    return {
        "seal, ms": 1e3 * max(full.seal, few.seal),
        "slowest step, ms": 1e3 * max(full.slowest, few.slowest),
        "ns a row, all": 1e9 * full.pieces / full.rows,
        "ns a row, 1 %": 1e9 * few.pieces / few.rows,
        "MB, all": full.bytes / 1e6,
        "written of it at 1 %, %": 100 * few.bytes / full.bytes,
        "restore, ns a row": 1e9 * seconds / ROWS,
        "restore, GB/s": full.bytes / seconds / 1e9,
        "restore, slowest piece, ms": 1e3 * slowest,
        "merge, ns a row": 1e9 * merge_seconds / (full.rows + few.rows),
        "merge, GB/s": merged_bytes / merge_seconds / 1e9,
        "memory, bytes a row": other.memory_bytes / ROWS,
    }


def portions(step: int, count: int) -> Iterator[pa.Int64Array]:
    """Numbers of keys: `count` of them, all different."""
    for start in range(0, count, CALL):
        yield pa.array([n * step % ROWS for n in range(start, min(start + CALL, count))], pa.int64())


def store(state: WasmKeyedState, kind: Type, keys: pa.Int64Array, columns: list[AnyArray]) -> None:
    """Looks keys up, and stores their rows."""
    names = pc.utf8_lpad(keys.cast(pa.utf8()), 16, "k")
    found = state.lookup(pa.record_batch([names], schema=schema_of(KEY)), None)
    state.scatter(found.slots, pa.record_batch(columns, schema=schema_of(kind)))


def numbers(values: pa.Int64Array) -> list[AnyArray]:
    """A state of five numbers."""
    return [values] * 5


def texts(values: pa.Int64Array) -> list[AnyArray]:
    """A state of one text."""
    return [pc.utf8_lpad(values.cast(pa.utf8()), 84, "t")]


def sealed(state: WasmKeyedState) -> Sealed:
    """Seals what has changed, and draws all pieces."""
    begin = time.thread_time()
    state.seal()
    seal = time.thread_time() - begin
    blocks: list[pa.Buffer] = []
    footer_bytes = rows = 0
    steps: list[float] = []
    is_last = False
    while not is_last:
        begin = time.thread_time()
        piece = state.sealed()
        steps.append(time.thread_time() - begin)
        is_last, rows = piece.is_last, rows + piece.rows
        if piece.is_footer:
            footer_bytes += piece.data.size
        elif piece.data.size:
            blocks.append(piece.data)
    return Sealed(blocks, footer_bytes, rows, seal, sum(steps), max(steps))


def timed_each(work: Callable[[pa.Buffer], None], parts: list[pa.Buffer]) -> tuple[float, float]:
    """Seconds of all parts, and of the slowest."""
    taken: list[float] = []
    for part in parts:
        begin = time.thread_time()
        work(part)
        taken.append(time.thread_time() - begin)
    return sum(taken), max(taken)


def merged(kernel: WasmKernel, runs: list[Sealed]) -> tuple[int, float]:
    """Bytes of all runs merged to one, and the seconds that it took."""
    merger = kernel.run_merger(Runs(RunKind.KEYED), Merging(len(runs), sum(run.rows for run in runs), is_whole=True))
    left = [iter(run.blocks) for run in runs]
    count, begin, is_last = 0, time.thread_time(), False
    while not is_last:
        match merger.merged():
            case Piece() as piece:
                count, is_last = count + piece.data.size, piece.is_last
            case wanted:
                block = next(left[wanted], None)
                merger.supply(wanted, pa.py_buffer(b"") if block is None else block, is_last=block is None)
    return count, time.thread_time() - begin
