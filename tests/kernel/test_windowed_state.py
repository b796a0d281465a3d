"""State by key and window: the kernel's is what the model says, whatever is placed, taken back, fired and dropped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_samples import COUNT, MODEL, UTF8, batch_of, batches, hashes_of, numbers_of, plain, texts, types, words
from windowed_runs import Row, Run

from lightflus.errors import KernelFailed, StateTooLarge
from lightflus.kernel import WasmKernel
from lightflus.limits import MIB, SPAN_MS, TIME_MS
from lightflus.model.timed import FixedWindow, SessionWindow, SlidingWindow
from lightflus.model.windows import THE_END, WindowSpec

KERNEL = WasmKernel()
BOUNDED = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])

ROWS = st.lists(
    st.builds(Row, st.sampled_from(["a", "b", "c" * 22]), st.integers(-25, 45), st.none() | st.integers(-30, 40)),
    max_size=9,
)
SLIDING = st.tuples(st.integers(1, 4), st.integers(1, 12)).map(lambda pair: SlidingWindow(max(pair), min(pair)))
WINDOWS = st.one_of(
    st.builds(FixedWindow, st.integers(1, 12), st.integers(-3, 3)),
    SLIDING,
    st.just(SlidingWindow(10, 4, 1)),
    st.builds(SessionWindow, st.integers(1, 12)),
)
SPECS = st.builds(WindowSpec, WINDOWS, st.sampled_from([0, 0, 3, 15]), st.booleans(), st.booleans()).filter(
    lambda spec: not (spec.fires_early and isinstance(spec.windows, SessionWindow))
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("fold"), ROWS),
        st.tuples(st.just("undo"), ROWS),
        st.tuples(st.just("advance"), st.integers(-20, 60)),
        st.tuples(st.just("changed"), st.booleans()),
    ),
    max_size=10,
)


def two_runs(spec: WindowSpec, most: int = 3) -> tuple[Run, Run]:
    real, model = (kernel.windowed_state(UTF8, UTF8, spec) for kernel in (KERNEL, MODEL))
    return Run(real, most), Run(model, most)


def step(run: Run, kind: str, what: object) -> object:
    if kind == "advance":
        assert isinstance(what, int)
        return run.advance(what)
    if kind == "changed":
        return run.fire_changed(early=bool(what))
    assert isinstance(what, list)
    if kind == "fold":
        return run.fold(what)
    run.place(what)
    run.state.undo()
    return None


@given(SPECS, st.integers(1, 3), STEPS)
@BOUNDED
def test_windows_hold_and_fire_what_the_model_says(
    spec: WindowSpec, most: int, steps: Sequence[tuple[str, object]]
) -> None:
    real, model = two_runs(spec, most)
    for kind, what in [*steps, ("advance", THE_END)]:
        assert step(real, kind, what) == step(model, kind, what), (kind, what)
        assert (real.state.windows, real.state.rows) == (model.state.windows, model.state.rows)
    assert (real.state.windows, real.state.rows) == (0, 0)


@given(st.data())
@BOUNDED
def test_state_of_any_type_lies_where_it_was_put(data: st.DataObject) -> None:
    key, state = data.draw(types(lists=False)), data.draw(types(lists=True))
    keys = data.draw(batches(key, most=8))
    rows = data.draw(batches(state, least=keys.num_rows, most=keys.num_rows))
    times = pa.array(
        data.draw(st.lists(st.integers(0, 30), min_size=keys.num_rows, max_size=keys.num_rows)), pa.int64()
    )
    spec = WindowSpec(data.draw(WINDOWS))
    found = []
    for kernel in (KERNEL, MODEL):
        windowed = kernel.windowed_state(key, state, spec)
        placed = windowed.place(keys, hashes_of(MODEL, key, keys), times, None)
        windowed.scatter(placed.cells, rows.slice(0, placed.group_count))
        windowed.advance(THE_END)
        windows: list[object] = []
        held: list[object] = []
        while (firing := windowed.fire(100)) is not None:
            windows += zip(plain(firing.keys.to_struct_array()), firing.ends.to_pylist(), strict=True)
            held += plain(windowed.gather(firing.cells))
        found.append(repr((windows, held)))
    assert found[0] == found[1]


def test_a_row_is_late_for_one_window_and_shares_the_pane_of_the_next() -> None:
    run = Run(KERNEL.windowed_state(UTF8, UTF8, WindowSpec(SlidingWindow(10, 5))))
    run.fold([Row("a", 3), Row("a", 12), Row("a", 7, mark=11)])
    assert run.advance(THE_END) == [
        ("a", -5, 5, "0,|"),
        ("a", 0, 10, "0,|"),
        ("a", 5, 15, "2,|1,|"),
        ("a", 10, 20, "1,|"),
    ]


def test_records_exactly_a_gap_apart_are_two_sessions_until_one_between_joins_them() -> None:
    run = Run(KERNEL.windowed_state(UTF8, UTF8, WindowSpec(SessionWindow(10), lateness=100)))
    run.fold([Row("a", 0)])
    run.fold([Row("a", 10)])
    assert run.state.rows == 2
    run.fold([Row("a", 5)])
    assert run.advance(THE_END) == [("a", 0, 20, "0,1,2,|")]


def test_sessions_fire_by_end_though_the_first_grew_longer() -> None:
    run = Run(KERNEL.windowed_state(UTF8, UTF8, WindowSpec(SessionWindow(10))))
    run.fold([Row("a", 0), Row("b", 1), Row("a", 9)])
    assert run.advance(THE_END) == [("b", 1, 11, "1,|"), ("a", 0, 19, "0,2,|")]


def test_what_a_session_became_can_be_taken_back() -> None:
    run = Run(KERNEL.windowed_state(UTF8, UTF8, WindowSpec(SessionWindow(10))))
    run.fold([Row("a", 0), Row("a", 12), Row("b", 30)])
    run.place([Row("a", 5), Row("a", -3), Row("b", 21), Row("c", 1)])
    run.state.undo()
    assert run.state.rows == 3
    assert run.advance(THE_END) == [("a", 0, 10, "0,|"), ("a", 12, 22, "1,|"), ("b", 30, 40, "2,|")]


def test_a_row_of_an_idle_split_is_late_by_the_operators_watermark() -> None:
    run = Run(KERNEL.windowed_state(UTF8, UTF8, WindowSpec(FixedWindow(10))))
    run.advance(9)
    placed = run.place([Row("a", 5, mark=3), Row("a", 5, mark=9), Row("a", 5), Row("a", 12)])
    assert (placed.late.to_pylist(), placed.late_after_idle) == ([0, 1, 2], 2)


def test_what_changed_unseen_is_given_out_before_it_is_dropped() -> None:
    run = Run(KERNEL.windowed_state(UTF8, UTF8, WindowSpec(FixedWindow(10), lateness=5)))
    run.fold([Row("a", 1)])
    assert run.advance(9) == [("a", 0, 10, "0,|")]
    run.fold([Row("a", 2), Row("b", 3), Row("b", 12)])
    assert sorted(run.advance(100)) == [("a", 0, 10, "0,1,|"), ("b", 0, 10, "2,|"), ("b", 10, 20, "3,|")]


def test_times_at_the_edge_of_what_there_is_have_windows() -> None:
    for windows in (FixedWindow(SPAN_MS, 7), SlidingWindow(SPAN_MS, SPAN_MS // 100), SessionWindow(SPAN_MS)):
        real, model = two_runs(WindowSpec(windows, lateness=SPAN_MS))
        rows = [Row("a", -TIME_MS), Row("b", TIME_MS), Row("a", TIME_MS, mark=TIME_MS - 1)]
        assert real.fold(rows) == model.fold(rows)
        assert real.advance(-TIME_MS) == model.advance(-TIME_MS)
        assert real.advance(THE_END) == model.advance(THE_END)


@pytest.mark.parametrize("windows", [FixedWindow(10), SlidingWindow(10, 5), SessionWindow(10)])
def test_many_keys_come_once_each_by_hash_in_bounded_portions(
    windows: FixedWindow | SlidingWindow | SessionWindow,
) -> None:
    state = KERNEL.windowed_state(UTF8, COUNT, WindowSpec(windows))
    keys = words(range(100_000))
    placed = state.place(keys, None, pa.array([3] * 100_000, pa.int64()), None)
    state.scatter(placed.cells, batch_of(COUNT, [{"word": "w", "count": 1}] * 100_000))
    state.advance(THE_END)
    hashes: dict[int, list[int]] = {}
    empty = 0
    while (firing := state.fire(5_000)) is not None:
        assert firing.group_count <= 5_000
        empty += not firing.group_count
        if firing.group_count:
            assert state.gather(firing.cells).null_count == 0
            ends = cast("list[int]", firing.ends.to_pylist())
            for end, hash_ in zip(
                ends, cast("list[int]", hashes_of(KERNEL, UTF8, firing.keys).to_pylist()), strict=True
            ):
                hashes.setdefault(end, []).append(hash_)
    assert [len(set(of_window)) for of_window in hashes.values()] == [100_000] * (2 if len(hashes) == 2 else 1)
    assert all(of_window == sorted(of_window) for of_window in hashes.values())
    assert (state.rows, state.windows, list(hashes)) == (0, 0, sorted(hashes))


@pytest.mark.parametrize("windows", [FixedWindow(10), SlidingWindow(10, 5), SessionWindow(10)])
def test_memory_of_windows_that_come_and_go_is_that_of_those_that_are_open(
    windows: FixedWindow | SlidingWindow | SessionWindow,
) -> None:
    state = KERNEL.windowed_state(UTF8, COUNT, WindowSpec(windows))
    rows = batch_of(COUNT, [{"word": "w" * 20, "count": 1}] * 2_000)
    sizes = []
    for time in range(0, 600, 10):
        times = pa.array([time + i % 10 for i in range(2_000)], pa.int64())
        placed = state.place(words(range(1_000 * time, 1_000 * time + 2_000)), None, times, None)
        state.scatter(placed.cells, rows)
        state.advance(time)
        while state.fire(8_192) is not None:
            pass
        sizes.append(state.memory_bytes)
    assert state.rows < 8_100
    assert sizes[-1] <= 1.1 * sizes[15]


def test_a_state_beyond_the_limit_says_so() -> None:
    state = WasmKernel(4 * MIB).windowed_state(UTF8, UTF8, WindowSpec(FixedWindow(10)))
    with pytest.raises(StateTooLarge):
        state.place(words(range(100_000)), None, pa.array([3] * 100_000, pa.int64()), None)


def test_rows_that_come_while_windows_fire_are_refused() -> None:
    run = Run(KERNEL.windowed_state(UTF8, UTF8, WindowSpec(FixedWindow(10))))
    run.fold([Row("a", 1), Row("b", 1)])
    run.state.advance(9)
    run.state.fire(1)
    with pytest.raises(KernelFailed, match="windows are firing"):
        run.place([Row("a", 12)])


def test_times_must_be_as_many_as_keys() -> None:
    state = KERNEL.windowed_state(UTF8, UTF8, WindowSpec(FixedWindow(10)))
    with pytest.raises(KernelFailed, match="1 times for 2 keys"):
        state.place(texts(["a", "b"]), None, pa.array([1], pa.int64()), None)


def test_no_rows_are_placed_nowhere() -> None:
    for kernel in (KERNEL, MODEL):
        state = kernel.windowed_state(UTF8, UTF8, WindowSpec(FixedWindow(10)))
        placed = state.place(texts([]), None, pa.array([], pa.int64()), None)
        assert (placed.rows, placed.group_count, numbers_of(placed.groups), len(placed.late)) == (None, 0, [], 0)
