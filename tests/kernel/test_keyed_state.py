"""Keyed state in the kernel: growth, collisions, memory, and what happens when something goes wrong."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest
from kernel_samples import COUNT, INT64, MODEL, UTF8, batch_of, buffer_of, hashes_of, numbers_of, plain, texts, words

from lightflus.errors import KernelFailed, StateTooLarge
from lightflus.kernel import WasmKernel, WasmKeyedState
from lightflus.limits import MIB
from lightflus.model.types import Field, ListType, StructType
from lightflus.ports.kernel import Lookup

KERNEL = WasmKernel()
TEXTS = StructType((Field("text", UTF8), Field("parts", ListType(UTF8))))


def look_up(table: WasmKeyedState, keys: pa.RecordBatch) -> Lookup:
    return table.lookup(keys, hashes_of(KERNEL, UTF8, keys))


def counts(keys: pa.RecordBatch, count: int) -> pa.RecordBatch:
    return batch_of(COUNT, [{"word": word, "count": count} for word in keys.column(0).to_pylist()])


def test_slots_stay_what_they_were_while_the_table_grows() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    for start in range(0, 100_000, 5_000):
        assert numbers_of(look_up(table, words(range(start, start + 5_000))).slots) == [*range(start, start + 5_000)]
    shuffled = random.Random(1).sample(range(100_000), 5_000)
    assert numbers_of(look_up(table, words(shuffled)).slots) == shuffled


def test_keys_with_one_hash_are_told_apart() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    keys = words(range(500))
    same = pa.array([7] * 500, pa.uint64())
    assert numbers_of(table.lookup(keys, same).slots) == [*range(500)]
    assert numbers_of(table.lookup(keys.slice(100, 3), same.slice(100, 3)).slots) == [100, 101, 102]


def test_a_call_of_more_new_keys_than_the_table_has_room_for_is_one_call() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    found = look_up(table, words([*range(50_000), *range(50_000)]))
    assert numbers_of(found.slots) == [*range(50_000)]
    assert numbers_of(found.groups) == [*range(50_000), *range(50_000)]


def test_groups_are_numbered_by_first_row() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    look_up(table, texts(["z", "b"]))
    found = look_up(table, texts(["a", "b", "a", "c", "b"]))
    assert (numbers_of(found.groups), numbers_of(found.slots), found.group_count) == ([0, 1, 0, 2, 1], [2, 1, 3], 3)


def test_no_rows_are_no_groups() -> None:
    found = look_up(KERNEL.keyed_state(UTF8, COUNT), texts([]))
    assert (found.groups.size, found.slots.size, found.group_count) == (0, 0, 0)


def test_a_key_that_was_only_looked_up_has_no_state() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    found = look_up(table, texts(["a", "b"]))
    assert table.gather(found.slots).is_null().to_pylist() == [True, True]
    assert (len(table), numbers_of(table.take_dirty(10))) == (0, [])


def test_state_that_was_stored_is_gathered_beside_slots_without() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    found = look_up(table, texts(["a", "b", "c"]))
    table.scatter(buffer_of([1]), counts(texts(["b"]), 5))
    assert plain(table.gather(found.slots)) == [None, ("b", 5), None]
    assert len(table) == 1


def test_a_sliced_batch_is_stored_from_its_first_row_on() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    found = look_up(table, texts(["c", "d"]))
    table.scatter(found.slots, counts(texts(["a", "b", "c", "d"]), 1).slice(2))
    assert plain(table.gather(found.slots)) == [("c", 1), ("d", 1)]


def test_dirty_slots_come_in_the_order_of_their_first_change_in_portions_and_once() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    keys = words(range(300))
    slots = look_up(table, keys).slots
    table.scatter(slots, counts(keys, 1))
    assert numbers_of(table.take_dirty(200)) == [*range(200)]
    table.scatter(buffer_of([7]), counts(keys.slice(7, 1), 2))
    assert numbers_of(table.take_dirty(1_000)) == [*range(200, 300), 7]
    assert numbers_of(table.take_dirty(1_000)) == []


def test_a_key_that_moved_is_found() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    slots = look_up(table, texts(["a", "b", "c"])).slots
    assert table.first_moved_key(slots, texts(["a", "b", "c"])) is None
    assert table.first_moved_key(slots, texts(["a", "c", "b"])) == 1


def test_updates_of_the_same_keys_do_not_grow_memory() -> None:
    table = KERNEL.keyed_state(UTF8, TEXTS)
    chance = random.Random(1)
    keys = words(range(500))
    slots = look_up(table, keys).slots
    sizes = []
    for _ in range(120):
        rows = [
            {"text": "t" * chance.randrange(200), "parts": ["p" * chance.randrange(40)] * chance.randrange(6)}
            for _ in range(500)
        ]
        table.scatter(slots, batch_of(TEXTS, rows))
        sizes.append(table.memory_bytes)
    assert sizes[-1] == sizes[len(sizes) // 2]


@pytest.mark.slow
def test_ten_million_updates_of_the_same_keys_do_not_grow_memory() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    keys = words(range(8_000))
    slots = look_up(table, keys).slots
    rounds = [counts(keys, count) for count in range(2)]
    table.scatter(slots, rounds[0])
    table.scatter(slots, rounds[1])
    before = table.memory_bytes
    for i in range(1_250):
        table.scatter(slots, rounds[i % 2])
    assert table.memory_bytes == before


def fill(table: WasmKeyedState) -> None:
    for start in range(0, 10_000_000, 8_000):
        look_up(table, words(range(start, start + 8_000)))


def test_state_that_outgrows_its_memory_is_the_users_error_and_ends_the_table() -> None:
    table = WasmKernel(memory_bytes=8 * MIB).keyed_state(UTF8, COUNT)
    with pytest.raises(StateTooLarge, match="do not fit 8 MiB"):
        fill(table)
    with pytest.raises(KernelFailed, match="closed, or failed before"):
        len(table)


def test_a_slot_that_nobody_has_is_refused_by_name() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    with pytest.raises(KernelFailed, match="a slot is not in the table"):
        table.scatter(buffer_of([3]), counts(texts(["a"]), 1))


def test_rows_must_be_as_many_as_slots() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    slots = look_up(table, texts(["a", "b"])).slots
    with pytest.raises(KernelFailed, match="1 rows for 2 slots"):
        table.scatter(slots, counts(texts(["a"]), 1))


def test_hashes_must_be_as_many_as_keys() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    with pytest.raises(KernelFailed, match="1 hashes for 2 keys"):
        table.lookup(texts(["a", "b"]), pa.array([1], pa.uint64()))


def test_a_closed_table_says_so() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    table.close()
    table.close()
    with pytest.raises(KernelFailed, match="closed"):
        len(table)


def test_integer_keys_and_a_scalar_state() -> None:
    keys = batch_of(INT64, [{"value": value} for value in (5, -1, 5)])
    table = KERNEL.keyed_state(INT64, INT64)
    found = table.lookup(keys, hashes_of(MODEL, INT64, keys))
    table.scatter(found.slots, batch_of(INT64, [{"value": 50}, {"value": -10}]))
    assert plain(table.gather(found.slots)) == [(50,), (-10,)]
