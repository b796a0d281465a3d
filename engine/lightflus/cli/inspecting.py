"""`lightflus inspect`: what a job or module declares, and how it would run; no record is touched.

What it owns: the report, as text and as JSON. What it leaves: the picture of the plan (`drawing.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from rich.text import Text

from lightflus.build.sources import is_source
from lightflus.cli.drawing import describe, draw
from lightflus.cli.fitting import fitted_lines
from lightflus.cli.modules import load_job
from lightflus.cli.problems import told_as_json
from lightflus.cli.screen import emit_json, results, say, show, width_of
from lightflus.compose.loading import bound_graph, planned
from lightflus.compose.places import openable_places
from lightflus.compose.promises import promises
from lightflus.compose.walls import described, wished_by
from lightflus.connectors.contract.bindings import parse_bindings
from lightflus.limits import KIB, MIB
from lightflus.model.graph import shown_option
from lightflus.model.guarantees import Promise
from lightflus.model.operators import facts_of
from lightflus.model.plan import Plan
from lightflus.model.policy import Policy, Wish
from lightflus.model.text import line
from lightflus.model.warnings import warnings
from lightflus.proto.convert import graph_to_json
from lightflus.sandbox.inspect import ModuleReport
from lightflus.sandbox.limits import GuestLimits
from lightflus.sandbox.module import LoadedModule

_LABEL = 10
"""Columns of the words before each line about the module."""

Json = dict[str, object]


def inspect_job(path: Path, bindings: Sequence[str], parallelism: int, *, as_json: bool) -> None:
    """Shows a job. With bindings, as it would run with them; else as it was written. Raises LightflusError."""
    with told_as_json(is_wanted=as_json):
        with openable_places(path, has_sources=is_source(path)):
            module = load_job(path)
        graph = module.graph
        if bindings:
            graph = bound_graph(graph, bindings)
        plan = planned(module, graph, parallelism=parallelism)
        wished = Policy().lacking(wished_by(graph, parse_bindings(bindings)))
    if as_json:
        emit_json(_to_json(module, plan, wished), indent=2)
        return
    show(Text("\n".join(_text(path, module, plan, wished))))
    for warning in warnings(graph):
        say(warning, "yellow")


def _text(path: Path, module: LoadedModule, plan: Plan, wished: Sequence[Wish]) -> Iterator[str]:
    graph, report, width = plan.graph, module.report, width_of(results())
    sdk = f", built from {graph.language} with SDK {graph.sdk_version or '?'}" if graph.language else ""
    yield line(f"job {graph.job} in namespace {graph.namespace}{sdk}")
    yield line(f"{path}, sha256 {report.digest}")
    yield ""
    yield draw(plan, width)
    yield ""
    if graph.functions:
        yield "functions"
        yield from map(line, _functions(plan))
    if promised := promises(plan):
        yield "with checkpoints"
        yield from map(line, _promised(promised))
    if wished:
        yield "wishes"
        yield from (line(f"  {text}") for text in dict.fromkeys(map(described, wished)))
    yield "module"
    for text in (*_module(report), *_limits(module.limits)):
        yield from fitted_lines(f"  {line(text)}", width, under=_LABEL)


def _functions(plan: Plan) -> Iterator[str]:
    for number, function in enumerate(plan.graph.functions):
        reads = f", reads {', '.join(function.reads)}" if function.reads is not None else ""
        keeps = f", keeps {', '.join(function.keeps)}" if function.keeps else ""
        place = f"  {function.position}" if function.position else ""
        yield f"  {number}  {function.kind.value}: {function.input} -> {function.output}{reads}{keeps}{place}"


def _promised(found: Mapping[str, Promise]) -> Iterator[str]:
    for name, promise in found.items():
        yield f"  {name} is written {promise.guarantee.value}: {promise.reason}"


def _module(report: ModuleReport) -> Iterator[str]:
    sections = ", ".join(f"{name} {end - start:,}" for name, (start, end) in report.sections.items())
    yield f"size      {report.size_bytes:,} bytes: code {report.code_bytes:,}, data {report.data_bytes:,}, {sections}"
    yield f"functions {report.functions}"
    imports = ", ".join(f"{wanted.module}.{wanted.name}" for wanted in report.imports)
    yield f"imports   {imports or 'none'}"
    yield f"exports   {', '.join(sorted(report.exports))}"
    most = report.memory_maximum_bytes
    yield f"memory    from {report.memory_minimum_bytes // KIB:,} KiB{f' to {most // KIB:,} KiB' if most else ''}"
    yield f"portable  {'yes' if report.is_portable else 'no: ' + '; '.join(report.not_portable_because)}"


def _limits(limits: GuestLimits) -> Iterator[str]:
    yield f"limits    {limits.memory_bytes // MIB:,} MiB of memory, {limits.deadline_ms:,} ms a call (lightflus run)"


def _to_json(module: LoadedModule, plan: Plan, wished: Sequence[Wish]) -> Json:
    report, limits = module.report, module.limits
    return {
        "job": plan.graph.job,
        "namespace": plan.graph.namespace,
        "digest": report.digest,
        "graph": _without_secrets(cast(object, json.loads(graph_to_json(plan.graph)))),
        "plan": _plan(plan),
        "with_checkpoints": [
            {"sink": name, "guarantee": promise.guarantee.value, "because": promise.reason}
            for name, promise in promises(plan).items()
        ],
        "wishes": [
            {"right": w.right.value, "value": w.value, "operator": w.operator, "option": w.option, "flag": w.flag}
            for w in wished
        ],
        "module": {
            "bytes": report.size_bytes,
            "functions": report.functions,
            "imports": [f"{wanted.module}.{wanted.name}" for wanted in report.imports],
            "exports": sorted(report.exports),
            "custom_sections": {name: end - start for name, (start, end) in report.sections.items()},
            "memory_minimum_bytes": report.memory_minimum_bytes,
            "memory_maximum_bytes": report.memory_maximum_bytes,
            "is_portable": report.is_portable,
            "not_portable_because": list(report.not_portable_because),
        },
        "limits": {"memory_bytes": limits.memory_bytes, "deadline_ms": limits.deadline_ms},
    }


def _plan(plan: Plan) -> Json:
    tasks = [
        {
            "id": task.id,
            "parallelism": task.parallelism,
            "operators": [
                {
                    "id": planned.operator.id,
                    "name": planned.name,
                    "kind": facts_of(planned.operator).name,
                    "text": describe(planned.operator, plan),
                    **(
                        {"emits": planned.emit.mode.name.lower(), "because": planned.emit.reason}
                        if planned.emit
                        else {}
                    ),
                }
                for planned in task.operators
            ],
        }
        for task in plan.tasks
    ]
    edges = [{"from": e.upstream, "to": e.downstream, "exchange": e.exchange.value} for e in plan.edges]
    return {"tasks": tasks, "edges": edges, "subtasks": len(plan.subtasks), "key_groups": plan.key_groups}


def _without_secrets(tree: object) -> object:
    """Connector options that hold passwords do not leave through here."""
    if isinstance(tree, dict):
        found = cast(Json, tree)
        return {k: shown_option(k, v) if isinstance(v, str) else _without_secrets(v) for k, v in found.items()}
    if isinstance(tree, list):
        return [_without_secrets(item) for item in cast(list[object], tree)]
    return tree
