"""The guest of udf_sdk/samples/numbers.wat, whole or broken on purpose.

The engine must not be made while a conftest is imported (see tests/codec/conftest.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from lightflus.model.graph import Function, FunctionKind, JobGraph
from lightflus.model.types import Field, Scalar, ScalarType, StructType
from lightflus.proto.convert import graph_to_json
from lightflus.sandbox.instance import ModuleGuest
from lightflus.sandbox.limits import GuestLimits
from lightflus.sandbox.module import LoadedModule, load
from lightflus.wasm import ArtefactCache, from_text

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


@pytest.fixture
def assemble() -> Assemble:
    return numbers


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> ArtefactCache:
    return ArtefactCache(tmp_path_factory.mktemp("artefacts"))


@pytest.fixture(scope="session")
def module(cache: ArtefactCache) -> LoadedModule:
    return load(numbers(), limits=LIMITS, cache=cache)


@pytest.fixture
def guest(module: LoadedModule) -> Iterator[ModuleGuest]:
    made = module()
    yield made
    made.close()
