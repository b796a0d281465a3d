"""Which streams of a graph have event time, and what of it has to travel with their rows.

What it owns: these questions over a graph. Pure. What it leaves: refusing what makes no sense (`rules/time.py`), doing
it (`runtime/operators/`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lightflus.limits import MAX_DRIFT_MS
from lightflus.model.extract import Emit
from lightflus.model.graph import JobGraph, Operator, OperatorId, Reduce
from lightflus.model.timed import Aggregate, Process, Timestamps, Window

OWN_TIME = "timestamp"
"""The field of a record that is its own time, where the source's system has none beside it."""


def timed_operators(graph: JobGraph) -> frozenset[OperatorId]:
    """Operators whose records have an event time: behind `withTimestamps` on every path from a source."""
    timed: set[OperatorId] = set()
    left = list(graph.operators)
    while True:
        found = [o for o in left if isinstance(o.kind, Timestamps) or (_keeps_times(o) and _all_in(o, timed))]
        if not found:
            return frozenset(timed)
        timed |= {operator.id for operator in found}
        left = [operator for operator in left if operator.id not in timed]


def _keeps_times(operator: Operator) -> bool:
    """Whether its records inherit times; results at the end of the input alone have none."""
    is_final = isinstance(operator.kind, Reduce | Aggregate) and operator.kind.emit is Emit.FINAL
    return bool(operator.inputs) and not is_final


def _all_in(operator: Operator, timed: set[OperatorId]) -> bool:
    return all(edge.operator in timed for edge in operator.inputs)


def fires_again(operator: Operator) -> bool:
    """Whether it may give more than one result for one key and window, so that who counts them would count twice."""
    kind = operator.kind
    return isinstance(kind, Window) and (kind.emit_early > 0 or (kind.allowed_lateness > 0 and not kind.fires_once))


def downstream(graph: JobGraph, operator: Operator) -> Iterator[Operator]:
    """All operators that records of an operator reach, in a graph whose edges may be wrong; each once."""
    seen: set[OperatorId] = set()
    ready = [operator.id]
    while ready:
        number = ready.pop()
        for reader in graph.readers(number):
            if reader.id not in seen:
                seen.add(reader.id)
                ready.append(reader.id)
                yield reader


def _reaches(graph: JobGraph, operator: Operator, is_wanted: Callable[[Operator], bool]) -> bool:
    return any(map(is_wanted, downstream(graph, operator)))


def needs_every_mark(graph: JobGraph, operator: Operator) -> bool:
    """Whether somebody behind it asks for the watermark of every row, not only of those that may be late."""
    return _reaches(graph, operator, lambda o: isinstance(o.kind, Process) and not o.kind.in_order)


def needs_splits(graph: JobGraph, operator: Operator) -> bool:
    """Whether somebody behind it orders rows of equal times by the split that they come from."""
    return _reaches(graph, operator, lambda o: isinstance(o.kind, Process) and o.kind.in_order)


def timestamps_behind(graph: JobGraph, source: Operator) -> tuple[Timestamps, ...]:
    """What gives a source's records their times, if anything does; several where its stream is read several times."""
    return tuple(o.kind for o in downstream(graph, source) if isinstance(o.kind, Timestamps))


def wants_own_times(graph: JobGraph, source: Operator) -> bool:
    """Whether the times that a source's system has for its records are used."""
    return any(timestamps.time is None for timestamps in timestamps_behind(graph, source))


def max_drift(timestamps: Sequence[Timestamps]) -> int:
    """How far splits of a source may be read apart, in milliseconds."""
    return min(one.max_drift or MAX_DRIFT_MS for one in timestamps)
