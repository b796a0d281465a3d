"""How a job runs: the graph laid out as tasks, their parallel subtasks and the edges between them.

What it owns: chaining, parallelism, exchanges. Pure; the same graph and arguments always give the same plan.
What it leaves: what a keyed operator emits (`emit.py`), the operators' names (`names.py`), running (`runtime/`).

The rules: operators of equal parallelism on a straight line form one task, a *chain*. A keyBy ends its task, since its
readers get records by key. An operator with several readers ends its task too. Edges keep the order of records: subtask
i sends to subtask i, or by key, or, where parallelism changes, to i modulo the readers; nothing is dealt round robin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NewType

from lightflus import limits
from lightflus.model.emit import EmitDecision, emit_decision
from lightflus.model.graph import Delivery, JobGraph, KeyBy, Operator, OperatorId, Reduce
from lightflus.model.key_groups import KeyGroupRange, range_of
from lightflus.model.names import operator_names
from lightflus.model.types import Type

TaskId = NewType("TaskId", int)


class Exchange(Enum):
    """How the records of an edge find their subtask."""

    FORWARD = "forward"
    """Subtask i to subtask i."""
    RESCALE = "rescale"
    """Subtask i to subtask i modulo the readers: order within a split is kept."""
    HASH = "hash"
    """By key group: records of one key meet in one subtask."""


@dataclass(frozen=True, slots=True)
class PlannedOperator:
    """An operator in its task.

    Attributes:
        operator: the node of the graph.
        name: what it is called everywhere (`names.operator_names`).
        emit: what it emits and why; None unless it is keyed.
    """

    operator: Operator
    name: str
    emit: EmitDecision | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A chain of operators that run back to back in each of `parallelism` subtasks."""

    id: TaskId
    operators: tuple[PlannedOperator, ...]
    parallelism: int

    @property
    def name(self) -> str:
        """Its operators' names in order: `topic -> flat_map-1 -> key_by-1`."""
        return " -> ".join(operator.name for operator in self.operators)

    @property
    def head(self) -> PlannedOperator:
        """The first operator."""
        return self.operators[0]

    @property
    def last(self) -> PlannedOperator:
        """The last operator; edges begin there."""
        return self.operators[-1]

    @property
    def is_keyed(self) -> bool:
        """Whether it begins with a keyed operator: then its subtasks own ranges of key groups."""
        return isinstance(self.head.operator.kind, Reduce)


@dataclass(frozen=True, slots=True)
class Edge:
    """A stream between two tasks.

    Attributes:
        upstream: the task that sends.
        downstream: the task that receives.
        exchange: how records find their subtask.
        record: the type of the records.
        key: the type of the key that travels with them; only with HASH.
    """

    upstream: TaskId
    downstream: TaskId
    exchange: Exchange
    record: Type
    key: Type | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A job laid out: tasks in topological order, edges by their reader's order of registration."""

    graph: JobGraph
    tasks: tuple[Task, ...]
    edges: tuple[Edge, ...]
    key_groups: int
    names: Mapping[OperatorId, str] = field(repr=False)

    @property
    def subtasks(self) -> int:
        """How many subtasks run."""
        return sum(task.parallelism for task in self.tasks)

    def inputs_of(self, task: TaskId) -> tuple[Edge, ...]:
        """The edges that a task reads."""
        return tuple(edge for edge in self.edges if edge.downstream == task)

    def outputs_of(self, task: TaskId) -> tuple[Edge, ...]:
        """The edges that a task feeds."""
        return tuple(edge for edge in self.edges if edge.upstream == task)

    def key_group_range(self, task: Task, subtask: int) -> KeyGroupRange:
        """The key groups that a subtask of a keyed task owns."""
        return range_of(subtask, task.parallelism, self.key_groups)


