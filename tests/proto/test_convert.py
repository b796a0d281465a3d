"""A graph's JSON: what is read, what is written, and what is refused with which words."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightflus import limits
from lightflus.errors import JobInvalid
from lightflus.model.extract import Emit, FieldPath, FunctionNumber
from lightflus.model.graph import (
    BadRecords,
    Connector,
    Delivery,
    Filter,
    FlatMap,
    Function,
    FunctionKind,
    Input,
    JobGraph,
    KeyBy,
    Map,
    Operator,
    OperatorId,
    Position,
    Reduce,
    ResourceLimits,
    Sink,
    SinkField,
    Source,
)
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type
from lightflus.proto.convert import graph_from_json, graph_to_json
from lightflus.testing.graphs import word_count

TEXT = st.text(st.characters(codec="utf-8"), max_size=6)
NAMES = st.lists(TEXT, max_size=3).map(tuple)
UINT32 = st.integers(0, 2**32 - 1)
TYPES: st.SearchStrategy[Type] = st.recursive(
    st.builds(ScalarType, st.sampled_from(Scalar), st.booleans()),
    lambda inner: (
        st.builds(ListType, inner, st.booleans())
        | st.builds(StructType, st.lists(st.builds(Field, TEXT, inner), max_size=3).map(tuple), st.booleans())
    ),
    max_leaves=4,
)
POSITIONS = st.none() | st.builds(Position, TEXT, UINT32, UINT32)
NUMBERS = UINT32.map(FunctionNumber)
EXTRACTORS = st.builds(FieldPath, NAMES) | NUMBERS
CONNECTORS = st.builds(Connector, TEXT, st.dictionaries(TEXT, TEXT, max_size=2))
SINK_FIELDS = st.lists(st.builds(SinkField, TEXT, EXTRACTORS, TYPES), max_size=2).map(tuple)
KINDS = st.one_of(
    st.builds(Source, CONNECTORS, TEXT, st.none() | st.sampled_from(BadRecords), st.booleans()),
    st.one_of(st.builds(Map, NUMBERS), st.builds(Filter, NUMBERS), st.builds(FlatMap, NUMBERS)),
    st.builds(KeyBy, EXTRACTORS, TYPES),
    st.builds(Reduce, NUMBERS, st.sampled_from(Emit)),
    st.builds(Sink, CONNECTORS, SINK_FIELDS, st.sampled_from(Delivery), NAMES),
)
IDS = UINT32.map(OperatorId)
EDGES = st.lists(st.builds(Input, IDS, TEXT), max_size=2).map(tuple)
POLICIES = st.none() | st.sampled_from(BadRecords)
OPERATORS = st.builds(Operator, IDS, KINDS, EDGES, st.none() | TYPES, TEXT, UINT32, POSITIONS, POLICIES)
FUNCTIONS = st.builds(Function, st.sampled_from(FunctionKind), TYPES, TYPES, st.none() | NAMES, NAMES, POSITIONS, TEXT)
GRAPHS = st.builds(
    JobGraph,
    TEXT,
    TEXT,
    st.lists(OPERATORS, max_size=3).map(tuple),
    st.lists(FUNCTIONS, max_size=3).map(tuple),
    st.builds(ResourceLimits, UINT32, UINT32),
    TEXT,
    TEXT,
)


def refusal(text: str | bytes) -> str:
    with pytest.raises(JobInvalid) as caught:
        graph_from_json(text if isinstance(text, bytes) else text.encode())
    assert caught.value.problems
    return "\n".join(problem.text for problem in caught.value.problems)


@given(GRAPHS)
@settings(max_examples=50, deadline=None)
def test_a_graph_comes_back_as_it_was(graph: JobGraph) -> None:
    assert graph_from_json(graph_to_json(graph)) == graph


def test_field_names_may_be_spelled_as_in_the_proto_file() -> None:
    text = graph_to_json(word_count()).decode()
    assert graph_from_json(text.replace('"flatMap"', '"flat_map"').encode()) == word_count()


def test_an_unknown_field_is_refused_by_name() -> None:
    assert "operatorz" in refusal('{"version": 1, "operatorz": []}')


def test_an_unknown_enumeration_value_is_refused_with_its_place() -> None:
    text = graph_to_json(word_count()).decode().replace("FLOAT64", "FLOAT128", 1)
    assert "FLOAT128" in refusal(text)


def test_an_enumeration_number_from_the_future_is_refused() -> None:
    text = graph_to_json(word_count()).decode().replace('"FLOAT64"', "77", 1)
    assert "unknown or missing scalar type" in refusal(text)


def test_everything_that_has_no_kind_is_reported_at_once() -> None:
    said = refusal('{"version": 1, "operators": [{"id": 1}, {"id": 2}], "functions": [{}]}')
    assert said.count("the operator has no kind") == 2
    assert "unknown or missing kind of function" in said


def test_a_missing_type_is_reported_with_the_users_line() -> None:
    place = {"file": "job.ts", "line": 3, "column": 9}
    function = {"kind": "FUNCTION_KIND_MAP", "position": place}
    with pytest.raises(JobInvalid) as caught:
        graph_from_json(json.dumps({"version": 1, "functions": [function]}).encode())
    assert caught.value.problems[0].where == "job.ts:3:9"
    assert "the function's input has no type" in caught.value.problems[0].text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"\xff", "not UTF-8 at byte 0"),
        (b'{"version": 2}', "format version 2; this engine reads version 1"),
        (b'{"version": 1, "version": 1}', "'version' comes twice"),
        (
            b'{"version": 1, "limits": {"memoryMib": 1, "memory_mib": 2}}',
            "'memoryMib' comes twice in one object, in two",
        ),
        (b'{"version": 1, "operators": [{"keyBy": {}, "key_by": {}}]}', "'keyBy' comes twice"),
        (b'{"version": -1}', "version"),
        (b'{"version": 1, "job": 3}', "job"),
        (b" " * (limits.GRAPH_BYTES + 1), "the limit is 4,194,304"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 3_000 + b"1" + b"}" * 3_000, "nested too deeply"),
        (b'{"operators": [' + b",".join([b"1"] * 1_001) + b"]}", "1,001 operators; the limit is 1,000"),
        (b'{"operators": [[' + b",".join([b"{}"] * 100_001) + b"]]}", "more than 100,000 objects"),
    ],
)
def test_a_text_that_is_no_graph_is_refused_in_words(text: bytes, words: str) -> None:
    assert words in refusal(text)


def test_a_type_at_the_depth_limit_is_read_and_one_deeper_is_refused() -> None:
    def text(depth: int) -> str:
        inner = '{"scalar":"UTF8"}'
        for _ in range(depth - 1):
            inner = '{"struct":{"fields":[{"name":"a","type":' + inner + "}]}}"
        kind = '"kind":"FUNCTION_KIND_MAP"'
        return '{"version":1,"functions":[{' + kind + ',"input":' + inner + ',"output":{"scalar":"UTF8"}}]}'

    assert len(graph_from_json(text(limits.TYPE_DEPTH).encode()).functions) == 1
    assert "deep" in refusal(text(limits.TYPE_DEPTH + 1))


def test_a_connectors_options_are_in_the_order_of_their_names() -> None:
    options = dict.fromkeys(("topic", "group", "brokers", "format", "schema", "a", "z", "m"), "x")
    graph = word_count()
    source = replace(graph.operators[0], kind=Source(Connector("kafka", options), "text"))
    read = graph_from_json(graph_to_json(replace(graph, operators=(source, *graph.operators[1:]))))
    assert isinstance(read.operators[0].kind, Source)
    assert list(read.operators[0].kind.connector.options) == sorted(options)
