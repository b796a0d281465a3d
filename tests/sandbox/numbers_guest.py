"""The guest of udf_sdk/samples/numbers.wat, whole or broken on purpose: its graph and its bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from lightflus.model.graph import Function, FunctionKind, JobGraph
from lightflus.model.types import Field, Scalar, ScalarType, StructType
from lightflus.proto.convert import graph_to_json
from lightflus.sandbox.limits import GuestLimits
from lightflus.sandbox.module import LoadedModule
from lightflus.wasm import from_text

SAMPLE = Path(__file__).parents[2] / "udf_sdk" / "samples" / "numbers.wat"
NUMBER = ScalarType(Scalar.INT64)
TRIPLE = StructType(tuple(Field(name, NUMBER) for name in "abc"))
GRAPH = JobGraph(
    job="numbers",
    namespace="default",
    operators=(),
    functions=(
        Function(FunctionKind.MAP, NUMBER, NUMBER),
        Function(FunctionKind.FILTER, NUMBER, ScalarType(Scalar.BOOL)),
        Function(FunctionKind.FLAT_MAP, NUMBER, NUMBER),
        Function(FunctionKind.KEY, NUMBER, NUMBER),
        Function(FunctionKind.REDUCE, NUMBER, NUMBER),
        Function(FunctionKind.MAP, TRIPLE, NUMBER, reads=("c", "a")),
        Function(FunctionKind.MAP, NUMBER, NUMBER),
    ),
)
LIMITS = GuestLimits(memory_bytes=8 << 20, deadline_ms=100)

Substitution = tuple[str, str]


class Assemble(Protocol):
    """Makes the sample guest's bytes, with texts of its source replaced and perhaps another graph."""

    def __call__(self, *changes: Substitution, graph: bytes | None = None) -> bytes: ...


def escaped(data: bytes) -> str:
    return "".join(f"\\{byte:02x}" for byte in data)


def numbers(*changes: Substitution, graph: bytes | None = None) -> bytes:
    """The sample guest, with texts of its source replaced; each must occur."""
    text = SAMPLE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    described = graph_to_json(GRAPH) if graph is None else graph
    text = text.replace("$graph_at", escaped((1_024).to_bytes(4, "little")))
    text = text.replace("$graph_len", escaped(len(described).to_bytes(4, "little")))
    return from_text(text.replace('"$graph"', f'"{escaped(described)}"'))


class Loads(Protocol):
    """Loads a module within the limits of these tests, through a cache of theirs."""

    def __call__(self, wasm: bytes, *, limits: GuestLimits = LIMITS) -> LoadedModule: ...
