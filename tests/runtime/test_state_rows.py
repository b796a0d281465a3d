"""State that is too large to be kept for a key: its record's fault, and nobody else's."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jobs import Prepared, prepare

from lightflus.errors import StateRowTooLarge
from lightflus.limits import MIB, STATE_ROW_BYTES
from lightflus.model.extract import FunctionNumber
from lightflus.model.graph import BadRecords, Delivery, SinkField
from lightflus.runtime.intake import BadRecordPolicy
from lightflus.runtime.operators.state_rows import first_larger, require_small
from lightflus.testing.graphs import UTF8, GraphBuilder, field, struct
from lightflus.testing.memory import MemoryLetters, Value

PAGE = struct(key=UTF8, text=UTF8)
HALF = "h" * (STATE_ROW_BYTES // 2)


def longer(left: dict[str, str], right: dict[str, str]) -> Value:
    """All texts of a key, one behind the other."""
    return {"key": left["key"], "text": left["text"] + right["text"]}


def job_of(pages: Sequence[Value], action: BadRecords) -> tuple[Prepared, MemoryLetters]:
    """A job that keeps all texts of a key."""
    letters, builder = MemoryLetters(), GraphBuilder()
    keyed = builder.key_by(builder.source(PAGE), field("key"), UTF8)
    fields = tuple(SinkField(name, field(name), UTF8) for name in ("key", "text"))
    builder.sink(builder.reduce(keyed), fields, delivery=Delivery.UPSERT, key_fields=["key"])
    policy = BadRecordPolicy(action, letters)
    return prepare(builder.build(), (longer,), {"book": [pages]}, poison=policy), letters


def page(key: str, text: str) -> Value:
    return {"key": key, "text": text}


async def test_a_record_that_makes_the_state_of_its_key_too_large_is_put_aside_and_the_state_stays() -> None:
    job, letters = job_of([page("a", HALF), page("b", "x"), page("a", HALF), page("a", "y")], BadRecords.DEAD_LETTER)
    await job.result()
    (letter,) = letters.kept
    assert (letter.kind, letter.position) == ("StateRowTooLarge", "book:3")
    assert "the state with key 'a' would take 32.0 MiB; at most 32 are kept" in letter.message
    texts = {key[0]: row["text"] for key, row in job.sink.upserted("key").items()}
    assert texts == {"a": f"{HALF}y", "b": "x"}


async def test_where_such_a_record_ends_the_job_the_error_names_it() -> None:
    job, _ = job_of([page("a", HALF), page("b", "x"), page("a", HALF)], BadRecords.FAIL)
    with pytest.raises(StateRowTooLarge, match="reduce-1, record with key 'a': the state with key 'a' would take"):
        await job.result()


@given(st.lists(st.integers(0, 40)), st.integers(1, 40))
def test_the_first_row_that_is_too_large_is_found(sizes: list[int], most: int) -> None:
    rows = pa.record_batch({"text": pa.array(["x" * size for size in sizes], pa.string())})
    expected = next((at for at in range(len(sizes)) if rows.slice(at, 1).nbytes > most), None)
    assert first_larger(rows, most) == expected


def test_what_is_in_a_list_of_a_row_counts_for_this_row_alone() -> None:
    rows = pa.record_batch({"ids": pa.array([[1], [2] * 1_000, [3]], pa.list_(pa.int64()))})
    assert first_larger(rows, 2_000) == 1
    assert first_larger(rows, 20_000) is None


def test_whose_keys_are_not_known_is_told_without() -> None:
    rows = pa.record_batch({"text": pa.array(["x" * 2 * MIB])})
    with pytest.raises(StateRowTooLarge, match=r"^the state would take 2\.0 MiB; at most 1 are kept$"):
        require_small(rows, FunctionNumber(0), None, MIB)
