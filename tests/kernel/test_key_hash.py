"""docs/key-hash.md, example by example, and what follows from it."""

from __future__ import annotations

import pyarrow as pa
import pytest
from golden_tables import golden_rows, key_from, type_from
from kernel_samples import MODEL, UTF8, numbers_of, texts, words

from lightflus.errors import KeyTooLarge
from lightflus.kernel import WasmKernel
from lightflus.limits import KEY_BYTES, KEY_GROUPS

KERNEL = WasmKernel()


@pytest.mark.parametrize(("kind", "value", "expected", "group", "partition"), golden_rows("key-hash.md"))
def test_a_key_is_hashed_and_placed_as_the_document_says(
    kind: str, value: str, expected: str, group: str, partition: str
) -> None:
    key = type_from(kind)
    partitioner = KERNEL.partitioner(key)
    hashes = partitioner.hash(key_from(key, value))
    assert hashes.to_pylist() == [int(expected, 16)]
    for parts, wanted in ((KEY_GROUPS, group), (3, partition)):
        placed = partitioner.partition(hashes, parts, KEY_GROUPS)
        assert [len(rows) for rows in placed].index(1) == int(wanted)


def test_keys_of_every_length_are_hashed_as_the_reference_does() -> None:
    keys = texts("".join(chr(33 + (7 * i + n) % 90) for i in range(n)) for n in range(300))
    assert KERNEL.partitioner(UTF8).hash(keys).equals(MODEL.partitioner(UTF8).hash(keys))


def test_a_slice_is_hashed_like_a_copy() -> None:
    batch = words(range(100))
    partitioner = KERNEL.partitioner(UTF8)
    assert partitioner.hash(batch.slice(37, 20)).equals(partitioner.hash(batch).slice(37, 20))


def test_no_rows_are_no_hashes_and_empty_partitions() -> None:
    partitioner = KERNEL.partitioner(UTF8)
    hashes = partitioner.hash(texts([]))
    assert (len(hashes), [len(rows) for rows in partitioner.partition(hashes, 3, KEY_GROUPS)]) == (0, [0, 0, 0])
    assert [len(share.hashes) for share in partitioner.hash_and_distribute(texts([]), 3, KEY_GROUPS)] == [0, 0, 0]


def test_partitions_take_a_slice_of_hashes() -> None:
    hashes = pa.array([0, 0, 2**64 - 1, 0], pa.uint64()).slice(2, 2)
    low, high = KERNEL.partitioner(UTF8).partition(hashes, 2, KEY_GROUPS)
    assert (low.to_pylist(), high.to_pylist()) == ([1], [0])


def test_many_keys_spread_evenly_over_partitions() -> None:
    partitioner = KERNEL.partitioner(UTF8)
    sizes = [len(rows) for rows in partitioner.partition(partitioner.hash(words(range(8192))), 4, KEY_GROUPS)]
    assert max(sizes) < 1.1 * min(sizes)


def test_a_key_at_the_limit_is_taken_and_one_beyond_is_refused_with_its_row() -> None:
    partitioner = KERNEL.partitioner(UTF8)
    partitioner.hash(texts(["x" * KEY_BYTES]))
    with pytest.raises(KeyTooLarge, match="16777217 bytes; at most 16 MiB") as caught:
        partitioner.hash(texts(["a", "x" * (KEY_BYTES + 1)]))
    assert caught.value.row == 1


def test_a_key_that_is_too_long_is_not_distributed() -> None:
    partitioner = KERNEL.partitioner(UTF8)
    with pytest.raises(KeyTooLarge) as caught:
        partitioner.hash_and_distribute(texts(["a", "x" * (KEY_BYTES + 1)]), 3, KEY_GROUPS)
    assert caught.value.row == 1
    assert [len(share.rows) for share in partitioner.hash_and_distribute(texts(["a"]), 3, KEY_GROUPS)] == [0, 0, 1]


def test_a_check_refuses_what_a_hash_refuses_and_nothing_else() -> None:
    partitioner = KERNEL.partitioner(UTF8)
    partitioner.check(texts(["x" * (KEY_BYTES // 2), "y" * KEY_BYTES]))
    with pytest.raises(KeyTooLarge) as caught:
        partitioner.check(texts(["a", "x" * (KEY_BYTES + 1)]))
    assert caught.value.row == 1


def test_a_partitioner_goes_on_after_a_refused_key() -> None:
    partitioner = KERNEL.partitioner(UTF8)
    with pytest.raises(KeyTooLarge):
        partitioner.hash(texts(["x" * (KEY_BYTES + 1)]))
    assert len(partitioner.hash(texts(["a"]))) == 1


def test_the_slots_of_a_large_key_are_right() -> None:
    keys = texts(["x" * KEY_BYTES, "y", "x" * KEY_BYTES])
    table = KERNEL.keyed_state(UTF8, UTF8)
    assert numbers_of(table.lookup(keys, KERNEL.partitioner(UTF8).hash(keys)).groups) == [0, 1, 0]
