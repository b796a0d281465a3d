"""Shared by the connector tests: the published source and sink, and a screen that remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO

from lightflus.connectors.contract.kinds import SinkSpec, SourceSpec, Streams
from lightflus.connectors.stdio.screen import ShownRows
from lightflus.formats.registry import line_decoder, line_encoder, message_decoder, message_encoder
from lightflus.model.extract import FieldPath
from lightflus.model.graph import Connector, Delivery, SinkField
from lightflus.model.types import Field, Scalar, ScalarType, Type

TEXT = ScalarType(Scalar.UTF8)
STREAMS = Streams(stdin=0, stdout=BytesIO())
FIELDS = (SinkField("key", FieldPath(("t1",)), TEXT), SinkField("value", FieldPath(("t0",)), TEXT))


@dataclass
class Recorder:
    """A screen that remembers."""

    shown: list[ShownRows] = field(default_factory=list)

    def show(self, rows: ShownRows) -> None:
        self.shown.append(rows)


def source_spec(connector: Connector, record: Type = TEXT, streams: Streams = STREAMS) -> SourceSpec:
    """The published Kafka source, bound to `connector`."""
    return SourceSpec(
        name="topic",
        job="wordCount",
        namespace="default",
        connector=connector,
        record=record,
        has_envelope=False,
        is_stateful=False,
        line_decoder=lambda: line_decoder("", record, {}),
        message_decoder=lambda: message_decoder("", record, {}),
        streams=streams,
        value_decoder=lambda kind: message_decoder("json", kind),
    )


def sink_spec(
    connector: Connector,
    delivery: Delivery = Delivery.UPSERT,
    streams: Streams = STREAMS,
    fields: tuple[SinkField, ...] = FIELDS,
) -> SinkSpec:
    """The published Redis sink, bound to `connector`."""
    return SinkSpec(
        name="redis",
        job="wordCount",
        namespace="default",
        connector=connector,
        fields=fields,
        delivery=delivery,
        key_fields=("key",) if delivery is Delivery.UPSERT else (),
        line_encoder=lambda: line_encoder("", [Field(f.name, f.type) for f in fields], {}),
        message_encoder=lambda of: message_encoder("", of, {}),
        streams=streams,
    )
