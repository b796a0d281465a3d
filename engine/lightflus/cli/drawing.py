"""A plan as text: a box per task with its chain of operators, and arrows that say how records travel.

What it owns: the picture that `lightflus inspect` shows. Pure.
What it leaves: what a module holds besides its graph (`inspecting.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from lightflus.cli.fitting import fitted_lines
from lightflus.cli.time_words import of_process, of_timestamps, of_window
from lightflus.model.extract import FieldPath, FunctionNumber
from lightflus.model.graph import Connector, KeyBy, Kind, Operator, Sink, Source
from lightflus.model.operators import facts_of, is_keyed, uses
from lightflus.model.plan import Edge, Exchange, Plan, PlannedOperator, Task
from lightflus.model.text import line
from lightflus.model.timed import Process, Timestamps, Window

_FRAME = 4
"""Columns of a box around its lines."""


def draw(plan: Plan, columns: int | None = None) -> str:
    """All tasks in topological order, each with the edges that leave it; boxes have at most so many columns."""
    lines: list[str] = []
    room = None if columns is None else columns - _FRAME
    chains = {task.id: [part for row in _chain(plan, task, room) for part in row] for task in plan.tasks}
    width = max((len(row) for chain in chains.values() for row in chain), default=0)
    for task in plan.tasks:
        title = f" task {task.id} \N{MULTIPLICATION SIGN} {task.parallelism} "
        inner = [f"│ {row:<{width}} │" for row in chains[task.id]]
        lines += [f"┌─{title:─<{width}}─┐", *inner, f"└─{'─' * width}─┘"]
        lines += [f"    {_arrow(edge)}" for edge in plan.outputs_of(task.id)]
    return "\n".join(lines)


def _chain(plan: Plan, task: Task, room: int | None) -> Iterator[list[str]]:
    """Lines, each broken where there is no room for it."""
    names = max(len(line(planned.name)) for planned in task.operators)
    for planned in task.operators:
        operator = planned.operator
        place = f"  {operator.position}" if operator.position else ""
        said = line(describe(operator, plan) + place)
        yield fitted_lines(f"{line(planned.name):<{names}}  {said}", room, under=names + 4)
        indent = " " * (names + 2)
        if operator.output is not None:
            yield fitted_lines(f"{indent}yields {line(str(operator.output))}", room)
        yield from (fitted_lines(indent + line(text), room) for text in _emits(planned))


def _emits(planned: PlannedOperator) -> Iterator[str]:
    if planned.emit is not None:
        yield f"emits {planned.emit.mode.value}"
        yield f"  because {planned.emit.reason}"


def describe(operator: Operator, plan: Plan) -> str:
    """`source kafka brokers=localhost:9092 topic=topic`, `key_by t1`, `flat_map (function 0)`."""
    kind = operator.kind
    match kind:
        case Source(connector):
            return f"source {_connector(connector)}{f' as {kind.format}' if kind.format else ''}"
        case Sink(connector):
            keys = f" by {', '.join(kind.key_fields)}" if kind.key_fields else ""
            fields = ", ".join(f"{field.name} = {_extractor(field.value)}" for field in kind.fields)
            return f"sink {_connector(connector)}, {kind.delivery.value}{keys}: {fields}"
        case KeyBy(key, key_type):
            return f"key_by {_extractor(key)}: {key_type}"
        case Timestamps(time=time):
            own = "the source's own" if time is None else _extractor(time)
            return f"timestamps {own}, {', '.join(of_timestamps(kind))}"
        case _:
            said = _of_time(kind)
            functions = ", ".join(f"function {use.function}" for use in uses(operator))
            called = f" ({functions})" if functions else ""
            return ", ".join([f"{facts_of(operator).name}{called}", *(["keyed"] if is_keyed(operator) else []), *said])


def _of_time(kind: Kind) -> list[str]:
    match kind:
        case Window():
            return of_window(kind)
        case Process():
            return of_process(kind)
        case _:
            return []


def _extractor(value: FieldPath | FunctionNumber) -> str:
    return str(value) if isinstance(value, FieldPath) else f"function {value}"


def _connector(connector: Connector) -> str:
    return connector.kind + "".join(f" {name}={value}" for name, value in connector.shown_options.items())


def _arrow(edge: Edge) -> str:
    match edge.exchange:
        case Exchange.FORWARD:
            return f"│ forward, subtask i to subtask i ─▶ task {edge.downstream}"
        case Exchange.RESCALE:
            return f"│ rescale, order kept ─▶ task {edge.downstream}"
        case Exchange.BROADCAST:
            return f"╟ to all subtasks ═▶ task {edge.downstream}"
        case Exchange.HASH:
            return f"║ by key ({edge.key}) ═▶ task {edge.downstream}"
