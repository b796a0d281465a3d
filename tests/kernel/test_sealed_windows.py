"""State by key and window as runs: what comes back fires what would have fired, once."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_samples import MODEL, UTF8
from sealed_runs import Sealing, restore, sealed
from test_windowed_state import ROWS, SPECS
from windowed_runs import Row, Run
from xxhash import xxh3_64_intdigest

from lightflus.errors import CheckpointDamaged, KernelFailed
from lightflus.kernel import WasmKernel
from lightflus.limits import KEY_GROUPS
from lightflus.model.timed import FixedWindow, SessionWindow, SlidingWindow
from lightflus.model.windows import THE_END, WindowSpec
from lightflus.testing.kernel import key_group
from lightflus.testing.runs import PlainRow, row_bytes

KERNEL = WasmKernel()
BOUNDED = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("fold"), ROWS),
        st.tuples(st.just("fold"), ROWS),
        st.tuples(st.just("undo"), ROWS),
        st.tuples(st.just("advance"), st.integers(-20, 60)),
        st.tuples(st.sampled_from(["seal", "seal", "whole", "piece"]), st.none()),
    ),
    max_size=14,
)


class Life:
    """One state, and the runs that are left of it."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.sealing = Sealing(run.state)

    def step(self, kind: str, what: object) -> object:
        """Does what a step says; what can be compared of it. Before a seal, nothing is left to be given out."""
        if kind == "advance":
            assert isinstance(what, int)
            return self.run.advance(what)
        if kind == "piece":
            self.sealing.draw()
            return None
        if what is None:
            changed = self.run.fire_changed()
            return changed, self.sealing.begin(whole=kind == "whole"), self.run.state.facts()
        assert isinstance(what, list)
        if kind == "fold":
            return self.run.fold(what)
        self.run.place(what)
        self.run.state.undo()
        return None


@given(SPECS, STEPS)
@BOUNDED
def test_runs_are_those_of_the_model_whatever_changes_between_their_pieces(
    spec: WindowSpec, steps: Sequence[tuple[str, object]]
) -> None:
    real, model = (Life(Run(kernel.windowed_state(UTF8, UTF8, spec))) for kernel in (KERNEL, MODEL))
    for kind, what in steps:
        assert real.step(kind, what) == model.step(kind, what), (kind, what)
    assert [run.says for run in real.sealing.finish()] == [run.says for run in model.sealing.finish()]


@given(st.lists(st.lists(st.integers(0, 60), min_size=1, max_size=4), min_size=2, max_size=8))
@BOUNDED
def test_runs_of_sessions_that_grow_and_meet_are_those_of_the_model(batches: Sequence[Sequence[int]]) -> None:
    spec = WindowSpec(SessionWindow(8))
    real, model = (Life(Run(kernel.windowed_state(UTF8, UTF8, spec))) for kernel in (KERNEL, MODEL))
    for times in batches:
        for life in (real, model):
            life.step("fold", [Row("a", time) for time in times])
            life.step("seal", None)
    assert [run.says for run in real.sealing.finish()] == [run.says for run in model.sealing.finish()]


def of_half(rows: Sequence[Row], split: int, half: int) -> list[Row]:
    return [row for row in rows if (key_group(xxh3_64_intdigest(row.key.encode()), KEY_GROUPS) >= split) == half]


@given(SPECS, STEPS, STEPS, st.integers(0, KEY_GROUPS))
@BOUNDED
def test_what_was_sealed_goes_on_in_others_as_if_it_had_never_stopped(
    spec: WindowSpec, before: Sequence[tuple[str, object]], after: Sequence[tuple[str, object]], split: int
) -> None:
    spec = WindowSpec(spec.windows, spec.lateness, spec.fires_once)
    life = Life(Run(KERNEL.windowed_state(UTF8, UTF8, spec)))
    for kind, what in [*before, ("seal", None)]:
        life.step(kind, what)
    runs, facts = life.sealing.finish(), life.run.state.facts()
    halves = [[Run(kernel.windowed_state(UTF8, UTF8, spec)) for kernel in (KERNEL, MODEL)] for _ in range(2)]
    for half, groups in zip(halves, ((0, split), (split, KEY_GROUPS)), strict=True):
        for twin in half:
            restore(twin.state, runs, facts, *groups)
            assert not twin.state.seal()
            assert twin.state.facts() == facts
    for kind, what in [*after, ("advance", THE_END)]:
        if kind == "fold":
            assert isinstance(what, list)
            for number, half in enumerate(halves):
                mine = of_half(what, split, number)
                assert half[0].fold(mine) == half[1].fold(mine)
            life.run.fold([*of_half(what, split, 0), *of_half(what, split, 1)])
        elif kind == "advance":
            assert isinstance(what, int)
            fired = [[texts_of(twin.advance(what)) for twin in half] for half in halves]
            assert [twins[0] for twins in fired] == [twins[1] for twins in fired]
            assert sorted(texts_of(life.run.advance(what))) == sorted(fired[0][0] + fired[1][0])


