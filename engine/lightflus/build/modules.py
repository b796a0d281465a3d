"""From a source to a whole module: compiled, asked what it is, its graph checked and written into it.

What it owns: the steps after the compiler, and the cache in front of it. What it leaves: compiling (`languages.py`),
running a stranger's `main` (`sandbox/`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lightflus.build.cache import BuildCache
from lightflus.build.languages import compile_job
from lightflus.build.sources import is_manifest
from lightflus.build.toolchain import find_compiler
from lightflus.build.typescript import Compiled
from lightflus.model.graph import JobGraph
from lightflus.model.validation import checked
from lightflus.proto.convert import graph_from_json
from lightflus.sandbox.limits import GuestLimits
from lightflus.sandbox.module import describe, with_graph
from lightflus.sandbox.world import LogSink
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


def finished(compiled: Compiled, log: LogSink) -> Built:
    """Asks a compiled module what it is, checks that, and writes it into the module; `log` gets what its main says.

    Raises:
        JobInvalid: it compiled, but its graph breaks the rules; positions are the user's.
        GuestError: its main fails.
    """
    described = describe(compiled.wasm, limits=GuestLimits.of_run(), cache=ArtefactCache(), sink=log)
    graph = checked(graph_from_json(described))
    return Built(with_graph(compiled.wasm, described), graph, compiled.inputs)


def built_or_cached(source: Path, log: LogSink) -> bytes:
    """The module of a source: built, or what an earlier build of the same inputs made. Raises LightflusError."""
    if is_manifest(source):
        return finished(compile_job(source), log).wasm  # cargo itself builds only what has changed
    cache = BuildCache(find_compiler())
    wasm = cache.load(source)
    if wasm is None:
        built = finished(compile_job(source), log)
        wasm = built.wasm
        if built.inputs:
            cache.store(source, built.inputs, wasm)
    return wasm
