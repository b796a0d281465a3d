"""Messages of the protocol -> `model.graph`.

What it owns: refusing what the protocol's own reader lets through (a kind, type or enumeration value that is missing or
from a later version), all such problems at once, each with its place. The mirror of `writing.py`. Any thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from lightflus import limits
from lightflus.errors import JobInvalid, Problem
from lightflus.model.extract import Extractor, FieldPath, FunctionNumber
from lightflus.model.graph import (
    Connector,
    Filter,
    FlatMap,
    Function,
    Input,
    JobGraph,
    KeyBy,
    Kind,
    Map,
    Operator,
    OperatorId,
    Position,
    Reduce,
    ResourceLimits,
    Sink,
    SinkField,
    Source,
)
from lightflus.model.timed import (
    Aggregate,
    Broadcast,
    FixedWindow,
    Port,
    Process,
    SessionWindow,
    SlidingWindow,
    Timestamps,
    Union,
    Window,
    Windows,
)
from lightflus.model.types import Field, ListType, ScalarType, StructType, Type
from lightflus.proto import enums
from lightflus.proto.lightflus.v1 import job_pb2

VERSION = 1
"""Version of the graph's format that this engine reads."""

E = TypeVar("E")
M = TypeVar("M")
V = TypeVar("V")


class _Unreadable(Exception):
    """A part that has no meaning here; whoever reads the operator or function around it adds the place."""


def graph(message: job_pb2.JobGraph) -> JobGraph:
    """The graph of a message. Raises JobInvalid with everything that cannot be read."""
    problems: list[Problem] = []
    if message.version != VERSION:
        text = f"the graph has format version {message.version}; this engine reads version {VERSION}"
        problems.append(Problem(text, hint="build the module with an SDK of this engine's version"))
    operators = _each(message.operators, _operator, _operator_name, problems)
    functions = _each(message.functions, _function, _function_name, problems)
    if problems:
        raise JobInvalid("the job graph cannot be read", tuple(problems))
    return JobGraph(
        job=message.job,
        namespace=message.namespace,
        operators=operators,
        functions=functions,
        limits=ResourceLimits(message.limits.memory_mib, message.limits.deadline_ms),
        language=message.sdk.language,
        sdk_version=message.sdk.version,
        version=message.version,
        abi_minor=message.abi_minor,
    )


def record_type(message: job_pb2.Type) -> Type:
    """The type of a message. Raises JobInvalid."""
    try:
        return _type(message, "the record")
    except _Unreadable as error:
        raise JobInvalid(f"a type cannot be read: {error}", (Problem(str(error)),)) from error


def _each(
    messages: Iterable[M], read: Callable[[M], V], name: Callable[[int, M], str], problems: list[Problem]
) -> tuple[V, ...]:
    values = []
    for index, message in enumerate(messages):
        try:
            values.append(read(message))
        except _Unreadable as error:
            problems.append(Problem(str(error), where=name(index, message)))
    return tuple(values)


def _operator_name(index: int, message: job_pb2.Operator) -> str:
    place = _position(message) if message.HasField("position") else None
    return f"{message.name or f'operator {message.id}'} (number {index})" if place is None else str(place)


def _function_name(index: int, message: job_pb2.Function) -> str:
    place = _position(message) if message.HasField("position") else None
    return f"function {index}" if place is None else str(place)


def _operator(message: job_pb2.Operator) -> Operator:
    return Operator(
        id=OperatorId(message.id),
        kind=_kind(message),
        inputs=tuple(Input(OperatorId(edge.operator), edge.port) for edge in message.inputs),
        output=_type(message.output, "the operator's output") if message.HasField("output") else None,
        name=message.name,
        parallelism=message.parallelism,
        position=_position(message),
        poison=_enum(message.poison, enums.BAD_RECORDS, "policy for poison records"),
    )


def _kind(message: job_pb2.Operator) -> Kind:
    name = message.WhichOneof("kind")
    if name is None:
        raise _Unreadable("the operator has no kind (source, map, keyBy, window, sink, ...)")
    return _KINDS[name](message)


def _key_by(message: job_pb2.KeyBy) -> KeyBy:
    return KeyBy(_extractor(message.key, "the key"), _type(message.key_type, "the key"))


def _reduce(message: job_pb2.Reduce) -> Reduce:
    return Reduce(FunctionNumber(message.function), _enum(message.emit, enums.EMITS, "emit policy"))


def _source(message: job_pb2.Source) -> Source:
    policy = _enum(message.bad_records, enums.BAD_RECORDS, "policy for bad records")
    return Source(_connector(message.connector), message.format, policy, message.envelope)


def _sink(message: job_pb2.Sink) -> Sink:
    return Sink(
        connector=_connector(message.connector),
        fields=tuple(_sink_field(field) for field in message.fields),
        delivery=_enum(message.delivery, enums.DELIVERIES, "delivery"),
        key_fields=tuple(message.key_fields),
    )


