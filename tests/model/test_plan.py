"""How a graph is laid out as tasks and edges."""

from __future__ import annotations

from lightflus.model.graph import SinkField
from lightflus.model.plan import Exchange, Plan, plan_job
from lightflus.testing.graphs import UTF8, GraphBuilder, field, word_count

WHOLE = (SinkField("value", field(), UTF8),)


def drawn(plan: Plan) -> list[str]:
    return [f"{task.name} x{task.parallelism}" for task in plan.tasks]


def exchanges(plan: Plan) -> list[tuple[int, int, Exchange]]:
    return [(edge.upstream, edge.downstream, edge.exchange) for edge in plan.edges]


def test_the_word_count_is_two_tasks_with_a_hash_exchange_between() -> None:
    plan = plan_job(word_count(), parallelism=2)
    assert drawn(plan) == ["topic -> flat_map-1 -> key_by-1 x2", "reduce-1 -> redis x2"]
    assert exchanges(plan) == [(0, 1, Exchange.HASH)]
    assert plan.edges[0].key == UTF8
    assert len(plan.subtasks) == 4


def test_a_keyed_operator_with_one_subtask_is_reached_without_an_exchange() -> None:
    plan = plan_job(word_count())
    assert drawn(plan) == ["topic -> flat_map-1 -> key_by-1 -> reduce-1 -> redis x1"]
    assert (plan.edges, plan.tasks[0].is_keyed) == ((), True)


def test_only_the_task_of_a_reduce_is_keyed_and_owns_key_groups() -> None:
    plan = plan_job(word_count(), parallelism=2)
    assert [task.is_keyed for task in plan.tasks] == [False, True]
    assert str(plan.key_group_range(plan.tasks[1], 1)) == "64-127"


def test_an_operators_own_parallelism_wins_and_needs_an_exchange_that_keeps_order() -> None:
    builder = GraphBuilder()
    source = builder.source(UTF8, parallelism=1)
    builder.sink(builder.map(source, UTF8), WHOLE)
    plan = plan_job(builder.build(), parallelism=4)
    assert drawn(plan) == ["topic x1", "map-1 -> redis x4"]
    assert exchanges(plan) == [(0, 1, Exchange.RESCALE)]


def test_a_key_by_without_parallelism_of_its_own_stays_with_what_it_reads() -> None:
    builder = GraphBuilder()
    source = builder.source(UTF8, parallelism=3)
    counts = builder.reduce(builder.key_by(source, field(), UTF8))
    builder.sink(counts, WHOLE)
    assert drawn(plan_job(builder.build())) == ["topic -> key_by-1 x3", "reduce-1 -> redis x1"]


def test_an_operator_with_two_readers_ends_its_task() -> None:
    builder = GraphBuilder()
    source = builder.source(UTF8)
    builder.sink(builder.map(source, UTF8), WHOLE, name="a")
    builder.sink(builder.filter(source), WHOLE, name="b")
    plan = plan_job(builder.build())
    assert drawn(plan) == ["topic x1", "map-1 -> a x1", "filter-1 -> b x1"]
    assert exchanges(plan) == [(0, 1, Exchange.FORWARD), (0, 2, Exchange.FORWARD)]


def test_a_key_by_read_by_two_hashes_to_both() -> None:
    builder = GraphBuilder()
    keyed = builder.key_by(builder.source(UTF8), field(), UTF8)
    for name in ("a", "b"):
        builder.sink(builder.reduce(keyed), WHOLE, name=name)
    assert [edge.exchange for edge in plan_job(builder.build()).edges] == [Exchange.HASH, Exchange.HASH]


def test_edges_of_a_task_are_found_from_both_ends() -> None:
    plan = plan_job(word_count(), parallelism=2)
    assert plan.outputs_of(plan.tasks[0].id) == plan.inputs_of(plan.tasks[1].id) == plan.edges


def test_planning_is_a_function_of_its_arguments() -> None:
    assert plan_job(word_count(), parallelism=2) == plan_job(word_count(), parallelism=2)
