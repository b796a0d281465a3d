"""Rules of record types: what one operator yields is what the next one and its functions read.

What it owns: types along edges, keys, sink fields. Pure.
What it leaves: it runs only on a graph whose shape and function numbers are sound.
"""

from __future__ import annotations

from lightflus.model import envelope
from lightflus.model.graph import (
    Delivery,
    Filter,
    FlatMap,
    Function,
    KeyBy,
    Map,
    Operator,
    Reduce,
    Sink,
    Source,
)
from lightflus.model.rules.fits import check_call, check_extractor, check_yield, read_on, shown_type
from lightflus.model.rules.functions import SDK_HINT
from lightflus.model.rules.report import Report, shown
from lightflus.model.rules.timed_records import check_timed
from lightflus.model.types import Scalar, ScalarType, StructType, Type, contains_list

_BOOL = ScalarType(Scalar.BOOL)
ENVELOPE_HINT = f"an envelope is a record with any of the fields {', '.join(envelope.FIELDS)}"


def check_records(report: Report) -> None:
    """All rules of this file."""
    graph = report.graph
    operators = {operator.id: operator for operator in graph.operators}
    for operator in graph.operators:
        _check_output(report, operator)
        _check_envelope(report, operator)
        record = read_on(operators, operator)
        if record is None:
            continue
        match operator.kind:
            case Map(number) | FlatMap(number):
                check_call(report, operator, graph.functions[number], record)
                check_yield(report, operator, graph.functions[number].output, "its function yields")
            case Filter(number):
                _check_filter(report, operator, graph.functions[number], record)
            case KeyBy() as key_by:
                _check_key(report, operator, key_by, record)
                check_yield(report, operator, record, "a keyBy hands on")
            case Reduce(number):
                _check_reduce(report, operator, graph.functions[number], record)
            case Sink() as sink:
                _check_sink(report, operator, sink, record)
            case Source():
                continue
            case _:
                check_timed(report, operators, operator, record)


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
        text = f"it reads messages with their envelope, but its record is {shown_type(record)}"
        report.operator(operator, text, ENVELOPE_HINT)
        return
    for field in record.fields:
        if field.name not in envelope.FIELDS:
            report.operator(operator, f"an envelope has no field {shown(field.name)!r}", ENVELOPE_HINT)
        elif (right := envelope.wanted(field)) is not None:
            text = f"the envelope's field {field.name!r} is {shown_type(field.type)}"
            report.operator(operator, text, f"make it {right}")


def _check_filter(report: Report, operator: Operator, function: Function, record: Type) -> None:
    check_call(report, operator, function, record)
    check_yield(report, operator, record, "a filter hands on")
    if function.output != _BOOL:
        report.operator(
            operator, f"its function yields {shown_type(function.output)}", "a filter's function yields bool"
        )


def _check_reduce(report: Report, operator: Operator, function: Function, record: Type) -> None:
    check_call(report, operator, function, record)
    check_yield(report, operator, record, "a reduce hands on")
    if function.output != function.input:
        text = f"its function turns {shown_type(function.input)} into {shown_type(function.output)}"
        report.operator(operator, text, "a reduce's function yields what it reads: the state is a record")


def _check_key(report: Report, operator: Operator, key_by: KeyBy, record: Type) -> None:
    check_extractor(report, operator, key_by.key, key_by.key_type, record=record, what="the key")
    if contains_list(key_by.key_type):
        text = f"the key is {shown_type(key_by.key_type)}, and a list cannot be a key"
        report.operator(operator, text, "use a string, a number or a record of them")


def _check_sink(report: Report, operator: Operator, sink: Sink, record: Type) -> None:
    if not sink.fields:
        report.operator(operator, "the sink writes no fields", "say what it writes (keyExtractor, valueExtractor)")
    names = [field.name for field in sink.fields]
    if len(set(names)) < len(names):
        report.operator(operator, "two of the sink's fields have one name", "give each field its own name")
    for field in sink.fields:
        what = f"the field {shown(field.name)!r}"
        check_extractor(report, operator, field.value, field.type, record=record, what=what)
        if field.name in sink.key_fields and contains_list(field.type):
            report.operator(operator, f"{what} is part of the key, and a list cannot be a key", "use another field")
    if strangers := [name for name in sink.key_fields if name not in names]:
        text = f"the key field {shown(strangers[0])!r} is not among the fields that the sink writes"
        report.operator(operator, text, f"the fields are {', '.join(map(shown, names[:20]))}")
    if sink.delivery is Delivery.UPSERT and not sink.key_fields:
        report.operator(operator, "an upsert has no key", "say which field is the key (keyExtractor)")
