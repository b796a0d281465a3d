"""The functions of a job, prepared for calling.

What it owns: layouts of what each function reads and gives, made once per module and shared by its instances.
What it leaves: whether the graph makes sense (`model/validation.py`); a number that is not there is our own bug.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lightflus.codec import Layout, layout_of
from lightflus.errors import InternalError, JobInvalid, Problem
from lightflus.model.extract import FunctionNumber
from lightflus.model.graph import Function, FunctionKind, JobGraph, Kind
from lightflus.model.operators import function_label
from lightflus.model.timed import Process, Window
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type, columns
from lightflus.sandbox.traps import Scene

_TIME = ScalarType(Scalar.INT64)
_TIMERS = ListType(_TIME)
STATE_COLUMNS = (Field("timers", _TIMERS), Field("processing_timers", _TIMERS), Field("last", _TIME))
"""What stands behind the columns of a process function's state (docs/abi.md 10.2)."""
RECORD_COLUMNS = (Field("time", _TIME), Field("mark", _TIME))
"""The same behind those of a record that it gives (10.3)."""


@dataclass(frozen=True, slots=True)
class ProcessPlan:
    """What a call of a process function has more than others: what its operator says.

    Attributes:
        state: layout of a key's state, with STATE_COLUMNS.
        outputs: those of the main output and of the side outputs, with RECORD_COLUMNS.
        rules: that of its rules; None where it has none.
    """

    state: Layout
    outputs: tuple[Layout, ...]
    rules: Layout | None


@dataclass(frozen=True, slots=True)
class CallPlan:
    """One function.

    Attributes:
        input: layout of the whole record.
        reads: positions of the columns that are passed.
        output: layout of what comes back per row: mapped record, list item, bool, key, state, result.
        label: for messages.
        scene: the same, for errors.
        process: only of a PROCESS function that an operator calls.
        times: whether a fold of it has the times of its rows.
    """

    number: FunctionNumber
    kind: FunctionKind
    input: Layout
    reads: tuple[int, ...]
    output: Layout
    label: str
    scene: Scene
    process: ProcessPlan | None = None
    times: bool = False

    def of_states(self) -> CallPlan:
        """The plan of a call whose rows are states."""
        return replace(self, input=self.output, reads=tuple(range(len(self.output.columns))))


def call_plans(graph: JobGraph) -> tuple[CallPlan, ...]:
    """The plan of every function, by number. Raises JobInvalid if one reads a column that its input does not have."""
    processes = _process_plans(graph)
    numbered = ((FunctionNumber(number), function) for number, function in enumerate(graph.functions))
    return tuple(_plan(number, function, processes.get(number)) for number, function in numbered)


def _process_plans(graph: JobGraph) -> dict[FunctionNumber, ProcessPlan]:
    """By function. Raises JobInvalid for one that two operators call: its answer has the outputs of one."""
    plans: dict[FunctionNumber, ProcessPlan] = {}
    for operator in graph.operators:
        kind = operator.kind
        if not isinstance(kind, Process) or operator.output is None:
            continue
        if kind.function in plans:
            text = f"process function {kind.function} is called by two operators"
            problem = Problem(text, where=None if operator.position is None else str(operator.position))
            raise JobInvalid(problem.text, (problem,))
        records = (operator.output, *(port.type for port in kind.ports))
        outputs = tuple(_with(record, RECORD_COLUMNS) for record in records)
        state = _with(kind.state, STATE_COLUMNS)
        plans[kind.function] = ProcessPlan(state, outputs, _rules_layout(graph, kind))
    return plans


def _rules_layout(graph: JobGraph, kind: Process) -> Layout | None:
    """The graph is not validated yet: what it names may not be there."""
    if kind.rules is None or kind.rules >= len(graph.functions):
        return None
    return layout_of(graph.functions[kind.rules].output)


def needed_exports(graph: JobGraph) -> frozenset[str]:
    """The optional exports that a graph's functions are called by (docs/abi.md, section 3)."""
    kinds = {_EXPORTS.get(function.kind, "") for function in graph.functions}
    merges = {"lf_merge" for operator in graph.operators if _merges_aggregates(graph, operator.kind)}
    return frozenset((kinds | merges) - {""})


_EXPORTS = {
    FunctionKind.FINISH: "lf_finish",
    FunctionKind.FINISH_LIST: "lf_finish",
    FunctionKind.PROCESS: "lf_process",
}


def _merges_aggregates(graph: JobGraph, kind: Kind) -> bool:
    if not isinstance(kind, Window) or not kind.merges or kind.function >= len(graph.functions):
        return False
    return graph.functions[kind.function].kind is FunctionKind.AGGREGATE


def _with(record: Type, more: tuple[Field, ...]) -> Layout:
    """The layout of a record's columns with more behind them."""
    return layout_of(StructType((*columns(record), *more)))


def _plan(number: FunctionNumber, function: Function, process: ProcessPlan | None) -> CallPlan:
    layout = layout_of(function.input)
    label = function_label(number, function)
    try:
        reads = tuple(range(len(layout.columns))) if function.reads is None else layout.select(function.reads)
    except KeyError as missing:
        names = ", ".join(column.path for column in layout.columns)
        problem = Problem(f"{label} reads column {missing}, which its input does not have", hint=f"It has {names}.")
        raise JobInvalid(problem.text, (problem,)) from missing
    scene = Scene(label, number)
    output = layout_of(function.output)
    return CallPlan(number, function.kind, layout, reads, output, label, scene, process, function.times)


def planned(plans: tuple[CallPlan, ...], number: FunctionNumber, *kinds: FunctionKind) -> CallPlan:
    """The plan of a function of one of `kinds`. Raises InternalError for another."""
    if not 0 <= number < len(plans) or plans[number].kind not in kinds:
        wanted = " or ".join(kind.value for kind in kinds)
        raise InternalError(f"function {number} was called as {wanted}, which it is not")
    return plans[number]
