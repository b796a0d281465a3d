"""Verifying: any bit of a checkpoint that is another is found, and its object named."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from checkpoint_samples import put_run, whole_manifest
from xxhash import xxh3_128_hexdigest

from lightflus.checkpoint.manifests import write_manifest
from lightflus.checkpoint.names import copy_name, manifest_name
from lightflus.checkpoint.verifying import verify
from lightflus.model.checkpoints import Manifest, ObjectRef, RunRef, StagedOutput, SubtaskState
from lightflus.testing.runs import PlainRow
from lightflus.testing.stores import MemoryPlace, MemoryStore

RUN, TABLE, OUTPUT = "objects/a-run", "objects/b-table", "objects/c-output"


def put(store: MemoryStore, name: str, data: bytes) -> ObjectRef:
    store.create(name, data)
    return ObjectRef(name, len(data), xxh3_128_hexdigest(data))


def filled(store: MemoryStore, epoch: int = 7) -> Manifest:
    """A checkpoint that has everything: a run, a table, an output."""
    run = put_run(store, RUN, [PlainRow(b"%d" % key, b"x" * 50) for key in range(300)])
    part = SubtaskState(0, (run,), b"facts", {"waiting": put(store, TABLE, bytes(3_000))})
    output = StagedOutput(epoch, 0, put(store, OUTPUT, b"hello" * 100))
    base = whole_manifest(epoch)
    manifest = replace(
        base,
        operators=(replace(base.operators[0], parallelism=1, subtasks=(part,)),),
        sinks=(replace(base.sinks[0], outputs=(output,)),),
    )
    write_manifest(store, manifest)
    return manifest


def test_what_is_as_it_was_written_is_well() -> None:
    store = MemoryStore()
    manifest = filled(store)
    report = verify(store)
    assert (report.epochs, report.unreadable) == ({7: []}, set())
    assert (report.objects, report.bytes) == (3, sum(ref.bytes for ref in manifest.objects()))


def test_a_thousand_flipped_bits_are_found_and_named() -> None:
    store = MemoryStore()
    filled(store)
    draw = random.Random(11)
    whole = dict(store.place.objects)
    places = [(name, at) for name, data in whole.items() for at in range(len(data))]
    for name, at in draw.sample(places, 1_000):
        flipped = bytearray(whole[name])
        flipped[at] ^= 1 << draw.randrange(8)
        store.place.objects = {**whole, name: bytes(flipped)}
        report = verify(store)
        assert [damage.where for damage in report.epochs[7]] == [f"memory/{name}"], (name, at)
        assert report.unreadable == (set() if name in (manifest_name(7), copy_name(7)) else {7})


@pytest.mark.parametrize("name", [RUN, TABLE, OUTPUT])
def test_what_is_missing_or_has_another_length_is_found(name: str) -> None:
    store = MemoryStore()
    filled(store)
    data = store.place.objects[name]
    for other in (None, data[:-1], data + b"x", b""):
        if other is None:
            del store.place.objects[name]
        else:
            store.place.objects[name] = other
        assert [damage.where for damage in verify(store).epochs[7]] == [f"memory/{name}"]


def test_of_two_epochs_that_share_an_object_both_are_damaged_and_it_is_read_once() -> None:
    store = MemoryStore()
    filled(store, 7)
    write_manifest(store, replace(filled(MemoryStore(), 7), epoch=8))
    assert verify(store).objects == 3
    store.place.objects[TABLE] = b"other"
    assert verify(store).unreadable == {7, 8}


def test_a_run_of_another_number_of_rows_is_damage() -> None:
    store = MemoryStore()
    manifest = filled(store)
    (run,) = manifest.operators[0].subtasks[0].runs
    part = SubtaskState(0, (RunRef(run.object, 299),))
    operator = replace(manifest.operators[0], subtasks=(part,))
    write_manifest(store, replace(manifest, epoch=8, operators=(operator,)))
    assert any("300 rows, not 299" in str(damage) for damage in verify(store).epochs[8])


def test_a_checkpoint_that_is_removed_meanwhile_is_not_told() -> None:
    place = MemoryPlace()
    filled(MemoryStore(place), 7)
    filled(MemoryStore(place), 8)

    def removed(call: str, name: str) -> None:
        if call == "read" and name == copy_name(7):
            for gone in (manifest_name(7), copy_name(7), TABLE):
                place.objects.pop(gone, None)

    assert verify(MemoryStore(place, removed)).epochs == {8: []}


def test_facts_and_what_is_inside_a_manifest_are_under_its_checksum() -> None:
    store = MemoryStore()
    write_manifest(store, replace(whole_manifest(), operators=(), sinks=()))
    text = store.place.objects[manifest_name(7)]
    store.place.objects[manifest_name(7)] = text.replace(b'"12"', b'"13"')
    assert [damage.where for damage in verify(store).epochs[7]] == [f"memory/{manifest_name(7)}"]
