"""Which records can be the envelope of a message, and what the others are told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lightflus.model.envelope import FIELDS, value_type
from lightflus.model.graph import JobGraph, SinkField, Source
from lightflus.model.types import ListType, Scalar, ScalarType, Type
from lightflus.model.validation import problems
from lightflus.testing.graphs import BOOL, FLOAT64, INT64, UTF8, WORD, GraphBuilder, field, struct

HEADERS = ListType(struct(name=UTF8, value=replace(UTF8, nullable=True)))
TIMESTAMP = ScalarType(Scalar.TIMESTAMP_MS)


def reading(record: Type) -> JobGraph:
    builder = GraphBuilder()
    builder.sink(builder.source(record), (SinkField("value", field(), record),))
    graph = builder.build()
    source = graph.operators[0].kind
    assert isinstance(source, Source)
    operator = replace(graph.operators[0], kind=replace(source, envelope=True))
    return replace(graph, operators=(operator, *graph.operators[1:]))


def said(record: Type) -> str:
    return "\n".join(f"{problem.where}: {problem.text} -> {problem.hint}" for problem in problems(reading(record)))


def test_a_message_with_all_fields_is_an_envelope_and_its_value_is_what_the_format_decodes() -> None:
    key = replace(UTF8, nullable=True)
    message = struct(
        key=key, value=WORD, timestamp=TIMESTAMP, partition=FLOAT64, offset=INT64, topic=UTF8, headers=HEADERS
    )
    assert {part.name for part in message.fields} == set(FIELDS)
    assert said(message) == ""
    assert value_type(message) == WORD


def test_fields_may_be_left_out_and_stand_in_any_order() -> None:
    assert said(struct(offset=FLOAT64, key=ScalarType(Scalar.BINARY))) == ""
    assert value_type(struct(offset=FLOAT64)) is None


def test_a_field_that_no_message_has_is_refused_with_those_that_it_has() -> None:
    assert said(struct(value=UTF8, size=INT64)) == (
        "job.ts:1:3: topic: an envelope has no field 'size' -> "
        "an envelope is a record with any of the fields key, value, timestamp, partition, offset, topic, headers"
    )


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (struct(key=INT64), "'key' is int64 -> make it utf8 or binary"),
        (struct(timestamp=UTF8), "'timestamp' is utf8 -> make it timestamp_ms or int64 or float64"),
        (struct(partition=BOOL), "'partition' is bool -> make it int32 or int64 or float64"),
        (struct(offset=HEADERS), "-> make it int64 or float64"),
        (struct(topic=WORD), "-> make it utf8"),
        (struct(headers=ListType(UTF8)), "-> make it a list of {name: utf8, value: utf8}"),
        (struct(headers=ListType(struct(name=UTF8, value=UTF8, more=UTF8))), "-> make it a list of {name"),
        (UTF8, "its record is utf8 -> an envelope is a record"),
        (ListType(UTF8), "its record is list<utf8> -> an envelope is a record"),
    ],
)
def test_a_field_of_another_type_is_told_the_right_ones(record: Type, words: str) -> None:
    assert words in said(record)


def test_an_envelope_that_may_be_null_is_refused() -> None:
    assert "but its record is {value: utf8}?" in said(replace(struct(value=UTF8), nullable=True))
