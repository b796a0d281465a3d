"""One call into a guest against the binding's own, and what a whole crossing of a batch costs.

The guest does nothing (`echo.wat`), so all of it is the host: arguments and deadline, writing a batch into linear
memory, reading the answer out and checking it completely. CPU time of this thread, alternating, medians.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import wasmtime

from bench.inputs import vocabulary
from bench.measure import ProgramFailed, record, table
from lightflus.codec import schema_of
from lightflus.model.extract import FunctionNumber
from lightflus.model.graph import Function, FunctionKind, JobGraph
from lightflus.model.types import Field, Scalar, ScalarType, StructType
from lightflus.proto.convert import graph_to_json
from lightflus.sandbox.instance import ModuleGuest
from lightflus.sandbox.module import LoadedModule, load
from lightflus.wasm import CompiledModule, Engine, Instance, Store, StoreLimits, from_text

RECORD = StructType((Field("word", ScalarType(Scalar.UTF8)), Field("count", ScalarType(Scalar.FLOAT64))))
LEAST_RATIO = 8
"""The binding's call must cost at least this many of ours."""
MOST_INSTANCE_SECONDS = 0.001
ROUNDS = 9
BINDING, OURS, NEW = "the binding's Func.__call__", "ours, deadline armed", "new, described"
GRAPH_AT = 1_024


def main() -> None:
    """Both tables. Raises ProgramFailed if the call or an instance costs more than it may."""
    wasm = echo()
    calls = alternated(
        {"the binding's Func.__call__": binding_call(wasm), "ours, deadline armed": our_call(wasm)}, 2_000
    )
    ratio = calls["the binding's Func.__call__"] / calls["ours, deadline armed"]
    table("one empty call, argument returned", ["call", "us"], in_us(calls))
    print(f"  ratio {ratio:.1f}")
    module = load(wasm)
    crossings = alternated({f"{rows:,} rows": crossing(module(), rows) for rows in (0, 1, 8_192)}, 200)
    table("full crossing of a batch (word, count): in, call, out, checked", ["batch", "us"], in_us(crossings))
    instances = alternated({NEW: instance(module)}, 50)
    table("instance of a cached module", ["instance", "us"], in_us(instances))
    record("call", {"ratio": ratio, **calls, **crossings, **instances})
    if ratio < LEAST_RATIO or instances[NEW] > MOST_INSTANCE_SECONDS:
        raise ProgramFailed(f"a call costs more than 1/{LEAST_RATIO} of the binding's, or an instance more than 1 ms")


def echo() -> bytes:
    """The guest's bytes."""
    functions = (Function(FunctionKind.MAP, RECORD, RECORD),)
    graph = graph_to_json(JobGraph(job="echo", namespace="default", operators=(), functions=functions))
    text = (Path(__file__).parent / "echo.wat").read_text(encoding="utf-8")
    at_and_size = GRAPH_AT.to_bytes(4, "little") + len(graph).to_bytes(4, "little")
    text = text.replace('"$graph_at$graph_len"', escaped(at_and_size)).replace('"$graph"', escaped(graph))
    return from_text(text)


def escaped(data: bytes) -> str:
    """Bytes as a string of the text format."""
    return '"' + "".join(f"\\{byte:02x}" for byte in data) + '"'


def our_call(wasm: bytes) -> Callable[[], object]:
    """The call that the engine makes."""
    module = CompiledModule.from_wasm(wasm)
    store = Store(StoreLimits(8 << 20, 1_000), module.engine)
    function = Instance.without_imports(store, module).function("lf_timer")
    return lambda: function(7)


def binding_call(wasm: bytes) -> Callable[[], object]:
    """The call that the Python package of wasmtime offers."""
    engine = Engine().native
    store = wasmtime.Store(engine)
    store.set_epoch_deadline(1 << 40)
    function = wasmtime.Instance(store, wasmtime.Module(engine, wasm), []).exports(store)["lf_timer"]
    assert isinstance(function, wasmtime.Func)
    return lambda: function(store, 7)


def crossing(guest: ModuleGuest, rows: int) -> Callable[[], object]:
    """A chain of one call over a batch of two columns."""
    words = vocabulary(1_000)
    columns = {"word": [words[i % 1_000] for i in range(rows)], "count": [1.0] * rows}
    batch = pa.record_batch(columns, schema=schema_of(RECORD))

    def cross() -> None:
        guest.begin()
        guest.take(guest.map(FunctionNumber(0), guest.load(batch)), RECORD)

    return cross


def instance(module: LoadedModule) -> Callable[[], object]:
    """A guest from nothing but the compiled module."""
    return lambda: module().close()


def alternated(programs: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Seconds per call of each: medians over rounds in which all take turns."""
    taken: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(ROUNDS):
        for name, program in programs.items():
            begun = time.thread_time()
            for _ in range(repeats):
                program()
            taken[name].append((time.thread_time() - begun) / repeats)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def in_us(figures: dict[str, float]) -> list[list[str]]:
    """Rows of a table."""
    return [[name, f"{1e6 * seconds:.2f}"] for name, seconds in figures.items()]
