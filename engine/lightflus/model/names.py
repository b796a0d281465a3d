"""Operator names: what binds, metrics, state and error messages call an operator.

What it owns: the rule that derives a name where the user gave none. Pure.
What it leaves: refusing two equal names that the user gave (`validation.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from lightflus.model.graph import Connector, JobGraph, Operator, OperatorId, Sink, Source
from lightflus.model.operators import facts_of

_ADDRESSES = ("topic", "stream", "table")
"""Options that name what a connector reads or writes, in the order in which they are asked."""


def operator_names(graph: JobGraph) -> dict[OperatorId, str]:
    """A unique name per operator, in order of registration.

    A name is what the user gave; else, of a source or sink, its topic, stream or table or the connector's kind, with
    `-2` on repeats; else the kind and its ordinal among the operators of that kind (`reduce-1`). Names that the user
    gave are reserved first, so that a derived one never takes one away.
    """
    taken = {operator.name for operator in graph.operators if operator.name}
    ordinals: Counter[str] = Counter()
    names: dict[OperatorId, str] = {}
    for operator in graph.operators:
        ordinals[facts_of(operator).name] += 1
        name = operator.name or _free(_derived(operator, ordinals[facts_of(operator).name]), taken)
        taken.add(name)
        names[operator.id] = name
    return names


def _derived(operator: Operator, ordinal: int) -> str:
    match operator.kind:
        case Source(connector) | Sink(connector) if name := _connector_name(connector):
            return name
        case _:
            return f"{facts_of(operator).name}-{ordinal}"


def _connector_name(connector: Connector) -> str:
    return next((connector.options[key] for key in _ADDRESSES if connector.options.get(key)), connector.kind)


def _free(name: str, taken: Collection[str]) -> str:
    if name not in taken:
        return name
    repeat = 2
    while f"{name}-{repeat}" in taken:
        repeat += 1
    return f"{name}-{repeat}"
