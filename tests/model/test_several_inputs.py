"""Plans in which a task reads several streams: order, sides, ports, and how both ends count the inputs of a subtask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lightflus.errors import JobInvalid
from lightflus.model.graph import FunctionKind, Input, JobGraph, Map, OperatorId, SinkField
from lightflus.model.plan import Edge, Exchange, Plan, SubtaskId, plan_job
from lightflus.model.validation import checked
from lightflus.model.wiring import inlets, outlets
from lightflus.testing.graphs import UTF8, GraphBuilder, field
from lightflus.testing.two_inputs import SECOND, TAG, registered

WHOLE = (SinkField("value", field(), UTF8),)


def a_map(builder: GraphBuilder, read: Input) -> OperatorId:
    return builder.add(Map(builder.function(FunctionKind.MAP, UTF8, UTF8)), (read,), UTF8)


@pytest.fixture(autouse=True)
def _tag() -> Iterator[None]:
    with registered():
        yield


def tagged(builder: GraphBuilder, first: OperatorId, second: OperatorId, *, parallelism: int = 0) -> OperatorId:
    return builder.add(TAG, (Input(first), Input(second)), UTF8, parallelism=parallelism)


def two_sources() -> JobGraph:
    builder = GraphBuilder()
    builder.sink(tagged(builder, builder.source(UTF8), builder.source(UTF8, options={"topic": "other"})), WHOLE)
    return builder.build()


def diamond() -> JobGraph:
    """One source, mapped in two ways, and both ways together again."""
    builder = GraphBuilder()
    source = builder.source(UTF8)
    both = tagged(builder, builder.map(source, UTF8), builder.map(source, UTF8))
    builder.sink(both, WHOLE)
    return builder.build()


def with_itself(parallelism: int = 0) -> JobGraph:
    """A stream joined with itself."""
    builder = GraphBuilder()
    source = builder.source(UTF8)
    builder.sink(tagged(builder, source, source, parallelism=parallelism), WHOLE)
    return builder.build()


def with_side_output() -> JobGraph:
    builder = GraphBuilder()
    both = tagged(builder, builder.source(UTF8), builder.source(UTF8, options={"topic": "other"}))
    builder.sink(both, WHOLE, name="main")
    builder.sink(a_map(builder, Input(both, SECOND)), WHOLE, name="at the side")
    return builder.build()


def keyed() -> JobGraph:
    builder = GraphBuilder()
    first = builder.key_by(builder.source(UTF8, parallelism=3), field(), UTF8)
    second = builder.key_by(builder.source(UTF8, options={"topic": "other"}, parallelism=2), field(), UTF8)
    builder.sink(tagged(builder, first, second), WHOLE)
    return builder.build()


def drawn(plan: Plan) -> list[str]:
    return [f"{task.name} x{task.parallelism}" for task in plan.tasks]


def ends(edge: Edge) -> tuple[int, str, int, int]:
    return edge.upstream, edge.port, edge.downstream, edge.side


def problem_of(builder: GraphBuilder) -> str:
    with pytest.raises(JobInvalid) as caught:
        checked(builder.build())
    return caught.value.problems[0].text


def test_two_sources_go_into_two_sides_of_one_task() -> None:
    plan = plan_job(two_sources())
    assert drawn(plan) == ["topic x1", "other x1", "tag-1 -> redis x1"]
    assert [ends(edge) for edge in plan.edges] == [(0, "", 2, 0), (1, "", 2, 1)]


def test_in_a_diamond_each_operator_stands_once_behind_all_that_it_reads() -> None:
    plan = plan_job(diamond())
    assert drawn(plan) == ["topic x1", "map-1 x1", "map-2 x1", "tag-1 -> redis x1"]
    assert [ends(edge) for edge in plan.edges] == [(0, "", 1, 0), (0, "", 2, 0), (1, "", 3, 0), (2, "", 3, 1)]


def test_a_stream_with_itself_is_two_edges_with_inputs_of_their_own() -> None:
    plan = plan_job(with_itself())
    assert [ends(edge) for edge in plan.edges] == [(0, "", 1, 0), (0, "", 1, 1)]
    (outlet, again) = outlets(plan, SubtaskId(plan.tasks[0].id, 0))
    reader = SubtaskId(plan.tasks[1].id, 0)
    assert (outlet.inputs, again.inputs) == (((reader, 0),), ((reader, 1),))


def test_a_side_output_is_an_edge_of_its_port_and_ends_the_task() -> None:
    plan = plan_job(with_side_output())
    assert drawn(plan) == ["topic x1", "other x1", "tag-1 x1", "main x1", "map-1 -> at the side x1"]
    assert [ends(edge) for edge in plan.edges[2:]] == [(2, "", 3, 0), (2, SECOND, 4, 0)]


def test_an_operator_with_another_number_of_inputs_is_refused() -> None:
    builder = GraphBuilder()
    builder.sink(builder.add(TAG, (Input(builder.source(UTF8)),), UTF8), WHOLE)
    assert problem_of(builder) == "tag-1: a tag has 2 inputs, not 1"


def test_a_side_output_that_there_is_not_is_refused() -> None:
    builder = GraphBuilder()
    builder.sink(a_map(builder, Input(builder.source(UTF8), SECOND)), WHOLE)
    assert problem_of(builder) == "map-1: it reads the side output 'second' of operator 0, which has none"


GRAPHS = {"two sources": two_sources(), "diamond": diamond(), "self": with_itself(3), "keyed": keyed()}


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("parallelism", [1, 2, 3, 5])
def test_senders_and_readers_count_the_same_inputs(name: str, parallelism: int) -> None:
    plan = plan_job(GRAPHS[name], parallelism=parallelism)
    said = {
        (reader, number, sender, outlet.edge)
        for sender in plan.subtasks
        for outlet in outlets(plan, sender)
        for reader, number in outlet.inputs
    }
    heard = {
        (reader, number, inlet.sender, inlet.edge)
        for reader in plan.subtasks
        for number, inlet in enumerate(inlets(plan, reader))
    }
    assert said == heard
    assert heard


def test_by_key_every_sender_of_both_sides_reaches_every_reader() -> None:
    plan = plan_job(keyed(), parallelism=4)
    assert {edge.exchange for edge in plan.edges} == {Exchange.HASH}
    assert [len(inlets(plan, reader)) for reader in plan.subtasks_of(plan.tasks[2])] == [5] * 4
