"""Records on which a user's function fails: found, put aside, and as if they had never come."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from jobs import WORD_COUNT, Prepared, add, as_text, prepare, split

from lightflus.errors import GuestAborted, GuestError, GuestProtocolError
from lightflus.limits import POISON_IN_A_ROW
from lightflus.model.extract import FunctionNumber
from lightflus.model.graph import BadRecords, Delivery, JobGraph, SinkField
from lightflus.ports.batch import Batch
from lightflus.ports.guests import Guest
from lightflus.runtime.counters import Counters
from lightflus.runtime.guest_host import GuestHost
from lightflus.runtime.intake import BadRecordPolicy
from lightflus.runtime.poison import Called, Callers, RetryBudget, Screen, shown_row
from lightflus.testing.graphs import UTF8, GraphBuilder, field, struct, word_count
from lightflus.testing.guests import PythonFunction, PythonGuests
from lightflus.testing.memory import MemoryLetters, MemorySink, Value, batch_of


def failing(kind: type[Exception]) -> PythonFunction:
    """A split that fails on lines that begin with `bad`."""

    def function(line: str) -> Value:
        if line.startswith("bad"):
            raise kind(f"cannot split {line}")
        return split(line)

    return function


def poisoned(
    lines: Sequence[Sequence[Value]],
    functions: tuple[PythonFunction, ...],
    action: BadRecords = BadRecords.DEAD_LETTER,
    *,
    graph: JobGraph | None = None,
    is_appending: bool = False,
) -> tuple[Prepared, MemoryLetters]:
    letters = MemoryLetters()
    sink = MemorySink(Delivery.APPEND) if is_appending else None
    job = prepare(graph or word_count(), functions, {"book": lines}, sink=sink, poison=BadRecordPolicy(action, letters))
    return job, letters


async def test_a_poison_record_is_put_aside_and_its_neighbours_come_out_as_if_it_had_never_come() -> None:
    job, letters = poisoned([["a b", "bad x", "b"]], (failing(ValueError), add, as_text))
    result = await job.result()
    assert job.counts() == {"a": "1", "b": "2"}
    (letter,) = letters.kept
    assert (letter.operator, letter.kind, letter.position) == ("flat_map-1", "GuestAborted", "book:2")
    assert letter.message == "flat_map-1, record book:2: cannot split bad x"
    assert (letter.raw, letter.where) == (b"bad x", "job.ts:2:3")
    assert letter.record is not None
    assert letter.record[0].as_py() == "bad x"
    assert {one.name: one.poisoned for one in result.operators if one.poisoned} == {"flat_map-1": 1}


async def test_only_text_and_bytes_are_kept_as_they_were_read() -> None:
    def refuse(_record: dict[str, str]) -> Value:
        raise ValueError("no")

    builder = GraphBuilder()
    record = struct(value=UTF8)
    builder.sink(builder.map(builder.source(record), UTF8), (SinkField("value", field(), UTF8),))
    job, letters = poisoned([[{"value": "x"}]], (refuse,), graph=builder.build(), is_appending=True)
    await job.result()
    (letter,) = letters.kept
    assert letter.raw is None
    assert letter.record is not None
    assert letter.record[0].as_py() == {"value": "x"}


async def test_to_drop_is_to_count() -> None:
    job, letters = poisoned([["a", "bad", "a"]], (failing(ValueError), add, as_text), BadRecords.DROP)
    result = await job.result()
    assert (job.counts(), letters.kept) == ({"a": "2"}, [])
    assert sum(one.poisoned for one in result.operators) == 1


async def test_to_fail_is_to_end_the_job_with_the_record() -> None:
    job, letters = poisoned([["a", "bad", "a"]], (failing(ValueError), add, as_text), BadRecords.FAIL)
    with pytest.raises(GuestAborted, match="record book:2: cannot split bad"):
        await job.result()
    assert not letters.kept


@pytest.mark.parametrize("kind", [ValueError, MemoryError, TimeoutError])
@pytest.mark.parametrize("count", [1, 80, 900])
async def test_outputs_are_those_of_a_clean_run_without_exactly_the_poison(kind: type[Exception], count: int) -> None:
    lines: list[Value] = [f"w{n % 13} w{n % 5}" for n in range(9_000)]
    for n in range(count):
        lines[n * len(lines) // count] = f"bad {n}"
    clean = [line for line in lines if not str(line).startswith("bad")]
    expected = prepare(word_count(), WORD_COUNT, {"book": [clean]}, sink=MemorySink(Delivery.APPEND))
    await expected.result()
    job, letters = poisoned([lines], (failing(kind), add, as_text), is_appending=True)
    await job.result()
    assert job.sink.flushed == expected.sink.flushed
    places = [f"book:{n + 1}" for n, line in enumerate(lines) if str(line).startswith("bad")]
    assert [letter.position for letter in letters.kept] == places
    assert letters.puts <= 2, "letters of a call are kept together"


async def test_a_record_that_fails_while_it_is_folded_leaves_no_trace_in_state() -> None:
    def picky(left: dict[str, float], right: dict[str, float]) -> Value:
        if str(left["t1"]) == "x":
            raise ValueError("x twice")
        return add(left, right)

    job, letters = poisoned([["a x a x a x"]], (split, picky, as_text))
    await job.result()
    assert job.counts() == {"a": "3", "x": "1"}
    (first, second) = letters.kept
    assert first.operator == "reduce-1"
    assert first.key is not None
    assert first.record is not None
    assert first.key[0].as_py() == "x"
    assert first.record[0].as_py() == {"t0": 1.0, "t1": "x"}
    assert first.position is None
    assert second.message == "reduce-1, record with key 'x': x twice"


async def test_behind_a_flat_map_the_whole_record_of_the_source_is_put_aside() -> None:
    builder = GraphBuilder()
    words = builder.flat_map(builder.source(UTF8), UTF8)
    builder.sink(builder.map(words, UTF8), (SinkField("value", field(), UTF8),))

    def refuse(word: str) -> Value:
        if word == "z":
            raise ValueError("z")
        return word

    job, letters = poisoned([["a b", "x z", "c"]], (str.split, refuse), graph=builder.build(), is_appending=True)
    await job.result()
    assert [row["value"] for row in job.sink.flushed] == ["a", "b", "c"]
    assert [(letter.operator, letter.position) for letter in letters.kept] == [("map-1", "book:2")]


async def test_an_answer_that_breaks_the_rules_is_found_by_halving() -> None:
    def lying(line: str) -> Value:
        if line == "lie":
            raise GuestProtocolError("a lie")
        return split(line)

    lines: list[Value] = ["a"] * 1_000
    lines[617] = "lie"
    job, letters = poisoned([lines], (lying, add, as_text))
    await job.result()
    assert job.counts() == {"a": "999"}
    assert [(letter.kind, letter.position) for letter in letters.kept] == [("GuestProtocolError", "book:618")]
    assert len(job.guests.made) <= 12, "one more instance for each halving"


async def test_a_job_whose_every_record_fails_ends_and_says_so() -> None:
    job, letters = poisoned([["bad"] * 5_000], (failing(ValueError), add, as_text))
    with pytest.raises(GuestAborted, match="flat_map-1: 1,000 records one after another failed; of this one") as caught:
        await job.result()
    assert caught.value.record == "book:1000"
    assert len(letters.kept) == POISON_IN_A_ROW, "what was put aside before is kept"


def test_failed_calls_may_cost_a_job_only_so_much() -> None:
    budget, letters, counters = RetryBudget(), MemoryLetters(), Counters()
    budget.spend(10**12)
    called = Called("parse", BadRecordPolicy(BadRecords.DEAD_LETTER, letters), counters)
    guests = PythonGuests(word_count(), (failing(TimeoutError), add, as_text))
    host = GuestHost(guests, Callers(called, {}, ()), budget)

    def call(guest: Guest, first: int, last: int) -> None:
        guest.begin()
        guest.flat_map(FunctionNumber(0), guest.load(lines.slice(first, last - first)))

    lines = batch_of(UTF8, ["bad"] * 100)
    with pytest.raises(GuestError, match="calls that failed have taken 1000 s of this job; the last one: parse"):
        host.run(Batch(lines), 0, 100, call, Screen(UTF8))
    assert len(guests.made) == 1


def test_a_job_that_gets_on_may_go_on_failing() -> None:
    budget = RetryBudget()
    budget.earn(10**12)
    assert budget.spend(3 * 10**12) is None
    assert budget.spend(3 * 10**12) is not None


def test_what_cannot_be_said_of_a_row_does_not_take_the_place_of_its_error() -> None:
    far = pa.array([2**62], pa.int64()).view(pa.timestamp("us"))
    keyed = pa.RecordBatch.from_arrays([far], ["value"])
    assert shown_row(Batch(keyed, keys=keyed), 0) is not None
    assert shown_row(Batch(keyed, origin=Lost()), 0) is None


class Lost:
    """An origin that does not know its own rows."""

    def position(self, row: int) -> str:
        raise IndexError(row)


LINES = st.sampled_from(["a", "b a", "c c", "bad", "bad too"])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(LINES, max_size=9), max_size=5), st.sampled_from([ValueError, MemoryError, GuestProtocolError])
)
def test_neither_results_nor_letters_depend_on_how_poison_lies_in_batches(
    batches: list[list[Value]], kind: type[Exception]
) -> None:
    clean = [[line for line in batch if not str(line).startswith("bad")] for batch in batches]
    expected = prepare(word_count(), WORD_COUNT, {"book": clean}, sink=MemorySink(Delivery.APPEND))
    trio.run(expected.result)
    job, letters = poisoned(batches, (failing(kind), add, as_text), is_appending=True)
    trio.run(job.result)
    assert job.sink.flushed == expected.sink.flushed
    every = [str(line) for batch in batches for line in batch]
    assert [letter.position for letter in letters.kept] == [
        f"book:{number}" for number, line in enumerate(every, 1) if line.startswith("bad")
    ]


@pytest.mark.parametrize("parallelism", [2, 3])
async def test_behind_a_shuffle_each_record_is_put_aside_once(parallelism: int) -> None:
    def picky(left: dict[str, float], right: dict[str, float]) -> Value:
        if str(left["t1"]) in "xyz":
            raise ValueError("twice")
        return add(left, right)

    letters = MemoryLetters()
    job = prepare(
        word_count(),
        (failing(ValueError), picky, as_text),
        {name: [["a x y", "bad", "a z"], ["b z x", "bad b"]] for name in ("one", "two")},
        parallelism=parallelism,
        poison=BadRecordPolicy(BadRecords.DEAD_LETTER, letters),
    )
    await job.result()
    assert job.counts() == {"a": "4", "b": "2", "x": "1", "y": "1", "z": "1"}
    in_source = sorted(letter.position for letter in letters.kept if letter.position)
    assert in_source == ["one:2", "one:5", "two:2", "two:5"]
    in_reduce = sorted(str(letter.key[0].as_py()) for letter in letters.kept if letter.key is not None)
    assert in_reduce == ["x", "x", "x", "y", "z", "z", "z"]
