"""Fields that nobody reads: found in a graph, and taken out of the types of what flows.

What it owns: the proof, by what functions and extractors declare, that no operator behind a source looks at a field;
and a plan whose streams go without. What is a record, and what a bad one, does not change by it: the source checks
every field all the same (docs/decisions/0030). Pure.
What it leaves: which sources can leave fields out, and who has to show whole records (`compose/`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from lightflus.model.extract import Extractor, FieldPath, FunctionNumber
from lightflus.model.graph import (
    Filter,
    FlatMap,
    Function,
    FunctionKind,
    JobGraph,
    KeyBy,
    Map,
    Operator,
    OperatorId,
    Sink,
    Source,
)
from lightflus.model.operators import record_of, uses
from lightflus.model.plan import Plan
from lightflus.model.timed import Aggregate, Timestamps, Window
from lightflus.model.times import OWN_TIME
from lightflus.model.types import Field, Scalar, ScalarType, StructType, Type

Unread = Mapping[OperatorId, frozenset[str]]
"""By source, the fields of its records that nobody reads; not all of them."""

_PASSING = (Filter, KeyBy, Timestamps)
"""Kinds that hand on the records that they read."""


def unread_fields(graph: JobGraph, sources: Collection[OperatorId], shown: Collection[OperatorId]) -> Unread:
    """What the sources of a checked graph may leave out.

    Args:
        graph: the graph.
        sources: those that can leave fields out.
        shown: operators that put records aside on which their functions fail, and so need them whole.
    """
    proof = _Proof(graph, frozenset(shown))
    found = {number: proof.unread(graph.operator(number)) for number in sources}
    return {number: names for number, names in found.items() if names}


class _Read(Exception):
    """Somebody reads all fields, or may."""


class _Proof:
    """Walks from a source to all who see its records; raises _Read where one may look at any field."""

    def __init__(self, graph: JobGraph, shown: Collection[OperatorId]) -> None:
        self._graph = graph
        self._shown = shown
        self._callers = Counter(use.function for operator in graph.operators for use in uses(operator))

    def unread(self, source: Operator) -> frozenset[str]:
        record = source.output
        if not isinstance(record, StructType) or record.nullable:
            return frozenset()
        try:
            read = set(self._read_behind(source))
        except _Read:
            return frozenset()
        names = {field.name for field in record.fields}
        return frozenset(names - (read & names or {_slightest(record.fields).name}))

    def _read_behind(self, operator: Operator) -> Iterator[str]:
        for reader in self._graph.readers(operator.id):
            yield from self._read_by(reader)
            if isinstance(reader.kind, _PASSING):
                yield from self._read_behind(reader)

    def _read_by(self, reader: Operator) -> Iterator[str]:
        if reader.id in self._shown and any(uses(reader)):
            raise _Read
        match reader.kind:
            case Filter(function) | Map(function) | FlatMap(function) | Aggregate(function):
                yield from self._read_by_function(function)
            case Window(function=function, late=None) if self._function(function).kind is FunctionKind.AGGREGATE:
                yield from self._read_by_function(function)
            case KeyBy(key):
                yield from self._taken(key)
            case Timestamps(time):
                yield from (OWN_TIME,) if time is None else self._taken(time)
            case Sink(fields=fields):
                for field in fields:
                    yield from self._taken(field.value)
            case _:
                raise _Read

    def _taken(self, extractor: Extractor) -> Iterator[str]:
        if not isinstance(extractor, FieldPath):
            yield from self._read_by_function(extractor)
        elif extractor.names:
            yield extractor.names[0]
        else:
            raise _Read

    def _read_by_function(self, number: FunctionNumber) -> Iterator[str]:
        """One that is called for several operators might be so for records of other sources."""
        function = self._function(number)
        if function.reads is None or self._callers[number] > 1:
            raise _Read
        yield from function.reads

    def _function(self, number: FunctionNumber) -> Function:
        return self._graph.functions[number]


def _slightest(fields: tuple[Field, ...]) -> Field:
    """The field to keep where none is read: a batch without columns has no rows."""
    slight = (field for field in fields if isinstance(field.type, ScalarType) and field.type.scalar is not Scalar.UTF8)
    return next(slight, fields[0])


def without_unread(plan: Plan, unread: Unread) -> Plan:
    """The plan with the fields left out of the records that flow from their sources."""
    if not unread:
        return plan
    graph = plan.graph
    for number, names in unread.items():
        graph = _without(graph, graph.operator(number), names)
    operators = {operator.id: operator for operator in graph.operators}
    tasks = tuple(
        replace(task, operators=tuple(replace(one, operator=operators[one.operator.id]) for one in task.operators))
        for task in plan.tasks
    )
    last = {task.id: task.last.operator for task in tasks}
    edges = tuple(replace(edge, record=record_of(last[edge.upstream], edge.port)) for edge in plan.edges)
    return replace(plan, graph=graph, tasks=tasks, edges=edges)


def _without(graph: JobGraph, source: Operator, names: Collection[str]) -> JobGraph:
    assert isinstance(source.output, StructType), "only fields of an object are unread"
    record = StructType(tuple(field for field in source.output.fields if field.name not in names))
    passing = {source.id}
    called: set[FunctionNumber] = set()
    waiting = [source]
    for operator in waiting:
        for reader in graph.readers(operator.id):
            called |= {use.function for use in uses(reader) if graph.functions[use.function].input == source.output}
            if isinstance(reader.kind, _PASSING):
                passing.add(reader.id)
                waiting.append(reader)
    return replace(
        graph,
        operators=tuple(_yielding(one, record) if one.id in passing else one for one in graph.operators),
        functions=tuple(
            replace(function, input=record) if number in called else function
            for number, function in enumerate(graph.functions)
        ),
    )


def _yielding(operator: Operator, record: Type) -> Operator:
    return replace(operator, output=record)


def json_sources(graph: JobGraph) -> tuple[Operator, ...]:
    """Sources whose records are objects of JSON, by themselves and without an envelope."""
    return tuple(
        operator
        for operator in graph.operators
        if isinstance(operator.kind, Source) and operator.kind.format in ("", "json") and not operator.kind.envelope
    )
