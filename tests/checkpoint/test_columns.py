"""All state as columns is what looking at it row by row finds, over any runs, changes of parallelism, and kinds."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace

import pytest
from checkpoint_samples import operator_of, put_runs
from hypothesis import given, settings
from hypothesis import strategies as st
from xxhash import xxh3_64_intdigest

from lightflus.checkpoint.columns import StateColumns
from lightflus.checkpoint.lookup import StateLookup
from lightflus.checkpoint.settings import windows_of
from lightflus.errors import CheckpointDamaged
from lightflus.kernel import WasmKernel
from lightflus.model.checkpoints import OperatorState, RunRef, SubtaskState
from lightflus.model.key_groups import KeyGroupRange, range_of, subtask_of
from lightflus.model.types import Scalar, ScalarType
from lightflus.testing.runs import PlainRow
from lightflus.testing.stores import MemoryStore

BINARY = ScalarType(Scalar.BINARY)
KERNEL = WasmKernel()

Changes = dict[int, bytes | None]
lives = st.lists(
    st.tuples(
        st.sampled_from([1, 2, 3]),
        st.lists(st.dictionaries(st.integers(0, 60), st.none() | st.binary(max_size=200)), max_size=3),
    ),
    min_size=1,
    max_size=4,
)


def group_of(key: bytes) -> int:
    return ((xxh3_64_intdigest(key) >> 32) * 128) >> 32


class Job:
    """What the runs of a job are that is started again and again."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.runs: list[tuple[RunRef, ...]] = [()]
        self.left: dict[bytes, bytes] = {}

    def live(self, parallelism: int, epochs: list[Changes]) -> None:
        before = [(range_of(n, len(self.runs), 128), runs) for n, runs in enumerate(self.runs)]
        self.runs = [tuple(restored(range_of(n, parallelism, 128), before)) for n in range(parallelism)]
        for changes in epochs:
            rows = [PlainRow(b"%d" % key, state) for key, state in changes.items()]
            for number in range(parallelism):
                own = [row for row in rows if subtask_of(group_of(row.key), parallelism, 128) == number]
                self.runs[number] += put_runs(self.store, 0, own) if own else ()
            self.left.update({row.key: row.state for row in rows if row.state is not None})
            for row in rows:
                if row.state is None:
                    self.left.pop(row.key, None)

    @property
    def operator(self) -> OperatorState:
        parts = [SubtaskState(number, runs) for number, runs in enumerate(self.runs)]
        return operator_of("reduce", *parts, key=BINARY, state=BINARY)


def restored(own: KeyGroupRange, before: list[tuple[KeyGroupRange, tuple[RunRef, ...]]]) -> Iterator[RunRef]:
    """The runs of old subtasks, and which of their key groups are meant."""
    for theirs, runs in before:
        for run in runs:
            start = max(own.start, theirs.start, run.groups.start)
            stop = min(own.stop, theirs.stop, run.groups.stop)
            if start < stop:
                yield replace(run, groups=KeyGroupRange(start, stop))


@settings(max_examples=60, deadline=None)
@given(lives)
def test_whatever_the_lives_were_all_that_is_left_is_there_once(lived: list[tuple[int, list[Changes]]]) -> None:
    job = Job()
    for parallelism, epochs in lived:
        job.live(parallelism, epochs)
    batches = list(StateColumns(job.store, job.operator, 128, KERNEL).batches())
    pairs = [
        pair
        for batch in batches
        for pair in zip(batch.keys.column(0).to_pylist(), batch.states.flatten()[0].to_pylist(), strict=True)
        if pair[1] is not None
    ]
    assert len(pairs) == len(job.left)
    assert dict(pairs) == job.left
    lookup = StateLookup(job.store, job.operator, 128)
    assert {row.key: row.state for row in lookup.rows()} == job.left
    assert all(len(lookup.find(key)) == 1 for key in job.left)


WINDOWS = '{"windows":"SlidingWindow","size":60,"slide":20,"offset":0}'


def windowed(kind: int, over: int, windows: str, *runs: list[PlainRow]) -> StateColumns:
    store = MemoryStore()
    part = SubtaskState(0, put_runs(store, kind, *runs), struct.pack("<IIqqq", 1, kind, 0, over, 0))
    operator = replace(operator_of("window", part, key=BINARY, state=BINARY), settings=windows)
    return StateColumns(store, operator, 128, KERNEL)


def shown(columns: StateColumns) -> list[tuple[object, ...]]:
    return [
        row
        for batch in columns.batches()
        if batch.starts is not None and batch.ends is not None
        for row in zip(
            batch.starts.to_pylist(), batch.ends.to_pylist(), batch.states.flatten()[0].to_pylist(), strict=True
        )
        if row[2] is not None
    ]


def test_panes_have_their_span_until_they_are_over() -> None:
    runs = [[PlainRow(b"k", b"a", (0, 0), 0), PlainRow(b"k", b"b", (40, 0), 40)], [PlainRow(b"k", b"c", (40, 0), 40)]]
    assert shown(windowed(2, 0, WINDOWS, *runs)) == [(0, 20, b"a"), (40, 60, b"c")]
    assert shown(windowed(2, 20, WINDOWS, *runs)) == [(40, 60, b"c")]


def test_sessions_have_start_and_end() -> None:
    windows = '{"windows":"SessionWindow","gap":10}'
    runs = [
        [PlainRow(b"k", b"a", (0, 15), 15)],
        [PlainRow(b"k", b"b", (0, 25), 25), PlainRow(b"k", b"c", (40, 55), 55)],
    ]
    assert shown(windowed(3, 0, windows, *runs)) == [(0, 25, b"b"), (40, 55, b"c")]


@pytest.mark.parametrize(
    "windows",
    [
        "[]",
        "nonsense",
        "{}",
        '{"windows":"FixedWindow"}',
        '{"windows":"FixedWindow","size":0,"offset":0}',
        '{"windows":7}',
    ],
)
def test_windows_that_nobody_of_ours_wrote_are_damage(windows: str) -> None:
    with pytest.raises(CheckpointDamaged, match="`op`"):
        windows_of(replace(operator_of("window"), settings=windows))


def test_runs_of_another_kind_are_damage() -> None:
    with pytest.raises(CheckpointDamaged, match="a window has no runs of kinds"):
        shown(windowed(0, 0, WINDOWS, [PlainRow(b"k", b"a")]))
