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
    Map,
    Operator,
    OperatorId,
    Position,
    Reduce,
    Sink,
    SinkField,
    Source,
)
from lightflus.model.types import Scalar, ScalarType

SOURCE: Final = "numbers"
SINK: Final = "sums"
_NUMBER: Final = ScalarType(Scalar.INT64)
_BOOL: Final = ScalarType(Scalar.BOOL)
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
    record = FieldPath(())
    sink = Sink(Connector("kafka", {"topic": SINK}), (SinkField("sum", record, _NUMBER),), Delivery.APPEND, ())
    operators = [Operator(OperatorId(0), Source(Connector("kafka", {"topic": SOURCE})), (), _NUMBER, SOURCE)]
    for step in steps:
        number = len(operators)
        operators.append(Operator(OperatorId(number), step, (Input(OperatorId(number - 1)),), _NUMBER))
    last = len(operators)
    operators.append(Operator(OperatorId(last), sink, (Input(OperatorId(last - 1)),), None, SINK))
    return JobGraph("evil", "default", tuple(operators), functions, language="wat")


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
