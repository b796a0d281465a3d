"""Operators that have a stage of their own, and what makes it.

What it owns: from an operator of the plan to its stage, with the kernel's state. On its subtask's lane.
What it leaves: operators without state, which share a stage (`assembly.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

import pyarrow as pa

from lightflus.codec.schema import schema_of
from lightflus.model.graph import KeyBy, Operator, OperatorId, Reduce, Source
from lightflus.model.operators import record_of, record_read
from lightflus.model.plan import Plan, PlannedOperator
from lightflus.model.timed import Aggregate, Process, Timestamps, Window
from lightflus.model.times import needs_every_mark, needs_splits, timed_operators
from lightflus.model.types import Type
from lightflus.model.windows import WindowSpec
from lightflus.ports.kernel import Kernel
from lightflus.runtime.clocks import SplitClocks
from lightflus.runtime.counters import Counters
from lightflus.runtime.guest_host import GuestHost
from lightflus.runtime.operators.process import ProcessStage, WallClock
from lightflus.runtime.operators.process_calls import ProcessCalls, Processing
from lightflus.runtime.operators.reduce import ReduceStage, Reduction
from lightflus.runtime.operators.stage import Stage
from lightflus.runtime.operators.timestamps import Timekeeping, TimestampsStage
from lightflus.runtime.operators.window import Windowing, WindowStage


@dataclass(frozen=True, slots=True)
class Parts:
    """What the stages of one subtask are made of."""

    plan: Plan
    kernel: Kernel
    host: GuestHost
    counters: Mapping[OperatorId, Counters]
    clocks: Mapping[OperatorId, SplitClocks]
    wall: WallClock


def _timestamps(planned: PlannedOperator, parts: Parts) -> Stage:
    operator, graph = planned.operator, parts.plan.graph
    kind = cast(Timestamps, operator.kind)
    before = operator
    while not isinstance(before.kind, Source):
        before = graph.operator(before.inputs[0].operator)
    how = Timekeeping(
        kind=kind,
        record=record_of(operator, ""),
        every_mark=needs_every_mark(graph, operator),
        with_splits=needs_splits(graph, operator),
        clocks=parts.clocks[before.id],
        counters=parts.counters[operator.id],
    )
    return TimestampsStage(how, parts.host)


def _reduce(planned: PlannedOperator, parts: Parts) -> Stage:
    kind = planned.operator.kind
    assert isinstance(kind, Reduce | Aggregate)
    assert planned.emit is not None
    function = parts.plan.graph.functions[kind.function]
    key = _key(planned.operator, parts)
    reduction = Reduction(
        function=kind.function,
        record=record_read(parts.plan.graph, planned.operator),
        key=key,
        state=function.output,
        emit=planned.emit,
        counters=parts.counters[planned.operator.id],
        finish=kind.finish if isinstance(kind, Aggregate) else None,
        with_times=function.times,
    )
    return ReduceStage(reduction, parts.kernel.keyed_state(key, function.output), parts.host)


def _window(planned: PlannedOperator, parts: Parts) -> Stage:
    operator, graph = planned.operator, parts.plan.graph
    kind = cast(Window, operator.kind)
    function = graph.functions[kind.function]
    spec = WindowSpec(kind.windows, kind.allowed_lateness, kind.fires_once, kind.emit_early > 0)
    key = _key(operator, parts)
    counters = parts.counters[operator.id]
    windowing = Windowing(kind, spec, record_read(graph, operator), key, function.times, counters)
    return WindowStage(windowing, parts.kernel.windowed_state(key, function.output, spec), parts.host)


def _process(planned: PlannedOperator, parts: Parts) -> Stage:
    operator, graph = planned.operator, parts.plan.graph
    kind = cast(Process, operator.kind)
    has_times = operator.id in timed_operators(graph)
    key = _key(operator, parts)
    rules = pa.struct([]) if kind.rules is None else pa.struct(list(schema_of(graph.functions[kind.rules].output)))
    rule = None if kind.rules is None else record_read(graph, operator, 1)
    how = Processing(kind, record_read(graph, operator), key, has_times, rule, rules, parts.counters[operator.id])
    state = parts.kernel.process_state(key, kind.state, kind.ttl or None, has_event_time=has_times)
    return ProcessStage(ProcessCalls(how, state, parts.host), parts.wall)


def _key(operator: Operator, parts: Parts) -> Type:
    key_by = parts.plan.graph.operator(operator.inputs[0].operator).kind
    assert isinstance(key_by, KeyBy)
    return key_by.key_type


STAGES: dict[type, Callable[[PlannedOperator, Parts], Stage]] = {
    Timestamps: _timestamps,
    Reduce: _reduce,
    Aggregate: _reduce,
    Window: _window,
    Process: _process,
}
"""By the class of `Operator.kind`."""
