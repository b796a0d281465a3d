"""What of a job a checkpoint holds: which operators keep something, of which types, and which sinks show by epoch.

What it owns: from a plan to the part of a manifest that does not change while it runs. Pure.
What it leaves: content (`collecting.py`), whether a module can take the state of another (`resuming.py`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict

from lightflus.model.checkpoints import Manifest, OperatorState
from lightflus.model.collecting import Shape
from lightflus.model.graph import JobGraph, KeyBy, Operator, OperatorId, Reduce
from lightflus.model.letter_parts import LETTERS
from lightflus.model.operators import facts_of
from lightflus.model.plan import Plan, Task
from lightflus.model.timed import Aggregate, Process, Timestamps, Window
from lightflus.model.types import Type

KEEPERS = (Timestamps, Reduce, Aggregate, Window, Process)
"""Kinds of operators that keep something."""


def shape_of(plan: Plan, header: Manifest, staging: Collection[OperatorId], parts: int = 0) -> Shape:
    """What does not change in a run of the plan.

    `staging` are the sinks that show output by epoch; so many `parts` put dead letters into one more.
    """
    ends = [task for task in plan.tasks if task.last.operator.id in staging]
    kept = {task.id: tuple(_operators(plan, task)) for task in plan.tasks}
    return Shape(
        header=header,
        participants=plan.subtasks,
        operators=tuple(state for states in kept.values() for state in states),
        keepers={task: tuple(state.name for state in states) for task, states in kept.items()},
        sinks={task.last.name: task.parallelism for task in ends} | ({LETTERS: parts} if parts else {}),
        ends={task.id: task.last.name for task in ends},
    )


def _operators(plan: Plan, task: Task) -> list[OperatorState]:
    keepers = [planned for planned in task.operators if isinstance(planned.operator.kind, KEEPERS)]
    return [_state_of(plan.graph, one.operator, one.name, task.parallelism) for one in keepers]


def _state_of(graph: JobGraph, operator: Operator, name: str, parallelism: int) -> OperatorState:
    key, state = _types(graph, operator)
    return OperatorState(
        name=name,
        is_named=bool(operator.name),
        kind=facts_of(operator).name,
        settings=json.dumps(_settings(operator), sort_keys=True),
        key=key,
        state=state,
        parallelism=parallelism,
        subtasks=(),
    )


def _types(graph: JobGraph, operator: Operator) -> tuple[Type | None, Type | None]:
    match operator.kind:
        case Reduce(function) | Aggregate(function) | Window(function=function):
            state: Type = graph.functions[function].output
        case Process(state=state):
            pass
        case _:
            return None, None
    key_by = graph.operator(operator.inputs[0].operator).kind
    assert isinstance(key_by, KeyBy)
    return key_by.key_type, state


def _settings(operator: Operator) -> Mapping[str, object]:
    """What rows would mean something else without."""
    match operator.kind:
        case Window(windows):
            return {"windows": type(windows).__name__, **asdict(windows)}
        case Process(in_order=in_order):
            return {"in_order": in_order}
        case _:
            return {}
