"""State by key as runs: what is sealed is what there was, and what comes back goes on as if nothing had happened."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_samples import COUNT, MODEL, UTF8, batch_of, batches, buffer_of, numbers_of, plain, texts, types, words
from sealed_runs import Sealing, restore, run_of, sealed
from xxhash import xxh3_64_intdigest

from lightflus.errors import CheckpointDamaged, KernelFailed
from lightflus.kernel import WasmKernel
from lightflus.limits import KEY_GROUPS
from lightflus.model.types import Field, ListType, StructType
from lightflus.ports.kernel import KeyedState
from lightflus.testing.kernel import key_group

KERNEL = WasmKernel()
BOUNDED = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
NAMES = st.lists(st.sampled_from(["a", "b", "c" * 22, "d", "e"]), min_size=1, max_size=4, unique=True)
STEPS = st.lists(
    st.tuples(st.sampled_from(["store", "store", "remove", "look", "take", "seal", "piece", "whole"]), NAMES),
    max_size=16,
)


class Life:
    """One state whose steps count."""

    def __init__(self, state: KeyedState, count: int = 0) -> None:
        self.state = state
        self.sealing = Sealing(state)
        self.count = count

    def step(self, call: str, names: Sequence[str]) -> object:
        """Does what a step says; what can be compared of it."""
        self.count += 1
        if call in ("seal", "whole"):
            return self.sealing.begin(whole=call == "whole")
        if call == "piece":
            self.sealing.draw()
            return None
        if call == "take":
            slots = self.state.take_dirty(3)
            return names_of(self.state, slots), plain(self.state.gather(slots))
        slots = self.state.lookup(texts(names), None).slots
        if call == "store":
            self.state.scatter(slots, counts(texts(names), self.count))
        if call == "remove":
            self.state.remove(slots)
        return plain(self.state.gather(slots)) if call == "look" else None


def names_of(state: KeyedState, slots: pa.Buffer) -> list[object]:
    return state.decode(slots).column(0).to_pylist()


def counts(keys: pa.RecordBatch, count: int) -> pa.RecordBatch:
    return batch_of(COUNT, [{"word": word, "count": count} for word in keys.column(0).to_pylist()])


def store(state: KeyedState, keys: pa.RecordBatch, count: int = 1) -> pa.Buffer:
    slots = state.lookup(keys, None).slots
    state.scatter(slots, counts(keys, count))
    return slots


def held(state: KeyedState, keys: pa.RecordBatch) -> object:
    return plain(state.gather(state.lookup(keys, None).slots))


@given(STEPS)
@BOUNDED
def test_runs_are_those_of_the_model_whatever_changes_between_their_pieces(
    steps: Sequence[tuple[str, Sequence[str]]],
) -> None:
    lives = [Life(kernel.keyed_state(UTF8, COUNT)) for kernel in (KERNEL, MODEL)]
    for call, names in steps:
        assert lives[0].step(call, names) == lives[1].step(call, names)
    real, model = ([run.says for run in life.sealing.finish()] for life in lives)
    assert real == model


@given(STEPS, STEPS, st.integers(0, KEY_GROUPS))
@BOUNDED
def test_what_was_sealed_goes_on_in_others_as_if_it_had_never_stopped(
    before: Sequence[tuple[str, Sequence[str]]], after: Sequence[tuple[str, Sequence[str]]], split: int
) -> None:
    life = Life(KERNEL.keyed_state(UTF8, COUNT))
    for call, names in [*before, ("seal", []), ("take", [])]:
        life.step(call, names)
    runs = life.sealing.finish()
    while life.state.take_dirty(9).size:
        pass
    halves = [
        [Life(kernel.keyed_state(UTF8, COUNT), life.count) for kernel in (KERNEL, MODEL)]
        for first, last in ((0, split), (split, KEY_GROUPS))
    ]
    for half, (first, last) in zip(halves, ((0, split), (split, KEY_GROUPS)), strict=True):
        for twin in half:
            restore(twin.state, runs, life.state.facts(), first, last)
            assert not twin.state.seal()
    for call, names in after:
        expected = life.step(call, names)
        found: dict[str, object] = {}
        for half, mine in zip(halves, parted(names, split), strict=True):
            real, model = (twin.step(call, mine) for twin in half)
            assert real == model
            found |= dict(zip(mine, real if isinstance(real, list) else [], strict=False))
        assert call != "look" or expected == [found[name] for name in names]
    low, high = ([whole_rows(twin) for twin in half] for half in halves)
    assert (low[0], high[0]) == (low[1], high[1])
    assert whole_rows(life) == low[0] + high[0]


def parted(names: Sequence[str], split: int) -> tuple[list[str], list[str]]:
    """The names of groups before `split`, and the others."""
    parts: tuple[list[str], list[str]] = ([], [])
    for name in names:
        parts[key_group(xxh3_64_intdigest(name.encode()), KEY_GROUPS) >= split].append(name)
    return parts


def whole_rows(life: Life) -> list[object]:
    life.sealing.finish()
    run = sealed(life.state, whole=True)
    return [*run.rows] if run else []


@given(st.data())
@BOUNDED
def test_keys_and_states_of_any_type_come_back_as_they_were(data: st.DataObject) -> None:
    key, state = data.draw(types(lists=False)), data.draw(types(lists=True))
    keys = data.draw(batches(key, most=8))
    tables = [kernel.keyed_state(key, state) for kernel in (KERNEL, MODEL)]
    found = [table.lookup(keys, None) for table in tables]
    rows = data.draw(batches(state, least=found[0].group_count, most=found[0].group_count))
    for table, lookup in zip(tables, found, strict=True):
        table.scatter(lookup.slots, rows)
    real, model = (sealed(table) for table in tables)
    assert real is not None
    assert model is not None
    assert real.says == model.says
    for kernel in (KERNEL, MODEL):
        other = kernel.keyed_state(key, state)
        restore(other, [real], b"")
        assert repr(plain(other.gather(other.lookup(keys, None).slots))) == repr(
            plain(tables[1].gather(found[1].slots))
        )


def test_rows_that_change_while_a_large_run_is_made_are_in_it_as_they_were() -> None:
    chance = random.Random(7)
    table = KERNEL.keyed_state(UTF8, COUNT)
    for first in range(0, 60_000, 10_000):
        store(table, words(range(first, first + 10_000)))
    assert table.seal()
    pieces = []
    for count in range(2, 9_999):
        pieces.append(table.sealed())
        if pieces[-1].is_last:
            break
        table.remove(store(table, words(chance.sample(range(60_000), 500)), count))
        store(table, words(chance.sample(range(60_000, 61_000), 300)), count)
    run = run_of(pieces)
    assert (run.footer.rows, run.footer.removals, len(pieces) > 12) == (60_000, 0, True)
    other = KERNEL.keyed_state(UTF8, COUNT)
    restore(other, [run], b"")
    assert set(other.gather(buffer_of(range(60_000))).field("count").to_pylist()) == {1}
    younger = sealed(table)
    assert younger is not None
    restore(other, [younger], b"")
    assert len(other) == len(table)
    keys = words(range(61_000))
    assert held(other, keys) == held(table, keys)


def test_a_second_run_has_what_has_changed_and_removals_of_what_was_sealed() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    store(table, texts(["a", "b", "c"]))
    assert sealed(table) is not None
    table.remove(store(table, texts(["b", "new"]), 2))
    store(table, texts(["c"]), 3)
    run = sealed(table)
    assert run is not None
    assert {row.key: row.state is None for row in run.rows} == {b"b": True, b"c": False}
    assert sealed(table) is None


def test_a_key_that_was_removed_and_has_come_again_is_a_row() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    slots = store(table, texts(["a"]))
    first = sealed(table)
    table.remove(slots)
    store(table, texts(["a"]), 5)
    second = sealed(table)
    assert first is not None
    assert second is not None
    assert [row.state is None for row in second.rows] == [False]
    other = KERNEL.keyed_state(UTF8, COUNT)
    restore(other, [first, second], b"")
    assert held(other, texts(["a"])) == [("a", 5)]


def test_a_run_that_is_not_at_its_end_is_given_up_for_a_whole_one_only() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    store(table, texts(["a", "b"]))
    assert table.seal()
    store(table, texts(["b"]), 2)
    run = sealed(table, whole=True)
    assert run is not None
    assert len(run.rows) == 2
    store(table, texts(["b"]), 3)
    assert table.seal()
    with pytest.raises(KernelFailed, match="the last run is not at its end"):
        table.seal()


def test_who_takes_at_the_end_gets_all_keys_that_were_restored() -> None:
    for kernel in (KERNEL, MODEL):
        table = kernel.keyed_state(UTF8, COUNT)
        store(table, texts(["a", "b"]))
        run = sealed(table)
        assert run is not None
        other = kernel.keyed_state(UTF8, COUNT)
        restore(other, [run], b"")
        assert numbers_of(other.take_dirty(9)) == []
        other.mark_all()
        assert sorted(map(str, names_of(other, other.take_dirty(9)))) == ["a", "b"]


def test_the_removal_of_a_key_that_was_restored_is_reported() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    store(table, texts(["a"]))
    run = sealed(table)
    assert run is not None
    other = KERNEL.keyed_state(UTF8, COUNT)
    restore(other, [run], b"")
    other.remove(other.lookup(texts(["a"]), None).slots)
    taken = other.take_dirty(9)
    assert (names_of(other, taken), plain(other.gather(taken))) == (["a"], [None])


MIXED = StructType((Field("text", UTF8), Field("parts", ListType(StructType((Field("x", UTF8), Field("y", COUNT)))))))


@given(st.data())
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_bytes_that_no_kernel_has_written_are_damage_or_rows_and_nothing_else(data: st.DataObject) -> None:
    table = KERNEL.keyed_state(UTF8, MIXED)
    keys = texts(["a", "b" * 30, "c"])
    table.scatter(table.lookup(keys, None).slots, data.draw(batches(MIXED, least=3, most=3)))
    run = sealed(table)
    assert run is not None
    block = bytearray(b"".join(run.blocks))
    for at, byte in data.draw(st.lists(st.tuples(st.integers(0, len(block) - 1), st.integers(0, 255)), min_size=1)):
        block[at] = byte
    cut = data.draw(st.integers(0, len(block)))
    other = KERNEL.keyed_state(UTF8, MIXED)
    try:
        other.restore(pa.py_buffer(bytes(block[:cut])), 0, KEY_GROUPS)
    except CheckpointDamaged:
        return
    assert len(plain(other.gather(buffer_of(range(len(other)))))) == len(other)


@pytest.mark.parametrize(
    ("block", "what"),
    [
        (b"\x02a\x01\x00\x02b\x01\x00", "not in order"),
        (b"\x02a", "a number is cut off"),
        (b"\x82\x00a\x00", "not in its form"),
        (b"\x02\xff\x0c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "not UTF-8"),
        (b"\x02a\x0d\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "more bytes than its type"),
        (b"\x02a\x02\x00\x00", "cut off"),
    ],
)
def test_damage_is_named(block: bytes, what: str) -> None:
    with pytest.raises(CheckpointDamaged, match=what):
        KERNEL.keyed_state(UTF8, COUNT).restore(pa.py_buffer(block), 0, KEY_GROUPS)
