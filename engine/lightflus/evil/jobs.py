"""The job around the guests: numbers from a file, through one operator of each kind, into a file.

What it owns: the graph, its input, and what an honest run of it must write. Pure.
"""

from __future__ import annotations

import json
from typing import Final

from lightflus.model.extract import FieldPath, FunctionNumber
from lightflus.model.graph import (
    Connector,
    Delivery,
    Filter,
    FlatMap,
    Function,
    FunctionKind,
    Input,
    JobGraph,
    KeyBy,
    Kind,
    Map,
    Operator,
    OperatorId,
    Position,
    Reduce,
    Sink,
    SinkField,
    Source,
)
from lightflus.model.timed import Process, SlidingWindow, Timestamps, Union, Window
from lightflus.model.types import Scalar, ScalarType

SOURCE: Final = "numbers"
SINK: Final = "sums"
_NUMBER: Final = ScalarType(Scalar.INT64)
_BOOL: Final = ScalarType(Scalar.BOOL)
_SINK: Final = Sink(
    Connector("kafka", {"topic": SINK}), (SinkField("sum", FieldPath(()), _NUMBER),), Delivery.APPEND, ()
)
_TIMED_FUNCTIONS: Final = tuple(
    Function(kind, _NUMBER, output, position=Position("job.ts", line, 3))
    for line, (kind, output) in enumerate(
        (
            (FunctionKind.TIMESTAMP, ScalarType(Scalar.FLOAT64)),
            (FunctionKind.FILTER, _BOOL),
            (FunctionKind.FLAT_MAP, _NUMBER),
            (FunctionKind.KEY, _NUMBER),
            (FunctionKind.AGGREGATE, _NUMBER),
            (FunctionKind.FINISH, _NUMBER),
            (FunctionKind.PROCESS, _NUMBER),
        ),
        3,
    )
)
"""Two of them have no use there: their numbers are those of the honest guest."""
EVIL_ROWS: Final = 20
"""Enough for a call to be cut, few enough for each to be tried alone."""


def honest_graph() -> JobGraph:
    """Plus one, odd ones, some copies of each, the sum per last digit."""
    kinds = (FunctionKind.MAP, FunctionKind.FILTER, FunctionKind.FLAT_MAP, FunctionKind.KEY, FunctionKind.REDUCE)
    functions = tuple(
        Function(kind, _NUMBER, _BOOL if kind is FunctionKind.FILTER else _NUMBER, position=Position("job.ts", line, 3))
        for line, kind in enumerate(kinds, 3)
    )
    steps = (
        *(Map(FunctionNumber(0)), Filter(FunctionNumber(1)), FlatMap(FunctionNumber(2))),
        *(KeyBy(FunctionNumber(3), _NUMBER), Reduce(FunctionNumber(4))),
    )
    operators = [Operator(OperatorId(0), Source(Connector("kafka", {"topic": SOURCE})), (), _NUMBER, SOURCE)]
    for step in steps:
        number = len(operators)
        operators.append(Operator(OperatorId(number), step, (Input(OperatorId(number - 1)),), _NUMBER))
    last = len(operators)
    operators.append(Operator(OperatorId(last), _SINK, (Input(OperatorId(last - 1)),), None, SINK))
    return JobGraph("evil", "default", tuple(operators), functions, language="wat")


def timed_graph() -> JobGraph:
    """The value is the event time: sums per key and sliding window, and what a process function hands on."""
    operators = [Operator(OperatorId(0), Source(Connector("kafka", {"topic": SOURCE})), (), _NUMBER, SOURCE)]
    windows = Window(SlidingWindow(10, 5), FunctionNumber(4), FunctionNumber(5), merges=True)
    process = Process(FunctionNumber(6), _NUMBER, sets_timers=True)
    steps: tuple[tuple[Kind, tuple[int, ...]], ...] = (
        (Timestamps(FunctionNumber(0)), (0,)),
        (KeyBy(FunctionNumber(3), _NUMBER), (1,)),
        (windows, (2,)),
        (process, (2,)),
        (Union(), (3, 4)),
    )
    for number, (kind, inputs) in enumerate(steps, 1):
        read = tuple(Input(OperatorId(one)) for one in inputs)
        operators.append(Operator(OperatorId(number), kind, read, _NUMBER))
    operators.append(Operator(OperatorId(6), _SINK, (Input(OperatorId(5)),), None, SINK))
    return JobGraph("evil", "default", tuple(operators), _TIMED_FUNCTIONS, language="wat", abi_minor=2)


def numbers(rows: int) -> str:
    """An input of so many rows."""
    return "".join(f"{number}\n" for number in range(rows))


def honest_output(rows: int) -> list[int]:
    """Every update of every sum, in order."""
    sums: dict[int, int] = {}
    found = []
    for number in range(1, rows + 1):
        for _ in range(number & 3 if number & 1 else 0):
            sums[number % 10] = sums.get(number % 10, 0) + number
            found.append(sums[number % 10])
    return found


def read_output(text: str) -> list[int]:
    """The sums that a run has written, as lines of JSON."""
    return [int(json.loads(line)["sum"]) for line in text.splitlines()]
