"""`model.graph` -> messages of the protocol.

What it owns: one plain function per message; the mirror of `reading.py`. Any thread.
"""

from __future__ import annotations

from lightflus.model.extract import Extractor, FieldPath
from lightflus.model.graph import (
    Connector,
    Filter,
    FlatMap,
    Function,
    Input,
    JobGraph,
    KeyBy,
    Map,
    Operator,
    Position,
    Reduce,
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
    TimedKind,
    Timestamps,
    Union,
    Window,
)
from lightflus.model.types import ListType, ScalarType, Type
from lightflus.proto import enums
from lightflus.proto.lightflus.v1 import job_pb2


def graph(value: JobGraph) -> job_pb2.JobGraph:
    """The message of a whole graph."""
    return job_pb2.JobGraph(
        version=value.version,
        job=value.job,
        namespace=value.namespace,
        operators=[_operator(operator) for operator in value.operators],
        functions=[_function(function) for function in value.functions],
        sdk=job_pb2.Sdk(language=value.language, version=value.sdk_version),
        limits=job_pb2.Limits(memory_mib=value.limits.memory_mib, deadline_ms=value.limits.deadline_ms),
        abi_minor=value.abi_minor,
    )


def record_type(value: Type) -> job_pb2.Type:
    """The message of a type."""
    return _type(value)


def _operator(value: Operator) -> job_pb2.Operator:
    message = job_pb2.Operator(
        id=value.id,
        name=value.name,
        inputs=[_input(edge) for edge in value.inputs],
        output=_optional_type(value.output),
        parallelism=value.parallelism,
        position=_position(value.position),
        poison=enums.BAD_RECORDS_NUMBERS[value.poison],
    )
    _set_kind(message, value)
    return message


def _set_kind(message: job_pb2.Operator, value: Operator) -> None:
    match value.kind:
        case Source() as source:
            message.source.CopyFrom(_source(source))
        case Map(function):
            message.map.CopyFrom(job_pb2.Map(function=function))
        case Filter(function):
            message.filter.CopyFrom(job_pb2.Filter(function=function))
        case FlatMap(function):
            message.flat_map.CopyFrom(job_pb2.FlatMap(function=function))
        case KeyBy(key, key_type):
            message.key_by.CopyFrom(job_pb2.KeyBy(key=_extractor(key), key_type=_type(key_type)))
        case Reduce(function, emit):
            message.reduce.CopyFrom(job_pb2.Reduce(function=function, emit=enums.EMIT_NUMBERS[emit]))
        case Sink() as sink:
            message.sink.CopyFrom(_sink(sink))
        case _:
            _set_timed_kind(message, value.kind)


def _set_timed_kind(message: job_pb2.Operator, kind: TimedKind) -> None:
    match kind:
        case Timestamps() as timestamps:
            message.timestamps.CopyFrom(_timestamps(timestamps))
        case Window() as window:
            message.window.CopyFrom(_window(window))
        case Aggregate(function, finish, emit):
            number = enums.EMIT_NUMBERS[emit]
            message.aggregate.CopyFrom(job_pb2.Aggregate(function=function, finish=finish, emit=number))
        case Process() as process:
            message.process.CopyFrom(_process(process))
        case Union():
            message.union.SetInParent()
        case Broadcast():
            message.broadcast.SetInParent()


def _timestamps(value: Timestamps) -> job_pb2.Timestamps:
    return job_pb2.Timestamps(
        time=None if value.time is None else _extractor(value.time),
        out_of_order_ms=value.out_of_order,
        idle_after_ms=value.idle_after,
        max_drift_ms=value.max_drift,
    )


def _window(value: Window) -> job_pb2.Window:
    message = job_pb2.Window(
        function=value.function,
        finish=value.finish,
        merges=value.merges,
        allowed_lateness_ms=value.allowed_lateness,
        late=None if value.late is None else _port(value.late),
        emit_early_ms=value.emit_early,
        fires_once=value.fires_once,
    )
    match value.windows:
        case FixedWindow(size, offset):
            message.fixed.CopyFrom(job_pb2.FixedWindow(size_ms=size, offset_ms=offset))
        case SlidingWindow(size, slide, offset):
            message.sliding.CopyFrom(job_pb2.SlidingWindow(size_ms=size, slide_ms=slide, offset_ms=offset))
        case SessionWindow(gap):
            message.session.CopyFrom(job_pb2.SessionWindow(gap_ms=gap))
    return message


def _process(value: Process) -> job_pb2.Process:
    return job_pb2.Process(
        function=value.function,
        state=_type(value.state),
        ports=[_port(port) for port in value.ports],
        in_order=value.in_order,
        ttl_ms=value.ttl,
        allowed_lateness_ms=value.allowed_lateness,
        late=None if value.late is None else _port(value.late),
        rules=value.rules,
        sets_timers=value.sets_timers,
        sets_processing_timers=value.sets_processing_timers,
    )


def _port(value: Port) -> job_pb2.Port:
    return job_pb2.Port(name=value.name, type=_type(value.type))


def _input(value: Input) -> job_pb2.Input:
    return job_pb2.Input(operator=value.operator, port=value.port)


def _source(value: Source) -> job_pb2.Source:
    return job_pb2.Source(
        connector=_connector(value.connector),
        format=value.format,
        bad_records=enums.BAD_RECORDS_NUMBERS[value.bad_records],
        envelope=value.envelope,
    )


def _sink(value: Sink) -> job_pb2.Sink:
    return job_pb2.Sink(
        connector=_connector(value.connector),
        fields=[_sink_field(field) for field in value.fields],
        delivery=enums.DELIVERY_NUMBERS[value.delivery],
        key_fields=value.key_fields,
    )


def _sink_field(value: SinkField) -> job_pb2.SinkField:
    return job_pb2.SinkField(name=value.name, value=_extractor(value.value), type=_type(value.type))


def _connector(value: Connector) -> job_pb2.Connector:
    return job_pb2.Connector(kind=value.kind, options=dict(value.options))


def _extractor(value: Extractor) -> job_pb2.Extractor:
    if isinstance(value, FieldPath):
        return job_pb2.Extractor(field=job_pb2.FieldPath(names=value.names))
    return job_pb2.Extractor(function=value)


def _function(value: Function) -> job_pb2.Function:
    return job_pb2.Function(
        kind=enums.FUNCTION_KIND_NUMBERS[value.kind],
        input=_type(value.input),
        output=_type(value.output),
        reads=None if value.reads is None else job_pb2.Columns(names=value.reads),
        keeps=value.keeps,
        position=_position(value.position),
        name=value.name,
        times=value.times,
    )


def _position(value: Position | None) -> job_pb2.Position | None:
    return None if value is None else job_pb2.Position(file=value.file, line=value.line, column=value.column)


def _optional_type(value: Type | None) -> job_pb2.Type | None:
    return None if value is None else _type(value)


def _type(value: Type) -> job_pb2.Type:
    if isinstance(value, ScalarType):
        return job_pb2.Type(nullable=value.nullable, scalar=enums.SCALAR_NUMBERS[value.scalar])
    if isinstance(value, ListType):
        return job_pb2.Type(nullable=value.nullable, list=job_pb2.ListType(item=_type(value.item)))
    fields = [job_pb2.Field(name=field.name, type=_type(field.type)) for field in value.fields]
    return job_pb2.Type(nullable=value.nullable, struct=job_pb2.StructType(fields=fields))
