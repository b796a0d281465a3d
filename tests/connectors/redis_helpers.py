"""Shared by the Redis tests: sinks and rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
from connector_helpers import sink_spec

from lightflus.codec.schema import schema_of
from lightflus.connectors.contract.kinds import SinkSpec
from lightflus.connectors.contract.registry import open_sink
from lightflus.connectors.redis.commands import Commands, commands
from lightflus.connectors.redis.resp import calls
from lightflus.connectors.redis.target import Target
from lightflus.model.extract import FieldPath
from lightflus.model.graph import Connector, Delivery, SinkField
from lightflus.model.types import Field, Scalar, ScalarType, StructType, Type
from lightflus.ports.sinks import Sink

TEXT = ScalarType(Scalar.UTF8)
NULLABLE_TEXT = ScalarType(Scalar.UTF8, nullable=True)
NUMBER = ScalarType(Scalar.FLOAT64)
KEY_AND_VALUE = {"key": TEXT, "value": TEXT}


def spec(fields: Mapping[str, Type] = KEY_AND_VALUE, *, key: str | None = "key", **options: str) -> SinkSpec:
    """A sink of these fields, upserting by `key`."""
    columns = tuple(SinkField(name, FieldPath((name,)), kind) for name, kind in fields.items())
    base = sink_spec(Connector("redis", options), Delivery.UPSERT if key else Delivery.APPEND)
    return SinkSpec(
        name=base.name,
        job=base.job,
        namespace=base.namespace,
        connector=base.connector,
        fields=columns,
        delivery=base.delivery,
        key_fields=(key,) if key else (),
        line_encoder=base.line_encoder,
        message_encoder=base.message_encoder,
        streams=base.streams,
    )


def sink(port: int, fields: Mapping[str, Type] = KEY_AND_VALUE, *, key: str | None = "key", **options: str) -> Sink:
    """A sink into a server of this machine. Underscores of options are dots."""
    named = {name.replace("_", "."): value for name, value in options.items()}
    return open_sink(spec(fields, key=key, **{"host": "127.0.0.1", "port": str(port), **named}))


def rows(fields: Mapping[str, Type], *values: Sequence[object]) -> pa.RecordBatch:
    """Rows of some fields."""
    schema = schema_of(StructType(tuple(Field(name, kind) for name, kind in fields.items())))
    return pa.RecordBatch.from_pylist([dict(zip(fields, row, strict=True)) for row in values], schema=schema)


def texts(*pairs: tuple[str, str]) -> pa.RecordBatch:
    """Rows of a text key and a text value."""
    return rows(KEY_AND_VALUE, *pairs)


def made(fields: Mapping[str, Type], target: Target, *, key: str | None = "key", is_cluster: bool = False) -> Commands:
    """The commands of a sink."""
    return commands(spec(fields, key=key), target, is_cluster=is_cluster)


def sent(found: Commands, columns: pa.RecordBatch) -> list[str]:
    """What would be sent, a line per command."""
    steps = found.steps(columns)
    return [" ".join([name, *(word.decode() for word in words)]) for step in steps for name, words in calls(step)]
