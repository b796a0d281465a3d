"""Which fields of a source's records nobody reads, and a plan that goes without them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lightflus.model.graph import FunctionKind, Input, JobGraph, OperatorId, SinkField
from lightflus.model.plan import plan_job
from lightflus.model.timed import Timestamps
from lightflus.model.unread import unread_fields, without_unread
from lightflus.testing.graphs import BOOL, FLOAT64, INT64, UTF8, GraphBuilder, field, struct

BID = struct(auction=INT64, bidder=INT64, price=FLOAT64, channel=UTF8, url=UTF8)
FOUND = struct(auction=INT64, price=FLOAT64)
BIDS = OperatorId(0)


def reading(graph: JobGraph, *reads: tuple[str, ...] | None) -> JobGraph:
    """The graph whose functions read these columns, in order."""
    functions = [replace(one, reads=columns) for one, columns in zip(graph.functions, reads, strict=True)]
    return replace(graph, functions=tuple(functions))


def query() -> JobGraph:
    """Bids of some auctions, and what of them counts."""
    builder = GraphBuilder()
    bids = builder.source(BID, kind="file", options={"path": "bids.jsonl"})
    found = builder.map(builder.filter(bids), FOUND)
    builder.sink(found, (SinkField("value", field(), FOUND),))
    return builder.build()


def unread(graph: JobGraph, *shown: int) -> set[str]:
    return set(unread_fields(graph, [BIDS], [OperatorId(number) for number in shown]).get(BIDS, ()))


def test_what_no_function_behind_a_source_reads_is_unread() -> None:
    assert unread(reading(query(), ("auction",), ("auction", "price"))) == {"bidder", "channel", "url"}


@pytest.mark.parametrize("reads", [(None, ("price",)), (("auction",), None)])
def test_a_function_that_does_not_say_what_it_reads_reads_everything(
    reads: tuple[tuple[str, ...] | None, ...],
) -> None:
    assert unread(reading(query(), *reads)) == set()


@pytest.mark.parametrize("shown", [1, 2])
def test_an_operator_that_puts_records_aside_needs_them_whole(shown: int) -> None:
    assert unread(reading(query(), ("auction",), ("price",)), shown) == set()


def test_where_nothing_is_read_a_field_stays_so_that_there_are_rows() -> None:
    assert unread(reading(query(), (), ())) == {"bidder", "price", "channel", "url"}


def test_the_fields_that_keys_and_sinks_take_are_read() -> None:
    builder = GraphBuilder()
    bids = builder.source(BID)
    builder.sink(builder.key_by(builder.filter(bids), field("bidder"), INT64), (SinkField("v", field("url"), UTF8),))
    assert unread(reading(builder.build(), ("price",))) == {"auction", "channel"}


@pytest.mark.parametrize("own", ["timestamp", "at"])
def test_the_field_that_is_a_records_own_time_is_read_and_without_one_another_stays(own: str) -> None:
    record = struct(user=UTF8, **{own: INT64})
    builder = GraphBuilder()
    timed = builder.add(Timestamps(None), [Input(builder.source(record))], record)
    mapped = builder.map(timed, FOUND)
    builder.sink(mapped, (SinkField("v", field("price"), FLOAT64),))
    assert unread(reading(builder.build(), ())) == {"user"}


def test_a_reduction_has_the_whole_record_as_its_state() -> None:
    builder = GraphBuilder()
    counts = builder.reduce(builder.key_by(builder.source(BID), field("bidder"), INT64))
    builder.sink(counts, (SinkField("v", field("url"), UTF8),))
    assert unread(builder.build()) == set()


def test_every_reader_of_a_stream_counts() -> None:
    builder = GraphBuilder()
    bids = builder.source(BID)
    kept = builder.filter(bids)
    builder.sink(kept, (SinkField("v", field("url"), UTF8),), name="urls")
    builder.sink(kept, (SinkField("v", field("price"), FLOAT64),), name="prices")
    assert unread(reading(builder.build(), ())) == {"auction", "bidder", "channel"}


def test_a_function_of_two_operators_may_be_called_for_other_records() -> None:
    builder = GraphBuilder()
    bids = builder.source(BID)
    number = builder.function(FunctionKind.FIELD, BID, BOOL, reads=("price",))
    builder.sink(bids, (SinkField("v", number, BOOL),), name="once")
    builder.sink(bids, (SinkField("v", number, BOOL),), name="twice")
    assert unread(builder.build()) == set()


def test_a_plan_goes_without_them_up_to_where_records_become_others() -> None:
    graph = reading(query(), ("auction",), ("auction", "price"))
    plan = without_unread(plan_job(graph), unread_fields(graph, [BIDS], []))
    assert [str(operator.output) for operator in plan.graph.operators[:3]] == [str(FOUND)] * 3
    assert [function.input for function in plan.graph.functions] == [FOUND, FOUND]
    assert [one.operator for one in plan.tasks[0].operators] == list(plan.graph.operators)


def test_edges_carry_what_is_left() -> None:
    builder = GraphBuilder()
    keyed = builder.key_by(builder.source(BID), field("auction"), INT64, parallelism=2)
    builder.sink(keyed, (SinkField("v", field("price"), FLOAT64),))
    graph = builder.build()
    plan = without_unread(plan_job(graph, parallelism=2), unread_fields(graph, [BIDS], []))
    assert [edge.record for edge in plan.edges] == [FOUND]
