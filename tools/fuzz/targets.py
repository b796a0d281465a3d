"""What is fuzzed: for each reader of a stranger's bytes, how an input is made, and what may come of reading it.

What it owns: the honest inputs that are damaged, and which errors have a name. A target raises whatever has none.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Final

import pyarrow as pa

from lightflus.codec import Block, layout_of, read_batch, read_list, schema_of
from lightflus.errors import (
    GuestMemoryExceeded,
    GuestProtocolError,
    InternalError,
    JobInvalid,
    ModuleInvalid,
    UserError,
)
from lightflus.evil.guests import guest
from lightflus.evil.jobs import honest_graph
from lightflus.jail.telling import from_plain, to_plain
from lightflus.model.names import operator_names
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType
from lightflus.model.validation import problems
from lightflus.proto.convert import graph_from_json, graph_to_json
from lightflus.sandbox.binary import function_names, outline, with_section
from lightflus.sandbox.examining import examined
from lightflus.sandbox.facts import from_facts, to_facts
from lightflus.sandbox.inspect import inspect
from lightflus.sandbox.sourcemap import from_table, source_map, to_table
from lightflus.wasm import CompiledModule, Engine, Instance, Store, StoreLimits, Window, from_text
from tools.fuzz.damaging import damaged, damaged_json

_BASE: Final = 4_096
_PAGES: Final = 2
_TEXT: Final = ScalarType(Scalar.UTF8, nullable=True)
_INNER: Final = StructType((Field("x", ScalarType(Scalar.INT32)), Field("y", _TEXT)), nullable=True)
_RECORD: Final = StructType(
    (Field("flag", ScalarType(Scalar.BOOL)), Field("words", ListType(_TEXT, nullable=True)), Field("inner", _INNER))
)
_ROWS: Final = 8


@dataclass(frozen=True, slots=True)
class Target:
    """A reader.

    Attributes:
        make: makes an input.
        read: reads it; what has a name is not raised.
        share: its part of the cases, in hundredths; 0 = counted for itself.
    """

    make: Callable[[Random], bytes]
    read: Callable[[bytes], None]
    share: int


def _made(
    how: Callable[[Random, Sequence[bytes]], bytes], honest: Callable[[], Sequence[bytes]]
) -> Callable[[Random], bytes]:
    return lambda chance: how(chance, honest())


@functools.cache
def _modules() -> Sequence[bytes]:
    simd = "(func (param v128) (result v128) (v128.not (local.get 0)))"
    table = "(type $t (func)) (table 4 funcref) (func (block (br_table 0 0 0 (i32.const 1))))"
    choice = "(if (result i32) (i32.const 1) (then i32.const 2) (else i32.const 3))"
    small = from_text(f'(module (func (export "f") (result i32) {choice}))')
    return guest({}), guest({"module": simd + table}), small, with_section(small, "lightflus.sourcemap", _maps()[0])


@functools.cache
def _graphs() -> Sequence[bytes]:
    return (graph_to_json(honest_graph()),)


@functools.cache
def _maps() -> Sequence[bytes]:
    first = {"version": 3, "sources": ["job.ts", "~lib/a.ts"], "names": [], "mappings": "AAAA,CACE,ECAA,IADF,K,yBAEF"}
    return (json.dumps(first).encode(),)


@functools.cache
def _names() -> Sequence[bytes]:
    return (b"\1\x0d\3\0\1a\1\2bc\2\4defg", b"\0\3\2ab\1\6\1\0\3abc")


@functools.cache
def _facts() -> Sequence[bytes]:
    return (to_facts(inspect(_modules()[0])),)


@functools.cache
def _tables() -> Sequence[bytes]:
    return (to_table(source_map(_maps()[0])),)


@functools.cache
def _errors() -> Sequence[bytes]:
    lost = GuestProtocolError("a lie", function=1, row=2, position="job.ts:1:2", frames=("f",), hint="h", rule="6.1")
    return to_plain(lost), to_plain(ModuleInvalid("no", where="x"))


@functools.cache
def _answer() -> tuple[Window, int, bytes]:
    """A memory with a truthful answer: its address, and the bytes of all of it."""
    module = CompiledModule.from_wasm(from_text(f'(module (memory (export "memory") {_PAGES}))'))
    store = Store(StoreLimits(_PAGES * 65_536, None), module.engine)
    memory = Instance.without_imports(store, module).memory().window()
    rows = [
        {
            "flag": i % 3 == 0,
            "words": None if i % 4 == 0 else ["a", None, "éß"],
            "inner": {"x": i, "y": "漢"} if i % 2 else None,
        }
        for i in range(_ROWS)
    ]
    block = Block()
    handle = block.add_batch(layout_of(_RECORD), pa.RecordBatch.from_pylist(rows, schema=schema_of(_RECORD)))
    block.write(memory, _BASE)
    return memory, block.address(handle), bytes(memory.read(_BASE, block.size))


def _read_answer(data: bytes) -> None:
    memory, address, honest = _answer()
    memory.write(_BASE, data[: len(honest)].ljust(len(honest), b"\0"))
    with suppress(GuestProtocolError, GuestMemoryExceeded):
        read_batch(memory, address, layout_of(_RECORD), _ROWS)
    with suppress(GuestProtocolError, GuestMemoryExceeded):
        read_list(memory, address, _ROWS)


def _read_outline(data: bytes) -> None:
    with suppress(ModuleInvalid):
        outline(data, walks=True)


def _read_graph(data: bytes) -> None:
    with suppress(JobInvalid):
        graph = graph_from_json(data)
        if not problems(graph):
            operator_names(graph)


def _read_map(data: bytes) -> None:
    source_map(data).position(1_000, 3)


def _read_table(data: bytes) -> None:
    found = from_table(data)
    for offset in (0, 3, 1 << 31):
        found.position(offset, 2)


def _read_names(data: bytes) -> None:
    with suppress(ModuleInvalid):
        function_names(with_section(b"\0asm\1\0\0\0", "name", data))


def _read_facts(data: bytes) -> None:
    found = from_facts(data, _modules()[0], "")
    if found is not None:
        _ = found.graph, found.source_map, found.is_portable


def _read_error(data: bytes) -> None:
    str(from_plain(data))


def _examine(data: bytes) -> None:
    try:
        examined(data, None, Engine())
    except InternalError:
        raise
    except UserError:
        pass


TARGETS: Final = {
    "answers": Target(_made(damaged, lambda: [_answer()[2]]), _read_answer, 12),
    "outline": Target(_made(damaged, _modules), _read_outline, 24),
    "graph": Target(_made(damaged_json, _graphs), _read_graph, 12),
    "maps": Target(_made(damaged_json, _maps), _read_map, 18),
    "tables": Target(_made(damaged, _tables), _read_table, 8),
    "names": Target(_made(damaged, _names), _read_names, 14),
    "facts": Target(_made(damaged_json, _facts), _read_facts, 6),
    "errors": Target(_made(damaged_json, _errors), _read_error, 6),
    "jail": Target(_made(damaged, _modules), _examine, 0),
}
"""By name. `jail` examines whole modules in children."""
