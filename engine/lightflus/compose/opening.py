"""Opens the sources and sinks of a bound graph: formats and connectors meet here, and only here.

What it owns: which decoder and encoder an operator gets, and what operators do with records that they
cannot read or work on.
What it leaves: names and URIs (`connectors/contract/bindings.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import TypeVar

from lightflus.connectors.contract.bindings import is_of_format
from lightflus.connectors.contract.kinds import SinkSpec, SourceSpec, Streams
from lightflus.connectors.contract.options import Options
from lightflus.connectors.contract.registry import open_sink, open_source, sink_kind, source_kind
from lightflus.errors import LightflusError
from lightflus.formats.registry import line_decoder, line_encoder, message_decoder, message_encoder
from lightflus.model.graph import BadRecords, Connector, JobGraph, Operator, OperatorId, is_secret
from lightflus.model.graph import Sink as SinkNode
from lightflus.model.graph import Source as SourceNode
from lightflus.model.operators import is_keyed
from lightflus.model.plan import Plan
from lightflus.model.poison import poison_actions
from lightflus.model.times import wants_own_times
from lightflus.model.types import Field, StructType, Type
from lightflus.model.unread import Unread, json_sources
from lightflus.ports.letters import DeadLetters
from lightflus.ports.reach import Reach
from lightflus.ports.sinks import Sink
from lightflus.ports.sources import Source
from lightflus.runtime.intake import BadRecordPolicy

_VALUE = "value"
"""The field of an envelope that holds the message itself."""

Opened = TypeVar("Opened", Source, Sink)


Reaches = Callable[[str], Reach]
"""How far each source or sink may reach, by its name."""


def lean_sources(graph: JobGraph) -> frozenset[OperatorId]:
    """The sources that can leave out fields which nobody reads."""
    return frozenset(
        source.id
        for source in json_sources(graph)
        if isinstance(source.kind, SourceNode)
        and (kind := source_kind(source.kind.connector.kind)) is not None
        and kind.yields_decoded
    )


def open_sources(
    plan: Plan, streams: Streams, reaches: Reaches, unread: Unread, here: Collection[OperatorId]
) -> dict[OperatorId, Source]:
    """Every source of the plan's graph that is `here`, without what is unread; those open are closed if one fails.

    Raises:
        BindingInvalid: an option or a type does not fit.
        NotAllowed: it reaches further than it may.
        SourceFailed, SinkFailed: a system cannot be reached.
    """
    return _open_all(
        plan,
        lambda o: opened_source(plan.graph, o, n := plan.names[o.id], streams, reaches(n), unread=unread.get(o.id, ())),
        SourceNode,
        here,
    )


def open_sinks(plan: Plan, streams: Streams, reaches: Reaches, here: Collection[OperatorId]) -> dict[OperatorId, Sink]:
    """Every sink of the plan's graph that is `here`; those already open are closed if one fails.

    Raises:
        BindingInvalid: an option or a type does not fit.
        NotAllowed: it reaches further than it may.
        SourceFailed, SinkFailed: a system cannot be reached.
    """
    return _open_all(
        plan, lambda o: opened_sink(plan.graph, o, n := plan.names[o.id], streams, reaches(n)), SinkNode, here
    )


def prepare_sink(operator: Operator) -> None:
    """Makes ready what a sink writes to, if there is anything to do: once in a run of the whole job. Raises SinkFailed.

    Nothing to do for what is no sink.
    """
    if (prepare := _preparing(operator)) is not None:
        assert isinstance(operator.kind, SinkNode)
        prepare(_own(operator.kind.connector))


def has_to_prepare(operator: Operator) -> bool:
    """Whether it is a sink that is made ready before a run."""
    return _preparing(operator) is not None


def _preparing(operator: Operator) -> Callable[[Connector], None] | None:
    kind = sink_kind(operator.kind.connector.kind) if isinstance(operator.kind, SinkNode) else None
    return None if kind is None else kind.prepare


def bad_record_policies(
    plan: Plan, letters: DeadLetters | None, poison: BadRecords | None = None
) -> dict[OperatorId, BadRecordPolicy]:
    """What each operator does with records that it cannot decode, or on which its functions fail.

    As the job or its binding says; of the second kind first as `poison` says, for all operators; else as the systems of
    the sources are known for. Without `letters` the run gives each part of the job its own.
    """
    graph = plan.graph
    known = {operator.id: _known_for(operator) for operator in graph.operators if isinstance(operator.kind, SourceNode)}
    actions = poison_actions(graph, known, poison)
    for operator in graph.operators:
        if isinstance(operator.kind, SourceNode):
            actions[operator.id] = operator.kind.bad_records or known[operator.id]
    return {number: BadRecordPolicy(action, letters) for number, action in actions.items()}


def _known_for(source: Operator) -> BadRecords:
    assert isinstance(source.kind, SourceNode)
    kind = source_kind(source.kind.connector.kind)
    return BadRecords.FAIL if kind is None else kind.bad_records


def _open_all(
    plan: Plan,
    open_one: Callable[[Operator], Opened],
    node: type[SourceNode] | type[SinkNode],
    here: Collection[OperatorId],
) -> dict[OperatorId, Opened]:
    opened: dict[OperatorId, Opened] = {}
    try:
        for operator in plan.graph.operators:
            if isinstance(operator.kind, node) and operator.id in here:
                opened[operator.id] = open_one(operator)
    except LightflusError:
        for one in opened.values():
            one.close()
        raise
    return opened


def opened_source(
    graph: JobGraph, operator: Operator, name: str, streams: Streams, reach: Reach, *, unread: Collection[str] = ()
) -> Source:
    """One source of a bound graph. Raises BindingInvalid, NotAllowed, SourceFailed."""
    node, record = operator.kind, operator.output
    assert isinstance(node, SourceNode)
    assert record is not None
    connector, form = _apart(node.connector, name, reach)
    value = _value_of(record) if node.envelope else record
    spec = SourceSpec(
        name=name,
        job=graph.job,
        namespace=graph.namespace,
        connector=connector,
        record=record,
        has_envelope=node.envelope,
        is_stateful=any(map(is_keyed, graph.operators)),
        line_decoder=partial(line_decoder, node.format, record, form, reach, unread),
        message_decoder=partial(message_decoder, node.format, value, form, reach, unread),
        streams=streams,
        wants_times=wants_own_times(graph, operator),
        value_decoder=partial(message_decoder, "json"),
    )
    return open_source(spec, reach)


def _value_of(envelope: Type) -> Type:
    """The type of an envelope's value; of an envelope without one, the envelope, whose decoder is never asked for."""
    assert isinstance(envelope, StructType), "the graph has been checked"
    return next((field.type for field in envelope.fields if field.name == _VALUE), envelope)


