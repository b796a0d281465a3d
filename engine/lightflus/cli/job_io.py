"""Opens the sources and sinks of a bound graph: formats and connectors meet here, and only here.

What it owns: which decoder and encoder an operator gets. What it leaves: names and URIs (`connectors/bindings.py`).
"""

from __future__ import annotations

from functools import partial

from lightflus.connectors.registry import SinkSpec, SourceSpec, Streams, open_sink, open_source
from lightflus.errors import BindingInvalid
from lightflus.formats.json_lines import JsonEncoder
from lightflus.formats.registry import line_decoder
from lightflus.model.graph import BadRecords, Operator, OperatorId
from lightflus.model.graph import Sink as SinkNode
from lightflus.model.graph import Source as SourceNode
from lightflus.model.plan import Plan
from lightflus.model.types import Field
from lightflus.runtime.io import Encoder
from lightflus.runtime.ports import Sink, Source


def open_sources(plan: Plan, streams: Streams) -> dict[OperatorId, Source]:
    """Every source of the plan's graph. Raises BindingInvalid when one has nothing to read."""
    return {
        operator.id: _source(operator, operator.kind, plan.names[operator.id], streams)
        for operator in plan.graph.operators
        if isinstance(operator.kind, SourceNode)
    }


def open_sinks(plan: Plan, streams: Streams) -> dict[OperatorId, Sink]:
    """Every sink of the plan's graph; those already open are closed if one fails. Raises BindingInvalid."""
    opened: dict[OperatorId, Sink] = {}
    try:
        for operator in plan.graph.operators:
            if isinstance(operator.kind, SinkNode):
                opened[operator.id] = _sink(operator.kind, plan.names[operator.id], streams)
    except BindingInvalid:
        for sink in opened.values():
            sink.close()
        raise
    return opened


def _source(operator: Operator, node: SourceNode, name: str, streams: Streams) -> Source:
    if node.bad_records not in (None, BadRecords.FAIL):
        raise BindingInvalid(
            f"source `{name}` wants bad records put aside ({node.bad_records.value}), which this version cannot",
            where=name,
            hint="leave that out: a bad record then ends the job with its position",
        )
    assert operator.output is not None
    return open_source(
        SourceSpec(name, node.connector, operator.output, partial(line_decoder, node.format, operator.output)), streams
    )


def _sink(node: SinkNode, name: str, streams: Streams) -> Sink:
    def encoder() -> Encoder:
        return JsonEncoder([Field(field.name, field.type) for field in node.fields])

    return open_sink(SinkSpec(name, node.connector, node.fields, node.delivery, node.key_fields, encoder), streams)
