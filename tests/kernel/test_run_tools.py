"""Runs that lie elsewhere: several become one that says the same, and their rows are shown as columns."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import cast

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_samples import COUNT, MODEL, UTF8, batches, plain, texts, types, words
from sealed_runs import SealedRun, run_of, sealed
from test_sealed_keys import STEPS as KEY_STEPS
from test_sealed_keys import Life as KeyLife
from test_sealed_keys import store
from test_sealed_windows import STEPS as WINDOW_STEPS
from test_sealed_windows import Life as WindowLife
from test_windowed_state import SPECS
from windowed_runs import Row, Run

from lightflus.errors import CheckpointDamaged
from lightflus.kernel import WasmKernel
from lightflus.limits import KEY_GROUPS
from lightflus.model.timed import FixedWindow, SessionWindow, SlidingWindow
from lightflus.model.windows import WindowSpec
from lightflus.ports.durable import Merging, Piece, RunKind, Runs
from lightflus.ports.kernel import Kernel

KERNEL = WasmKernel()
BOUNDED = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
KEYED = Runs(RunKind.KEYED)


def merged(kernel: Kernel, runs: Runs, parts: Sequence[SealedRun], *, is_whole: bool, blocks: int = 1) -> SealedRun:
    """One run of several, of which so many blocks are supplied at a time."""
    merger = kernel.run_merger(runs, Merging(len(parts), sum(part.footer.rows for part in parts), is_whole))
    left = [list(part.blocks) for part in parts]
    pieces: list[Piece] = []
    while not pieces or not pieces[-1].is_last:
        match merger.merged():
            case Piece() as piece:
                pieces.append(piece)
            case wanted:
                mine, left[wanted] = left[wanted][:blocks], left[wanted][blocks:]
                merger.supply(wanted, pa.py_buffer(b"".join(mine)), is_last=not left[wanted])
    merger.close()
    return run_of(pieces)


def both_merged(runs: Runs, parts: Sequence[SealedRun], *, is_whole: bool) -> SealedRun:
    """By the kernel, which the model's agrees with."""
    real, model = (merged(kernel, runs, parts, is_whole=is_whole) for kernel in (KERNEL, MODEL))
    assert real.says == model.says
    return real


@given(KEY_STEPS, st.integers(0, 5))
@BOUNDED
def test_merged_runs_of_keys_say_what_they_said_one_by_one(
    steps: Sequence[tuple[str, Sequence[str]]], cut: int
) -> None:
    life = KeyLife(KERNEL.keyed_state(UTF8, COUNT))
    for call, names in steps:
        life.step(call, names)
        if call == "store":
            life.sealing.begin()
    life.sealing.begin()
    runs = life.sealing.finish()
    whole = sealed(life.state, whole=True)
    assert both_merged(KEYED, runs, is_whole=True).rows == (whole.rows if whole else [])
    low, high = both_merged(KEYED, runs[:cut], is_whole=True), both_merged(KEYED, runs[cut:], is_whole=False)
    assert both_merged(KEYED, [low, high], is_whole=True).rows == (whole.rows if whole else [])


@given(SPECS, WINDOW_STEPS)
@BOUNDED
def test_merged_runs_of_windows_say_what_they_said_without_what_is_over(
    spec: WindowSpec, steps: Sequence[tuple[str, object]]
) -> None:
    life = WindowLife(Run(KERNEL.windowed_state(UTF8, UTF8, spec)))
    for kind, what in [*steps, ("seal", None)]:
        life.step(kind, what)
        if kind == "fold":
            life.step("seal", None)
    runs = life.sealing.finish()
    whole = sealed(life.run.state, whole=True)
    of_kind = RunKind.SESSIONS if isinstance(spec.windows, SessionWindow) else RunKind.PANES
    told = Runs(of_kind, spec, life.run.state.facts())
    one = both_merged(told, runs, is_whole=True)
    assert one.rows == (whole.rows if whole else [])
    assert one.footer.latest == (whole.footer.latest if whole else -(2**63))


def test_many_blocks_of_many_runs_are_merged_as_streams() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    parts = []
    for count in range(6):
        store(table, words(range(3_000 * count, 3_000 * count + 9_000)), count)
        table.remove(store(table, words(range(3_000 * count, 3_000 * count + 500)), count))
        part = sealed(table)
        assert part is not None
        parts.append(part)
    whole = sealed(table, whole=True)
    assert whole is not None
    for blocks in (1, 7, 1_000):
        assert merged(KERNEL, KEYED, parts, is_whole=True, blocks=blocks).rows == whole.rows


