"""The functions of a job, prepared for calling.

What it owns: layouts of what each function reads and gives, made once per module and shared by its instances.
What it leaves: whether the graph makes sense (`model/validation.py`); a number that is not there is our own bug.
"""

from __future__ import annotations

from dataclasses import dataclass

from lightflus.codec import Layout, layout_of
from lightflus.errors import InternalError, JobInvalid, Problem
from lightflus.model.extract import FunctionNumber
from lightflus.model.graph import Function, FunctionKind, JobGraph
from lightflus.model.operators import function_label
from lightflus.sandbox.traps import Scene


@dataclass(frozen=True, slots=True)
class CallPlan:
    """One function.

    Attributes:
        input: layout of the whole record.
        reads: positions of the columns that are passed.
        output: layout of what comes back per row: mapped record, list item, bool, key, state.
        label: for messages.
        scene: the same, for errors.
    """

    number: FunctionNumber
    kind: FunctionKind
    input: Layout
    reads: tuple[int, ...]
    output: Layout
    label: str
    scene: Scene


def call_plans(graph: JobGraph) -> tuple[CallPlan, ...]:
    """The plan of every function, by number. Raises JobInvalid if one reads a column that its input does not have."""
    return tuple(_plan(FunctionNumber(number), function) for number, function in enumerate(graph.functions))


def _plan(number: FunctionNumber, function: Function) -> CallPlan:
    layout = layout_of(function.input)
    label = function_label(number, function)
    try:
        reads = tuple(range(len(layout.columns))) if function.reads is None else layout.select(function.reads)
    except KeyError as missing:
        names = ", ".join(column.path for column in layout.columns)
        problem = Problem(f"{label} reads column {missing}, which its input does not have", hint=f"It has {names}.")
        raise JobInvalid(problem.text, (problem,)) from missing
    return CallPlan(number, function.kind, layout, reads, layout_of(function.output), label, Scene(label, number))


def planned(plans: tuple[CallPlan, ...], number: FunctionNumber, *kinds: FunctionKind) -> CallPlan:
    """The plan of a function of one of `kinds`. Raises InternalError for another."""
    if not 0 <= number < len(plans) or plans[number].kind not in kinds:
        wanted = " or ".join(kind.value for kind in kinds)
        raise InternalError(f"function {number} was called as {wanted}, which it is not")
    return plans[number]
