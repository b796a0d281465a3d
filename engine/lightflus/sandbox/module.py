"""A module, from bytes to something that makes guests.

What it owns: the order: examine (or take from the cache), read or ask for the graph, prepare calls. A `LoadedModule`
is the `ports.GuestFactory`; any thread may make guests of it.
What it leaves: reading a stranger's bytes (`examining.py`), whether the graph makes sense (`model/validation.py`).
"""

from __future__ import annotations

import os
from copy import copy
from dataclasses import replace

from lightflus.codec import abi
from lightflus.errors import GuestProtocolError, ModuleInvalid, ToolMissing
from lightflus.jail import is_inside
from lightflus.limits import MIB
from lightflus.model.graph import JobGraph
from lightflus.proto.convert import graph_from_json
from lightflus.sandbox.binary import with_section
from lightflus.sandbox.examining import described, examined
from lightflus.sandbox.functions import CallPlan, call_plans, needed_exports
from lightflus.sandbox.image import Image
from lightflus.sandbox.inspect import ModuleReport
from lightflus.sandbox.instance import ModuleGuest
from lightflus.sandbox.limits import GuestLimits
from lightflus.sandbox.session import Session
from lightflus.sandbox.world import WARN, LogSink, log_to_python
from lightflus.wasm import WASMTIME_VERSION, ArtefactCache, Engine, version_problem

OVERRIDE = "LIGHTFLUS_UNSAFE_WASMTIME"
"""The variable that lets modules run on a wasmtime with published advisories."""


class LoadedModule:
    """A module that is ready to run; calling it makes a guest.

    Attributes:
        report: what inspection found.
        graph: its job graph, as it stands in the module; not validated here.
        limits: what an instance gets: the given limits, or less if the job asks for less.
    """

    def __init__(self, image: Image, report: ModuleReport, graph: JobGraph, described: bytes, sink: LogSink) -> None:
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

    def interrupt(self) -> None:
        """Ends starts of instances that are being made. From any thread."""
        self._image.interrupt()

    def reading(self, graph: JobGraph) -> LoadedModule:
        """The same, whose functions are given the records of `graph`, of which some lack fields that nobody reads."""
        module = copy(self)
        module._plans = call_plans(graph)
        return module

    def share(self, memory_bytes: int) -> None:
        """Later instances get so much memory and no more. Raises ModuleInvalid, where it begins with more."""
        limits = replace(self.limits, memory_bytes=min(memory_bytes, self.limits.memory_bytes))
        _require_memory(self.report, limits)
        self._image.narrow(limits)
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
    quota = limits or GuestLimits()
    report, image = _image(wasm, quota, cache, sink)
    text = report.graph if report.graph is not None else described(image, sink)
    graph = graph_from_json(text)
    _require_minor(graph)
    _require_exports(graph, report)
    image.narrow(quota.asked(graph.limits))
    return LoadedModule(image, report, graph, text, sink)


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
        JobInvalid: what it says cannot be read.
    """
    _, image = _image(wasm, limits or GuestLimits(), cache, sink)
    return described(image, sink)


def _image(wasm: bytes, limits: GuestLimits, cache: ArtefactCache | None, sink: LogSink) -> tuple[ModuleReport, Image]:
    require_safe_wasmtime(sink)
    report, compiled = examined(wasm, cache, Engine())
    _require_memory(report, limits)
    return report, Image(compiled, report.source_map, limits)


def with_graph(wasm: bytes, graph: bytes) -> bytes:
    """The module with its graph in the section `lightflus.job`. Raises ModuleInvalid."""
    return with_section(wasm, abi.JOB_SECTION, graph)


def require_safe_wasmtime(sink: LogSink, version: str = WASMTIME_VERSION) -> None:
    """Refuses strangers' code on a wasmtime with known holes. Raises ToolMissing; or says so, if that is overridden.

    A child of the jail need not ask again.
    """
    problem = version_problem(version)
    if problem is None or is_inside():
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
