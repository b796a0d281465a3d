"""Manifests: what comes back is what was written, or an error that names the object and what differs."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from checkpoint_samples import whole_manifest
from xxhash import xxh3_128_hexdigest

from lightflus.checkpoint.manifest_json import manifest_from_json, manifest_to_json
from lightflus.checkpoint.manifests import epochs, read_manifest, write_manifest
from lightflus.checkpoint.names import copy_name, manifest_name
from lightflus.errors import CheckpointDamaged, ObjectMissing, StoreFailed, Superseded
from lightflus.testing.stores import MemoryPlace, MemoryStore, Trouble

Tree = dict[str, object]


def test_a_manifest_comes_back_as_it_was() -> None:
    text = manifest_to_json(whole_manifest())
    assert manifest_from_json(text, "here") == whole_manifest()
    assert manifest_to_json(manifest_from_json(text, "here")) == text


def test_its_text_is_json_that_other_programs_read() -> None:
    tree = json.loads(manifest_to_json(whole_manifest()))
    assert (tree["manifest"]["version"], tree["manifest"]["job"]) == (1, "word count")


def test_every_flipped_bit_is_found() -> None:
    text = manifest_to_json(whole_manifest())
    draw = random.Random(7)
    for place in [*range(64), *(draw.randrange(len(text)) for _ in range(1_000)), len(text) - 2, len(text) - 1]:
        flipped = bytearray(text)
        flipped[place] ^= 1 << draw.randrange(8)
        with pytest.raises(CheckpointDamaged, match="the manifest is damaged") as damaged:
            manifest_from_json(bytes(flipped), "store/manifests/7")
        assert damaged.value.where == "store/manifests/7"


def test_every_torn_text_is_found() -> None:
    text = manifest_to_json(whole_manifest())
    for length in range(len(text)):
        with pytest.raises(CheckpointDamaged):
            manifest_from_json(text[:length], "here")


def forged(change: Callable[[Tree], object]) -> bytes:
    """A text that somebody else has written, whose checksum is right."""
    tree = json.loads(manifest_to_json(whole_manifest()))["manifest"]
    change(tree)
    body = json.dumps(tree).encode()
    return b'{"checksum":"%s","manifest":%s}\n' % (xxh3_128_hexdigest(body).encode(), body)


def _set(path: str, value: object) -> Callable[[Tree], object]:
    def change(tree: Tree) -> None:
        *way, last = path.split("/")
        inner: object = tree
        for name in way:
            inner = inner[int(name)] if isinstance(inner, list) else inner[name]  # type: ignore[index]
        inner[last] = value  # type: ignore[index]

    return change


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("version", 2, "version 2; this Lightflus reads version 1"),
        ("epoch", -1, "epoch is no whole number"),
        ("epoch", True, "epoch is no whole number"),
        ("epoch", 2**63, "epoch is no whole number"),
        ("is_end", 0, "is_end is neither"),
        ("job", None, "job is no string"),
        ("sources", {}, "sources is no list"),
        ("sources", [3], r"sources\[0\]. is no object"),
        ("sources/0/splits", [1], r"sources\[0\].splits is no list of strings"),
        ("sources/0/positions", {"a": 1}, r"sources\[0\].positions.a is no string"),
        ("operators/0/parallelism", 1, "subtasks is no list of"),
        ("operators/0/subtasks/1/subtask", 0, "subtasks is no list of"),
        ("operators/0/subtasks/0/facts", "!", "facts is no base64"),
        ("operators/0/subtasks/0/runs/0/object/name", "../../etc/passwd", "name is no name of an object"),
        ("operators/0/subtasks/0/runs/0/object/checksum", "", "checksum is no checksum"),
        ("operators/0/subtasks/0/runs/0/groups", None, "groups. is no object"),
        ("operators/0/key", 3, "a type cannot be read"),
        ("operators/0/key", {"scalar": "FUTURE"}, "a type cannot be read"),
        ("sinks/0/outputs/0/data", None, "data. is no object"),
    ],
)
def test_what_nobody_of_ours_wrote_is_refused_by_name(path: str, value: object, told: str) -> None:
    with pytest.raises(CheckpointDamaged, match=told):
        manifest_from_json(forged(_set(path, value)), "here")


def test_a_text_that_is_nested_without_end_is_refused() -> None:
    body = b"[" * 100_000
    with pytest.raises(CheckpointDamaged, match="not JSON"):
        manifest_from_json(b'{"checksum":"%s","manifest":%s}\n' % (xxh3_128_hexdigest(body).encode(), body), "here")


def test_an_epoch_is_written_once() -> None:
    store = MemoryStore()
    write_manifest(store, whole_manifest())
    write_manifest(store, whole_manifest())
    with pytest.raises(Superseded, match="checkpoint 7 was written by another run"):
        write_manifest(store, replace(whole_manifest(), writer="another"))
    assert read_manifest(store, 7) == whole_manifest()
    assert epochs(store) == [7]


def test_a_create_whose_answer_was_lost_is_known_by_its_writer() -> None:
    place = MemoryPlace()
    write_manifest(MemoryStore(place, lambda call, _: Trouble.LOST if call == "create" else None), whole_manifest())
    assert read_manifest(MemoryStore(place), 7) == whole_manifest()
    assert len(place.objects) == 2


def test_a_copy_that_another_epoch_seven_left_is_replaced() -> None:
    store = MemoryStore()
    store.create(copy_name(7), b"old")
    write_manifest(store, whole_manifest())
    assert bytes(store.read(copy_name(7))) == manifest_to_json(whole_manifest())


@pytest.mark.parametrize("trouble", [Trouble.TORN, Trouble.FLIPPED])
@pytest.mark.parametrize("name", [manifest_name(7), copy_name(7)])
def test_one_damaged_text_of_two_does_no_harm(trouble: Trouble, name: str) -> None:
    place = MemoryPlace()
    write_manifest(MemoryStore(place), whole_manifest())
    data = place.objects.pop(name)
    with pytest.raises(StoreFailed):  # noqa: PT012
        MemoryStore(place, lambda *_: trouble).create(name, data)
        raise StoreFailed("nobody was told")
    assert place.objects[name] != data
    assert read_manifest(MemoryStore(place), 7) == whole_manifest()


def test_a_lost_text_of_two_does_no_harm() -> None:
    store = MemoryStore()
    write_manifest(store, whole_manifest())
    store.delete([manifest_name(7)])
    assert (epochs(store), read_manifest(store, 7)) == ([7], whole_manifest())


def test_when_both_texts_are_damaged_the_first_is_named() -> None:
    store = MemoryStore()
    write_manifest(store, whole_manifest())
    for name in (manifest_name(7), copy_name(7)):
        store.place.objects[name] = store.place.objects[name][:-9]
    with pytest.raises(CheckpointDamaged, match="do not begin and end") as damaged:
        read_manifest(store, 7)
    assert damaged.value.where == "memory/manifests/0000000007.json"


def test_a_manifest_under_the_name_of_another_epoch_is_damage() -> None:
    store = MemoryStore()
    store.create(manifest_name(8), manifest_to_json(whole_manifest(7)))
    with pytest.raises(CheckpointDamaged, match="is that of epoch 7"):
        read_manifest(store, 8)


def test_an_epoch_that_is_not_there_is_missing() -> None:
    with pytest.raises(ObjectMissing):
        read_manifest(MemoryStore(), 1)
