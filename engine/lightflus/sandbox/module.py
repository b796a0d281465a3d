"""A module, from bytes to something that makes guests.

What it owns: the order: inspect, compile (or take from the cache), read or ask for the graph, prepare calls. A
`LoadedModule` is the `ports.GuestFactory`; any thread may make guests of it.
What it leaves: whether the graph makes sense (`model/validation.py`).
"""

from __future__ import annotations

import os
from concurrent.futures import Future, wait
from dataclasses import replace
from threading import Thread

from lightflus.codec import abi
from lightflus.errors import GuestProtocolError, ModuleInvalid, ToolMissing
from lightflus.limits import MIB
from lightflus.model.graph import JobGraph
from lightflus.proto.convert import graph_from_json
from lightflus.sandbox.binary import with_section
from lightflus.sandbox.compiler import compiled
from lightflus.sandbox.functions import CallPlan, call_plans, needed_exports
from lightflus.sandbox.host_functions import linker
from lightflus.sandbox.inspect import ModuleReport, inspect
from lightflus.sandbox.instance import ModuleGuest
from lightflus.sandbox.limits import GuestLimits
from lightflus.sandbox.session import Session
from lightflus.sandbox.traps import Translator
from lightflus.sandbox.world import WARN, LogSink, World, log_to_python
from lightflus.wasm import WASMTIME_VERSION, ArtefactCache, Engine, Prepared, WasmRefused, version_problem

OVERRIDE = "LIGHTFLUS_UNSAFE_WASMTIME"
"""The variable that lets modules run on a wasmtime with published advisories."""
_LOOK_SECONDS = 0.02
"""Between two tries to end a guest that describes itself for ever."""


class _Image:
    """A compiled module with its limits, in an engine of its own; makes sessions."""

    def __init__(self, wasm: bytes, report: ModuleReport, limits: GuestLimits, cache: ArtefactCache | None) -> None:
        _require_memory(report, limits)
        self._wasm = wasm
        self._engine = engine = Engine()
        try:
            self._prepared: Prepared[World] = linker(engine).prepare(compiled(wasm, report.digest, cache, engine))
        except WasmRefused as refused:
            raise ModuleInvalid(f"it does not link: {refused}") from refused
        self._limit(limits)

    def _limit(self, limits: GuestLimits) -> None:
        self.limits = limits
        self._translator = Translator(self._wasm, limits)

    def narrowed(self, limits: GuestLimits) -> None:
        """Sets the limits of later sessions."""
        self._limit(limits)

    def session(self, sink: LogSink) -> Session:
        """A new instance, not yet described."""
        return Session(self._prepared, self.limits, self._translator, World(sink))

    def graph(self, sink: LogSink) -> bytes:
        """What a fresh instance says about itself.

        It is asked on a thread of its own: Python hears no Ctrl-C while its main thread is inside a guest.
        """
        said: Future[bytes] = Future()
        thread = Thread(target=self._describe, args=(sink, said), name="lightflus-describe", daemon=True)
        try:
            thread.start()  # a Ctrl-C may come here already: the guest runs before this returns
            return said.result()
        finally:
            while thread.is_alive() and not said.done():  # whichever of its calls is running is too late now
                self._engine.advance(self.limits.deadline_ms)
                wait([said], _LOOK_SECONDS)

    def _describe(self, sink: LogSink, said: Future[bytes]) -> None:
        try:
            said.set_result(self._described(sink))
        except BaseException as error:  # it is raised where the answer is asked for
            said.set_exception(error)

    def _described(self, sink: LogSink) -> bytes:
        session = self.session(sink)
        try:
            return session.describe()
        finally:
            session.close()


class LoadedModule:
    """A module that is ready to run; calling it makes a guest.

    Attributes:
        report: what inspection found.
        graph: its job graph, as it stands in the module; not validated here.
        limits: what an instance gets: the given limits, or less if the job asks for less.
    """

    def __init__(self, image: _Image, report: ModuleReport, graph: JobGraph, described: bytes, sink: LogSink) -> None:
        self._image = image
        self._described = described
        self._sink = sink
        self._plans: tuple[CallPlan, ...] = call_plans(graph)
        self.report = report
        self.graph = graph
        self.limits = image.limits

    def __call__(self) -> ModuleGuest:
        """A fresh instance whose main has run. Raises GuestError if it fails, or describes another graph."""
        return ModuleGuest(self.session(), self._plans)

    def share(self, memory_bytes: int) -> None:
        """Later instances get so much memory and no more. Raises ModuleInvalid, where it begins with more."""
        limits = replace(self.limits, memory_bytes=min(memory_bytes, self.limits.memory_bytes))
        _require_memory(self.report, limits)
        self._image.narrowed(limits)
        self.limits = limits

    def session(self) -> Session:
        """The same, to be called by hand: what `__call__` wraps. For tools that look at single calls."""
        session = self._image.session(self._sink)
        if session.describe() != self._described:
            session.close()
            raise GuestProtocolError(
                "lf_describe answered another graph than the module carries",
                hint=f"Its main must not depend on anything outside; build it again ({abi.JOB_SECTION}).",
                rule="1.4",
            )
        return session


