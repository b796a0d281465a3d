"""The published word count through the whole runtime, on doubles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
import trio.testing
from hypothesis import given, settings
from hypothesis import strategies as st
from jobs import WORD_COUNT, prepare

from lightflus.model.extract import Emit
from lightflus.model.graph import Delivery
from lightflus.testing.graphs import word_count
from lightflus.testing.memory import MemorySink

LINE = "hello hello hello world world world"
POEM = ["to be or not to be", "", "that is the question", "to sleep  no more", "é ü 😀 é"]


def expected(lines: Sequence[str]) -> dict[object, object]:
    return {word: str(count) for word, count in Counter(w for line in lines for w in line.split(" ")).items()}


async def test_the_published_line_gives_three_and_three(autojump_clock: trio.testing.MockClock) -> None:
    job = prepare(word_count(), WORD_COUNT, {"lines": [[LINE]]})
    await job.result()
    assert job.counts() == {"hello": "3", "world": "3"}


async def test_the_line_again_gives_six_and_six(autojump_clock: trio.testing.MockClock) -> None:
    job = prepare(word_count(), WORD_COUNT, {"lines": [[LINE], [LINE]]})
    await job.result()
    assert job.counts() == {"hello": "6", "world": "6"}


@pytest.mark.parametrize("parallelism", [1, 2, 3, 7])
async def test_parallelism_does_not_show(autojump_clock: trio.testing.MockClock, parallelism: int) -> None:
    splits = {f"{n}.txt": [POEM[n:], POEM] for n in range(3)}
    job = prepare(word_count(), WORD_COUNT, splits, parallelism=parallelism)
    await job.result()
    assert job.counts() == expected([*POEM, *POEM[1:], *POEM[2:], *POEM * 3])


@pytest.mark.parametrize("emit", Emit)
@pytest.mark.parametrize("keeps", [("t1",), ()])
async def test_what_is_emitted_does_not_show_in_an_upsert(
    autojump_clock: trio.testing.MockClock, emit: Emit, keeps: tuple[str, ...]
) -> None:
    job = prepare(word_count(emit=emit, keeps=keeps), WORD_COUNT, {"a": [POEM, POEM]}, parallelism=2)
    await job.result()
    assert job.counts() == expected(POEM * 2)


async def test_every_update_is_written_when_the_sink_appends(autojump_clock: trio.testing.MockClock) -> None:
    job = prepare(word_count(), WORD_COUNT, {"a": [["a b a", "a"]]}, sink=MemorySink(Delivery.APPEND))
    await job.result()
    assert [(row["key"], row["value"]) for row in job.sink.flushed] == [("a", "1"), ("b", "1"), ("a", "2"), ("a", "3")]


async def test_only_last_updates_are_written_when_the_job_wants_final_results(
    autojump_clock: trio.testing.MockClock,
) -> None:
    sink = MemorySink(Delivery.APPEND)
    job = prepare(word_count(emit=Emit.FINAL), WORD_COUNT, {"a": [["a b a"], ["a"]]}, sink=sink)
    await job.result()
    assert sorted((row["key"], row["value"]) for row in sink.flushed) == [("a", "3"), ("b", "1")]


async def test_held_updates_are_fewer_than_all(autojump_clock: trio.testing.MockClock) -> None:
    job = prepare(word_count(), WORD_COUNT, {"a": [["a a a a"] * 10]})
    await job.result()
    assert len(job.sink.written) < 40


async def test_an_empty_source_ends_at_once(autojump_clock: trio.testing.MockClock) -> None:
    job = prepare(word_count(), WORD_COUNT, {}, parallelism=2)
    result = await job.result()
    assert job.counts() == {}
    assert not result.is_stopped


@given(st.lists(st.lists(st.sampled_from(["a", "b b", "", "c a b", "ß"]), max_size=5), max_size=6))
@settings(max_examples=40, deadline=None)
def test_results_do_not_depend_on_where_batches_are_cut(batches: list[list[str]]) -> None:
    lines = [line for batch in batches for line in batch]
    cut = prepare(word_count(), WORD_COUNT, {"a": batches}, sink=MemorySink(Delivery.APPEND))
    whole = prepare(word_count(), WORD_COUNT, {"a": [lines]}, sink=MemorySink(Delivery.APPEND))
    trio.run(cut.result)
    trio.run(whole.result)
    assert cut.sink.flushed == whole.sink.flushed
    assert cut.counts() == expected(lines)


async def test_counters_say_what_each_operator_did(autojump_clock: trio.testing.MockClock) -> None:
    job = prepare(word_count(), WORD_COUNT, {"a": [["a b a", "a"], ["b"]]}, sink=MemorySink(Delivery.APPEND))
    result = await job.result()
    assert [(o.name, o.rows_in, o.rows_out) for o in result.operators] == [
        ("topic", 3, 3),
        ("flat_map-1", 3, 5),
        ("key_by-1", 5, 5),
        ("reduce-1", 5, 5),
        ("redis", 5, 5),
    ]
    assert result.operators[0].bytes_in > 0
    assert result.operators[3].calls == 2


async def test_everything_is_closed_at_the_end(autojump_clock: trio.testing.MockClock) -> None:
    job = prepare(word_count(), WORD_COUNT, {"a": [["a"]], "b": [["b"]]}, parallelism=2)
    await job.result()
    assert sorted(job.source.closed) == ["a", "b"]
    assert job.sink.writers == 0
    assert job.sink.is_closed
    assert all(guest.is_closed for guest in job.guests.made)


async def test_small_batches_that_wait_are_folded_together(autojump_clock: trio.testing.MockClock) -> None:
    job = prepare(word_count(), WORD_COUNT, {f"{n}": [["a b"], ["a"]] for n in range(5)}, parallelism=5)
    await job.result()
    folds = [rows for function, rows in job.guests.calls if function == 1]
    assert sum(folds) == 15
    assert max(folds) > 2
    assert job.counts() == {"a": "10", "b": "5"}
