"""From a module's bytes and bindings to a graph that can be planned.

What it owns: loading within limits, checking, and checking again what bindings have changed.
What it leaves: strangers' bytes (`sandbox/`), the rules of a graph (`model/validation.py`), bindings themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lightflus.compose.conflicts import check_files
from lightflus.connectors.contract.bindings import bind, parse_bindings
from lightflus.model.budget import check_subtasks, guest_memory
from lightflus.model.graph import JobGraph
from lightflus.model.names import operator_names
from lightflus.model.plan import Plan, plan_job
from lightflus.model.validation import checked
from lightflus.sandbox.limits import GuestLimits
from lightflus.sandbox.module import LoadedModule, load
from lightflus.sandbox.world import LogSink
from lightflus.wasm import ArtefactCache


def load_module(wasm: bytes, log: LogSink, limits: GuestLimits | None = None) -> LoadedModule:
    """A module that can run, its graph checked; `log` gets what its guests say. Raises LightflusError.

    `limits` are those of `lightflus run`, unless others are named.
    """
    module = load(wasm, limits=limits or GuestLimits.of_run(), cache=ArtefactCache(), sink=log)
    checked(module.graph)
    return module


def planned(module: LoadedModule, graph: JobGraph, *, parallelism: int) -> Plan:
    """How a bound graph of the module runs; its guests then share the memory of the job. Raises LightflusError."""
    plan = plan_job(graph, parallelism=parallelism)
    check_subtasks(plan)
    limits = module.limits
    module.share(guest_memory(plan, most_bytes=limits.memory_bytes, job_bytes=limits.job_memory_bytes))
    return plan


def bound_graph(
    graph: JobGraph, bindings: Sequence[str], defaults: Mapping[str, Mapping[str, str]] | None = None
) -> JobGraph:
    """The graph with its bindings, checked again: a binding may change what a sink means.

    Args:
        graph: a checked graph.
        bindings: `name=uri` each.
        defaults: by kind of connector, options that count where nobody has named them.

    Raises:
        BindingInvalid, JobInvalid.
    """
    bound = checked(bind(graph, operator_names(graph), parse_bindings(bindings), defaults or {}))
    check_files(bound)
    return bound
