"""Keys that come and go: what is removed is gone, what it took is used again, and slot numbers reach no result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_samples import COUNT, MODEL, UTF8, batch_of, batches, buffer_of, numbers_of, plain, texts, types, words

from lightflus.codec import schema_of
from lightflus.errors import KernelFailed
from lightflus.kernel import WasmKernel
from lightflus.limits import CALL_ROWS
from lightflus.model.types import Field, ListType, StructType, Type
from lightflus.ports.kernel import KeyedState

KERNEL = WasmKernel()
BOUNDED = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
TEXTS = StructType((Field("text", UTF8), Field("parts", ListType(UTF8))))


def slots_of(table: KeyedState, keys: pa.RecordBatch) -> pa.Buffer:
    return table.lookup(keys, None).slots


def counts(keys: pa.RecordBatch, count: int) -> pa.RecordBatch:
    return batch_of(COUNT, [{"word": word, "count": count} for word in keys.column(0).to_pylist()])


def stored(table: KeyedState, keys: pa.RecordBatch, count: int = 1) -> pa.Buffer:
    slots = slots_of(table, keys)
    table.scatter(slots, counts(keys, count))
    return slots


def names_of(table: KeyedState, slots: pa.Buffer) -> list[object]:
    return table.decode(slots).column(0).to_pylist()


class Twins:
    """The kernel and its model, which must agree by key though their slots differ."""

    def __init__(self, key: Type, state: Type) -> None:
        self.tables: Sequence[KeyedState] = (KERNEL.keyed_state(key, state), MODEL.keyed_state(key, state))

    def look_up(self, keys: pa.RecordBatch) -> tuple[Sequence[pa.Buffer], int]:
        found = [table.lookup(keys, None) for table in self.tables]
        assert numbers_of(found[0].groups) == numbers_of(found[1].groups)
        return self.agreed([lookup.slots for lookup in found]), found[0].group_count

    def agreed(self, slots: Sequence[pa.Buffer]) -> Sequence[pa.Buffer]:
        """The slots of each, which stand for the same keys with the same rows."""
        seen = [
            repr((plain(table.decode(mine).to_struct_array()), plain(table.gather(mine))))
            for table, mine in zip(self.tables, slots, strict=True)
        ]
        assert seen[0] == seen[1]
        assert len(self.tables[0]) == len(self.tables[1])
        return slots

    def store(self, slots: Sequence[pa.Buffer], rows: pa.RecordBatch) -> None:
        for table, mine in zip(self.tables, slots, strict=True):
            table.scatter(mine, rows)
        self.agreed(slots)

    def remove(self, slots: Sequence[pa.Buffer]) -> None:
        for table, mine in zip(self.tables, slots, strict=True):
            table.remove(mine)

    def take(self, most: int) -> None:
        self.agreed([table.take_dirty(most) for table in self.tables])


@given(st.data())
@BOUNDED
def test_any_run_of_calls_gives_what_the_model_gives_by_key(data: st.DataObject) -> None:
    key, state = data.draw(types(lists=False)), data.draw(types(lists=True))
    twins = Twins(key, state)
    for step in data.draw(st.lists(st.sampled_from(["store", "store", "look", "remove", "take"]), max_size=12)):
        if step == "take":
            twins.take(data.draw(st.integers(1, 8)))
            continue
        slots, count = twins.look_up(data.draw(batches(key, most=6)))
        if step == "store":
            twins.store(slots, data.draw(batches(state, least=count, most=count)))
        elif step == "remove":
            twins.remove(slots)
    twins.take(1_000)


@given(st.lists(st.tuples(st.sampled_from(["add", "remove", "take"]), st.integers(0, 400), st.integers(1, 60))))
@BOUNDED
def test_many_keys_of_few_hashes_that_come_and_go_are_told_apart(calls: list[tuple[str, int, int]]) -> None:
    real, model = KERNEL.keyed_state(UTF8, COUNT), MODEL.keyed_state(UTF8, COUNT)
    for call, first, count in calls:
        keys = words(range(first, first + count))
        same = pa.array([n % 3 for n in range(first, first + count)], pa.uint64())
        found = [table.lookup(keys, same).slots for table in (real, model)]
        assert names_of(real, found[0]) == names_of(model, found[1])
        if call == "add":
            real.scatter(found[0], counts(keys, first))
            model.scatter(found[1], counts(keys, first))
        elif call == "remove":
            real.remove(found[0])
            model.remove(found[1])
        else:
            assert names_of(real, real.take_dirty(count)) == names_of(model, model.take_dirty(count))


def test_a_removed_key_begins_anew() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    slots = stored(table, texts(["a", "b", "c"]))
    table.remove(buffer_of(numbers_of(slots)[1:2]))
    assert len(table) == 2
    assert plain(table.gather(slots_of(table, texts(["c", "b", "a"])))) == [("c", 1), None, ("a", 1)]


def test_the_slot_of_a_removed_key_goes_to_the_next_one() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    slots = stored(table, words(range(100)))
    table.remove(slots)
    assert set(numbers_of(slots_of(table, words(range(1_000, 1_100))))) == set(numbers_of(slots))


def test_keys_leave_in_the_order_of_their_first_change_whatever_their_slots() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    table.remove(stored(table, texts(["x", "y", "z"])))
    stored(table, texts(["c", "a"]))
    stored(table, texts(["b", "a"]), 2)
    assert names_of(table, table.take_dirty(2)) == ["c", "a"]
    stored(table, texts(["c"]))
    assert names_of(table, table.take_dirty(9)) == ["b", "c"]


def test_a_key_that_came_and_went_between_two_takes_is_not_reported() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    table.remove(stored(table, texts(["a", "b"])))
    assert numbers_of(table.take_dirty(9)) == []


def test_the_removal_of_a_key_that_was_taken_is_reported_once_as_a_key_without_state() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    slots = stored(table, texts(["a", "b"]))
    table.take_dirty(9)
    table.remove(slots)
    stored(table, texts(["b"]), 7)
    taken = table.take_dirty(9)
    assert (names_of(table, taken), plain(table.gather(taken))) == (["a", "b"], [None, ("b", 7)])
    assert numbers_of(table.take_dirty(9)) == []


def test_a_slot_whose_removal_was_reported_is_nobodys_at_the_next_change() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    slots = stored(table, texts(["a"]))
    table.take_dirty(9)
    table.remove(slots)
    table.take_dirty(9)
    with pytest.raises(KernelFailed, match="a slot is not in the table"):
        table.scatter(slots, counts(texts(["a"]), 1))


@pytest.mark.parametrize("call", ["decode", "remove"])
def test_a_slot_that_nobody_has_is_refused(call: str) -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    table.remove(stored(table, texts(["a"])))
    with pytest.raises(KernelFailed, match="a slot is not in the table"):
        getattr(table, call)(buffer_of([0]))


def test_a_slot_is_removed_once() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    stored(table, texts(["a"]))
    with pytest.raises(KernelFailed, match="a slot is not in the table"):
        table.remove(buffer_of([0, 0]))


def passing(count: int, most: int) -> Iterator[pa.RecordBatch]:
    """`count` keys, no two alike, whose lengths follow each other as if at random."""
    for first in range(0, count, CALL_ROWS):
        numbers = range(first, min(first + CALL_ROWS, count))
        names = [f"{'k' * ((number * 0x9E3779B1 >> 12) % most)}{number}" for number in numbers]
        yield pa.RecordBatch.from_arrays([pa.array(names)], schema=schema_of(UTF8))


def rows_for(keys: pa.RecordBatch) -> pa.RecordBatch:
    """A row of strings and lists per key, as long as its key."""
    names = keys.column(0)
    offsets = pa.array(range(keys.num_rows + 1), pa.int32())
    return pa.RecordBatch.from_arrays([names, pa.ListArray.from_arrays(offsets, names)], schema=schema_of(TEXTS))


@pytest.mark.parametrize("is_taken", [False, True])
def test_memory_of_a_million_keys_that_come_and_go_is_that_of_those_that_are_open(is_taken: bool) -> None:
    table = KERNEL.keyed_state(UTF8, TEXTS)
    sizes, open_slots = [], []
    for keys in passing(1_000_000, 127):
        open_slots.append(slots_of(table, keys))
        table.scatter(open_slots[-1], rows_for(keys))
        if is_taken:
            table.take_dirty(2 * CALL_ROWS)
        if len(open_slots) > 4:
            table.remove(open_slots.pop(0))
        sizes.append(table.memory_bytes)
    assert len(table) == 4 * CALL_ROWS - (-1_000_000 % CALL_ROWS)
    assert sizes[-1] <= 1.1 * sizes[12]
