"""A stranger's module, examined in the jail: what it is, machine code for it, the graph that it describes.

What it owns: the pieces of work `examine` and `describe`, which children do, their bounds, and what it means for the
user when a child wants more. What is known of a module is
kept beside its machine code, so that it is examined once.
What it leaves: the jail, what a module must be (`inspect.py`), what is done with it (`module.py`).
"""

from __future__ import annotations

import hashlib
import json
import struct
from typing import Final, NoReturn, cast

from lightflus import limits
from lightflus.errors import (
    GuestDeadlineExceeded,
    GuestMemoryExceeded,
    GuestProtocolError,
    InternalError,
    ModuleInvalid,
)
from lightflus.jail import Bounds, Exceeded, Hear, ask
from lightflus.proto.convert import graph_from_json
from lightflus.sandbox.facts import from_facts, to_facts
from lightflus.sandbox.image import Image
from lightflus.sandbox.inspect import ModuleReport, inspect, too_large
from lightflus.sandbox.limits import GuestLimits
from lightflus.wasm import ArtefactCache, CompiledModule, Engine, WasmRefused

EXAMINED = Bounds(limits.COMPILE_CPU_SECONDS, limits.COMPILE_MEMORY_BYTES, limits.ARTEFACT_BYTES)
_SIZE_BYTES: Final = 4
_SIZES: Final = struct.Struct("<II")
_NO_ROOM = ("Cannot allocate memory", "mmap failed")
"""How wasmtime's errors say that the process may have no more memory."""


class TooCostly(ModuleInvalid):
    """A module takes more to be examined than a child may use."""


def examined(
    wasm: bytes, cache: ArtefactCache | None, engine: Engine, *, bounds: Bounds = EXAMINED
) -> tuple[ModuleReport, CompiledModule]:
    """What is known of a module, and its machine code: kept from before, else found out by a child.

    Raises:
        ModuleInvalid: it breaks docs/abi.md; as TooCostly: it cannot be examined within `bounds`.
        JobInvalid: the graph that it carries cannot be read.
    """
    if len(wasm) > limits.MODULE_BYTES:
        raise too_large(len(wasm))
    digest = hashlib.sha256(wasm).hexdigest()
    kept = cache.load(digest, engine) if cache is not None else None
    if kept is not None and (report := from_facts(kept.facts, wasm, digest)) is not None:
        return report, kept.module
    try:
        answer = ask(examine, wasm, bounds)
    except Exceeded as error:
        raise _too_costly(error, bounds) from None
    behind = _SIZE_BYTES + int.from_bytes(answer[:_SIZE_BYTES], "little")  # believed in nothing: any bytes are some
    facts, artefact = answer[_SIZE_BYTES:behind], answer[behind:]
    report = from_facts(facts, wasm, digest)
    if report is None:
        raise InternalError("a child of the jail answered facts that cannot be read")
    if cache is not None:
        cache.store(digest, artefact, facts)
    return report, CompiledModule.from_artefact(artefact, engine)


def examine(wasm: bytes, _hear: Hear) -> bytes:
    """In a child: facts of a module and its machine code. Raises ModuleInvalid, JobInvalid."""
    report = inspect(wasm)
    if report.graph is not None:
        graph_from_json(report.graph)
    try:
        artefact = CompiledModule.from_wasm(wasm).artefact()
    except WasmRefused as refused:
        _refuse(refused)
    facts = to_facts(report)
    return len(facts).to_bytes(_SIZE_BYTES, "little") + facts + artefact


def described(image: Image, hear: Hear) -> bytes:
    """What a fresh instance of a module says about itself: its graph's JSON. Raises GuestError, JobInvalid."""
    wanted = image.limits
    seconds = -(-wanted.deadline_ms // 1_000)
    # several calls of a start may take their whole deadline
    bounds = Bounds(4 * seconds + 2, wanted.memory_bytes + limits.DESCRIBE_MEMORY_BYTES, limits.GRAPH_BYTES)
    numbers = [wanted.memory_bytes, wanted.deadline_ms, wanted.table_elements, wanted.job_memory_bytes]
    head, source_map = json.dumps(numbers).encode(), image.source_map or b""
    request = _SIZES.pack(len(head), len(source_map)) + head + source_map + image.artefact()
    try:
        return ask(describe, request, bounds, hear)
    except Exceeded as error:
        if error.what == "time":
            raise GuestDeadlineExceeded(f"the job's main ran longer than {bounds.cpu_seconds} s") from None
        if error.what == "memory":
            raise GuestMemoryExceeded("the job's main and its graph take more memory than they may") from None
        raise GuestProtocolError("the job's main says more than it may", rule="5.1") from None


def describe(request: bytes, hear: Hear) -> bytes:
    """In a child: starts a module and asks it for its graph, which can then be read. Raises GuestError, JobInvalid."""
    head_size, map_size = _SIZES.unpack_from(request)
    map_at = _SIZES.size + head_size
    code_at = map_at + map_size
    memory, deadline, table, job_memory = cast("list[int]", json.loads(request[_SIZES.size : map_at]))
    compiled = CompiledModule.from_artefact(request[code_at:], Engine())
    image = Image(compiled, request[map_at:code_at] or None, GuestLimits(memory, deadline, table, job_memory))
    session = image.session(hear)
    try:
        graph = session.describe()
    finally:
        session.close()
    graph_from_json(graph)
    return graph


def _refuse(refused: WasmRefused) -> NoReturn:
    if any(sign in str(refused) for sign in _NO_ROOM):
        raise MemoryError from refused
    raise ModuleInvalid(f"it cannot be compiled: {refused}") from refused


def _too_costly(error: Exceeded, bounds: Bounds) -> TooCostly:
    if error.what == "time":
        text = f"it cannot be examined and compiled within {bounds.cpu_seconds} s"
    elif error.what == "memory":
        text = f"it cannot be examined and compiled within {bounds.memory_bytes // limits.MIB} MiB of memory"
    else:
        text = f"its machine code has more than {bounds.answer_bytes // limits.MIB} MiB"
    return TooCostly(text, hint="Make it smaller: fewer or shorter functions.")
