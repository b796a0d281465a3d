"""Who sends to whom: from the edges of a plan to the single inputs and outputs of each subtask.

What it owns: the numbering of a subtask's inputs, which both ends of an edge must count alike, wherever they run. Pure.
What it leaves: the channels themselves (`runtime/channel.py`), what several inputs mean together (`alignment.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from lightflus.model.plan import Edge, Exchange, Plan, SubtaskId

_TO_ALL = frozenset({Exchange.HASH, Exchange.BROADCAST})
"""Edges on which each subtask has an input of every reader."""


@dataclass(frozen=True, slots=True)
class Inlet:
    """One input of a subtask: who sends into it, on which edge."""

    sender: SubtaskId
    edge: Edge


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where a subtask sends on one edge: an input, by number, of one subtask, or of each (HASH, BROADCAST)."""

    edge: Edge
    inputs: tuple[tuple[SubtaskId, int], ...]


def inlets(plan: Plan, subtask: SubtaskId) -> tuple[Inlet, ...]:
    """The inputs of a subtask; an input's number is its place here. A source's subtask has none."""
    return tuple(
        Inlet(sender, edge) for edge in plan.inputs_of(subtask.task) for sender in _senders(plan, edge, subtask)
    )


def outlets(plan: Plan, subtask: SubtaskId) -> tuple[Outlet, ...]:
    """Where a subtask sends, one entry per edge of its task, in the plan's order."""
    return tuple(Outlet(edge, _inputs(plan, edge, subtask)) for edge in plan.outputs_of(subtask.task))


def _inputs(plan: Plan, edge: Edge, sender: SubtaskId) -> tuple[tuple[SubtaskId, int], ...]:
    readers = plan.subtasks_of(plan.tasks[edge.downstream])
    if edge.exchange in _TO_ALL:
        return tuple((reader, _first(plan, edge, reader) + sender.number) for reader in readers)
    reader = readers[sender.number % len(readers)]
    return ((reader, _first(plan, edge, reader) + sender.number // len(readers)),)


def _first(plan: Plan, edge: Edge, reader: SubtaskId) -> int:
    """The number of the first input that belongs to an edge: those of the edges before it come first."""
    before = (other for other in plan.inputs_of(reader.task) if other.side < edge.side)
    return sum(len(_senders(plan, other, reader)) for other in before)


def _senders(plan: Plan, edge: Edge, reader: SubtaskId) -> tuple[SubtaskId, ...]:
    every = plan.subtasks_of(plan.tasks[edge.upstream])
    if edge.exchange in _TO_ALL:
        return every
    return every[reader.number :: plan.tasks[reader.task].parallelism]
