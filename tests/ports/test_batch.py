"""Operations on whole rows: nothing that belongs to a row is lost."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest

from lightflus.ports.batch import Batch
from lightflus.testing.graphs import UTF8
from lightflus.testing.memory import batch_of, values_of


def batch(*words: str, is_keyed: bool = False) -> Batch:
    columns = batch_of(UTF8, words)
    hashes = pa.array([len(word) for word in words], pa.uint64()) if is_keyed else None
    return Batch(columns, columns if is_keyed else None, hashes)


@pytest.mark.parametrize("is_keyed", [False, True])
def test_rows_stand_in_order(is_keyed: bool) -> None:
    parts = [batch("a", "bb", is_keyed=is_keyed), batch("ccc", is_keyed=is_keyed)]
    whole = Batch.joined([Batch(p.columns.slice(0), p.keys, p.hashes) for p in parts])
    assert values_of(UTF8, whole.columns) == ["a", "bb", "ccc"]
    assert (whole.keys is not None) == is_keyed
    assert whole.hashes is None or whole.hashes.to_pylist() == [1, 2, 3]


def test_keys_that_not_all_have_hashes_have_none_together() -> None:
    known = batch("a", is_keyed=True)
    whole = Batch.joined([known, Batch(known.columns, known.keys)])
    assert (whole.keys is not None, whole.hashes) == (True, None)


def test_slices_are_put_together_as_what_they_show() -> None:
    long = batch("a", "b", "c", "d").columns
    assert values_of(UTF8, Batch.joined([Batch(long.slice(1, 2)), Batch(long.slice(3))]).columns) == ["b", "c", "d"]


class Numbered:
    def position(self, row: int) -> str:
        return f"book.txt:{row + 1}"


WHOLE = replace(batch("a", "bb", "ccc", is_keyed=True), origin=Numbered())


def test_a_slice_has_the_keys_hashes_and_places_of_its_rows() -> None:
    part = WHOLE.slice(1, 2).slice(1, 1)
    assert part.keys is not None
    assert part.hashes is not None
    assert part.origin is not None
    assert (values_of(UTF8, part.columns), values_of(UTF8, part.keys)) == (["ccc"], ["ccc"])
    assert (part.hashes.to_pylist(), part.origin.position(0)) == ([3], "book.txt:3")


def test_taken_rows_have_their_keys_and_hashes_but_no_place() -> None:
    taken = WHOLE.take(pa.array([2, 0], pa.uint32()))
    assert taken.keys is not None
    assert taken.hashes is not None
    assert (values_of(UTF8, taken.keys), taken.hashes.to_pylist(), taken.origin) == (["ccc", "a"], [3, 1], None)


def test_rows_keyed_anew_have_not_the_old_hashes() -> None:
    assert WHOLE.with_keys(batch_of(UTF8, ["x", "y", "z"])).hashes is None
    assert (WHOLE.without_keys().keys, WHOLE.without_keys().hashes) == (None, None)
