"""Shared by the connector tests: the published source and sink, and a screen that remembers."""

from __future__ import annotations

from dataclasses import dataclass, field

from lightflus.connectors.registry import SinkSpec, SourceSpec
from lightflus.connectors.stdio import ShownRows
from lightflus.formats.json_lines import JsonEncoder
from lightflus.formats.registry import line_decoder
from lightflus.model.graph import Connector, Delivery, FieldPath, SinkField
from lightflus.model.types import Field, Scalar, ScalarType, Type

TEXT = ScalarType(Scalar.UTF8)
FIELDS = (SinkField("key", FieldPath(("t1",)), TEXT), SinkField("value", FieldPath(("t0",)), TEXT))


@dataclass
class Recorder:
    """A screen that remembers."""

    shown: list[ShownRows] = field(default_factory=list)

    def show(self, rows: ShownRows) -> None:
        self.shown.append(rows)


def source_spec(connector: Connector, record: Type = TEXT) -> SourceSpec:
    """The published Kafka source, bound to `connector`."""
    return SourceSpec("topic", connector, record, lambda: line_decoder("", record))


def sink_spec(connector: Connector, delivery: Delivery = Delivery.UPSERT) -> SinkSpec:
    """The published Redis sink, bound to `connector`."""
    keys = ("key",) if delivery is Delivery.UPSERT else ()
    encoder = JsonEncoder([Field(f.name, f.type) for f in FIELDS])
    return SinkSpec("redis", connector, FIELDS, delivery, keys, lambda: encoder)
