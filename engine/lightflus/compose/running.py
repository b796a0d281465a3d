"""A planned job, its module and the world, put together so that it can run.

What it owns: which parts a run is made of, and that none stays open when one of them cannot be had.
What it leaves: opening each (`opening.py`), running (`runtime/`), who watches (the process that asks).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from typing import Protocol

from lightflus.compose.opening import Reaches, bad_record_policies, lean_sources, open_sinks, open_sources, prepare_sink
from lightflus.connectors.contract.kinds import Streams
from lightflus.kernel import WasmKernel
from lightflus.model.graph import BadRecords, JobGraph, OperatorId
from lightflus.model.plan import Plan, SubtaskId
from lightflus.model.unread import Unread, unread_fields, without_unread
from lightflus.ports.checkpointing import CheckpointPlan
from lightflus.ports.compute import ComputeFactory, Slots
from lightflus.ports.epochs import Party
from lightflus.ports.guests import GuestFactory
from lightflus.ports.letters import DeadLetters, TransactionalLetters
from lightflus.ports.network import Network
from lightflus.ports.sinks import Sink
from lightflus.ports.sources import Source
from lightflus.runtime.compute import ThreadCompute
from lightflus.runtime.fragment import Fragment
from lightflus.runtime.intake import BadRecordPolicy


class Guests(GuestFactory, Protocol):
    """The guests of a module."""

    def reading(self, graph: JobGraph) -> GuestFactory:
        """The same, whose functions are given the records of `graph`, of which some lack fields that nobody reads."""
        ...


def composed(
    plan: Plan,
    guests: Guests,
    *,
    slots: Slots,
    streams: Streams,
    letters: DeadLetters | TransactionalLetters,
    reaches: Reaches,
    poison: BadRecords | None = None,
    own: Collection[SubtaskId] | None = None,
    network: Network | None = None,
    party: Party | None = None,
    splits: Mapping[OperatorId, Sequence[str]] | None = None,
    checkpoints: CheckpointPlan | None = None,
    threads: ComputeFactory = ThreadCompute,
    around: Callable[[Sink], Sink] = lambda sink: sink,
) -> Fragment:
    """A run of the plan, everything opened; running it closes what was opened. Raises BindingInvalid, NotAllowed.

    Args:
        plan: a plan of a bound graph.
        guests: the module of that graph.
        slots: compute threads; stay the caller's.
        streams: the standard streams, for jobs that name them.
        letters: where records go that are put aside, at once or, with checkpoints, by epoch; stays the caller's.
        reaches: how far each source or sink may reach.
        poison: what happens to records on which functions fail; None = as the job says, or its sources are known for.
        own: the subtasks that run here, whose sources and sinks alone are opened; what these write to is ready already.
            None = all, and that is done here, unless the run goes on from a checkpoint.
        network: reaches the others.
        party: the fragments that they run in.
        splits: of each source, where they are listed once for the whole job.
        checkpoints: where and how they are taken; None: there are none.
        threads: makes those of readers and writers.
        around: what is put around each sink.
    """
    by_epoch, at_once = (letters, None) if isinstance(letters, TransactionalLetters) else (None, letters)
    policies = bad_record_policies(plan, at_once, poison)
    unread = _unread(plan, policies)
    here = operators_of(plan, plan.subtasks if own is None else own)
    begins = own is None and (checkpoints is None or checkpoints.resumed is None)
    sources, sinks = _opened(plan, streams, reaches, unread, here, begins=begins)
    lean = without_unread(plan, unread)
    return Fragment(
        lean,
        guests=guests.reading(lean.graph),
        kernel=WasmKernel(),
        sources=sources,
        sinks={operator: around(sink) for operator, sink in sinks.items()},
        slots=slots,
        policies=policies,
        own=own,
        network=network,
        party=party,
        splits=splits,
        checkpoints=checkpoints,
        letters=by_epoch,
        threads=threads,
    )


def _opened(
    plan: Plan, streams: Streams, reaches: Reaches, unread: Unread, here: frozenset[OperatorId], *, begins: bool
) -> tuple[Mapping[OperatorId, Source], Mapping[OperatorId, Sink]]:
    """Sources and sinks; where the job `begins`, what these write to is made ready."""
    with ExitStack() as opened:
        sources = open_sources(plan, streams, reaches, unread, here)
        for source in sources.values():
            opened.callback(source.close)
        sinks = open_sinks(plan, streams, reaches, here)
        for sink in sinks.values():
            opened.callback(sink.close)
        if begins:
            for operator in plan.graph.operators:
                prepare_sink(operator)
        opened.pop_all()
    return sources, sinks


def lean_plan(plan: Plan, letters: DeadLetters, poison: BadRecords | None = None) -> Plan:
    """The plan whose records flow in a run: without what nobody reads. The same in every process of a job."""
    return without_unread(plan, _unread(plan, bad_record_policies(plan, letters, poison)))


def operators_of(plan: Plan, subtasks: Collection[SubtaskId]) -> frozenset[OperatorId]:
    """The operators that have a subtask among these."""
    tasks = {subtask.task for subtask in subtasks}
    return frozenset(planned.operator.id for task in plan.tasks if task.id in tasks for planned in task.operators)


def _unread(plan: Plan, policies: Mapping[OperatorId, BadRecordPolicy]) -> Unread:
    return unread_fields(plan.graph, lean_sources(plan.graph), _who_show(policies))


def _who_show(policies: Mapping[OperatorId, BadRecordPolicy]) -> frozenset[OperatorId]:
    """Operators that put whole records aside."""
    return frozenset(number for number, one in policies.items() if one.action is BadRecords.DEAD_LETTER)
