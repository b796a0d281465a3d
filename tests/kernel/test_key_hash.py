"""docs/key-hash.md, example by example, and what follows from it."""

from __future__ import annotations

import pytest
from golden_tables import golden_rows, key_from, type_from
from kernel_samples import MODEL, UTF8, hashes_of, numbers_of, texts, words

from lightflus.errors import KeyTooLarge
from lightflus.kernel import WasmKernel
from lightflus.limits import KEY_BYTES, KEY_GROUPS

KERNEL = WasmKernel()


@pytest.mark.parametrize(("kind", "value", "expected", "group", "partition"), golden_rows("key-hash.md"))
def test_a_key_is_hashed_and_placed_as_the_document_says(
    kind: str, value: str, expected: str, group: str, partition: str
) -> None:
    key = type_from(kind)
    keys = key_from(key, value)
    assert hashes_of(KERNEL, key, keys).to_pylist() == [int(expected, 16)]
    for parts, wanted in ((KEY_GROUPS, group), (3, partition)):
        shares = KERNEL.partitioner(key).hash_and_distribute(keys, parts, KEY_GROUPS)
        assert [len(share.rows) for share in shares].index(1) == int(wanted)


def test_keys_of_every_length_are_hashed_as_the_reference_does() -> None:
    keys = texts("".join(chr(33 + (7 * i + n) % 90) for i in range(n)) for n in range(300))
    assert hashes_of(KERNEL, UTF8, keys).equals(hashes_of(MODEL, UTF8, keys))


def test_a_slice_is_hashed_like_a_copy() -> None:
    batch = words(range(100))
    assert hashes_of(KERNEL, UTF8, batch.slice(37, 20)).equals(hashes_of(KERNEL, UTF8, batch).slice(37, 20))


def test_no_rows_are_empty_shares() -> None:
    shares = KERNEL.partitioner(UTF8).hash_and_distribute(texts([]), 3, KEY_GROUPS)
    assert [(len(share.rows), len(share.hashes)) for share in shares] == [(0, 0)] * 3


def test_many_keys_spread_evenly_over_partitions() -> None:
    shares = KERNEL.partitioner(UTF8).hash_and_distribute(words(range(8192)), 4, KEY_GROUPS)
    sizes = [len(share.rows) for share in shares]
    assert max(sizes) < 1.1 * min(sizes)


def test_a_key_at_the_limit_is_taken_and_one_beyond_is_refused_with_its_row() -> None:
    hashes_of(KERNEL, UTF8, texts(["x" * KEY_BYTES]))
    with pytest.raises(KeyTooLarge, match="16777217 bytes; at most 16 MiB") as caught:
        hashes_of(KERNEL, UTF8, texts(["a", "x" * (KEY_BYTES + 1)]))
    assert caught.value.row == 1


def test_a_check_refuses_what_a_hash_refuses_and_nothing_else() -> None:
    partitioner = KERNEL.partitioner(UTF8)
    partitioner.check(texts(["x" * (KEY_BYTES // 2), "y" * KEY_BYTES]))
    with pytest.raises(KeyTooLarge) as caught:
        partitioner.check(texts(["a", "x" * (KEY_BYTES + 1)]))
    assert caught.value.row == 1


def test_a_partitioner_goes_on_after_a_refused_key() -> None:
    partitioner = KERNEL.partitioner(UTF8)
    with pytest.raises(KeyTooLarge):
        partitioner.hash_and_distribute(texts(["x" * (KEY_BYTES + 1)]), 3, KEY_GROUPS)
    shares = partitioner.hash_and_distribute(texts(["a"]), 3, KEY_GROUPS)
    assert [len(share.rows) for share in shares] == [0, 0, 1]


def test_the_slots_of_a_large_key_are_right() -> None:
    keys = texts(["x" * KEY_BYTES, "y", "x" * KEY_BYTES])
    table = KERNEL.keyed_state(UTF8, UTF8)
    assert numbers_of(table.lookup(keys, hashes_of(KERNEL, UTF8, keys)).groups) == [0, 1, 0]
