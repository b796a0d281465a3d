"""What a keyed operator emits, and why: the only place where the engine may drop an update.

What it owns: the proof that nobody can see the difference (docs/architecture.md, "What a keyed operator emits"). Pure.
What it leaves: carrying the decision out (`runtime/operators/reduce.py`), which also checks at run time that the reduce
function keeps the key, since a graph only claims so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from lightflus.limits import HOLD_MS
from lightflus.model.extract import Emit, FieldPath
from lightflus.model.graph import Delivery, Filter, FlatMap, JobGraph, KeyBy, Map, Operator, OperatorId, Reduce, Sink
from lightflus.model.names import operator_names
from lightflus.model.operators import row_function
from lightflus.model.timed import Aggregate
from lightflus.model.types import VALUE_COLUMN, StructType, field_type


class EmitMode(Enum):
    """Which updates of a key leave a keyed operator."""

    EVERY = "every update"
    LAST = f"the last update of a key, held for at most {HOLD_MS / 1000:g} s"
    FINAL = "the last update of a key, at the end of the input"


@dataclass(frozen=True, slots=True)
class EmitDecision:
    """What a keyed operator emits.

    Attributes:
        mode: which updates.
        reason: why, in words for `inspect`.
        kept_key: with LAST, the field that must equal the key in every new state; the runtime checks it.
    """

    mode: EmitMode
    reason: str
    kept_key: FieldPath | None = None


class _Visible(Exception):
    """Somebody could see that updates are missing; the text says who."""


def emit_decision(graph: JobGraph, operator: Operator, deliveries: Mapping[OperatorId, Delivery]) -> EmitDecision:
    """Decides for a reduce or running aggregate of a checked graph.

    Args:
        graph: a graph without problems (`validation.checked`).
        operator: one of them.
        deliveries: what the sinks' connectors really do, where it is known to differ from the graph (`--bind`).
    """
    assert isinstance(operator.kind, Reduce | Aggregate)
    if operator.kind.emit is Emit.FINAL:
        return EmitDecision(EmitMode.FINAL, "the job asks for it")
    if isinstance(operator.kind, Aggregate):
        return EmitDecision(EmitMode.EVERY, "what an aggregate makes of its state is not known to keep the key")
    try:
        proof = _Proof(graph, operator, deliveries)
        return EmitDecision(EmitMode.LAST, proof.reason(), proof.path)
    except _Visible as visible:
        return EmitDecision(EmitMode.EVERY, str(visible))


class _Proof:
    """Walks every path from a reduce to its sinks; raises _Visible where an update could be missed."""

    def __init__(self, graph: JobGraph, reduce: Operator, deliveries: Mapping[OperatorId, Delivery]) -> None:
        self._graph = graph
        self._names = operator_names(graph)
        self._deliveries = deliveries
        self._sinks: list[str] = []
        self.path = self._key_path(reduce)
        self._key = self._leaves(reduce, self.path)
        self._check_keeps(reduce, "its function is not known to keep")
        self._follow(reduce)

    def reason(self) -> str:
        sinks = ", ".join(self._sinks)
        return f"every path ends in an upsert by the key {self.path}, which all on the way keep: {sinks}"

    def _key_path(self, reduce: Operator) -> FieldPath:
        key_by = self._graph.operator(reduce.inputs[0].operator).kind
        assert isinstance(key_by, KeyBy)
        if not isinstance(key_by.key, FieldPath):
            raise _Visible("the key is computed by a function, so no sink can be known to upsert by it")
        return key_by.key

    def _follow(self, operator: Operator) -> None:
        for reader in self._graph.readers(operator.id):
            name = self._names[reader.id]
            match reader.kind:
                case Map():
                    self._check_keeps(reader, f"{name} is not known to keep")
                    self._follow(reader)
                case Sink() as sink:
                    self._check_sink(reader, sink)
                case Filter():
                    raise _Visible(f"{name} could drop the last update of a key and show an earlier one")
                case FlatMap():
                    raise _Visible(f"{name} makes any number of records of an update")
                case _:
                    raise _Visible(f"{name} works on every update")

    def _check_keeps(self, operator: Operator, doubt: str) -> None:
        function = row_function(self._graph, operator)
        kept = function.keeps if function else ()
        for leaf in self._key:
            if _column(leaf) not in kept:
                raise _Visible(f"{doubt} the key field {_column(leaf)}")

    def _check_sink(self, operator: Operator, sink: Sink) -> None:
        name = self._names[operator.id]
        if self._deliveries.get(operator.id, sink.delivery) is not Delivery.UPSERT:
            raise _Visible(f"{name} appends every update")
        written: set[tuple[str, ...]] = set()
        upstream = self._graph.operator(operator.inputs[0].operator)
        for field in sink.fields:
            if field.name not in sink.key_fields:
                continue
            if not isinstance(field.value, FieldPath):
                raise _Visible(f"{name} computes its key {field.name} by a function")
            written |= self._leaves(upstream, field.value)
        if written != self._key:
            raise _Visible(f"{name} upserts by another key than {self.path}")
        self._sinks.append(name)

    def _leaves(self, operator: Operator, path: FieldPath) -> set[tuple[str, ...]]:
        """The plain fields that a path stands for: a record that is never null is the same as all its fields."""
        assert operator.output is not None
        found = field_type(operator.output, path.names)
        if not isinstance(found, StructType) or found.nullable:
            return {path.names}
        inner = [self._leaves(operator, FieldPath((*path.names, field.name))) for field in found.fields]
        return set().union(*inner)


def _column(path: tuple[str, ...]) -> str:
    return path[0] if path else VALUE_COLUMN
