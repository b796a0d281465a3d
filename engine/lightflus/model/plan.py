"""How a job runs: the graph laid out as tasks, their parallel subtasks and the edges between them.

What it owns: chaining, parallelism, exchanges. Pure; the same graph and arguments always give the same plan.
What it leaves: what a keyed operator emits (`emit.py`), the operators' names (`names.py`), running (`runtime/`).

The rules: operators of equal parallelism on a straight line form one task, a *chain*. An operator with several inputs
begins its task, one with several readers ends it; so does a keyBy whose readers are more than one subtask, since they
get records by key. Edges keep the order of records: subtask i sends to subtask i, or by key, or, where parallelism
changes, to i modulo the readers; nothing is dealt round robin. A broadcast runs in one subtask and sends to all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NewType

from lightflus import limits
from lightflus.model.emit import EmitDecision, emit_decision
from lightflus.model.graph import Delivery, JobGraph, KeyBy, Operator, OperatorId
from lightflus.model.key_groups import KeyGroupRange, range_of
from lightflus.model.names import operator_names
from lightflus.model.operators import facts_of, is_keyed, record_of
from lightflus.model.timed import Broadcast
from lightflus.model.types import Type

TaskId = NewType("TaskId", int)


@dataclass(frozen=True, slots=True, order=True)
class SubtaskId:
    """One parallel instance of a task; instances count from 0."""

    task: TaskId
    number: int


class Exchange(Enum):
    """How the records of an edge find their subtask."""

    FORWARD = "forward"
    """Subtask i to subtask i."""
    RESCALE = "rescale"
    """Subtask i to subtask i modulo the readers: order within a split is kept."""
    HASH = "hash"
    """By key group: records of one key meet in one subtask."""
    BROADCAST = "broadcast"
    """From the one subtask that there is to all."""


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
        """Whether it has an operator that keeps state by key: then its subtasks own ranges of key groups."""
        return any(is_keyed(planned.operator) for planned in self.operators)


@dataclass(frozen=True, slots=True)
class Edge:
    """A stream between two tasks.

    Attributes:
        upstream: the task that sends.
        port: the side output of its last operator that it comes from; "" is the main output.
        downstream: the task that receives.
        side: which of the inputs of that task's first operator it is.
        exchange: how records find their subtask.
        record: the type of the records.
        key: the type of the key that travels with them; only with HASH.
    """

    upstream: TaskId
    port: str
    downstream: TaskId
    side: int
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
    def subtasks(self) -> tuple[SubtaskId, ...]:
        """All instances of all tasks."""
        return tuple(subtask for task in self.tasks for subtask in self.subtasks_of(task))

    def inputs_of(self, task: TaskId) -> tuple[Edge, ...]:
        """The edges that a task reads."""
        return tuple(edge for edge in self.edges if edge.downstream == task)

    def outputs_of(self, task: TaskId) -> tuple[Edge, ...]:
        """The edges that a task feeds."""
        return tuple(edge for edge in self.edges if edge.upstream == task)

    def subtasks_of(self, task: Task) -> tuple[SubtaskId, ...]:
        """The instances of a task."""
        return tuple(SubtaskId(task.id, number) for number in range(task.parallelism))

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
        heads = [operator for operator in order if not self._is_chained(operator)]
        tasks = tuple(
            Task(TaskId(number), self._chain(head), self._degrees[head.id]) for number, head in enumerate(heads)
        )
        task_of = {member.operator.id: task.id for task in tasks for member in task.operators}
        edges = tuple(edge for task in tasks for edge in self._edges(task, task_of))
        return Plan(self._graph, tasks, edges, self._key_groups, self._names)

    def _in_topological_order(self) -> list[Operator]:
        """Each operator once, after all that it reads (Kahn's algorithm); sources first, as they were registered."""
        missing = {operator.id: len(operator.inputs) for operator in self._graph.operators}
        ordered: list[Operator] = []
        ready = [operator for operator in self._graph.operators if not operator.inputs]
        for operator in ready:
            ordered.append(operator)
            for reader in self._readers[operator.id]:
                missing[reader.id] -= 1
                if not missing[reader.id]:
                    ready.append(reader)
        return ordered

    def _degree(self, operator: Operator) -> int:
        if isinstance(operator.kind, Broadcast):
            return 1
        if operator.parallelism:
            return operator.parallelism
        if isinstance(operator.kind, KeyBy):
            return self._degrees[operator.inputs[0].operator]
        return self._default

    def _is_chained(self, operator: Operator) -> bool:
        """Whether it runs in the task of the operator before it."""
        if len(operator.inputs) != 1 or operator.inputs[0].port:
            return False
        upstream = self._operators[operator.inputs[0].operator]
        degree = self._degrees[operator.id]
        return (
            len(self._readers[upstream.id]) == 1
            and self._degrees[upstream.id] == degree
            and (degree == 1 or not isinstance(upstream.kind, KeyBy | Broadcast))
        )

    def _chain(self, head: Operator) -> tuple[PlannedOperator, ...]:
        chain = [head]
        while len(readers := self._readers[chain[-1].id]) == 1 and self._is_chained(readers[0]):
            chain.append(readers[0])
        return tuple(self._planned(operator) for operator in chain)

    def _planned(self, operator: Operator) -> PlannedOperator:
        has_updates = facts_of(operator).has_updates
        emit = emit_decision(self._graph, operator, self._deliveries) if has_updates else None
        return PlannedOperator(operator, self._names[operator.id], emit)

    def _edges(self, task: Task, task_of: Mapping[OperatorId, TaskId]) -> Iterator[Edge]:
        """What a task reads, one edge for each input of its first operator."""
        head = task.head.operator
        for side, source in enumerate(head.inputs):
            upstream = self._operators[source.operator]
            exchange, key = Exchange.FORWARD, None
            if isinstance(upstream.kind, KeyBy):
                exchange, key = Exchange.HASH, upstream.kind.key_type
            elif isinstance(upstream.kind, Broadcast):
                exchange = Exchange.BROADCAST
            elif self._degrees[upstream.id] != task.parallelism:
                exchange = Exchange.RESCALE
            record = record_of(upstream, source.port)
            yield Edge(task_of[upstream.id], source.port, task.id, side, exchange, record, key)