def load(
    wasm: bytes,
    *,
    limits: GuestLimits | None = None,
    cache: ArtefactCache | None = None,
    sink: LogSink = log_to_python,
) -> LoadedModule:
    """Makes a module ready to run.

    Args:
        wasm: its bytes; nothing is believed of them.
        limits: the most that an instance may use; by default those of a shared cluster.
        cache: where compiled modules are kept; None compiles anew.
        sink: takes the guests' log lines, on the thread that runs them.

    Raises:
        ModuleInvalid: it breaks docs/abi.md or needs a later minor version of it, or cannot be compiled within limits.
        JobInvalid: its graph cannot be read.
        GuestError: it has no graph section and fails to describe itself.
        ToolMissing: the installed wasmtime has published security advisories.
    """
    require_safe_wasmtime(sink)
    report = inspect(wasm)
    quota = limits or GuestLimits()
    image = _Image(wasm, report, quota, cache)
    described = report.graph if report.graph is not None else image.graph(sink)
    graph = graph_from_json(described)
    _require_minor(graph)
    _require_exports(graph, report)
    image.narrowed(quota.asked(graph.limits))
    return LoadedModule(image, report, graph, described, sink)


def describe(
    wasm: bytes,
    *,
    limits: GuestLimits | None = None,
    cache: ArtefactCache | None = None,
    sink: LogSink = log_to_python,
) -> bytes:
    """What a module says about itself: the graph's JSON, byte for byte. `lightflus build` puts it into the module.

    Raises:
        ModuleInvalid: it breaks docs/abi.md or cannot be compiled within the limits.
        GuestError: its main fails.
    """
    require_safe_wasmtime(sink)
    return _Image(wasm, inspect(wasm), limits or GuestLimits(), cache).graph(sink)


def with_graph(wasm: bytes, graph: bytes) -> bytes:
    """The module with its graph in the section `lightflus.job`. Raises ModuleInvalid."""
    return with_section(wasm, abi.JOB_SECTION, graph)


def require_safe_wasmtime(sink: LogSink, version: str = WASMTIME_VERSION) -> None:
    """Refuses strangers' code on a wasmtime with known holes. Raises ToolMissing; or says so, if that is overridden."""
    problem = version_problem(version)
    if problem is None:
        return
    if os.environ.get(OVERRIDE, "") in ("", "0"):
        raise ToolMissing(problem, hint=f"Run `pip install --upgrade wasmtime`; {OVERRIDE}=1 runs it all the same.")
    sink(WARN, f"{OVERRIDE} is set, so that modules run outside a safe sandbox: {problem}")


def _require_minor(graph: JobGraph) -> None:
    if graph.abi_minor > abi.ABI_MINOR:
        spoken = f"{abi.ABI_VERSION}.{abi.ABI_MINOR}"
        text = f"it needs version {abi.ABI_VERSION}.{graph.abi_minor} of the guest ABI; this engine speaks {spoken}"
        raise ModuleInvalid(text, hint="run it with a later version of Lightflus, or build it with an earlier SDK")


def _require_exports(graph: JobGraph, report: ModuleReport) -> None:
    """Refuses a graph that needs optional exports which are not there."""
    for name in needed_exports(graph):
        if name not in report.exports:
            text = f"its graph needs {name}, which it does not export"
            raise ModuleInvalid(text, hint="build it again with a Lightflus SDK of one version")


def _require_memory(report: ModuleReport, limits: GuestLimits) -> None:
    wanted, most = report.memory_minimum_bytes, limits.memory_bytes
    if wanted > most:
        raise ModuleInvalid(
            f"it begins with {wanted // MIB} MiB of memory; {most // MIB} MiB are allowed",
            hint="all guests of a job share its memory: fewer subtasks leave more for each",
        )
