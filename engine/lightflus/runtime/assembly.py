"""From a task of the plan to what runs in one subtask: its body, and the channels between subtasks.

What it owns: which class does what for which operator; who is wired to whom. Bodies are made on their slot's thread,
channels on the loop. What it leaves: running them (`job_run.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lightflus.model.graph import (
    FieldPath,
    Filter,
    FlatMap,
    FunctionNumber,
    KeyBy,
    Map,
    OperatorId,
    Reduce,
    Sink,
    Source,
)
from lightflus.model.plan import Edge, Exchange, Plan, PlannedOperator, Task, TaskId
from lightflus.model.rules.functions import uses
from lightflus.model.types import Type
from lightflus.ports.guests import GuestFactory
from lightflus.ports.kernel import Kernel
from lightflus.runtime.channel import Inlet, Mailbox
from lightflus.runtime.counters import Counters
from lightflus.runtime.feeder import READ_AHEAD
from lightflus.runtime.guest_host import GuestHost
from lightflus.runtime.operators.body import Body
from lightflus.runtime.operators.reduce import ReduceBody, Reduction
from lightflus.runtime.operators.stateless import Chain, StatelessBody, Step, StepKind
from lightflus.runtime.operators.tails import KeyTail, RecordTail, SinkTail, Tail
from lightflus.runtime.outputs import EdgeOutputs, ForwardEdge, HashEdge, KeyPath

SubtaskCounters = Mapping[OperatorId, Counters]
"""The counters of one subtask's operators."""


