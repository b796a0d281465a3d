"""Rules of functions: every operator calls functions that exist and are of its kind, and they say nothing impossible.

What it owns: numbers, kinds, `reads` and `keeps`. Pure.
What it leaves: whether record types fit along the edges (`records.py`), which needs these rules kept.
"""

from __future__ import annotations

from collections.abc import Iterable

from lightflus.model.extract import FunctionNumber
from lightflus.model.graph import Function
from lightflus.model.operators import uses
from lightflus.model.rules.report import Report, shown
from lightflus.model.types import columns

SDK_HINT = "this is a mistake of the SDK that built the module: build it again with one of this version"


def check_functions(report: Report) -> None:
    """All rules of this file."""
    functions = report.graph.functions
    for operator in report.graph.operators:
        for use in uses(operator):
            if use.function >= len(functions):
                text = f"{shown(use.what)} calls function {use.function}, but the job has {len(functions)}"
                report.operator(operator, text, SDK_HINT)
            elif (found := functions[use.function].kind) not in use.kinds:
                calls = f"{shown(use.what)} calls function {use.function}"
                text = f"{calls}, a {found.value} function, not a {' or '.join(k.value for k in use.kinds)} one"
                report.operator(operator, text, SDK_HINT)
    for index, function in enumerate(functions):
        _check_columns(report, FunctionNumber(index), function)


def _check_columns(report: Report, number: FunctionNumber, function: Function) -> None:
    inputs = {field.name: field.type for field in columns(function.input)}
    outputs = {field.name: field.type for field in columns(function.output)}
    reads = function.reads or ()
    for name in reads:
        if name not in inputs:
            report.function(number, f"it reads {shown(name)!r}, which its input has not", _available(inputs))
    if len(set(reads)) < len(reads):
        report.function(number, "it reads a column twice", SDK_HINT)
    for name in function.keeps:
        if name not in inputs:
            report.function(number, f"it keeps {shown(name)!r}, which its input has not", _available(inputs))
        elif inputs[name] != outputs.get(name):
            text = f"it says that it keeps {shown(name)!r}, but its output has not that field with that type"
            report.function(number, text, SDK_HINT)


def _available(fields: Iterable[str]) -> str:
    return f"the fields are {', '.join(shown(name) for name in list(fields)[:20])}"
