"""What a start takes from a checkpoint, and what it refuses, with words that name what differs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lightflus.errors import CheckpointUnfit
from lightflus.model.checkpoints import Manifest, OperatorState, SinkState, SourceState, StagedOutput
from lightflus.model.resuming import Starting, check_ahead, check_fit, difference
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type

UTF8, INT32, INT64 = ScalarType(Scalar.UTF8), ScalarType(Scalar.INT32), ScalarType(Scalar.INT64)


def record(**fields: Type) -> StructType:
    return StructType(tuple(Field(name, type_) for name, type_ in fields.items()))


COUNT = OperatorState("count", True, "reduce", "{}", UTF8, record(n=INT64), 2, ())
MANIFEST = Manifest(
    namespace="default",
    job="words",
    incarnation="life",
    generation=1,
    epoch=5,
    writer="me",
    digest="one",
    created_ms=0,
    is_end=False,
    key_groups=128,
    sources=(SourceState("topic", ("0",), {"0": "7"}),),
    operators=(COUNT,),
    sinks=(SinkState("out", 1, (StagedOutput(5, 0, b"x"),)),),
)
START = Starting("default", "words", "one", 128, (COUNT,), frozenset({"topic"}), frozenset({"out"}))


def test_the_same_job_goes_on() -> None:
    check_fit(START, MANIFEST)


def test_another_version_of_the_module_goes_on_where_operators_have_names() -> None:
    check_fit(replace(START, digest="two"), MANIFEST)


@pytest.mark.parametrize(
    ("start", "told"),
    [
        (replace(START, job="other"), "checkpoints of job `words`"),
        (replace(START, namespace="acme"), "of namespace `default`"),
        (replace(START, operators=()), "no operator `count`"),
        (replace(START, sources=frozenset({"lines"})), "no source `topic`"),
        (replace(START, sinks=frozenset({"table"})), "no sink `out`"),
        (replace(START, operators=(replace(COUNT, kind="window"),)), "had the kind reduce, and has window now"),
        (replace(START, operators=(replace(COUNT, settings='{"size": 5}'),)), "settings"),
        (replace(START, operators=(replace(COUNT, key=INT32),)), "key of operator `count` has changed: was utf8"),
        (replace(START, operators=(replace(COUNT, state=record(n=INT32)),)), "`n` was int64, and is int32"),
        (replace(START, digest="two", operators=(replace(COUNT, is_named=False),)), "no name of its own"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(start: Starting, told: str) -> None:
    with pytest.raises(CheckpointUnfit, match=told.replace("(", r"\(").replace("{", r"\{")):
        check_fit(start, MANIFEST)


def test_a_sink_without_waiting_output_may_go() -> None:
    empty = replace(MANIFEST, sinks=(SinkState("out", 1, ()),))
    check_fit(replace(START, sinks=frozenset()), empty)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (record(a=INT32), record(a=INT32, b=UTF8), "`b` is new"),
        (record(a=INT32, b=UTF8), record(a=INT32), "`b` is gone"),
        (record(a=INT32, b=UTF8), record(b=UTF8, a=INT32), "another order"),
        (record(a=record(b=INT32)), record(a=record(b=UTF8)), "`a.b` was int32, and is utf8"),
        (record(a=ListType(INT32)), record(a=ListType(INT64)), "`a[]` was int32, and is int64"),
        (record(a=INT32), record(a=replace(INT32, nullable=True)), "`a` was int32, and is int32 or null"),
    ],
)
def test_a_difference_of_types_is_told_by_its_field(before: Type, after: Type, told: str) -> None:
    assert told in difference(before, after)


def test_a_checkpoint_behind_what_a_sink_shows_is_refused_unless_that_is_accepted() -> None:
    check_ahead(5, {"out": 5, "other": None}, accepts_duplicates=False)
    check_ahead(5, {"out": 7}, accepts_duplicates=True)
    with pytest.raises(CheckpointUnfit, match="`out` shows epoch 7"):
        check_ahead(5, {"out": 7}, accepts_duplicates=False)
