"""What becomes of a guest that fails: named, placed, or tried again in smaller calls."""

from __future__ import annotations

import pytest
from jobs import WORD_COUNT, add, as_text, prepare, split

from lightflus.errors import (
    GuestAborted,
    GuestDeadlineExceeded,
    GuestDisturbed,
    GuestError,
    GuestMemoryExceeded,
    GuestProtocolError,
    InternalError,
)
from lightflus.limits import GUEST_REPEATS
from lightflus.model.graph import Delivery, FunctionKind, JobGraph, SinkField
from lightflus.testing.graphs import UTF8, GraphBuilder, field, word_count
from lightflus.testing.guests import PythonFunction
from lightflus.testing.memory import MemorySink, Value


def fussy(bad: str, error: Exception) -> PythonFunction:
    def function(line: str) -> Value:
        if line == bad:
            raise error
        return split(line)

    return function


async def failure(
    functions: tuple[PythonFunction, ...], lines: list[list[Value]], graph: JobGraph | None = None
) -> GuestError:
    job = prepare(graph or word_count(), functions, {"book.txt": lines})
    with pytest.raises(GuestError) as caught:
        await job.result()
    return caught.value


async def test_an_abort_names_operator_record_and_source_line() -> None:
    error = await failure((fussy("bad", ValueError("no such word")), add, as_text), [["a"], ["b", "bad", "c"]])
    assert isinstance(error, GuestAborted)
    assert str(error) == "flat_map-1, record book.txt:3: no such word"
    assert (error.operator, error.record) == ("flat_map-1", "book.txt:3")
    assert error.position == "job.ts:2:3"
    assert error.row == 1


async def test_behind_a_flat_map_the_record_is_still_the_sources() -> None:
    builder = GraphBuilder()
    words = builder.flat_map(builder.source(UTF8), UTF8)
    builder.sink(builder.map(words, UTF8), (SinkField("value", field(), UTF8),))

    def refuse(word: str) -> Value:
        if word == "z":
            raise ValueError("z")
        return word

    error = await failure((str.split, refuse), [["a b c", "x y z"]], builder.build())
    assert (error.operator, error.record) == ("map-1", "book.txt:2")


async def test_behind_an_exchange_the_key_is_named() -> None:
    def refuse(left: dict[str, float], right: dict[str, float]) -> Value:
        raise ValueError("cannot add")

    error = await failure((split, refuse, as_text), [["a b", "b"]])
    assert str(error) == "reduce-1, record with key 'b': cannot add"


async def test_an_error_in_the_second_call_of_a_batch_counts_rows_from_its_beginning() -> None:
    lines: list[Value] = ["a"] * 10_000
    lines[9_000] = "bad"
    error = await failure((fussy("bad", ValueError("no")), add, as_text), [lines])
    assert (error.row, error.record) == (9_000, "book.txt:9001")


@pytest.mark.parametrize("kind", [MemoryError, TimeoutError])
async def test_a_record_that_exhausts_the_guest_alone_is_the_error(kind: type[Exception]) -> None:
    lines: list[Value] = ["a"] * 100
    lines[70] = "bad"
    error = await failure((fussy("bad", kind("too much")), add, as_text), [lines])
    assert type(error) in {GuestMemoryExceeded, GuestDeadlineExceeded}
    assert error.record == "book.txt:71"


async def test_a_record_that_never_ends_is_found_in_two_deadlines_not_in_one_per_halving() -> None:
    job = prepare(
        word_count(),
        (fussy("bad", TimeoutError("slow")), add, as_text),
        {"a": [["a"] * 5_000 + ["bad"] + ["a"] * 3_000]},
    )
    with pytest.raises(GuestDeadlineExceeded):
        await job.result()
    assert sum(not guest.is_alive for guest in job.guests.made) == 2


@pytest.mark.parametrize("most_rows", [1, 7, 64])
async def test_a_call_that_is_too_big_is_run_again_in_halves_with_the_same_result(most_rows: int) -> None:
    lines: list[Value] = [f"w{n % 13} w{n % 5}" for n in range(300)]
    small = prepare(word_count(), WORD_COUNT, {"a": [lines]}, sink=MemorySink(Delivery.APPEND), most_rows=most_rows)
    large = prepare(word_count(), WORD_COUNT, {"a": [lines]}, sink=MemorySink(Delivery.APPEND))
    await small.result()
    await large.result()
    assert small.sink.flushed == large.sink.flushed
    assert any(rows > most_rows for _, rows in small.guests.calls)
    assert all(guest.is_closed for guest in small.guests.made)


async def test_a_failed_call_leaves_no_trace_in_state() -> None:
    """A fold that fails half-way is run again; nothing is counted twice."""
    failed: list[bool] = []

    def once(left: dict[str, float], right: dict[str, float]) -> Value:
        if left["t0"] == 3 and not failed:
            failed.append(True)
            raise MemoryError
        return add(left, right)

    job = prepare(word_count(), (split, once, as_text), {"a": [["a a a a a a"]]})
    await job.result()
    assert job.counts() == {"a": "6"}
    assert failed


async def test_a_reduce_that_changes_the_key_it_claims_to_keep_is_found_out() -> None:
    def swap(left: dict[str, float], right: dict[str, float]) -> Value:
        return {"t0": 1.0, "t1": "other"}

    error = await failure((split, swap, as_text), [["a a"]])
    assert isinstance(error, GuestProtocolError)
    assert "keeps t1, but a new state has another t1: with key 'other'" in str(error)
    assert error.hint is not None


async def test_a_key_function_runs_in_the_guest_and_its_failure_is_placed() -> None:
    builder = GraphBuilder()
    source = builder.source(UTF8)
    key = builder.function(FunctionKind.KEY, UTF8, UTF8)
    counts = builder.reduce(builder.key_by(source, key, UTF8))
    builder.sink(counts, (SinkField("value", field(), UTF8),))

    def first_letter(word: str) -> Value:
        return word[0]

    def join(left: str, right: str) -> Value:
        return left + right

    graph = builder.build()
    job = prepare(graph, (first_letter, join), {"a": [["ab", "cd", "ae"]]}, sink=MemorySink(Delivery.APPEND))
    await job.result()
    assert [row["value"] for row in job.sink.flushed] == ["ab", "cd", "abae"]
    error = await failure((first_letter, join), [["ab", ""]], graph)
    assert (error.operator, error.record) == ("key_by-1", "book.txt:2")


async def test_a_call_of_one_row_that_was_ended_for_anothers_sake_is_made_again() -> None:
    endings = [GuestDisturbed("ended"), GuestDisturbed("ended")]

    def disturbed(line: str) -> Value:
        if endings:
            raise endings.pop()
        return split(line)

    job = prepare(word_count(), (disturbed, add, as_text), {"book.txt": [["a b a"]]})
    await job.result()
    assert job.counts() == {"a": "2", "b": "1"}
    assert len(job.guests.made) > 2


async def test_a_call_that_is_always_ended_for_anothers_sake_is_given_up() -> None:
    calls = []

    def disturbed(line: str) -> Value:
        calls.append(line)
        raise GuestDisturbed("ended")

    job = prepare(word_count(), (disturbed, add, as_text), {"book.txt": [["a"]]})
    with pytest.raises(InternalError, match="for another's sake"):
        await job.result()
    assert len(calls) == GUEST_REPEATS
