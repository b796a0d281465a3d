"""Plain fields of batches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lightflus.model.extract import FieldPath
from lightflus.model.types import Type, field_type
from lightflus.runtime.fields import as_batch, as_column, batch_at, column_at
from lightflus.testing.graphs import INT64, UTF8, field, struct
from lightflus.testing.memory import Value, batch_of, values_of

INNER = struct(b=UTF8, c=INT64)
OPTIONAL = replace(INNER, nullable=True)
ROWS: list[Value] = [{"a": {"b": "x", "c": 1}, "d": 2}, {"a": {"b": "y", "c": 3}, "d": 4}]
GAPS: list[Value] = [{"a": {"b": "x", "c": 1}, "d": 2}, {"a": None, "d": 4}]


@pytest.mark.parametrize(
    ("record", "rows", "path", "found"),
    [
        (UTF8, ["x", "y"], field(), ["x", "y"]),
        (struct(a=INNER, d=INT64), ROWS, field(), ROWS),
        (struct(a=INNER, d=INT64), ROWS, field("d"), [2, 4]),
        (struct(a=INNER, d=INT64), ROWS, field("a"), [{"b": "x", "c": 1}, {"b": "y", "c": 3}]),
        (struct(a=INNER, d=INT64), ROWS, field("a", "b"), ["x", "y"]),
        (struct(a=OPTIONAL, d=INT64), GAPS, field("a"), [{"b": "x", "c": 1}, None]),
        (struct(a=OPTIONAL, d=INT64), GAPS, field("a", "b"), ["x", None]),
    ],
)
def test_a_path_finds_its_values_whole_and_in_slices(
    record: Type, rows: list[Value], path: FieldPath, found: list[Value]
) -> None:
    kind = field_type(record, path.names)
    assert kind is not None
    batch = batch_of(record, rows)
    assert values_of(kind, batch_at(batch, record, path, kind)) == found
    assert [value.as_py() for value in column_at(batch, record, path)] == found
    assert values_of(kind, batch_at(batch.slice(1), record, path, kind)) == found[1:]


def test_a_batch_becomes_one_column_and_back() -> None:
    batch = batch_of(INNER, [{"b": "x", "c": 1}])
    assert as_batch(as_column(batch, INNER), INNER).equals(batch)
