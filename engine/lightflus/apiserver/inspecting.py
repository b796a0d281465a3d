"""An uploaded module, inspected: what it is and wants, found out by a child of the jail.

What it owns: the piece of work, its bounds, the description that the coordinator keeps beside the module. This process
never parses, compiles or runs the bytes.
What it leaves: what a module must be (`sandbox/`), what a graph must be (`model/validation.py`).
"""

from __future__ import annotations

import json
from typing import cast

from lightflus import limits
from lightflus.cluster_limits import DESCRIPTION_BYTES
from lightflus.compose.walls import wished_by
from lightflus.errors import InternalError, ModuleInvalid
from lightflus.jail import Bounds, Exceeded, Hear, ask
from lightflus.model.graph import Connector, JobGraph, Sink, Source
from lightflus.model.names import operator_names
from lightflus.model.validation import checked
from lightflus.proto.convert import graph_to_json
from lightflus.sandbox.inspect import too_large
from lightflus.sandbox.limits import GuestLimits
from lightflus.sandbox.module import load

INSPECTED = Bounds(
    2 * limits.COMPILE_CPU_SECONDS, limits.COMPILE_MEMORY_BYTES + limits.GUEST_MEMORY_BYTES, DESCRIPTION_BYTES
)


def description_of(wasm: bytes) -> bytes:
    """The description of a module, as JSON. Blocking; any thread.

    Raises:
        ModuleInvalid: it breaks docs/abi.md, or takes more to inspect than it may.
        JobInvalid: its graph breaks the rules; all problems at once.
        GuestError: it has no graph section and fails to describe itself.
    """
    if len(wasm) > limits.MODULE_BYTES:
        raise too_large(len(wasm))
    try:
        answer = ask(describe, wasm, INSPECTED)
    except Exceeded as error:
        raise ModuleInvalid(f"inspecting it takes more {error.what} than it may", hint="Make it smaller.") from None
    try:
        json.loads(answer)
    except ValueError as error:
        raise InternalError("a child of the jail answered a description that cannot be read") from error
    return answer


def describe(wasm: bytes, _hear: Hear) -> bytes:
    """In a child: loads a module within the limits of a cluster, and says what it is. Raises as `description_of`."""
    return json.dumps(described(checked(load(wasm, limits=GuestLimits()).graph))).encode()


def described(graph: JobGraph) -> dict[str, object]:
    """The description of a checked graph; `graph` in it is whole, what else is there has no secrets."""
    names = operator_names(graph)
    operators = [(names[o.id], o.kind) for o in graph.operators]
    return {
        "job": graph.job,
        "namespace": graph.namespace,
        "sources": [_end(name, k.connector) for name, k in operators if isinstance(k, Source)],
        "sinks": [_end(name, k.connector) for name, k in operators if isinstance(k, Sink)],
        "functions": [
            {"number": number, "kind": f.kind.value, "position": str(f.position) if f.position else ""}
            for number, f in enumerate(graph.functions)
        ],
        "wishes": _wishes(graph),
        "graph": cast(object, json.loads(graph_to_json(graph))),
    }


def _end(name: str, connector: Connector) -> dict[str, object]:
    return {"name": name, "connector": connector.kind, "options": connector.shown_options}


def _wishes(graph: JobGraph) -> list[dict[str, str]]:
    return [
        {"right": w.right.value, "value": w.value, "operator": w.operator, "option": w.option}
        for w in wished_by(graph, ())
    ]
