"""What becomes of records that cannot be decoded."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightflus.errors import RecordInvalid
from lightflus.limits import REJECTED_IN_A_ROW
from lightflus.model.graph import BadRecords
from lightflus.ports.sources import Rejected, SourceBatch
from lightflus.runtime.counters import Counters
from lightflus.runtime.intake import BadRecordPolicy, Intake
from lightflus.testing.graphs import UTF8
from lightflus.testing.memory import MemoryLetters, RowOrigin, batch_of


def batch(rows: int, bad: int) -> SourceBatch:
    """Good rows, then bad ones."""
    rejected = tuple(Rejected(f"a:{n}", f"bad {n}", "mend it", b"x", rows) for n in range(bad))
    return SourceBatch(batch_of(UTF8, ["r"] * rows), RowOrigin("a", 0), {"a": "1"}, 1, rejected)


def test_to_fail_is_to_name_the_first_one() -> None:
    with pytest.raises(RecordInvalid, match="bad 0") as caught:
        Intake("topic", BadRecordPolicy(BadRecords.FAIL), Counters()).admit(batch(3, 2))
    assert (caught.value.where, caught.value.hint) == ("a:0", "mend it")


def test_to_drop_is_to_count() -> None:
    counters = Counters()
    Intake("topic", BadRecordPolicy(BadRecords.DROP), counters).admit(batch(3, 2))
    assert counters.rejected == 2


def test_dead_letters_are_kept_under_the_name_of_their_source() -> None:
    letters, counters = MemoryLetters(), Counters()
    Intake("topic", BadRecordPolicy(BadRecords.DEAD_LETTER, letters), counters).admit(batch(3, 2))
    assert [(one.operator, one.message, one.raw) for one in letters.kept] == [
        ("topic", "bad 0", b"x"),
        ("topic", "bad 1", b"x"),
    ]
    assert counters.rejected == 2


def test_a_source_of_which_nothing_can_be_read_ends_the_job() -> None:
    intake = Intake("topic", BadRecordPolicy(BadRecords.DROP), Counters())
    for _ in range(REJECTED_IN_A_ROW - 1):
        intake.admit(batch(0, 1))
    with pytest.raises(RecordInvalid, match="1,000 records one after another could not be decoded"):
        intake.admit(batch(0, 1))


def test_a_good_record_among_them_begins_the_count_again() -> None:
    intake = Intake("topic", BadRecordPolicy(BadRecords.DROP), Counters())
    for _ in range(3):
        intake.admit(batch(1, 1))
        intake.admit(batch(0, REJECTED_IN_A_ROW - 2))


def test_a_read_in_which_nothing_arrives_is_no_good_record() -> None:
    intake = Intake("topic", BadRecordPolicy(BadRecords.DROP), Counters())
    intake.admit(batch(0, REJECTED_IN_A_ROW - 1))
    intake.admit(batch(0, 0))
    with pytest.raises(RecordInvalid):
        intake.admit(batch(0, 1))


def cut(is_good: Sequence[bool], ends: Sequence[int]) -> list[SourceBatch]:
    """Records in batches that end before the records of those numbers."""
    batches = []
    for first, end in pairwise(sorted({0, *ends, len(is_good)})):
        part = is_good[first:end]
        bad = [place for place, good in enumerate(part) if not good]
        told = tuple(Rejected(str(first + place), "bad", None, b"", sum(part[:place])) for place in bad)
        batches.append(SourceBatch(batch_of(UTF8, ["r"] * sum(part)), RowOrigin("a", 0), {}, 1, told))
    return batches


def ended_at(batches: Sequence[SourceBatch]) -> str | None:
    """The record at which the job ended."""
    intake = Intake("topic", BadRecordPolicy(BadRecords.DROP), Counters())
    try:
        for found in batches:
            intake.admit(found)
    except RecordInvalid as error:
        return error.where
    return None


RUNS = st.lists(st.sampled_from([1, 2, REJECTED_IN_A_ROW - 1, REJECTED_IN_A_ROW, REJECTED_IN_A_ROW + 1]), max_size=6)


@given(RUNS, st.lists(st.integers(0, 4 * REJECTED_IN_A_ROW), max_size=8))
def test_it_does_not_depend_on_where_batches_are_cut(runs: list[int], ends: list[int]) -> None:
    is_good = [number == run for run in runs for number in range(run + 1)]
    too_long = next((i for i, run in enumerate(runs) if run >= REJECTED_IN_A_ROW), None)
    expected = None if too_long is None else sum(run + 1 for run in runs[:too_long]) + REJECTED_IN_A_ROW - 1
    assert ended_at(cut(is_good, ends)) == (None if expected is None else str(expected))
