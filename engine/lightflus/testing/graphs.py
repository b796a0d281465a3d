"""Building job graphs by hand, as a module's SDK would register them: for tests and for trying the engine out.

What it owns: numbering of operators and functions, and defaults that make a graph valid. Any thread.
What it leaves: checking (`model/validation.py`); a builder will happily make a graph that is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lightflus.model.extract import Emit, Extractor, FieldPath, FunctionNumber
from lightflus.model.graph import (
    Connector,
    Delivery,
    Filter,
    FlatMap,
    Function,
    FunctionKind,
    Input,
    JobGraph,
    KeyBy,
    Kind,
    Map,
    Operator,
    OperatorId,
    Position,
    Reduce,
    Sink,
    SinkField,
    Source,
)
from lightflus.model.types import Field, Scalar, ScalarType, StructType, Type

UTF8 = ScalarType(Scalar.UTF8)
FLOAT64 = ScalarType(Scalar.FLOAT64)
INT64 = ScalarType(Scalar.INT64)
BOOL = ScalarType(Scalar.BOOL)


def struct(**fields: Type) -> StructType:
    """A struct type from names and types, in order."""
    return StructType(tuple(Field(name, type_) for name, type_ in fields.items()))


def field(*names: str) -> FieldPath:
    """A path to a plain field."""
    return FieldPath(names)


class GraphBuilder:
    """Registers operators in order; every method returns the new operator's id. Positions count lines of `job.ts`."""

    def __init__(self, job: str = "job") -> None:
        self._job = job
        self._operators: list[Operator] = []
        self._functions: list[Function] = []

    def build(self) -> JobGraph:
        """The graph of what was registered so far."""
        return JobGraph(self._job, "default", tuple(self._operators), tuple(self._functions), language="python")

    def function(
        self,
        kind: FunctionKind,
        input_: Type,
        output: Type,
        *,
        reads: Sequence[str] | None = None,
        keeps: Sequence[str] = (),
        times: bool = False,
    ) -> FunctionNumber:
        """Registers a function that an operator does not register by itself (keys, sink fields)."""
        reading = None if reads is None else tuple(reads)
        position = self._position()
        self._functions.append(Function(kind, input_, output, reading, tuple(keeps), position, times=times))
        return FunctionNumber(len(self._functions) - 1)

    def source(
        self, output: Type, *, kind: str = "kafka", options: Mapping[str, str] | None = None, parallelism: int = 0
    ) -> OperatorId:
        """A source; by default topic `topic` of Kafka."""
        connector = Connector(kind, {"topic": "topic"} if options is None else options)
        return self._add(Source(connector), (), output, parallelism=parallelism)

    def map(
        self, upstream: OperatorId, output: Type, *, keeps: Sequence[str] = (), name: str = "", parallelism: int = 0
    ) -> OperatorId:
        """A map to `output`."""
        number = self.function(FunctionKind.MAP, self.type_of(upstream), output, keeps=keeps)
        return self._add(Map(number), (upstream,), output, name=name, parallelism=parallelism)

    def filter(self, upstream: OperatorId, *, name: str = "", parallelism: int = 0) -> OperatorId:
        """A filter."""
        record = self.type_of(upstream)
        number = self.function(FunctionKind.FILTER, record, BOOL)
        return self._add(Filter(number), (upstream,), record, name=name, parallelism=parallelism)

    def flat_map(self, upstream: OperatorId, item: Type, *, name: str = "", parallelism: int = 0) -> OperatorId:
        """A flatMap to items of type `item`."""
        number = self.function(FunctionKind.FLAT_MAP, self.type_of(upstream), item)
        return self._add(FlatMap(number), (upstream,), item, name=name, parallelism=parallelism)

    def key_by(self, upstream: OperatorId, key: Extractor, key_type: Type, *, parallelism: int = 0) -> OperatorId:
        """A keyBy."""
        return self._add(KeyBy(key, key_type), (upstream,), self.type_of(upstream), parallelism=parallelism)

    def reduce(
        self,
        upstream: OperatorId,
        *,
        keeps: Sequence[str] = (),
        emit: Emit = Emit.UPDATES,
        name: str = "",
        parallelism: int = 0,
    ) -> OperatorId:
        """A running reduction."""
        record = self.type_of(upstream)
        number = self.function(FunctionKind.REDUCE, record, record, keeps=keeps)
        return self._add(Reduce(number, emit), (upstream,), record, name=name, parallelism=parallelism)

    def sink(
        self,
        upstream: OperatorId,
        fields: Sequence[SinkField],
        *,
        delivery: Delivery = Delivery.APPEND,
        key_fields: Sequence[str] = (),
        kind: str = "redis",
        name: str = "",
        parallelism: int = 0,
    ) -> OperatorId:
        """A sink that writes `fields`."""
        sink = Sink(Connector(kind, {"host": "localhost"}), tuple(fields), delivery, tuple(key_fields))
        return self._add(sink, (upstream,), None, name=name, parallelism=parallelism)

    def add(
        self, kind: Kind, inputs: Sequence[Input], output: Type | None, *, name: str = "", parallelism: int = 0
    ) -> OperatorId:
        """An operator of any kind, reading any ports."""
        return self._add(kind, tuple(inputs), output, name=name, parallelism=parallelism)

    def type_of(self, operator: OperatorId) -> Type:
        """The record type that an operator yields."""
        output = self._operators[operator].output
        assert output is not None, f"operator {operator} is a sink"
        return output

    def _position(self) -> Position:
        return Position("job.ts", len(self._operators) + 1, 3)

    def _add(
        self,
        kind: Kind,
        inputs: tuple[OperatorId | Input, ...],
        output: Type | None,
        *,
        name: str = "",
        parallelism: int = 0,
    ) -> OperatorId:
        number = OperatorId(len(self._operators))
        edges = tuple(one if isinstance(one, Input) else Input(one) for one in inputs)
        self._operators.append(Operator(number, kind, edges, output, name, parallelism, self._position()))
        return number


WORD = struct(t0=FLOAT64, t1=UTF8)
"""The record of the published word count: a count and a word."""


def word_count(*, parallelism: int = 0, emit: Emit = Emit.UPDATES, keeps: Sequence[str] = ("t1",)) -> JobGraph:
    """The published word count: functions 0 split, 1 add, 2 count as text; operators `topic` to `redis`."""
    builder = GraphBuilder("wordCount")
    lines = builder.source(UTF8, parallelism=parallelism)
    words = builder.flat_map(lines, WORD, parallelism=parallelism)
    keyed = builder.key_by(words, field("t1"), UTF8, parallelism=parallelism)
    counts = builder.reduce(keyed, keeps=keeps, emit=emit, parallelism=parallelism)
    text = builder.function(FunctionKind.FIELD, WORD, UTF8, reads=["t0"])
    fields = (SinkField("key", field("t1"), UTF8), SinkField("value", text, UTF8))
    builder.sink(counts, fields, delivery=Delivery.UPSERT, key_fields=["key"], parallelism=parallelism)
    return builder.build()