@given(st.data())
@BOUNDED
def test_rows_of_any_type_are_shown_as_columns(data: st.DataObject) -> None:
    key, state = data.draw(types(lists=False)), data.draw(types(lists=True))
    keys = data.draw(batches(key, most=8))
    table = KERNEL.keyed_state(key, state)
    found = table.lookup(keys, None)
    table.scatter(found.slots, data.draw(batches(state, least=found.group_count, most=found.group_count)))
    first = sealed(table)
    table.remove(found.slots.slice(0, 4))
    second = sealed(table)
    assert first is not None
    assert second is not None
    for run in (first, second):
        blocks = pa.py_buffer(b"".join(run.blocks))
        shown = [kernel.run_reader(KEYED, key, state).rows(blocks, 0, KEY_GROUPS) for kernel in (KERNEL, MODEL)]
        seen = [repr((plain(rows.keys.to_struct_array()), plain(rows.states), rows.starts)) for rows in shown]
        assert seen[0] == seen[1]
        assert shown[0].keys.num_rows == run.footer.rows
        assert shown[0].states.null_count == run.footer.removals


def test_rows_of_some_key_groups_are_shown() -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    store(table, words(range(1_000)))
    run = sealed(table)
    assert run is not None
    reader = KERNEL.run_reader(KEYED, UTF8, COUNT)
    blocks = pa.py_buffer(b"".join(run.blocks))
    counts = [reader.rows(blocks, group, group + 1).keys.num_rows for group in range(KEY_GROUPS)]
    assert counts == run.footer.groups.tolist()


@pytest.mark.parametrize(
    ("windows", "spans"),
    [
        (FixedWindow(10, 0), [(0, 10), (20, 30)]),
        (SlidingWindow(10, 4, 1), [(1, 3), (23, 25)]),
        (SessionWindow(5), [(1, 6), (24, 29)]),
    ],
)
def test_rows_of_windows_are_shown_with_their_spans_without_what_is_over(
    windows: FixedWindow | SlidingWindow | SessionWindow, spans: Sequence[tuple[int, int]]
) -> None:
    spec = WindowSpec(windows)
    run = Run(KERNEL.windowed_state(UTF8, UTF8, spec))
    run.fold([Row("a", 1), Row("a", 24)])
    whole = sealed(run.state)
    assert whole is not None
    kind = RunKind(whole.footer.kind)
    blocks = pa.py_buffer(b"".join(whole.blocks))
    for facts, expected in ((b"", spans), (run.state.facts(), spans)):
        assert shown_spans(Runs(kind, spec, facts), blocks) == expected
    run.advance(15)
    assert shown_spans(Runs(kind, spec, run.state.facts()), blocks) == spans[1:]


def shown_spans(runs: Runs, blocks: pa.Buffer) -> list[tuple[int, int]]:
    real, model = (kernel.run_reader(runs, UTF8, UTF8).rows(blocks, 0, KEY_GROUPS) for kernel in (KERNEL, MODEL))
    assert real.starts is not None
    assert real.ends is not None
    assert (real.starts, real.ends, real.keys) == (model.starts, model.ends, model.keys)
    spans = zip(real.starts.to_pylist(), real.ends.to_pylist(), strict=True)
    return cast("list[tuple[int, int]]", list(spans))


@given(st.data())
@BOUNDED
def test_blocks_that_no_kernel_has_written_are_damage_or_rows_and_nothing_else(data: st.DataObject) -> None:
    table = KERNEL.keyed_state(UTF8, COUNT)
    store(table, texts(["a", "b" * 30, "c"]))
    run = sealed(table)
    assert run is not None
    block = bytearray(b"".join(run.blocks))
    for at, byte in data.draw(st.lists(st.tuples(st.integers(0, len(block) - 1), st.integers(0, 255)), min_size=1)):
        block[at] = byte
    blocks = pa.py_buffer(bytes(block[: data.draw(st.integers(0, len(block)))]))
    with suppress(CheckpointDamaged):
        KERNEL.run_reader(KEYED, UTF8, COUNT).rows(blocks, 0, KEY_GROUPS)
    merger = KERNEL.run_merger(KEYED, Merging(1, 3, is_whole=True))
    with suppress(CheckpointDamaged):
        while merger.merged() != 0:
            pass
        merger.supply(0, blocks, is_last=True)
        while not (isinstance(piece := merger.merged(), Piece) and piece.is_last):
            pass


def test_facts_of_another_kind_are_damage() -> None:
    facts = KERNEL.windowed_state(UTF8, UTF8, WindowSpec(SessionWindow(5))).facts()
    for open_it in (
        lambda runs: KERNEL.run_merger(runs, Merging(1, 1, is_whole=True)),
        lambda runs: KERNEL.run_reader(runs, UTF8, UTF8),
    ):
        with pytest.raises(CheckpointDamaged, match="another version or kind"):
            open_it(Runs(RunKind.PANES, WindowSpec(FixedWindow(10, 0)), facts))
