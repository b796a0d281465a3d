"""The C header keeps every rule of docs/abi.md, as `lightflus verify` sees it. Examples have `test_guests.py`."""

from __future__ import annotations

from pathlib import Path

import pytest
from guest_builds import c_guest

from lightflus.model.extract import FieldPath
from lightflus.model.graph import SinkField
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType
from lightflus.proto.convert import graph_to_json
from lightflus.testing.graphs import GraphBuilder
from lightflus.verify import verify

pytestmark = pytest.mark.slow

TEXT = ScalarType(Scalar.UTF8, nullable=True)
INNER = StructType((Field("name", TEXT), Field("size", ScalarType(Scalar.INT64))), nullable=True)
EVERY = StructType(
    (
        *(Field(scalar.name.lower(), ScalarType(scalar, nullable=True)) for scalar in Scalar),
        Field("texts", ListType(TEXT, nullable=True)),
        Field("inner", INNER),
    )
)


def test_the_c_header_keeps_every_rule_with_every_type(tmp_path: Path) -> None:
    graph = GraphBuilder("every")
    records = graph.source(EVERY)
    kept = graph.filter(graph.map(records, EVERY))
    items = graph.flat_map(kept, TEXT)
    graph.sink(items, [SinkField("value", FieldPath(()), TEXT)])
    wasm = c_guest(Path(__file__).with_name("every_type.c"), graph_to_json(graph.build()), tmp_path)
    assert not verify(wasm, is_portable=True, is_quick=True).failed
