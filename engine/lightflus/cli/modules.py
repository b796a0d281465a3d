"""From what a user names, a source or a module, to a module that can run.

What it owns: telling the two apart, building with the cache, giving a new module its graph, checking and binding the
graph. What it leaves: compiling (`languages.py`), strangers' bytes (`sandbox/`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lightflus.cli.build_cache import BuildCache
from lightflus.cli.compiler import Compiled
from lightflus.cli.languages import compile_job
from lightflus.cli.screen import say
from lightflus.cli.sources import is_manifest, is_source, require_file
from lightflus.cli.toolchain import find_compiler
from lightflus.connectors.bindings import bind, parse_bindings
from lightflus.connectors.kinds import Streams
from lightflus.errors import UserError
from lightflus.limits import MODULE_BYTES
from lightflus.model.graph import JobGraph, Operator, Sink, Source
from lightflus.model.names import operator_names, unnamed_keyed
from lightflus.model.validation import checked
from lightflus.proto.convert import graph_from_json
from lightflus.sandbox.inspect import too_large
from lightflus.sandbox.limits import GuestLimits
from lightflus.sandbox.module import LoadedModule, describe, load, with_graph
from lightflus.wasm import ArtefactCache


@dataclass(frozen=True, slots=True)
class Built:
    """A module with its graph, fresh from a source.

    Attributes:
        wasm: its bytes.
        graph: what it declares, checked.
        inputs: the source files that it was made from; empty if the compiler did not say.
    """

    wasm: bytes
    graph: JobGraph
    inputs: tuple[str, ...]


def finished(compiled: Compiled) -> Built:
    """Asks a compiled module what it is, checks that, and writes it into the module.

    Raises:
        JobInvalid: it compiled, but its graph breaks the rules; positions are the user's.
        GuestError: its main fails.
    """
    described = describe(compiled.wasm, limits=GuestLimits.of_run(), cache=ArtefactCache(), sink=_print_log)
    graph = checked(graph_from_json(described))
    return Built(with_graph(compiled.wasm, described), graph, compiled.inputs)


def load_job(path: Path) -> LoadedModule:
    """A job, ready to run: built (or taken from the cache) if it is a source. Raises LightflusError."""
    module = load(module_bytes(path), limits=GuestLimits.of_run(), cache=ArtefactCache(), sink=_print_log)
    checked(module.graph)
    return module


def module_bytes(path: Path) -> bytes:
    """The bytes of a job's module: of the file itself, or of what its source is built to. Raises LightflusError."""
    require_file(path)
    return _built_or_cached(path) if is_source(path) else _file_bytes(path)


def bound_graph(graph: JobGraph, bindings: Sequence[str], streams: Streams) -> JobGraph:
    """The graph with its `--bind`s, checked again: a binding may change what a sink means."""
    return checked(bind(graph, operator_names(graph), parse_bindings(bindings), streams))


def warnings(graph: JobGraph) -> list[str]:
    """What is allowed but will hurt one day, each with the way out."""
    return [*_unnamed(graph), *_open_secrets(graph)]


def _unnamed(graph: JobGraph) -> Iterator[str]:
    """Keyed operators whose state would not survive a change of the job's order."""
    unnamed = unnamed_keyed(graph)
    if unnamed:
        names = operator_names(graph)
        found = ", ".join(f"{names[o.id]}{_place(o)}" for o in unnamed)
        way_out = 'add .name("...") so that its state can outlive a new version'
        yield f"warning: without a name of its own: {found}; {way_out}"


def _open_secrets(graph: JobGraph) -> Iterator[str]:
    """Secrets that everyone can read who has the module."""
    names = operator_names(graph)
    for operator in graph.operators:
        if isinstance(operator.kind, Source | Sink) and (options := operator.kind.connector.open_secrets):
            said = " and ".join(f"`{option}`" for option in options)
            text = f"the {said} of {names[operator.id]}{_place(operator)} can be read in the module"
            yield f"warning: {text}; write env:NAME in its place, and set the variable NAME where the job runs"


def _place(operator: Operator) -> str:
    return f" ({operator.position})" if operator.position else ""


def _built_or_cached(source: Path) -> bytes:
    if is_manifest(source):
        return finished(compile_job(source)).wasm  # cargo itself builds only what has changed
    cache = BuildCache(find_compiler())
    wasm = cache.load(source)
    if wasm is None:
        built = finished(compile_job(source))
        wasm = built.wasm
        if built.inputs:
            cache.store(source, built.inputs, wasm)
    return wasm


def _file_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            wasm = file.read(MODULE_BYTES + 1)
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror}", where=str(path)) from error
    if size > MODULE_BYTES:
        raise too_large(size)
    return wasm


def _print_log(level: int, text: str) -> None:
    say(f"[{_LEVELS.get(level, 'log')}] {text}")


_LEVELS = {0: "debug", 1: "info", 2: "warn", 3: "error"}
