"""Waiting batches put together."""

from __future__ import annotations

import pyarrow as pa
import pytest

from lightflus.model.elements import Watermark
from lightflus.ports.batch import Batch
from lightflus.runtime.channel import Mailbox
from lightflus.runtime.merging import merged
from lightflus.testing.graphs import UTF8
from lightflus.testing.memory import batch_of, values_of


def batch(*words: str, is_keyed: bool = False) -> Batch:
    columns = batch_of(UTF8, words)
    hashes = pa.array([len(word) for word in words], pa.uint64()) if is_keyed else None
    return Batch(columns, columns if is_keyed else None, hashes)


@pytest.mark.parametrize("is_keyed", [False, True])
def test_rows_stand_in_order(is_keyed: bool) -> None:
    parts = [batch("a", "bb", is_keyed=is_keyed), batch("ccc", is_keyed=is_keyed)]
    whole = merged([Batch(p.columns.slice(0), p.keys, p.hashes) for p in parts])
    assert values_of(UTF8, whole.columns) == ["a", "bb", "ccc"]
    assert (whole.keys is not None) == is_keyed
    assert whole.hashes is None or whole.hashes.to_pylist() == [1, 2, 3]


def test_keys_that_not_all_have_hashes_have_none_together() -> None:
    known = batch("a", is_keyed=True)
    whole = merged([known, Batch(known.columns, known.keys)])
    assert (whole.keys is not None, whole.hashes) == (True, None)


def test_slices_are_put_together_as_what_they_show() -> None:
    long = batch("a", "b", "c", "d").columns
    assert values_of(UTF8, merged([Batch(long.slice(1, 2)), Batch(long.slice(3))]).columns) == ["b", "c", "d"]


async def test_a_mailbox_gives_more_only_if_it_is_a_batch_that_fits() -> None:
    mailbox = Mailbox(1)
    for element in (batch("a"), batch("b", "c"), Watermark(1)):
        await mailbox.inlet(0).send(element)
    assert mailbox.take_batch(0) is None
    first, second = mailbox.take_batch(1), mailbox.take_batch(5)
    assert (first and first.rows, second and second.rows) == (1, 2)
    assert mailbox.take_batch(5) is None
    assert mailbox.receive_nowait() == (0, Watermark(1))