_KINDS: dict[str, Callable[[job_pb2.Operator], Kind]] = {
    "source": lambda message: _source(message.source),
    "map": lambda message: Map(FunctionNumber(message.map.function)),
    "filter": lambda message: Filter(FunctionNumber(message.filter.function)),
    "flat_map": lambda message: FlatMap(FunctionNumber(message.flat_map.function)),
    "key_by": lambda message: _key_by(message.key_by),
    "reduce": lambda message: _reduce(message.reduce),
    "sink": lambda message: _sink(message.sink),
    "timestamps": lambda message: _timestamps(message.timestamps),
    "window": lambda message: _window(message.window),
    "aggregate": lambda message: _aggregate(message.aggregate),
    "process": lambda message: _process(message.process),
    "union": lambda _: Union(),
    "broadcast": lambda _: Broadcast(),
}


def _timestamps(message: job_pb2.Timestamps) -> Timestamps:
    time = _extractor(message.time, "the time") if message.HasField("time") else None
    return Timestamps(time, message.out_of_order_ms, message.idle_after_ms, message.max_drift_ms)


def _window(message: job_pb2.Window) -> Window:
    return Window(
        windows=_windows(message),
        function=FunctionNumber(message.function),
        finish=FunctionNumber(message.finish) if message.HasField("finish") else None,
        merges=message.merges,
        allowed_lateness=message.allowed_lateness_ms,
        late=_port(message.late) if message.HasField("late") else None,
        emit_early=message.emit_early_ms,
        fires_once=message.fires_once,
    )


def _windows(message: job_pb2.Window) -> Windows:
    match message.WhichOneof("kind"):
        case "fixed":
            return FixedWindow(message.fixed.size_ms, message.fixed.offset_ms)
        case "sliding":
            return SlidingWindow(message.sliding.size_ms, message.sliding.slide_ms, message.sliding.offset_ms)
        case "session":
            return SessionWindow(message.session.gap_ms)
        case _:
            raise _Unreadable("the window has no kind (fixed, sliding, session)")


def _aggregate(message: job_pb2.Aggregate) -> Aggregate:
    finish = FunctionNumber(message.finish) if message.HasField("finish") else None
    return Aggregate(FunctionNumber(message.function), finish, _enum(message.emit, enums.EMITS, "emit policy"))


def _process(message: job_pb2.Process) -> Process:
    return Process(
        function=FunctionNumber(message.function),
        state=_type(message.state, "the state"),
        ports=tuple(_port(port) for port in message.ports),
        in_order=message.in_order,
        ttl=message.ttl_ms,
        allowed_lateness=message.allowed_lateness_ms,
        late=_port(message.late) if message.HasField("late") else None,
        rules=FunctionNumber(message.rules) if message.HasField("rules") else None,
        sets_timers=message.sets_timers,
        sets_processing_timers=message.sets_processing_timers,
    )


def _port(message: job_pb2.Port) -> Port:
    return Port(message.name, _type(message.type, f"the side output {message.name!r}"))


def _sink_field(message: job_pb2.SinkField) -> SinkField:
    what = f"the sink's field {message.name!r}"
    return SinkField(message.name, _extractor(message.value, what), _type(message.type, what))


def _connector(message: job_pb2.Connector) -> Connector:
    return Connector(message.kind, dict(sorted(message.options.items())))  # a map has no order of its own


def _extractor(message: job_pb2.Extractor, what: str) -> Extractor:
    match message.WhichOneof("kind"):
        case "field":
            return FieldPath(tuple(message.field.names))
        case "function":
            return FunctionNumber(message.function)
        case _:
            raise _Unreadable(f"{what} says neither a field nor a function")


def _function(message: job_pb2.Function) -> Function:
    return Function(
        kind=_enum(message.kind, enums.FUNCTION_KINDS, "kind of function"),
        input=_type(message.input, "the function's input"),
        output=_type(message.output, "the function's output"),
        reads=tuple(message.reads.names) if message.HasField("reads") else None,
        keeps=tuple(message.keeps),
        position=_position(message),
        name=message.name,
        times=message.times,
    )


def _position(message: job_pb2.Operator | job_pb2.Function) -> Position | None:
    if not message.HasField("position"):
        return None
    return Position(message.position.file, message.position.line, message.position.column)


def _type(message: job_pb2.Type, what: str, depth: int = 1) -> Type:
    if depth > limits.TYPE_DEPTH:
        raise _Unreadable(f"{what}: a type is nested more than {limits.TYPE_DEPTH} deep")
    match message.WhichOneof("kind"):
        case "scalar":
            return ScalarType(_enum(message.scalar, enums.SCALARS, f"scalar type ({what})"), message.nullable)
        case "list":
            return ListType(_type(message.list.item, what, depth + 1), message.nullable)
        case "struct":
            fields = message.struct.fields
            if len(fields) > limits.TYPE_FIELDS:
                raise _Unreadable(f"{what}: a struct has {len(fields):,} fields; the limit is {limits.TYPE_FIELDS:,}")
            return StructType(tuple(Field(f.name, _type(f.type, what, depth + 1)) for f in fields), message.nullable)
        case _:
            raise _Unreadable(f"{what} has no type")


def _enum(number: E, table: Mapping[E, V], what: str) -> V:
    if number not in table:
        raise _Unreadable(f"unknown or missing {what}: {number}")
    return table[number]
