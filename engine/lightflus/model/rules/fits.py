"""Whether record types fit where they meet: the comparisons that the rules of all kinds of operators share.

What it owns: functions against streams, outputs against functions, values taken from records. Pure.
What it leaves: which of them an operator needs (`records.py`, `timed_records.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from lightflus.model.extract import Extractor, FieldPath
from lightflus.model.graph import Function, Operator, OperatorId
from lightflus.model.operators import facts_of
from lightflus.model.rules.functions import SDK_HINT
from lightflus.model.rules.report import Report, shown
from lightflus.model.types import StructType, Type, columns, field_type


def read_on(operators: Mapping[OperatorId, Operator], operator: Operator, side: int = 0) -> Type | None:
    """What an operator reads on a side; None where it has none, or the graph does not say it."""
    if len(operator.inputs) <= side:
        return None
    upstream, port = operators[operator.inputs[side].operator], operator.inputs[side].port
    return facts_of(upstream).ports(upstream.kind)[port] if port else upstream.output


def check_call(report: Report, operator: Operator, function: Function, record: Type) -> None:
    """A function reads the records that it is called for."""
    if function.input != record:
        text = f"its function reads {shown_type(function.input)}, but the stream holds {shown_type(record)}"
        report.operator(operator, text, "make both the same type")


def check_yield(report: Report, operator: Operator, expected: Type, what: str) -> None:
    """An operator's output is what comes out of it."""
    if operator.output is not None and operator.output != expected:
        text = f"{what} {shown_type(expected)}, but the graph says {shown_type(operator.output)}"
        report.operator(operator, text, SDK_HINT)


def check_extractor(
    report: Report, operator: Operator, value: Extractor, declared: Type, *, record: Type, what: str
) -> None:
    """A value taken from a record has the type that the graph says."""
    if not isinstance(value, FieldPath):
        function = report.graph.functions[value]
        check_call(report, operator, function, record)
        found: Type | None = function.output
    else:
        found = field_type(record, value.names)
    if found is None:
        text = f"{what} is {shown(str(value))!r}, which the record has not"
        report.operator(operator, text, f"the record is {shown_type(record)}")
    elif found != declared:
        text = f"{what} is {shown_type(found)}, but the graph says {shown_type(declared)}"
        report.operator(operator, text, SDK_HINT)


def shown_type(record: Type) -> str:
    """A type as a message may show it; the outermost names of a wide record, never the whole of a deep one."""
    if isinstance(record, StructType) and len(columns(record)) > 8:
        names = ", ".join(field.name for field in record.fields[:8])
        return shown(f"{{{names}, ... {len(record.fields)} fields}}")
    return shown(str(record))
