"""Jobs as deep as a graph may be: they run, and one that fails says so in its own words."""

from __future__ import annotations

import pytest
from jobs import prepare

from lightflus.errors import GuestAborted
from lightflus.limits import GRAPH_OPERATORS
from lightflus.model.graph import Delivery, SinkField
from lightflus.testing.graphs import UTF8, GraphBuilder, field
from lightflus.testing.memory import MemorySink, Value

MAPS = GRAPH_OPERATORS - 2


def longer(text: str) -> Value:
    return text + "x"


def no_more(text: str) -> Value:
    raise ValueError("no more")


def joined(left: str, right: str) -> Value:
    return left + right


async def test_a_failure_at_the_end_of_the_longest_chain_names_its_record() -> None:
    builder = GraphBuilder()
    stream = builder.source(UTF8)
    for _ in range(MAPS):
        stream = builder.map(stream, UTF8)
    builder.sink(stream, (SinkField("value", field(), UTF8),))
    job = prepare(builder.build(), (*[longer] * (MAPS - 1), no_more), {"a": [["1", "2"]]})
    with pytest.raises(GuestAborted) as caught:
        await job.result()
    assert str(caught.value) == f"map-{MAPS}, record a:1: no more"


async def test_as_many_keyed_operators_as_a_graph_may_have_run_one_behind_another() -> None:
    builder = GraphBuilder()
    stream = builder.source(UTF8)
    count = MAPS // 2
    for _ in range(count):
        stream = builder.reduce(builder.key_by(stream, field(), UTF8))
    builder.sink(stream, (SinkField("value", field(), UTF8),))
    job = prepare(builder.build(), [joined] * count, {"a": [["1", "2"]]}, sink=MemorySink(Delivery.APPEND))
    await job.result()
    assert [row["value"] for row in job.sink.flushed] == ["1", "2"]
