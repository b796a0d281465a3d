"""State from outside: of a key, the youngest word holds; of windows, those that are not over."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest
from checkpoint_samples import operator_of, put_runs
from hypothesis import given, settings
from hypothesis import strategies as st
from xxhash import xxh3_64_intdigest

from lightflus.checkpoint.lookup import StateLookup
from lightflus.checkpoint.rows import Row
from lightflus.errors import CheckpointDamaged
from lightflus.model.checkpoints import SubtaskState
from lightflus.model.key_groups import KeyGroupRange, subtask_of
from lightflus.testing.runs import PlainRow
from lightflus.testing.stores import MemoryStore

Change = tuple[int, bytes | None]


def keyed(store: MemoryStore, *runs: list[PlainRow], kind: str = "reduce") -> StateLookup:
    return StateLookup(store, operator_of(kind, SubtaskState(0, put_runs(store, int(kind == "process"), *runs))), 128)


def facts(kind: int, over: int) -> bytes:
    return struct.pack("<IIqqq", 1, kind, 0, over, 0)


def windowed(kind: int, over: int, *runs: list[PlainRow]) -> StateLookup:
    store = MemoryStore()
    part = SubtaskState(0, put_runs(store, kind, *runs), facts(kind, over))
    return StateLookup(store, operator_of("window", part), 128)


def test_the_youngest_run_that_knows_a_key_decides() -> None:
    lookup = keyed(
        MemoryStore(),
        [PlainRow(b"a", b"1"), PlainRow(b"b", b"1"), PlainRow(b"c", b"1")],
        [PlainRow(b"a", b"2"), PlainRow(b"b", None)],
        [PlainRow(b"d", b"3")],
    )
    assert [lookup.find(key) for key in (b"a", b"b", b"e")] == [[Row(b"a", None, b"2")], [], []]
    assert {row.key: row.state for row in lookup.rows()} == {b"a": b"2", b"c": b"1", b"d": b"3"}


runs_of_changes = st.lists(st.dictionaries(st.integers(0, 40), st.none() | st.binary(max_size=300)), max_size=5)


@settings(max_examples=40, deadline=None)
@given(runs_of_changes, st.sampled_from([1, 2, 3, 7]))
def test_whatever_the_runs_are_all_that_is_left_is_found(runs: list[dict[int, bytes | None]], parallelism: int) -> None:
    store = MemoryStore()
    parts, left = [], dict[bytes, bytes]()
    for number in range(parallelism):
        rows = [[PlainRow(b"%d" % key, state) for key, state in run.items()] for run in runs]
        own = [[row for row in run if _subtask(row.key, parallelism) == number] for run in rows]
        parts.append(SubtaskState(number, put_runs(store, 0, *own)))
    for run in runs:
        left.update({b"%d" % key: state or b"" for key, state in run.items()})
        for key in (b"%d" % key for key, state in run.items() if state is None):
            del left[key]
    lookup = StateLookup(store, operator_of("aggregate", *parts), 128)
    assert {row.key: row.state for row in lookup.rows()} == left
    for key in (b"%d" % number for number in range(42)):
        assert lookup.find(key) == ([Row(key, None, left[key])] if key in left else [])


def _subtask(key: bytes, parallelism: int) -> int:
    return subtask_of(((xxh3_64_intdigest(key) >> 32) * 128) >> 32, parallelism, 128)


def test_of_a_run_that_two_subtasks_share_each_has_its_own_key_groups() -> None:
    store = MemoryStore()
    runs = put_runs(store, 0, [PlainRow(b"%d" % key, b"x") for key in range(500)])
    lookup = StateLookup(store, operator_of("reduce", SubtaskState(0, runs), SubtaskState(1, runs)), 128)
    assert sorted(row.key for row in lookup.rows()) == sorted(b"%d" % key for key in range(500))


def test_of_a_run_of_another_parallelism_other_key_groups_are_not_meant() -> None:
    store = MemoryStore()
    rows = [PlainRow(b"%d" % key, b"x") for key in range(500)]
    (run,) = put_runs(store, 0, rows)
    part = SubtaskState(0, (replace(run, groups=KeyGroupRange(0, 64)),))
    lookup = StateLookup(store, operator_of("reduce", part), 128)
    meant = [row for row in rows if _subtask(row.key, 2) == 0]
    assert {row.key for row in lookup.rows()} == {row.key for row in meant}
    assert sum(len(lookup.find(row.key)) for row in rows) == len(meant)


def test_panes_are_by_key_and_both_starts_until_they_are_over() -> None:
    lookup = windowed(
        2,
        10,
        [PlainRow(b"k", b"old", (0, 0)), PlainRow(b"k", b"1", (10, 10)), PlainRow(b"k", b"2", (20, 10))],
        [PlainRow(b"k", b"3", (20, 20)), PlainRow(b"k", None, (10, 10)), PlainRow(b"j", b"old", (0, 9))],
    )
    assert lookup.find(b"k") == [Row(b"k", (20, 10), b"2"), Row(b"k", (20, 20), b"3")]
    assert list(lookup.rows()) == lookup.find(b"k")


def test_sessions_are_by_key_and_start_until_they_are_over() -> None:
    lookup = windowed(
        3,
        10,
        [PlainRow(b"k", b"1", (0, 10)), PlainRow(b"k", b"2", (5, 11)), PlainRow(b"k", b"3", (30, 40))],
        [PlainRow(b"k", b"4", (5, 25)), PlainRow(b"k", None, (30, 0))],
    )
    assert lookup.find(b"k") == [Row(b"k", (5, 25), b"4")]
    assert list(lookup.rows()) == lookup.find(b"k")


def test_a_subtask_that_has_ended_keeps_nothing() -> None:
    assert StateLookup(MemoryStore(), operator_of("reduce"), 128).find(b"k") == []


def test_a_run_of_another_kind_of_operator_is_damage() -> None:
    with pytest.raises(CheckpointDamaged, match="a window has no runs of kind 0"):
        keyed(MemoryStore(), [PlainRow(b"k", b"1")], kind="window").find(b"k")


@pytest.mark.parametrize(
    "given_facts", [b"x", struct.pack("<IIqqq", 2, 2, 0, 0, 0), struct.pack("<IIqqq", 1, 1, 0, 0, 0)]
)
def test_facts_that_nobody_of_ours_wrote_are_damage(given_facts: bytes) -> None:
    with pytest.raises(CheckpointDamaged, match="what `op` keeps has"):
        StateLookup(MemoryStore(), operator_of("window", SubtaskState(0, (), given_facts)), 128)
