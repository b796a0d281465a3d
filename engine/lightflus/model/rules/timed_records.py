"""Rules of the record types of operators for event time, and of those with several inputs.

What it owns: states, results, side outputs, keys that meet. Pure. What it leaves: everything else of them (`time.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from lightflus.model.extract import FieldPath, FunctionNumber
from lightflus.model.graph import FunctionKind, KeyBy, Operator, OperatorId
from lightflus.model.rules.fits import check_call, check_yield, read_on, shown_type
from lightflus.model.rules.functions import SDK_HINT
from lightflus.model.rules.report import Report, shown
from lightflus.model.timed import Aggregate, Broadcast, Port, Process, Timestamps, Union, Window
from lightflus.model.types import Scalar, ScalarType, Type, field_type

_TIMES = frozenset({Scalar.INT32, Scalar.INT64, Scalar.UINT32, Scalar.FLOAT64, Scalar.TIMESTAMP_MS})
"""Types of a time."""

Operators = Mapping[OperatorId, Operator]


def check_timed(report: Report, operators: Operators, operator: Operator, record: Type) -> None:
    """All rules of this file, for one operator that reads `record` on its first input."""
    match operator.kind:
        case Timestamps() as timestamps:
            _check_timestamps(report, operator, timestamps, record)
        case Window(function=function, finish=finish, late=late):
            _check_fold(report, operator, function, finish, record=record)
            _check_late(report, operator, late, record)
        case Aggregate(function, finish):
            _check_fold(report, operator, function, finish, record=record)
        case Process() as process:
            _check_process(report, operators, operator, process, record)
        case Union():
            _check_union(report, operators, operator, record)
        case Broadcast():
            check_yield(report, operator, record, "a broadcast hands on")
        case _:
            pass


def _check_timestamps(report: Report, operator: Operator, kind: Timestamps, record: Type) -> None:
    check_yield(report, operator, record, "withTimestamps hands on")
    found: Type | None = ScalarType(Scalar.INT64)
    if isinstance(kind.time, FieldPath):
        found = field_type(record, kind.time.names)
    elif kind.time is not None:
        function = report.graph.functions[kind.time]
        check_call(report, operator, function, record)
        found = function.output
    if found is None:
        text = f"its time is {shown(str(kind.time))!r}, which the record has not"
        report.operator(operator, text, f"the record is {shown_type(record)}")
    elif not isinstance(found, ScalarType) or found.scalar not in _TIMES:
        text = f"its time is {shown_type(found)}"
        report.operator(operator, text, "a time is a number: milliseconds since 1970")


def _check_fold(
    report: Report, operator: Operator, number: FunctionNumber, finish: FunctionNumber | None, *, record: Type
) -> None:
    """A function that folds records into a state, and what is made of that."""
    function = report.graph.functions[number]
    check_call(report, operator, function, record)
    if function.kind is FunctionKind.REDUCE and function.output != function.input:
        text = f"its function turns {shown_type(function.input)} into {shown_type(function.output)}"
        report.operator(operator, text, "a reduce's function yields what it reads: the state is a record")
    result = function.output
    if finish is not None:
        last = report.graph.functions[finish]
        if last.input != function.output:
            text = f"its finish reads {shown_type(last.input)}, but the state is {shown_type(function.output)}"
            report.operator(operator, text, SDK_HINT)
        result = last.output
    check_yield(report, operator, result, "its function yields")


def _check_late(report: Report, operator: Operator, late: Port | None, record: Type) -> None:
    if late is not None and late.type != record:
        text = f"its late output is {shown_type(late.type)}, but its records are {shown_type(record)}"
        report.operator(operator, text, "make the side output one of the records that the operator reads")


def _check_process(report: Report, operators: Operators, operator: Operator, kind: Process, record: Type) -> None:
    function = report.graph.functions[kind.function]
    check_call(report, operator, function, record)
    check_yield(report, operator, function.output, "its function yields")
    _check_late(report, operator, kind.late, record)
    second = read_on(operators, operator, 1)
    if second is None:
        return
    if kind.rules is not None:
        check_call(report, operator, report.graph.functions[kind.rules], second)
        return
    keys = [operators[edge.operator].kind for edge in operator.inputs]
    left, right = (key.key_type for key in keys if isinstance(key, KeyBy))
    if left != right:
        text = f"its inputs have keys of two types, {shown_type(left)} and {shown_type(right)}"
        report.operator(operator, text, "key both streams by the same type")


def _check_union(report: Report, operators: Operators, operator: Operator, record: Type) -> None:
    check_yield(report, operator, record, "a union hands on")
    for side in range(1, len(operator.inputs)):
        other = read_on(operators, operator, side)
        if other is not None and other != record:
            text = f"it puts {shown_type(record)} and {shown_type(other)} together"
            report.operator(operator, text, "map one of them to the type of the other before the union")
