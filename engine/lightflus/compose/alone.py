"""A source or a sink alone, opened by its URI as a job's would be, for looking at records and sending some.

What it owns: that a URI means here what it means behind `--bind`. What it leaves: opening (`opening.py`), the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lightflus.compose.opening import opened_sink, opened_source, prepare_sink
from lightflus.connectors.contract.bindings import FORMAT, bind, parse_bindings
from lightflus.connectors.contract.kinds import Streams
from lightflus.connectors.contract.registry import sink_kind, source_kind
from lightflus.errors import BindingInvalid
from lightflus.model.extract import FieldPath
from lightflus.model.graph import Connector, Delivery, JobGraph, Operator, OperatorId, Sink, SinkField
from lightflus.model.graph import Source as SourceNode
from lightflus.model.types import Type, columns
from lightflus.ports.reach import UNBOUNDED
from lightflus.ports.sinks import Sink as OpenSink
from lightflus.ports.sources import Source

_NOTHING = Connector("", {})


def source_alone(uri: str, record: Type, streams: Streams, *, follows: bool, form: str) -> Source:
    """The source of a URI, which ends with what there is, or follows what comes.

    Args:
        uri: as behind `--bind name=`.
        record: what its records are.
        streams: the standard streams.
        follows: whether it goes on for ever, from its end on.
        form: the format, where the URI names none.

    Raises:
        BindingInvalid, SourceFailed.
    """
    graph = _bound(uri, "source", SourceNode(_NOTHING, form), record)
    operator = graph.operators[0]
    assert isinstance(operator.kind, SourceNode)
    kind = source_kind(operator.kind.connector.kind)
    assert kind is not None, "the binding has been checked"
    graph = _with_defaults(graph, kind.follows if follows else kind.ends)
    return opened_source(graph, graph.operators[0], "source", streams, UNBOUNDED)


def sink_alone(
    uri: str,
    record: Type,
    key: tuple[str, ...],
    streams: Streams,
    *,
    creates: bool = False,
    form: str = "",
    name: str = "sink",
) -> OpenSink:
    """The sink of a URI, whose rows are `record`; `creates` makes what it writes to, if it is not there.

    `form` is the format, where the URI names none; `name` what the sink is called.

    Raises:
        BindingInvalid, SinkFailed.
    """
    fields = tuple(SinkField(field.name, FieldPath((field.name,)), field.type) for field in columns(record))
    node = Sink(_NOTHING, fields, Delivery.UPSERT if key else Delivery.APPEND, key)
    graph = _with_defaults(_bound(uri, name, node, None), {FORMAT: form} if form else {})
    operator = graph.operators[0]
    assert isinstance(operator.kind, Sink)
    kind = sink_kind(operator.kind.connector.kind)
    if creates and kind is not None:
        if kind.create is None:
            named = operator.kind.connector.kind
            raise BindingInvalid(f"`{named}:` has nothing that could be made", hint="leave out --create")
        kind.create(operator.kind.connector)
    sink = opened_sink(graph, operator, name, streams, UNBOUNDED)
    prepare_sink(operator)
    return sink


def _bound(uri: str, name: str, kind: SourceNode | Sink, record: Type | None) -> JobGraph:
    number = OperatorId(0)
    graph = JobGraph("lightflus", "default", (Operator(number, kind, (), record),), ())
    return bind(graph, {number: name}, parse_bindings([f"{name}={uri}"]), {})


def _with_defaults(graph: JobGraph, options: Mapping[str, str]) -> JobGraph:
    """The graph whose source or sink has these options, too, where the URI names none of them."""
    operator = graph.operators[0]
    assert isinstance(operator.kind, SourceNode | Sink)
    connector = operator.kind.connector
    whole = Connector(connector.kind, {**options, **connector.options})
    kind = replace(operator.kind, connector=whole)
    return replace(graph, operators=(replace(operator, kind=kind),))
