"""From a task of the plan to the chain of stages that runs in one subtask.

What it owns: which neighbours share the calls of one line, and lines. Chains are made on their subtask's lane: they
have kernel instances.
What it leaves: operators that have a stage of their own (`stages.py`), channels and outputs (`wiring.py`), running
(`fragment.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from lightflus.model.extract import FunctionNumber
from lightflus.model.graph import Filter, FlatMap, KeyBy, Map, Operator, OperatorId, Sink, Source
from lightflus.model.operators import record_of, record_read, uses
from lightflus.model.plan import Plan, PlannedOperator, Task
from lightflus.model.timed import Broadcast, Union
from lightflus.model.types import Scalar, ScalarType
from lightflus.runtime.counters import Counters
from lightflus.runtime.intake import BadRecordPolicy
from lightflus.runtime.operators.chain import Chain
from lightflus.runtime.operators.stage import Stage
from lightflus.runtime.operators.stateless import Line, StatelessStage, Step, StepKind
from lightflus.runtime.operators.tails import KeyTail, RecordTail, SinkTail, Tail
from lightflus.runtime.poison import Called, Callers
from lightflus.runtime.stages import STAGES, Parts

SubtaskCounters = Mapping[OperatorId, Counters]
"""The counters of one subtask's operators."""
Policies = Mapping[OperatorId, BadRecordPolicy]
"""What operators do with records that they cannot read or work on."""


def guest_callers(plan: Plan, task: Task, policies: Policies, counters: SubtaskCounters) -> Callers:
    """Who a guest of one subtask is called for; what fails outside functions is the last operator's affair."""
    called: dict[OperatorId, Called] = {}
    functions: dict[FunctionNumber, Called] = {}
    for planned in task.operators:
        number = planned.operator.id
        one = Called(planned.name, policies.get(number, BadRecordPolicy()), counters[number])
        called[number] = one
        functions |= {use.function: one for use in uses(planned.operator)}
    return Callers(replace(called[task.last.operator.id], name=task.name), functions, plan.graph.functions)


def chain_of(task: Task, parts: Parts) -> Chain:
    """The operators of one subtask. On its lane: it makes the kernel's instances."""
    stages: list[Stage] = []
    own: dict[OperatorId, Stage] = {}
    for segment in _segments(task.operators):
        make = STAGES.get(type(segment[0].operator.kind))
        stages.append(_line(segment, parts) if make is None else make(segment[0], parts))
        if make is not None:
            own[segment[0].operator.id] = stages[-1]
    last = len(stages) - 1
    if type(task.last.operator.kind) in STAGES:
        record = record_of(task.last.operator, "")
        stages.append(StatelessStage(Line(record, record, (), RecordTail()), parts.host))  # cuts what leaves
    return Chain(stages, parts.host.close, own=own, sides_from=last)


def _segments(operators: Sequence[PlannedOperator]) -> Iterator[Sequence[PlannedOperator]]:
    """Neighbours that share a stage: an operator with a stage of its own alone, others together up to a keyBy."""
    line: list[PlannedOperator] = []
    for planned in operators:
        kind = type(planned.operator.kind)
        if kind in STAGES and line:
            yield line
            line = []
        line.append(planned)
        if kind in STAGES or kind is KeyBy:
            yield line
            line = []
    if line:
        yield line


def _line(operators: Sequence[PlannedOperator], parts: Parts) -> StatelessStage:
    """One stage of stateless operators."""
    reads = yields = record_read(parts.plan.graph, operators[0].operator)
    steps: list[Step] = []
    tail: Tail = RecordTail()
    for planned in operators:
        own = parts.counters[planned.operator.id]
        match planned.operator.kind:
            case Source() | Union() | Broadcast():
                continue
            case Sink() as sink:
                tail = SinkTail(sink, own)
                break
            case KeyBy() as key_by:
                partitioner = parts.kernel.partitioner(key_by.key_type)
                tail = KeyTail(key_by, partitioner, own)
            case kind:
                (use,) = uses(planned.operator)
                steps.append(Step(_STEPS[type(kind)], use.function, own))
        yields = record_of(planned.operator, "")
    return StatelessStage(Line(reads, yields, steps, tail, _is_raw(operators[0].operator)), parts.host)


def _is_raw(head: Operator) -> bool:
    """Whether its records are text or bytes as a source has read them."""
    is_plain = isinstance(head.kind, Source) and head.kind.format in ("", "raw") and not head.kind.envelope
    return is_plain and isinstance(head.output, ScalarType) and head.output.scalar in (Scalar.UTF8, Scalar.BINARY)


_STEPS: dict[type, StepKind] = {Map: StepKind.MAP, Filter: StepKind.FILTER, FlatMap: StepKind.FLAT_MAP}
"""Kinds that become a step of a line."""
