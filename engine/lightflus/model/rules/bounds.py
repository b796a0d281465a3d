"""Rules of size: names, options, types, parallelism and requested resources within `limits.py`.

What it owns: nothing but comparisons. Pure. Every message says the limit.
"""

from __future__ import annotations

from lightflus import limits
from lightflus.model.extract import FunctionNumber
from lightflus.model.graph import Operator, Sink, Source
from lightflus.model.rules.report import Report, shown
from lightflus.model.types import ListType, StructType, Type

NAME_HINT = f"a name has 1 to {limits.NAME_BYTES} bytes and no control characters"


def check_bounds(report: Report) -> None:
    """All rules of this file."""
    _check_job(report)
    for operator in report.graph.operators:
        _check_operator(report, operator)
    for number, function in enumerate(report.graph.functions):
        for record in (function.input, function.output):
            if problem := type_problem(record):
                report.function(FunctionNumber(number), problem, "use a smaller or flatter record type")


def _check_job(report: Report) -> None:
    graph = report.graph
    if not is_name(graph.job):
        report.job(f"the job id {shown(graph.job)!r} is not a name", NAME_HINT)
    if not is_name(graph.namespace):
        report.job(f"the namespace {shown(graph.namespace)!r} is not a name", NAME_HINT)
    counts = (
        (len(graph.operators), limits.GRAPH_OPERATORS, "operators"),
        (len(graph.functions), limits.GRAPH_FUNCTIONS, "functions"),
    )
    for count, most, what in counts:
        if count > most:
            report.job(f"the job has {count:,} {what}; the limit is {most:,}", "split it into several jobs")
    if graph.limits.memory_mib * limits.MIB > limits.KERNEL_MEMORY_BYTES:
        text = f"the job asks for {graph.limits.memory_mib:,} MiB of guest memory; a wasm32 memory ends at 4,096"
        report.job(text, "ask for less")


def _check_operator(report: Report, operator: Operator) -> None:
    if operator.name and not is_name(operator.name):
        report.operator(operator, "its name is not a name", NAME_HINT)
    if operator.parallelism > limits.PARALLELISM:
        text = f"parallelism {operator.parallelism:,} is above the limit of {limits.PARALLELISM}"
        report.operator(operator, text, f"say parallelism(n) with n from 1 to {limits.PARALLELISM}")
    if operator.output is not None and (problem := type_problem(operator.output)):
        report.operator(operator, problem, "use a smaller or flatter record type")
    if isinstance(operator.kind, Source | Sink):
        _check_connector(report, operator, operator.kind)


def _check_connector(report: Report, operator: Operator, kind: Source | Sink) -> None:
    if not is_name(kind.connector.kind):
        report.operator(operator, "its connector has no kind", "a connector is kafka, redis, file, ...")
    for name, value in kind.connector.options.items():
        if not is_name(name):
            report.operator(operator, f"the option {shown(name)!r} is not a name", NAME_HINT)
        if len(value.encode(errors="surrogateescape")) > limits.OPTION_BYTES:
            text = f"the option {shown(name)!r} has more than {limits.OPTION_BYTES:,} bytes"
            report.operator(operator, text, "shorten it")


def is_name(text: str) -> bool:
    """Whether `text` can be a name: not empty, not long, printable."""
    return 0 < len(text.encode(errors="replace")) <= limits.NAME_BYTES and text.isprintable()


def type_problem(record: Type) -> str | None:
    """What is wrong with a type by itself, or None: depth, number of fields, empty or repeated field names."""
    level: list[Type] = [record]
    depth = 0
    while level:
        depth += 1
        if depth > limits.TYPE_DEPTH:
            return f"a type is nested more than {limits.TYPE_DEPTH} deep"
        for part in level:
            if isinstance(part, StructType) and (problem := _struct_problem(part)):
                return problem
        level = [inner for part in level for inner in _inside(part)]
    return None


def _inside(part: Type) -> tuple[Type, ...]:
    if isinstance(part, ListType):
        return (part.item,)
    return tuple(field.type for field in part.fields) if isinstance(part, StructType) else ()


def _struct_problem(part: StructType) -> str | None:
    names = [field.name for field in part.fields]
    if not names:
        return "a record has no fields"
    if len(names) > limits.TYPE_FIELDS:
        return f"a record has {len(names):,} fields; the limit is {limits.TYPE_FIELDS:,}"
    if not all(map(is_name, names)):
        return f"a field name is empty, unprintable or longer than {limits.NAME_BYTES} bytes"
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        return f"the field {shown(twice)!r} comes twice in one record"
    return None
