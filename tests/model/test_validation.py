"""What is wrong with a graph, in which words, and all of it at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lightflus.errors import JobInvalid
from lightflus.model.extract import FunctionNumber
from lightflus.model.graph import (
    Connector,
    Delivery,
    FunctionKind,
    Input,
    JobGraph,
    Kind,
    Map,
    OperatorId,
    ResourceLimits,
    Sink,
    SinkField,
    Source,
)
from lightflus.model.types import ListType, Type
from lightflus.model.validation import checked, problems
from lightflus.testing.graphs import BOOL, FLOAT64, INT64, UTF8, WORD, GraphBuilder, field, struct, word_count

TEXT_FIELD = (SinkField("value", field(), UTF8),)


def said(graph: JobGraph) -> str:
    return "\n".join(f"{problem.text} -> {problem.hint}" for problem in problems(graph))


def with_operator(index: int, **changes: object) -> JobGraph:
    graph = word_count()
    operators = list(graph.operators)
    operators[index] = replace(operators[index], **changes)  # type: ignore[arg-type]
    return replace(graph, operators=tuple(operators))


def with_kind(index: int, kind: Kind) -> JobGraph:
    return with_operator(index, kind=kind)


def with_function(index: int, **changes: object) -> JobGraph:
    graph = word_count()
    functions = list(graph.functions)
    functions[index] = replace(functions[index], **changes)  # type: ignore[arg-type]
    return replace(graph, functions=tuple(functions))


def keyed_by(record: Type, *path: str, key_type: Type) -> JobGraph:
    builder = GraphBuilder()
    keyed = builder.key_by(builder.source(record), field(*path), key_type)
    counts = builder.reduce(keyed)
    builder.sink(counts, (SinkField("value", field(), record),))
    return builder.build()


def test_the_published_job_has_no_problem() -> None:
    assert checked(word_count()) == word_count()


def test_all_problems_are_reported_at_once_with_the_users_lines() -> None:
    graph = replace(with_operator(1, parallelism=129), job="")
    with pytest.raises(JobInvalid, match="has 2 problems") as caught:
        checked(graph)
    assert [problem.where for problem in caught.value.problems] == [None, "job.ts:2:3"]
    assert all(problem.hint for problem in caught.value.problems)


def test_an_empty_job_is_told_how_to_begin() -> None:
    assert "create a flow from a source" in said(GraphBuilder().build())


def test_a_flow_without_sink_is_told_so() -> None:
    builder = GraphBuilder()
    builder.map(builder.source(UTF8), UTF8)
    assert "no sink" in said(builder.build())
    assert "map-1: nothing reads what it yields" in said(builder.build())


def test_an_input_that_does_not_exist_is_named_with_the_ids_that_do() -> None:
    text = said(with_operator(1, inputs=(Input(OperatorId(77)),)))
    assert "flat_map-1: it reads from operator 77, which does not exist -> the ids are 0, 1, 2, 3, 4" in text


def test_a_cycle_is_reported_once_per_operator_on_it_and_not_beyond() -> None:
    text = said(with_operator(1, inputs=(Input(OperatorId(3)),)))
    on_it = [line.split(":")[0] for line in text.splitlines() if "it reads from itself" in line]
    assert on_it == ["flat_map-1", "key_by-1", "reduce-1"]


def test_a_flow_that_no_source_feeds_is_reported() -> None:
    assert "flat_map-1: no source feeds it" in said(with_operator(1, inputs=(Input(OperatorId(3)),)))


def test_reading_from_a_sink_is_refused() -> None:
    builder = GraphBuilder()
    sink = builder.sink(builder.source(UTF8), TEXT_FIELD)
    graph = builder.build()
    more = replace(graph.operators[1], id=OperatorId(9), inputs=(Input(sink),))
    assert "it reads from redis, which is a sink" in said(replace(graph, operators=(*graph.operators, more)))


def test_a_reduce_without_key_by_is_told_what_to_write() -> None:
    assert "reduce-1: reduce needs a keyed stream, but flat_map-1 is a flat_map" in said(
        with_operator(3, inputs=(Input(OperatorId(1)),))
    )


def test_an_operator_with_two_inputs_is_refused() -> None:
    assert "a flat_map has 1 input, not 2" in said(with_operator(1, inputs=(Input(OperatorId(0)),) * 2))


def test_a_side_output_is_refused() -> None:
    assert "side output 'late'" in said(with_operator(1, inputs=(Input(OperatorId(0), "late"),)))


def test_two_operators_with_one_id_are_refused() -> None:
    assert "2 operators have the id 0" in said(with_operator(1, id=OperatorId(0)))


def test_two_operators_of_one_name_are_refused() -> None:
    graph = with_operator(1, name="words")
    operators = [replace(o, name="words") if o.id == 3 else o for o in graph.operators]
    assert "'words' is given to two operators" in said(replace(graph, operators=tuple(operators)))


def test_a_function_number_out_of_range_is_refused() -> None:
    assert "map calls function 3, but the job has 3" in said(with_kind(1, Map(FunctionNumber(3))))


def test_a_function_of_another_kind_is_refused() -> None:
    assert "map calls function 0, a flat_map function, not a map one" in said(with_kind(1, Map(FunctionNumber(0))))


def test_types_that_do_not_fit_along_an_edge_are_both_shown() -> None:
    assert "its function reads float64, but the stream holds utf8" in said(with_function(0, input=FLOAT64))


def test_an_output_that_differs_from_its_functions_is_refused() -> None:
    assert "its function yields {t0: float64, t1: utf8}, but the graph says utf8" in said(with_operator(1, output=UTF8))


def test_a_reduce_that_changes_the_type_is_refused() -> None:
    assert "into utf8" in said(with_function(1, output=UTF8, keeps=()))


def test_a_filter_that_does_not_answer_bool_is_refused() -> None:
    builder = GraphBuilder()
    builder.sink(builder.filter(builder.source(UTF8)), TEXT_FIELD)
    graph = builder.build()
    assert said(graph) == ""
    wrong = replace(graph.functions[0], output=replace(BOOL, nullable=True))
    assert "a filter's function yields bool" in said(replace(graph, functions=(wrong,)))


def test_a_key_that_the_record_has_not_is_refused_with_the_record() -> None:
    text = said(keyed_by(WORD, "t2", key_type=UTF8))
    assert "the key is 't2', which the record has not -> the record is {t0: float64, t1: utf8}" in text


def test_a_key_with_a_list_in_it_is_refused() -> None:
    tags = struct(a=INT64, tags=ListType(UTF8))
    assert "a list cannot be a key" in said(keyed_by(struct(k=tags), "k", key_type=tags))


def test_a_key_may_be_a_nested_field_and_is_nullable_if_its_parent_is() -> None:
    inner = replace(struct(b=UTF8), nullable=True)
    assert said(keyed_by(struct(a=inner), "a", "b", key_type=replace(UTF8, nullable=True))) == ""
    assert "the key is utf8?, but the graph says utf8" in said(keyed_by(struct(a=inner), "a", "b", key_type=UTF8))


def test_kept_fields_must_exist_on_both_sides() -> None:
    assert "it keeps 'x', which its input has not -> the fields are t0, t1" in said(with_function(1, keeps=("x",)))
    assert "its output has not that field" in said(with_function(0, keeps=("value",)))


def test_columns_read_must_exist_and_come_once() -> None:
    assert "it reads 'x', which its input has not" in said(with_function(2, reads=("x",)))
    assert "it reads a column twice" in said(with_function(2, reads=("t0", "t0")))


def test_a_sinks_key_must_be_among_its_fields() -> None:
    sink = word_count().operators[4].kind
    assert isinstance(sink, Sink)
    assert "'k' is not among the fields" in said(with_kind(4, replace(sink, key_fields=("k",))))
    assert "an upsert has no key" in said(with_kind(4, replace(sink, key_fields=())))
    assert "two of the sink's fields" in said(with_kind(4, replace(sink, fields=(*sink.fields, sink.fields[0]))))
    assert "writes no fields" in said(with_kind(4, replace(sink, fields=(), delivery=Delivery.APPEND, key_fields=())))


def test_a_sink_function_of_another_type_is_refused() -> None:
    assert "the field 'value' is float64, but the graph says utf8" in said(with_function(2, output=FLOAT64))


def test_a_connector_needs_a_kind_and_short_options() -> None:
    source = word_count().operators[0].kind
    assert isinstance(source, Source)
    assert "its connector has no kind" in said(with_kind(0, replace(source, connector=Connector("", {}))))
    long = Connector("kafka", {"topic": "t", "note": "x" * 20_000})
    assert "the option 'note' has more than 16,384 bytes" in said(with_kind(0, replace(source, connector=long)))


def test_names_are_short_and_printable() -> None:
    assert "is not a name" in said(replace(word_count(), namespace="a\x1b[31m"))
    assert "its name is not a name" in said(with_operator(1, name="x" * 257))
    assert "\x1b" not in said(with_operator(1, name="\x1b[31m"))


def test_a_type_too_deep_or_with_twin_fields_is_refused() -> None:
    deep: Type = UTF8
    for _ in range(32):
        deep = ListType(deep)
    assert "nested more than 32 deep" in said(with_operator(0, output=deep))
    twins = replace(WORD, fields=(WORD.fields[0], WORD.fields[0]))
    assert "'t0' comes twice" in said(with_operator(0, output=twins))
    assert "a record has no fields" in said(with_operator(0, output=struct()))


def test_more_memory_than_wasm_has_is_refused() -> None:
    assert "a wasm32 memory ends at" in said(replace(word_count(), limits=ResourceLimits(memory_mib=5_000)))


def test_a_graph_full_of_problems_reports_a_hundred() -> None:
    builder = GraphBuilder()
    upstream = builder.source(UTF8)
    for _ in range(300):
        upstream = builder.map(upstream, UTF8, parallelism=500)
    assert len(problems(builder.build())) == 100


def test_a_field_function_reads_the_stream_that_the_sink_reads() -> None:
    builder = GraphBuilder()
    number = builder.function(FunctionKind.FIELD, WORD, UTF8)
    builder.sink(builder.source(UTF8), (SinkField("value", number, UTF8),))
    assert "its function reads {t0: float64, t1: utf8}, but the stream holds utf8" in said(builder.build())
