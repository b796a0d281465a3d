"""What every part of the engine has to know of a kind of operator, in one table.

What it owns: a row per kind: its name, how many streams it reads, whether it keeps state by key, which functions it
calls, which side outputs it has. Pure. A new kind gets a row here, a maker in `runtime/assembly.py`, its form in
`proto/`, and the rules of its record types (`rules/records.py`).
What it leaves: what an operator does (`runtime/operators/`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from lightflus.model.graph import (
    FieldPath,
    Filter,
    FlatMap,
    Function,
    FunctionKind,
    FunctionNumber,
    JobGraph,
    KeyBy,
    Kind,
    Map,
    Operator,
    Reduce,
    Sink,
    Source,
)
from lightflus.model.types import Type


@dataclass(frozen=True, slots=True)
class Use:
    """An operator calls `function` as a function of `kind`, for `what`."""

    function: FunctionNumber
    kind: FunctionKind
    what: str


def _no_functions(_kind: Kind) -> Iterator[Use]:
    return iter(())


def _no_ports(_kind: Kind) -> Mapping[str, Type]:
    return {}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a kind of operator.

    Attributes:
        name: the word used in derived names and pictures.
        inputs: how many streams it reads; the i-th is its side i.
        is_keyed: whether it keeps state by key, so that each stream that it reads comes from a keyBy.
        has_updates: whether it emits running results, some of which nobody may miss (`emit.py`).
        uses: the functions that it calls; the first one is what rows go through, if any is.
        ports: record types of its side outputs by name.
    """

    name: str
    inputs: int = 1
    is_keyed: bool = False
    has_updates: bool = False
    uses: Callable[[Kind], Iterator[Use]] = _no_functions
    ports: Callable[[Kind], Mapping[str, Type]] = _no_ports


def _row_function(kind: FunctionKind, what: str) -> Callable[[Kind], Iterator[Use]]:
    def uses(node: Kind) -> Iterator[Use]:
        yield Use(cast("Map | Filter | FlatMap | Reduce", node).function, kind, what)

    return uses


def _uses_of_key(node: Kind) -> Iterator[Use]:
    key = cast(KeyBy, node).key
    if not isinstance(key, FieldPath):
        yield Use(key, FunctionKind.KEY, "the key")


def _uses_of_sink(node: Kind) -> Iterator[Use]:
    for field in cast(Sink, node).fields:
        if not isinstance(field.value, FieldPath):
            yield Use(field.value, FunctionKind.FIELD, f"its field {field.name!r}")


FACTS: dict[type, Facts] = {
    Source: Facts("source", inputs=0),
    Map: Facts("map", uses=_row_function(FunctionKind.MAP, "map")),
    Filter: Facts("filter", uses=_row_function(FunctionKind.FILTER, "filter")),
    FlatMap: Facts("flat_map", uses=_row_function(FunctionKind.FLAT_MAP, "flatMap")),
    KeyBy: Facts("key_by", uses=_uses_of_key),
    Reduce: Facts("reduce", is_keyed=True, has_updates=True, uses=_row_function(FunctionKind.REDUCE, "reduce")),
    Sink: Facts("sink", uses=_uses_of_sink),
}
"""By the class of `Operator.kind`."""

_OF_ROWS = frozenset({FunctionKind.MAP, FunctionKind.FILTER, FunctionKind.FLAT_MAP, FunctionKind.REDUCE})


def facts_of(operator: Operator) -> Facts:
    """The row of the operator's kind."""
    return FACTS[type(operator.kind)]


def uses(operator: Operator) -> Iterator[Use]:
    """The functions that an operator calls."""
    return facts_of(operator).uses(operator.kind)


def is_keyed(operator: Operator) -> bool:
    """Whether it keeps state by key."""
    return facts_of(operator).is_keyed


def row_function(graph: JobGraph, operator: Operator) -> Function | None:
    """The function that an operator calls for its rows; None for a kind that calls none, or only for keys or fields."""
    numbers = (use.function for use in uses(operator) if use.kind in _OF_ROWS)
    number = next(numbers, None)
    return None if number is None else graph.functions[number]


def function_label(number: int, function: Function) -> str:
    """A function, for people: `flat_map function 2 split at job.ts:5:12`."""
    name = f" {function.name}" if function.name else ""
    place = f" at {function.position}" if function.position else ""
    return f"{function.kind.value} function {number}{name}{place}"


def record_read(graph: JobGraph, operator: Operator, side: int = 0) -> Type:
    """The type of the records that an operator of a checked graph reads on a side; of a source, those of its system."""
    if not operator.inputs:
        return record_of(operator, "")
    read = operator.inputs[side]
    return record_of(graph.operator(read.operator), read.port)


def record_of(operator: Operator, port: str) -> Type:
    """The type of the records that leave an operator of a checked graph through a port; "" is its main output."""
    if port:
        return facts_of(operator).ports(operator.kind)[port]
    assert operator.output is not None, "only a sink has no output, and nobody reads a sink"
    return operator.output
