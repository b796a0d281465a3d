"""The runtime on the real kernel: the same results as on its plain model, whatever the key is."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
import trio.testing
from jobs import prepare

from lightflus.errors import KeyTooLarge
from lightflus.kernel import WasmKernel
from lightflus.limits import KEY_BYTES
from lightflus.model.graph import BadRecords, Delivery, FunctionKind, JobGraph, SinkField
from lightflus.model.types import Type
from lightflus.runtime.intake import BadRecordPolicy
from lightflus.testing.graphs import BOOL, FLOAT64, INT64, UTF8, GraphBuilder, field, struct
from lightflus.testing.guests import PythonFunction
from lightflus.testing.memory import MemoryLetters, MemorySink, Value

PAIR = struct(a=INT64, b=UTF8)
KEYS: list[tuple[Type, list[Value]]] = [
    (UTF8, ["", "a", "ß", "long " * 50]),
    (INT64, [0, -1, 2**62]),
    (FLOAT64, [0.0, -0.0, 1.5, float("nan")]),
    (BOOL, [True, False]),
    (replace(UTF8, nullable=True), [None, "", "x"]),
    (PAIR, [{"a": 1, "b": "x"}, {"a": 1, "b": "y"}, {"a": 2, "b": "x"}]),
    (replace(PAIR, nullable=True), [None, {"a": 0, "b": ""}]),
]


def add(left: dict[str, Value], right: dict[str, Value]) -> Value:
    return {"k": left["k"], "n": int(str(left["n"])) + int(str(right["n"]))}


def counting(key: Type, *, is_computed: bool) -> JobGraph:
    """Sums `n` by `k`, an upsert by `k`."""
    record = struct(k=key, n=INT64)
    builder = GraphBuilder()
    source = builder.source(record)
    path = builder.function(FunctionKind.KEY, record, key) if is_computed else field("k")
    sums = builder.reduce(builder.key_by(source, path, key), keeps=["k"])
    fields = (SinkField("k", field("k"), key), SinkField("n", field("n"), INT64))
    builder.sink(sums, fields, delivery=Delivery.UPSERT, key_fields=["k"])
    return builder.build()


def functions(*, is_computed: bool) -> list[PythonFunction]:
    return [lambda row: row["k"], add] if is_computed else [add]


@pytest.mark.parametrize("is_computed", [False, True])
@pytest.mark.parametrize("parallelism", [1, 3])
@pytest.mark.parametrize(("key", "values"), KEYS, ids=[str(key) for key, _ in KEYS])
async def test_sums_by_key_agree_with_the_model(
    autojump_clock: trio.testing.MockClock, key: Type, values: list[Value], parallelism: int, is_computed: bool
) -> None:
    rng = random.Random(7)
    batches: list[list[Value]] = [[{"k": rng.choice(values), "n": n} for n in range(size)] for size in (3, 0, 20, 1)]
    graph, calls = counting(key, is_computed=is_computed), functions(is_computed=is_computed)
    splits = {"a": batches, "b": batches[::-1]}
    real = prepare(graph, calls, splits, parallelism=parallelism, kernel=WasmKernel())
    model = prepare(graph, calls, splits, parallelism=parallelism)
    await real.result()
    await model.result()
    assert last(real.sink) == last(model.sink)
    assert sum(last(real.sink).values()) == 2 * (sum(range(3)) + sum(range(20)))


def last(sink: MemorySink) -> dict[str, int]:
    """The last value per key; keys as text, since NaN differs from itself, and -0 = 0."""
    return {repr(row["k"]).replace("-0.0", "0.0"): int(str(row["n"])) for row in sink.flushed}


async def test_every_update_leaves_in_the_order_of_its_key(autojump_clock: trio.testing.MockClock) -> None:
    rows: list[Value] = [{"k": "a" if n % 2 else "b", "n": 1} for n in range(10)]
    sink = MemorySink(Delivery.APPEND)
    job = prepare(counting(UTF8, is_computed=False), [add], {"a": [rows]}, kernel=WasmKernel(), sink=sink)
    await job.result()
    assert [row["n"] for row in sink.flushed if row["k"] == "a"] == [1, 2, 3, 4, 5]


async def test_a_key_that_is_too_long_is_refused_with_the_place_of_its_record(
    autojump_clock: trio.testing.MockClock,
) -> None:
    rows: list[Value] = [{"k": "a", "n": 1}, {"k": "x" * (KEY_BYTES + 1), "n": 1}]
    job = prepare(counting(UTF8, is_computed=False), [add], {"book": [rows]}, kernel=WasmKernel())
    with pytest.raises(KeyTooLarge) as caught:
        await job.result()
    assert caught.value.record == "book:2"


@pytest.mark.parametrize("is_computed", [False, True])
async def test_a_record_whose_key_is_too_long_is_put_aside_like_any_that_fails(
    is_computed: bool, autojump_clock: trio.testing.MockClock
) -> None:
    rows: list[Value] = [{"k": "a", "n": 1}, {"k": "x" * (KEY_BYTES + 1), "n": 1}, {"k": "a", "n": 2}]
    letters = MemoryLetters()
    poison = BadRecordPolicy(BadRecords.DEAD_LETTER, letters)
    graph, calls = counting(UTF8, is_computed=is_computed), functions(is_computed=is_computed)
    job = prepare(graph, calls, {"book": [rows]}, kernel=WasmKernel(), poison=poison)
    await job.result()
    assert last(job.sink) == {"'a'": 3}
    (letter,) = letters.kept
    assert (letter.kind, letter.position) == ("KeyTooLarge", "book:2")
    assert "at most 16 MiB" in letter.message
