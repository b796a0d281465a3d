"""When a keyed operator may hold updates back, and the reasons when it may not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lightflus.model.emit import EmitDecision, EmitMode
from lightflus.model.extract import Emit, Extractor, FunctionNumber
from lightflus.model.graph import Delivery, FunctionKind, JobGraph, OperatorId, SinkField
from lightflus.model.plan import plan_job
from lightflus.model.types import Type
from lightflus.testing.graphs import FLOAT64, UTF8, WORD, GraphBuilder, field, struct, word_count

KEY = SinkField("key", field("t1"), UTF8)
VALUE = SinkField("value", field("t0"), FLOAT64)


def decided(graph: JobGraph, deliveries: dict[OperatorId, Delivery] | None = None) -> EmitDecision:
    operators = [operator for task in plan_job(graph, deliveries=deliveries).tasks for operator in task.operators]
    return next(operator.emit for operator in operators if operator.emit is not None)


class Counting:
    """A word count up to its reduce, to be ended in different ways."""

    def __init__(self, *, key: Extractor | None = None, key_type: Type = UTF8, record: Type = WORD) -> None:
        self.builder = GraphBuilder()
        source = self.builder.source(record)
        keyed = self.builder.key_by(source, field("t1") if key is None else key, key_type)
        self.counts = self.builder.reduce(keyed, keeps=("t1",))

    def upsert(self, upstream: OperatorId, fields: Sequence[SinkField] = (KEY, VALUE)) -> None:
        self.builder.sink(upstream, fields, delivery=Delivery.UPSERT, key_fields=["key"])

    def decided(self) -> EmitDecision:
        return decided(self.builder.build())


def test_the_published_job_emits_last_updates_and_says_why() -> None:
    decision = decided(word_count())
    assert decision.mode is EmitMode.LAST
    assert decision.kept_key == field("t1")
    assert decision.reason == "every path ends in an upsert by the key t1, which all on the way keep: redis"


def test_a_map_that_keeps_the_key_may_stand_between() -> None:
    job = Counting()
    job.upsert(job.builder.map(job.counts, WORD, keeps=("t1",)))
    assert job.decided().mode is EmitMode.LAST


def test_a_job_that_asks_for_final_results_gets_them() -> None:
    assert decided(word_count(emit=Emit.FINAL)).mode is EmitMode.FINAL


def test_a_reduce_that_is_not_known_to_keep_the_key_emits_every_update() -> None:
    decision = decided(word_count(keeps=()))
    assert decision == EmitDecision(EmitMode.EVERY, "its function is not known to keep the key field t1")


def test_a_map_that_is_not_known_to_keep_the_key_forbids_it() -> None:
    job = Counting()
    job.upsert(job.builder.map(job.counts, WORD))
    assert job.decided().reason == "map-1 is not known to keep the key field t1"


def test_a_filter_forbids_it() -> None:
    job = Counting()
    job.upsert(job.builder.filter(job.counts))
    assert "filter-1 could drop the last update" in job.decided().reason


def test_a_flat_map_forbids_it() -> None:
    job = Counting()
    job.upsert(job.builder.flat_map(job.counts, WORD))
    assert "flat_map-1 makes any number of records" in job.decided().reason


def test_a_second_keyed_operator_forbids_it() -> None:
    job = Counting()
    again = job.builder.reduce(job.builder.key_by(job.counts, field("t1"), UTF8), keeps=("t1",))
    job.upsert(again)
    assert job.decided().reason == "key_by-2 works on every update"


def test_one_path_that_shows_updates_is_enough_to_forbid_it() -> None:
    job = Counting()
    job.upsert(job.counts)
    job.builder.sink(job.counts, (VALUE,), name="log")
    assert job.decided().reason == "log appends every update"


def test_an_upsert_by_another_field_forbids_it() -> None:
    job = Counting()
    job.upsert(job.counts, (SinkField("key", field("t0"), FLOAT64),))
    assert job.decided().reason == "redis upserts by another key than t1"


def test_an_upsert_by_more_than_the_key_forbids_it() -> None:
    job = Counting()
    fields = (KEY, SinkField("also", field("t0"), FLOAT64))
    job.builder.sink(job.counts, fields, delivery=Delivery.UPSERT, key_fields=["key", "also"])
    assert job.decided().reason == "redis upserts by another key than t1"


def test_a_key_that_the_sink_computes_forbids_it() -> None:
    job = Counting()
    number = job.builder.function(FunctionKind.FIELD, WORD, UTF8)
    job.upsert(job.counts, (SinkField("key", number, UTF8),))
    assert job.decided().reason == "redis computes its key key by a function"


def test_a_key_that_a_function_computes_forbids_it() -> None:
    job = Counting(key=FunctionNumber(0))
    job.upsert(job.counts)
    assert "the key is computed by a function" in job.decided().reason


def test_a_sink_bound_to_something_that_appends_gets_every_update() -> None:
    graph = word_count()
    assert decided(graph, {OperatorId(4): Delivery.APPEND}).reason == "redis appends every update"
    assert decided(graph, {OperatorId(4): Delivery.UPSERT}).mode is EmitMode.LAST


@pytest.mark.parametrize(("names", "mode"), [(("a", "b"), EmitMode.LAST), (("a",), EmitMode.EVERY)])
def test_a_record_as_key_equals_all_its_fields_together(names: tuple[str, ...], mode: EmitMode) -> None:
    inner = struct(a=UTF8, b=UTF8)
    job = Counting(record=struct(t0=FLOAT64, t1=inner), key_type=inner)
    fields = tuple(SinkField(name, field("t1", name), UTF8) for name in names)
    job.builder.sink(job.counts, fields, delivery=Delivery.UPSERT, key_fields=names)
    assert job.decided().mode is mode
