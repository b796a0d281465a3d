"""Rules of record types: what one operator yields is what the next one and its functions read.

What it owns: types along edges, keys, sink fields. Pure.
What it leaves: it runs only on a graph whose shape and function numbers are sound.
"""

from __future__ import annotations

from collections.abc import Mapping

from lightflus.model import envelope
from lightflus.model.graph import (
    Delivery,
    Extractor,
    FieldPath,
    Filter,
    FlatMap,
    Function,
    KeyBy,
    Map,
    Operator,
    OperatorId,
    Reduce,
    Sink,
    Source,
)
from lightflus.model.operators import facts_of
from lightflus.model.rules.functions import SDK_HINT
from lightflus.model.rules.report import Report, shown
from lightflus.model.types import Scalar, ScalarType, StructType, Type, columns, contains_list, field_type

_BOOL = ScalarType(Scalar.BOOL)
ENVELOPE_HINT = f"an envelope is a record with any of the fields {', '.join(envelope.FIELDS)}"


def check_records(report: Report) -> None:
    """All rules of this file."""
    graph = report.graph
    operators = {operator.id: operator for operator in graph.operators}
    for operator in graph.operators:
        _check_output(report, operator)
        _check_envelope(report, operator)
        record = _read(operators, operator)
        if record is None:
            continue
        match operator.kind:
            case Map(number) | FlatMap(number):
                _check_call(report, operator, graph.functions[number], record)
                _check_yield(report, operator, graph.functions[number].output, "its function yields")
            case Filter(number):
                _check_filter(report, operator, graph.functions[number], record)
            case KeyBy() as key_by:
                _check_key(report, operator, key_by, record)
                _check_yield(report, operator, record, "a keyBy hands on")
            case Reduce(number):
                _check_reduce(report, operator, graph.functions[number], record)
            case Sink() as sink:
                _check_sink(report, operator, sink, record)
            case Source():
                continue


def _read(operators: Mapping[OperatorId, Operator], operator: Operator) -> Type | None:
    """What an operator with one input reads; None where the graph does not say it, or for others."""
    if len(operator.inputs) != 1:
        return None
    upstream, port = operators[operator.inputs[0].operator], operator.inputs[0].port
    return facts_of(upstream).ports(upstream.kind)[port] if port else upstream.output


def _check_output(report: Report, operator: Operator) -> None:
    if isinstance(operator.kind, Sink):
        if operator.output is not None:
            report.operator(operator, "a sink has no output, but the graph gives it one", SDK_HINT)
    elif operator.output is None:
        report.operator(operator, "the graph does not say what type of record it yields", SDK_HINT)


def _check_envelope(report: Report, operator: Operator) -> None:
    if not isinstance(operator.kind, Source) or not operator.kind.envelope or operator.output is None:
        return
    record = operator.output
    if not isinstance(record, StructType) or record.nullable:
        text = f"it reads messages with their envelope, but its record is {_shown(record)}"
        report.operator(operator, text, ENVELOPE_HINT)
        return
    for field in record.fields:
        if field.name not in envelope.FIELDS:
            report.operator(operator, f"an envelope has no field {shown(field.name)!r}", ENVELOPE_HINT)
        elif (right := envelope.wanted(field)) is not None:
            text = f"the envelope's field {field.name!r} is {_shown(field.type)}"
            report.operator(operator, text, f"make it {right}")


def _check_call(report: Report, operator: Operator, function: Function, record: Type) -> None:
    if function.input != record:
        text = f"its function reads {_shown(function.input)}, but the stream holds {_shown(record)}"
        report.operator(operator, text, "make both the same type")


def _check_yield(report: Report, operator: Operator, expected: Type, what: str) -> None:
    if operator.output is not None and operator.output != expected:
        text = f"{what} {_shown(expected)}, but the graph says {_shown(operator.output)}"
        report.operator(operator, text, SDK_HINT)


def _check_filter(report: Report, operator: Operator, function: Function, record: Type) -> None:
    _check_call(report, operator, function, record)
    _check_yield(report, operator, record, "a filter hands on")
    if function.output != _BOOL:
        report.operator(operator, f"its function yields {_shown(function.output)}", "a filter's function yields bool")


def _check_reduce(report: Report, operator: Operator, function: Function, record: Type) -> None:
    _check_call(report, operator, function, record)
    _check_yield(report, operator, record, "a reduce hands on")
    if function.output != function.input:
        text = f"its function turns {_shown(function.input)} into {_shown(function.output)}"
        report.operator(operator, text, "a reduce's function yields what it reads: the state is a record")


def _check_key(report: Report, operator: Operator, key_by: KeyBy, record: Type) -> None:
    _check_extractor(report, operator, key_by.key, key_by.key_type, record=record, what="the key")
    if contains_list(key_by.key_type):
        text = f"the key is {_shown(key_by.key_type)}, and a list cannot be a key"
        report.operator(operator, text, "use a string, a number or a record of them")


def _check_sink(report: Report, operator: Operator, sink: Sink, record: Type) -> None:
    if not sink.fields:
        report.operator(operator, "the sink writes no fields", "say what it writes (keyExtractor, valueExtractor)")
    names = [field.name for field in sink.fields]
    if len(set(names)) < len(names):
        report.operator(operator, "two of the sink's fields have one name", "give each field its own name")
    for field in sink.fields:
        what = f"the field {shown(field.name)!r}"
        _check_extractor(report, operator, field.value, field.type, record=record, what=what)
        if field.name in sink.key_fields and contains_list(field.type):
            report.operator(operator, f"{what} is part of the key, and a list cannot be a key", "use another field")
    if strangers := [name for name in sink.key_fields if name not in names]:
        text = f"the key field {shown(strangers[0])!r} is not among the fields that the sink writes"
        report.operator(operator, text, f"the fields are {', '.join(map(shown, names[:20]))}")
    if sink.delivery is Delivery.UPSERT and not sink.key_fields:
        report.operator(operator, "an upsert has no key", "say which field is the key (keyExtractor)")


def _check_extractor(
    report: Report, operator: Operator, value: Extractor, declared: Type, *, record: Type, what: str
) -> None:
    if not isinstance(value, FieldPath):
        function = report.graph.functions[value]
        _check_call(report, operator, function, record)
        found: Type | None = function.output
    else:
        found = field_type(record, value.names)
    if found is None:
        text = f"{what} is {shown(str(value))!r}, which the record has not"
        report.operator(operator, text, f"the record is {_shown(record)}")
    elif found != declared:
        text = f"{what} is {_shown(found)}, but the graph says {_shown(declared)}"
        report.operator(operator, text, SDK_HINT)


def _shown(record: Type) -> str:
    """A type as a message may show it; the outermost names of a wide record, never the whole of a deep one."""
    if isinstance(record, StructType) and len(columns(record)) > 8:
        names = ", ".join(field.name for field in record.fields[:8])
        return shown(f"{{{names}, ... {len(record.fields)} fields}}")
    return shown(str(record))
