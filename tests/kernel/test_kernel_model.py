"""The kernel and its plain model agree on everything, for every type."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_samples import MODEL, UTF8, batches, hashes_of, numbers_of, texts, types

from lightflus.codec.row_encoding import encode_key
from lightflus.kernel import WasmKernel
from lightflus.model.types import Type
from lightflus.ports.kernel import KeyedState, Lookup

REAL = WasmKernel()
BOUNDED = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def both(key: Type, state: Type) -> tuple[KeyedState, KeyedState]:
    return REAL.keyed_state(key, state), MODEL.keyed_state(key, state)


def as_numbers(lookup: Lookup) -> tuple[list[int], list[int], int]:
    return numbers_of(lookup.groups), numbers_of(lookup.slots), lookup.group_count


@given(st.data())
@BOUNDED
def test_hashes_are_those_of_the_model(data: st.DataObject) -> None:
    key = data.draw(types(lists=False))
    batch = data.draw(batches(key, most=20))
    assert hashes_of(REAL, key, batch).equals(hashes_of(MODEL, key, batch))


EDGES = st.sampled_from([1, 3, 4, 8, 9, 16, 17, 19, 20, 21, 24, 25, 40])
ENDS = st.sampled_from("\0aé€")
SIMILAR = st.just("") | st.builds(lambda length, end: ("\0" * length + end)[-length:], EDGES, ENDS)
"""Keys of lengths about those where the kernel goes another way, which differ in one character if at all."""


@given(st.lists(st.lists(SIMILAR, min_size=1, max_size=40), min_size=1, max_size=4), st.booleans())
@BOUNDED
def test_similar_keys_are_told_apart_even_with_one_hash(calls: list[list[str]], is_one_hash: bool) -> None:
    real, model = both(UTF8, UTF8)
    for drawn in calls:
        keys = texts(drawn)
        hashes = pa.array([7] * len(drawn), pa.uint64()) if is_one_hash else hashes_of(MODEL, UTF8, keys)
        assert as_numbers(real.lookup(keys, hashes)) == as_numbers(model.lookup(keys, hashes))


@given(st.data())
@BOUNDED
def test_keys_are_found_the_same_whoever_hashes_them(data: st.DataObject) -> None:
    key = data.draw(types(lists=False))
    table = REAL.keyed_state(key, UTF8)
    keys = data.draw(batches(key, most=300))
    assert as_numbers(table.lookup(keys, hashes_of(REAL, key, keys))) == as_numbers(table.lookup(keys, None))


@given(st.data())
@BOUNDED
def test_no_key_is_longer_than_what_all_keys_are_taken_to_have(data: st.DataObject) -> None:
    key = data.draw(types(lists=False, depth=4))
    keys = data.draw(batches(key, most=3))
    longest = max(len(encode_key(key, [column[row] for column in keys.columns])) for row in range(keys.num_rows))
    assert longest <= REAL.partitioner(key).most_bytes(keys)


@given(st.data())
@BOUNDED
def test_the_first_moved_key_is_that_of_the_model(data: st.DataObject) -> None:
    key = data.draw(types(lists=False))
    keys = data.draw(batches(key, most=10))
    tables = both(key, key)
    found, _ = (table.lookup(keys, hashes_of(MODEL, key, keys)) for table in tables)
    kept = data.draw(batches(key, least=found.group_count, most=found.group_count))
    moved = [table.first_moved_key(found.slots, kept) for table in tables]
    assert moved[0] == moved[1]


@given(st.data(), st.integers(1, 128), st.integers(128, 300))
@BOUNDED
def test_keys_are_distributed_as_the_model_says(data: st.DataObject, partitions: int, key_groups: int) -> None:
    key = data.draw(types(lists=False))
    keys = data.draw(batches(key, least=0, most=30))
    real, model = (k.partitioner(key).hash_and_distribute(keys, partitions, key_groups) for k in (REAL, MODEL))
    assert real == model