def texts_of(fired: Sequence[tuple[str, int, int, str]]) -> list[tuple[str, int, int, int]]:
    """What fired, with how many rows: their numbers differ between lives that do not get the same rows."""
    return [(key, start, end, text.count(",")) for key, start, end, text in fired]


def test_the_rows_of_a_pane_that_is_over_stay_away_without_removals() -> None:
    for kernel in (KERNEL, MODEL):
        run = Run(kernel.windowed_state(UTF8, UTF8, WindowSpec(FixedWindow(10, 0))))
        run.fold([Row("a", 1), Row("b", 12)])
        first = sealed(run.state)
        run.advance(10)
        assert first is not None
        assert sealed(run.state) is None
        other = Run(kernel.windowed_state(UTF8, UTF8, WindowSpec(FixedWindow(10, 0))))
        restore(other.state, [first], run.state.facts())
        assert other.state.rows == 1
        assert other.advance(THE_END) == [("b", 10, 20, "1,|")]


def test_sessions_that_have_become_one_are_one_row_and_a_removal() -> None:
    run = Run(KERNEL.windowed_state(UTF8, UTF8, WindowSpec(SessionWindow(10))))
    run.fold([Row("a", 0), Row("a", 15)])
    first = sealed(run.state)
    run.fold([Row("a", 8)])
    second = sealed(run.state)
    assert first is not None
    assert second is not None
    assert [(row.window, row.state is None) for row in second.rows] == [((0, 25), False), ((15, 0), True)]
    other = Run(KERNEL.windowed_state(UTF8, UTF8, WindowSpec(SessionWindow(10))))
    restore(other.state, [first, second], run.state.facts())
    assert other.advance(THE_END) == [("a", 0, 25, "0,1,2,|")]


def test_early_results_come_again_since_nobody_knows_which_were_given() -> None:
    spec = WindowSpec(FixedWindow(10, 0), fires_early=True)
    run = Run(KERNEL.windowed_state(UTF8, UTF8, spec))
    run.fold([Row("a", 1)])
    assert run.fire_changed(early=True) == [("a", 0, 10, "0,|")]
    whole = sealed(run.state)
    assert whole is not None
    other = Run(KERNEL.windowed_state(UTF8, UTF8, spec))
    restore(other.state, [whole], run.state.facts())
    assert other.fire_changed(early=True) == [("a", 0, 10, "0,|")]


def test_windows_that_are_firing_are_not_sealed() -> None:
    for windows in (FixedWindow(10, 0), SlidingWindow(10, 5), SessionWindow(10)):
        run = Run(KERNEL.windowed_state(UTF8, UTF8, WindowSpec(windows)), most=1)
        run.fold([Row("a", 1), Row("b", 2)])
        run.state.advance(THE_END)
        assert run.state.fire(1) is not None
        with pytest.raises(KernelFailed, match="windows are firing"):
            run.state.seal()


def test_subtasks_of_which_one_was_behind_stand_where_it_stood() -> None:
    spec = WindowSpec(FixedWindow(10, 0))
    parts = []
    for key, watermark in (("a", 3), ("b", 15)):
        run = Run(KERNEL.windowed_state(UTF8, UTF8, spec))
        run.fold([Row(key, 2), Row(key, 25)])
        run.advance(watermark)
        whole = sealed(run.state, whole=True)
        assert whole is not None
        parts.append((whole, run.state.facts()))
    other = Run(KERNEL.windowed_state(UTF8, UTF8, spec))
    for whole, facts in parts:
        restore(other.state, [whole], facts)
    assert other.state.facts() == parts[0][1]
    assert other.advance(10) == [("a", 0, 10, "0,|")]


@pytest.mark.parametrize("windows", [SlidingWindow(10, 4, 1), SessionWindow(10)])
def test_a_window_that_is_none_of_these_is_damage(windows: SlidingWindow | SessionWindow) -> None:
    state = KERNEL.windowed_state(UTF8, UTF8, WindowSpec(windows))
    for window in [(2, 2), (-(2**63), 0), (2**63 - 1, 0), (1, 2**62)]:
        block = row_bytes(PlainRow(b"a", b"x", window))
        with pytest.raises(CheckpointDamaged, match="not one of these windows"):
            state.restore(pa.py_buffer(block), 0, KEY_GROUPS)


@given(st.sampled_from([FixedWindow(10, 0), SlidingWindow(10, 4, 1), SessionWindow(10)]), st.binary(max_size=40))
@BOUNDED
def test_facts_that_no_kernel_has_given_are_damage_or_facts_and_nothing_else(
    windows: FixedWindow | SlidingWindow | SessionWindow, data: bytes
) -> None:
    for facts in (data, KERNEL.windowed_state(UTF8, UTF8, WindowSpec(windows)).facts()[:8] + data):
        run = Run(KERNEL.windowed_state(UTF8, UTF8, WindowSpec(windows)))
        try:
            run.state.restore_facts(facts)
        except CheckpointDamaged:
            continue
        run.fold([Row("a", 5), Row("b", 2**40)])
        run.advance(THE_END)