class Assembler:
    """Makes the parts of a job's subtasks."""

    def __init__(self, plan: Plan, guests: GuestFactory, kernel: Kernel) -> None:
        self._plan = plan
        self._guests = guests
        self._kernel = kernel

    def host(self, task: Task) -> GuestHost:
        """The guest of one subtask; made before the body, so that the loop can interrupt it at any time."""
        names: dict[FunctionNumber, str] = {}
        for planned in task.operators:
            names |= {use.function: planned.name for use in uses(planned.operator)}
        return GuestHost(self._guests, names, task.name)

    def body(self, task: Task, host: GuestHost, counters: SubtaskCounters) -> Body:
        """The operators of one subtask. On its slot's thread: it makes the kernel's instances."""
        head = task.head.operator
        rest = task.operators[1:] if isinstance(head.kind, Source | Reduce) else task.operators
        reads = self._yields_before(rest[0]) if rest else self._output(task.head)
        after = StatelessBody(self._chain(task, rest, reads, counters), host)
        if not isinstance(head.kind, Reduce):
            return after
        return self._reduce(task.head, head.kind, host, counters, after)

    def edges(self, task: Task, outlets: Sequence[Outlet]) -> EdgeOutputs:
        """The outputs of one subtask that sends. On its slot's thread: partitioners are kernel instances."""
        return EdgeOutputs([self._edge(task, outlet) for outlet in outlets])

    def _edge(self, task: Task, outlet: Outlet) -> ForwardEdge | HashEdge:
        with_keys = self._plan.tasks[outlet.edge.downstream].is_keyed
        if len(outlet.inlets) == 1:
            return ForwardEdge(outlet.inlets[0], with_keys=with_keys)
        key_by = task.last.operator.kind
        assert isinstance(key_by, KeyBy)
        key, found = key_by.key, key_by.key_type
        return HashEdge(
            outlet.inlets,
            self._kernel.partitioner(found),
            key_groups=self._plan.key_groups,
            key_path=KeyPath(outlet.edge.record, key, found) if isinstance(key, FieldPath) else None,
            with_keys=with_keys,
        )

    def _is_distributed(self, task: Task) -> bool:
        """Whether several subtasks read what `task` sends."""
        return any(self._plan.tasks[edge.downstream].parallelism > 1 for edge in self._plan.outputs_of(task.id))

    def _chain(self, task: Task, operators: Sequence[PlannedOperator], reads: Type, counters: SubtaskCounters) -> Chain:
        steps: list[Step] = []
        yields = reads
        tail: Tail = RecordTail()
        for planned in operators:
            own = counters[planned.operator.id]
            match planned.operator.kind:
                case Map(function):
                    steps.append(Step(StepKind.MAP, function, own))
                case Filter(function):
                    steps.append(Step(StepKind.FILTER, function, own))
                case FlatMap(function):
                    steps.append(Step(StepKind.FLAT_MAP, function, own))
                case KeyBy() as key_by:
                    partitioner = self._kernel.partitioner(key_by.key_type)
                    tail = KeyTail(key_by, partitioner, own, is_distributed=self._is_distributed(task))
                case Sink() as sink:
                    tail = SinkTail(sink, own)
                case _:
                    raise AssertionError(f"a {planned.operator.kind_name} begins a task")
            if not isinstance(planned.operator.kind, Sink):
                yields = self._output(planned)
        return Chain(reads, yields, steps, tail)

    def _reduce(
        self, planned: PlannedOperator, kind: Reduce, host: GuestHost, counters: SubtaskCounters, after: Body
    ) -> ReduceBody:
        key_by = self._plan.graph.operator(planned.operator.inputs[0].operator).kind
        assert isinstance(key_by, KeyBy)
        assert planned.emit is not None
        record = self._output(planned)
        own = counters[planned.operator.id]
        reduction = Reduction(kind.function, key_by.key_type, record, planned.emit, own)
        return ReduceBody(reduction, self._kernel.keyed_state(key_by.key_type, record), host, after)

    def _yields_before(self, planned: PlannedOperator) -> Type:
        upstream = self._plan.graph.operator(planned.operator.inputs[0].operator)
        assert upstream.output is not None
        return upstream.output

    def _output(self, planned: PlannedOperator) -> Type:
        assert planned.operator.output is not None
        return planned.operator.output


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where a subtask sends on one edge: one inlet, or with HASH one per subtask of the reader."""

    edge: Edge
    inlets: Sequence[Inlet]


class Wiring:
    """All mailboxes of a job, and the inlets that each subtask sends into."""

    def __init__(self, plan: Plan) -> None:
        self._mailboxes: dict[tuple[TaskId, int], Mailbox] = {}
        self._outlets: dict[tuple[TaskId, int], list[Outlet]] = {}
        for task in plan.tasks:
            is_source = isinstance(task.head.operator.kind, Source)
            for subtask in range(task.parallelism):
                inputs = [_senders(plan, edge, task, subtask) for edge in plan.inputs_of(task.id)]
                count = sum(map(len, inputs))
                mailbox = Mailbox(1, capacity=READ_AHEAD) if is_source else Mailbox(count)
                self._mailboxes[task.id, subtask] = mailbox
        for edge in plan.edges:
            self._wire(plan, edge)

    def mailbox(self, task: Task, subtask: int) -> Mailbox:
        """Where a subtask receives."""
        return self._mailboxes[task.id, subtask]

    def outlets(self, task: Task, subtask: int) -> Sequence[Outlet]:
        """Where a subtask sends, one per edge."""
        return self._outlets.get((task.id, subtask), ())

    def _wire(self, plan: Plan, edge: Edge) -> None:
        reader = plan.tasks[edge.downstream]
        inlets: dict[int, list[Inlet]] = {}
        for subtask in range(reader.parallelism):
            mailbox = self._mailboxes[reader.id, subtask]
            for number, sender in enumerate(_senders(plan, edge, reader, subtask)):
                inlets.setdefault(sender, []).append(mailbox.inlet(number))
        for sender, mine in inlets.items():
            self._outlets.setdefault((edge.upstream, sender), []).append(Outlet(edge, mine))


def _senders(plan: Plan, edge: Edge, reader: Task, subtask: int) -> list[int]:
    """The subtasks upstream that send to a subtask of the reader."""
    every = range(plan.tasks[edge.upstream].parallelism)
    return [n for n in every if edge.exchange is Exchange.HASH or n % reader.parallelism == subtask]
