"""What a sink's columns become where there are only keys and values."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest
from connector_helpers import TEXT, sink_spec

from lightflus.connectors.toolbox.key_value import KeyValue
from lightflus.errors import BindingInvalid
from lightflus.model.extract import FieldPath
from lightflus.model.graph import Connector, SinkField
from lightflus.model.types import Scalar, ScalarType, Type


def key_value(*keys: str, others: tuple[str, ...] = (), **fields: Type) -> KeyValue:
    named = tuple(SinkField(name, FieldPath((name,)), kind) for name, kind in fields.items())
    return KeyValue(replace(sink_spec(Connector("kafka", {})), fields=named, key_fields=keys), others=others)


def pairs(how: KeyValue, row: dict[str, object]) -> tuple[object, object]:
    batch = pa.RecordBatch.from_pylist([row])
    keys = how.keys(batch)
    return keys.to_pylist()[0] if keys is not None else None, how.values(batch)[0]


INT = ScalarType(Scalar.INT64)


def test_key_and_value_of_text_are_what_they_are() -> None:
    assert pairs(key_value(key=TEXT, value=TEXT), {"key": "é", "value": "1"}) == ("é".encode(), b"1")


def test_a_value_alone_has_no_key() -> None:
    assert pairs(key_value(value=TEXT), {"value": "x"}) == (None, b"x")


def test_a_value_of_another_type_is_json() -> None:
    assert pairs(key_value(key=INT, value=ScalarType(Scalar.FLOAT64)), {"key": 7, "value": 2.0}) == (b"7", b"2")


def test_other_columns_are_one_object_under_their_key_field() -> None:
    found = pairs(key_value("id", id=INT, name=TEXT), {"id": 7, "name": "x"})
    assert found == (b"7", b'{"id":7,"name":"x"}')


def test_a_field_of_the_connectors_own_is_not_part_of_the_value() -> None:
    how = key_value(value=TEXT, timestamp=ScalarType(Scalar.TIMESTAMP_MS), others=("timestamp",))
    assert how.values(pa.RecordBatch.from_pylist([{"value": "x", "timestamp": 1}])) == [b"x"]


def test_a_key_with_several_spellings_is_refused() -> None:
    with pytest.raises(BindingInvalid, match="the key `key` of `kafka:` is float64"):
        key_value(key=ScalarType(Scalar.FLOAT64), value=TEXT)
