"""Which streams have event time, and what of it travels."""

from __future__ import annotations

from lightflus.limits import MAX_DRIFT_MS
from lightflus.model.extract import Emit
from lightflus.model.graph import FunctionKind, Input, JobGraph, OperatorId, SinkField
from lightflus.model.timed import Process, Timestamps, Union
from lightflus.model.times import (
    downstream,
    max_drift,
    needs_every_mark,
    needs_splits,
    timed_operators,
    timestamps_behind,
    wants_own_times,
)
from lightflus.testing.graphs import INT64, GraphBuilder, field, struct

RECORD = struct(k=INT64, t=INT64)
WHOLE = (SinkField("k", field("k"), INT64),)


class Streams(GraphBuilder):
    """A builder with words for times."""

    def timed(self, source: OperatorId, kind: Timestamps) -> OperatorId:
        return self.add(kind, [Input(source)], RECORD)

    def both(self, *streams: OperatorId) -> OperatorId:
        return self.add(Union(), list(map(Input, streams)), RECORD)

    def process(self, stream: OperatorId, *, in_order: bool) -> OperatorId:
        function = self.function(FunctionKind.PROCESS, RECORD, RECORD)
        keyed = self.key_by(stream, field("k"), INT64)
        return self.add(Process(function, INT64, in_order=in_order), [Input(keyed)], RECORD)


BY_FIELD = Timestamps(field("t"))


def test_records_have_times_behind_with_timestamps_and_keep_them() -> None:
    streams = Streams()
    source = streams.source(RECORD)
    timed = streams.timed(source, BY_FIELD)
    mapped = streams.map(timed, RECORD)
    other = streams.source(RECORD)
    mixed = streams.both(mapped, other)
    assert timed_operators(streams.build()) == {timed, mapped}
    assert mixed not in timed_operators(streams.build())


def test_results_at_the_end_of_the_input_have_no_times() -> None:
    streams = Streams()
    timed = streams.timed(streams.source(RECORD), BY_FIELD)
    keyed = streams.key_by(timed, field("k"), INT64)
    updates, final = streams.reduce(keyed), streams.reduce(keyed, emit=Emit.FINAL)
    found = timed_operators(streams.build())
    assert updates in found
    assert final not in found


def a_process(*, in_order: bool) -> tuple[JobGraph, OperatorId]:
    streams = Streams()
    timed = streams.timed(streams.source(RECORD), BY_FIELD)
    streams.sink(streams.process(streams.map(timed, RECORD), in_order=in_order), WHOLE)
    return streams.build(), timed


def test_who_takes_records_as_they_come_asks_for_every_mark() -> None:
    graph, timed = a_process(in_order=False)
    assert needs_every_mark(graph, graph.operator(timed))
    assert not needs_splits(graph, graph.operator(timed))


def test_who_takes_records_in_order_asks_for_their_splits() -> None:
    graph, timed = a_process(in_order=True)
    assert not needs_every_mark(graph, graph.operator(timed))
    assert needs_splits(graph, graph.operator(timed))


def test_an_operator_reached_in_two_ways_is_downstream_once() -> None:
    streams = Streams()
    source = streams.source(RECORD)
    both = streams.both(streams.map(source, RECORD), streams.map(source, RECORD))
    graph = streams.build()
    assert [one.id for one in downstream(graph, graph.operator(source))].count(both) == 1


def test_a_source_whose_own_times_are_used_is_asked_for_them() -> None:
    streams = Streams()
    source = streams.source(RECORD)
    streams.timed(source, BY_FIELD)
    graph = streams.build()
    assert not wants_own_times(graph, graph.operator(source))
    streams.timed(source, Timestamps(None))
    graph = streams.build()
    assert wants_own_times(graph, graph.operator(source))
    assert len(timestamps_behind(graph, graph.operator(source))) == 2


def test_the_least_drift_that_is_asked_for_counts() -> None:
    assert max_drift([Timestamps(None), Timestamps(None, max_drift=5)]) == 5
    assert max_drift([Timestamps(None)]) == MAX_DRIFT_MS