def plan_job(
    graph: JobGraph,
    *,
    parallelism: int = 1,
    key_groups: int = limits.KEY_GROUPS,
    deliveries: Mapping[OperatorId, Delivery] | None = None,
) -> Plan:
    """Lays a checked graph out.

    Args:
        graph: a graph without problems (`validation.checked`).
        parallelism: degree of the operators that do not say their own, 1 to PARALLELISM.
        key_groups: fixed for the life of the job's state; bounds the degree of keyed operators.
        deliveries: what the sinks' connectors really do (`Sink.delivery` of the runtime's ports), where `--bind` gave a
            sink another system than the graph says: an upsert bound to a file that appends gets every update.
    """
    return _Planner(graph, parallelism, key_groups, deliveries or {}).plan()


class _Planner:
    def __init__(
        self, graph: JobGraph, parallelism: int, key_groups: int, deliveries: Mapping[OperatorId, Delivery]
    ) -> None:
        self._graph = graph
        self._default = parallelism
        self._key_groups = key_groups
        self._deliveries = deliveries
        self._names = operator_names(graph)
        self._degrees: dict[OperatorId, int] = {}
        self._operators = {operator.id: operator for operator in graph.operators}
        self._readers: dict[OperatorId, list[Operator]] = {operator.id: [] for operator in graph.operators}
        for operator in graph.operators:
            for edge in operator.inputs:
                self._readers[edge.operator].append(operator)

    def plan(self) -> Plan:
        order = self._in_topological_order()
        for operator in order:
            self._degrees[operator.id] = self._degree(operator)
        tasks: list[Task] = []
        edges: list[Edge] = []
        task_of: dict[OperatorId, TaskId] = {}
        for operator in order:
            upstream = self._upstream(operator)
            if upstream is not None and self._is_chained(upstream, operator):
                continue
            task = Task(TaskId(len(tasks)), self._chain(operator), self._degrees[operator.id])
            tasks.append(task)
            task_of |= {member.operator.id: task.id for member in task.operators}
            if upstream is not None:
                edges.append(self._edge(upstream, operator, task_of[upstream.id], task.id))
        return Plan(self._graph, tuple(tasks), tuple(edges), self._key_groups, self._names)

    def _in_topological_order(self) -> list[Operator]:
        """Sources first, in order of registration among equals."""
        ordered: list[Operator] = []
        ready = [operator for operator in self._graph.operators if not operator.inputs]
        while ready:
            operator = ready.pop(0)
            ordered.append(operator)
            ready.extend(self._readers[operator.id])
        return ordered

    def _degree(self, operator: Operator) -> int:
        if operator.parallelism:
            return operator.parallelism
        upstream = self._upstream(operator)
        if isinstance(operator.kind, KeyBy) and upstream is not None:
            return self._degrees[upstream.id]
        return self._default

    def _upstream(self, operator: Operator) -> Operator | None:
        return self._operators[operator.inputs[0].operator] if operator.inputs else None

    def _is_chained(self, upstream: Operator, operator: Operator) -> bool:
        return (
            not isinstance(upstream.kind, KeyBy)
            and len(self._readers[upstream.id]) == 1
            and self._degrees[upstream.id] == self._degrees[operator.id]
        )

    def _chain(self, head: Operator) -> tuple[PlannedOperator, ...]:
        chain = [head]
        while len(readers := self._readers[chain[-1].id]) == 1 and self._is_chained(chain[-1], readers[0]):
            chain.append(readers[0])
        return tuple(self._planned(operator) for operator in chain)

    def _planned(self, operator: Operator) -> PlannedOperator:
        is_keyed = isinstance(operator.kind, Reduce)
        emit = emit_decision(self._graph, operator, self._deliveries) if is_keyed else None
        return PlannedOperator(operator, self._names[operator.id], emit)

    def _edge(self, upstream: Operator, operator: Operator, sender: TaskId, receiver: TaskId) -> Edge:
        assert upstream.output is not None
        if isinstance(upstream.kind, KeyBy):
            return Edge(sender, receiver, Exchange.HASH, upstream.output, upstream.kind.key_type)
        is_equal = self._degrees[upstream.id] == self._degrees[operator.id]
        return Edge(sender, receiver, Exchange.FORWARD if is_equal else Exchange.RESCALE, upstream.output)