def opened_sink(graph: JobGraph, operator: Operator, name: str, streams: Streams, reach: Reach) -> Sink:
    """One sink of a bound graph. Raises BindingInvalid, NotAllowed, SinkFailed."""
    node = operator.kind
    assert isinstance(node, SinkNode)
    connector, form = _apart(node.connector, name, reach)
    format_name = node.connector.options.get("format", "")
    spec = SinkSpec(
        name=name,
        job=graph.job,
        namespace=graph.namespace,
        connector=connector,
        fields=node.fields,
        delivery=node.delivery,
        key_fields=node.key_fields,
        line_encoder=partial(line_encoder, format_name, [Field(f.name, f.type) for f in node.fields], form),
        message_encoder=lambda fields: message_encoder(format_name, fields, form),
        streams=streams,
    )
    return open_sink(spec, reach)


def _apart(connector: Connector, name: str, reach: Reach) -> tuple[Connector, Mapping[str, str]]:
    """A connector with its own options alone, and those of its format, each without `format.`, secrets in the clear."""
    form = {option: value for option, value in connector.options.items() if option.startswith("format.")}
    secrets = Options(connector.kind, form, name, (), reach)
    clear = {option: secrets.secret(option) or "" if is_secret(option) else value for option, value in form.items()}
    return _own(connector), {option.removeprefix("format."): value for option, value in clear.items()}


def _own(connector: Connector) -> Connector:
    """Without the options of its format."""
    own = {option: value for option, value in connector.options.items() if not is_of_format(option)}
    return Connector(connector.kind, own)
