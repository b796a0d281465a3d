"""Retention: the newest checkpoints stay whole, nothing of others does, whatever failed before."""

from __future__ import annotations

from contextlib import suppress

import pytest
from checkpoint_samples import stored

from lightflus.checkpoint.manifests import epochs, read_manifest, write_manifest
from lightflus.checkpoint.names import copy_name, manifest_name, object_name
from lightflus.checkpoint.retention import Retention
from lightflus.errors import StoreFailed
from lightflus.testing.stores import MemoryPlace, MemoryStore, Trouble


def run(epoch: int, generation: int = 1) -> str:
    return object_name(epoch, generation, "0-0-run")


def filled(place: MemoryPlace, count: int = 5) -> MemoryStore:
    """Epoch n names the runs of n and n - 1."""
    store = MemoryStore(place)
    for epoch in range(1, count + 1):
        write_manifest(store, stored(store, epoch, run(epoch), run(epoch - 1)))
    return store


def test_the_newest_stay_with_all_that_they_name() -> None:
    store = filled(MemoryPlace())
    Retention(store, 1).apply(under_way=6)
    assert epochs(store) == [3, 4, 5]
    assert list(store.names("objects/")) == [run(epoch) for epoch in (2, 3, 4, 5)]


def test_what_an_epoch_under_way_has_written_stays() -> None:
    store = filled(MemoryPlace())
    store.create(run(6), b"x")
    Retention(store, 1).apply(under_way=6)
    assert run(6) in store.names("objects/")


def test_what_a_given_up_epoch_left_behind_goes() -> None:
    store = filled(MemoryPlace())
    store.create(object_name(5, 1, "3-0-run"), b"x")
    Retention(store, 1, keep=1).apply(under_way=6)
    assert list(store.names("objects/")) == [run(4), run(5)]


def test_a_zombie_deletes_nothing() -> None:
    store = filled(MemoryPlace())
    write_manifest(store, stored(store, 6, run(6, 2), generation=2))
    before = dict(store.place.objects)
    Retention(store, 1).apply(under_way=6)
    assert store.place.objects == before


def test_what_a_successor_writes_is_not_a_zombies_to_delete() -> None:
    store = filled(MemoryPlace())
    store.create(run(5, 2), b"x")
    Retention(store, 1).apply(under_way=7)
    assert run(5, 2) in store.names("objects/")


def test_a_checkpoint_that_nobody_can_read_does_not_count() -> None:
    place = MemoryPlace()
    store = filled(place)
    for name in (manifest_name(4), copy_name(4)):
        place.objects[name] = b"torn"
    Retention(store, 1, keep=2).apply(under_way=6)
    assert epochs(store) == [3, 4, 5]
    read_manifest(store, 3)
    assert set(store.names("objects/")) == {run(2), run(3), run(4), run(5)}


def test_where_no_checkpoint_can_be_read_nothing_is_deleted() -> None:
    store = MemoryStore()
    store.create(run(1), b"x")
    Retention(store, 1).apply(under_way=2)
    assert list(store.names("objects/")) == [run(1)]


@pytest.mark.parametrize("call", ["read", "delete", "names"])
def test_whatever_fails_the_next_time_finishes_it_and_nothing_kept_is_lost(call: str) -> None:
    for step in range(1, 5):
        place = MemoryPlace()
        filled(place)
        left = [step]

        def trouble(asked: str, _: str, left: list[int] = left) -> Trouble | None:
            left[0] -= asked == call
            return Trouble.REFUSED if asked == call and left[0] == 0 else None

        with suppress(StoreFailed):
            Retention(MemoryStore(place, trouble), 1).apply(under_way=6)
        for epoch in (3, 4, 5):
            assert all(found.name in place.objects for found in read_manifest(MemoryStore(place), epoch).objects())
        Retention(MemoryStore(place), 1).apply(under_way=6)
        assert sorted(place.objects) == sorted(_kept())


def _kept() -> list[str]:
    texts = [name(epoch) for epoch in (3, 4, 5) for name in (manifest_name, copy_name)]
    return texts + [run(epoch) for epoch in (2, 3, 4, 5)]
