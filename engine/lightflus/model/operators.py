"""What every part of the engine has to know of a kind of operator, in one table.

What it owns: a row per kind: its name, how many streams it reads, whether it keeps state by key, which functions it
calls, which side outputs it has. Pure. A new kind gets a row here, a maker in `runtime/assembly.py`, its form in
`proto/`, and the rules of its record types (`rules/records.py`).
What it leaves: what an operator does (`runtime/operators/`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from lightflus.limits import GRAPH_OPERATORS
from lightflus.model.extract import FieldPath, FunctionNumber
from lightflus.model.graph import (
    Filter,
    FlatMap,
    Function,
    FunctionKind,
    JobGraph,
    KeyBy,
    Kind,
    Map,
    Operator,
    Reduce,
    Sink,
    Source,
)
from lightflus.model.timed import Aggregate, Broadcast, Port, Process, Timestamps, Union, Window
from lightflus.model.types import Type


@dataclass(frozen=True, slots=True)
class Use:
    """An operator calls `function` as a function of one of `kinds`, for `what`."""

    function: FunctionNumber
    kinds: tuple[FunctionKind, ...]
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
        inputs: how many streams it reads at least; the i-th is its side i.
        most_inputs: how many it may read; None: exactly `inputs`.
        is_keyed: whether it keeps state by key, so that each stream that it reads comes from a keyBy, or a broadcast.
        needs_times: whether, as it is, it works by event time.
        has_updates: whether it emits running results, some of which nobody may miss (`emit.py`).
        uses: the functions that it calls; the first one is what rows go through, if any is.
        ports: record types of its side outputs by name.
    """

    name: str
    inputs: int = 1
    most_inputs: int | None = None
    is_keyed: bool = False
    has_updates: bool = False
    uses: Callable[[Kind], Iterator[Use]] = _no_functions
    ports: Callable[[Kind], Mapping[str, Type]] = _no_ports
    needs_times: Callable[[Kind], bool] = lambda _: False


def _row_function(kind: FunctionKind, what: str) -> Callable[[Kind], Iterator[Use]]:
    def uses(node: Kind) -> Iterator[Use]:
        yield Use(cast("Map | Filter | FlatMap | Reduce", node).function, (kind,), what)

    return uses


def _uses_of_key(node: Kind) -> Iterator[Use]:
    key = cast(KeyBy, node).key
    if not isinstance(key, FieldPath):
        yield Use(key, (FunctionKind.KEY,), "the key")


def _uses_of_sink(node: Kind) -> Iterator[Use]:
    for field in cast(Sink, node).fields:
        if not isinstance(field.value, FieldPath):
            yield Use(field.value, (FunctionKind.FIELD,), f"its field {field.name!r}")


def _uses_of_timestamps(node: Kind) -> Iterator[Use]:
    time = cast(Timestamps, node).time
    if time is not None and not isinstance(time, FieldPath):
        yield Use(time, (FunctionKind.TIMESTAMP,), "withTimestamps")


def _uses_of_aggregate(node: Kind) -> Iterator[Use]:
    aggregate = cast(Aggregate, node)
    yield Use(aggregate.function, (FunctionKind.AGGREGATE,), "aggregate")
    if aggregate.finish is not None:
        yield Use(aggregate.finish, (FunctionKind.FINISH,), "finish")


def _uses_of_window(node: Kind) -> Iterator[Use]:
    window = cast(Window, node)
    yield Use(window.function, (FunctionKind.AGGREGATE, FunctionKind.REDUCE), "the window's function")
    if window.finish is not None:
        yield Use(window.finish, (FunctionKind.FINISH, FunctionKind.FINISH_LIST), "finish")


def _uses_of_process(node: Kind) -> Iterator[Use]:
    process = cast(Process, node)
    yield Use(process.function, (FunctionKind.PROCESS,), "process")
    if process.rules is not None:
        yield Use(process.rules, (FunctionKind.AGGREGATE,), "onRule")


def _ports_of_window(node: Kind) -> Mapping[str, Type]:
    return _types((), cast(Window, node).late)


def _ports_of_process(node: Kind) -> Mapping[str, Type]:
    process = cast(Process, node)
    return _types(process.ports, process.late)


def _types(ports: Sequence[Port], late: Port | None) -> Mapping[str, Type]:
    return {port.name: port.type for port in (*ports, *([] if late is None else [late]))}


def _process_needs_times(node: Kind) -> bool:
    process = cast(Process, node)
    return process.in_order or process.sets_timers


FACTS: dict[type, Facts] = {
    Source: Facts("source", inputs=0),
    Map: Facts("map", uses=_row_function(FunctionKind.MAP, "map")),
    Filter: Facts("filter", uses=_row_function(FunctionKind.FILTER, "filter")),
    FlatMap: Facts("flat_map", uses=_row_function(FunctionKind.FLAT_MAP, "flatMap")),
    KeyBy: Facts("key_by", uses=_uses_of_key),
    Reduce: Facts("reduce", is_keyed=True, has_updates=True, uses=_row_function(FunctionKind.REDUCE, "reduce")),
    Sink: Facts("sink", uses=_uses_of_sink),
    Timestamps: Facts("timestamps", uses=_uses_of_timestamps),
    Window: Facts("window", is_keyed=True, uses=_uses_of_window, ports=_ports_of_window, needs_times=lambda _: True),
    Aggregate: Facts("aggregate", is_keyed=True, has_updates=True, uses=_uses_of_aggregate),
    Process: Facts(
        "process",
        most_inputs=2,
        is_keyed=True,
        uses=_uses_of_process,
        ports=_ports_of_process,
        needs_times=_process_needs_times,
    ),
    Union: Facts("union", inputs=2, most_inputs=GRAPH_OPERATORS),
    Broadcast: Facts("broadcast"),
}
"""By the class of `Operator.kind`."""

_OF_ROWS = frozenset(
    {
        FunctionKind.MAP,
        FunctionKind.FILTER,
        FunctionKind.FLAT_MAP,
        FunctionKind.REDUCE,
        FunctionKind.AGGREGATE,
        FunctionKind.PROCESS,
    }
)


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
    numbers = (use.function for use in uses(operator) if _OF_ROWS.intersection(use.kinds))
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
