"""State with timers: the kernel's is what the model says, and what lies in a row is seen before it is stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_samples import INT64, MODEL, UTF8, buffer_of, numbers_of, plain, texts, words

from lightflus.codec import schema_of
from lightflus.errors import KernelFailed
from lightflus.kernel import WasmKernel
from lightflus.limits import TIME_MS
from lightflus.model.timers import timer_row
from lightflus.model.windows import NEVER, THE_END
from lightflus.ports.kernel import Clock, ProcessState

KERNEL = WasmKernel()
BOUNDED = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
ROW = pa.struct(list(schema_of(timer_row(INT64))))

TIMES = st.lists(st.integers(-20, 40), max_size=4, unique=True).map(sorted)
Row = dict[str, int | list[int]] | None
ROWS: st.SearchStrategy[Row] = st.none() | st.fixed_dictionaries(
    {
        "value": st.integers(0, 9),
        "timers": TIMES,
        "processing_timers": TIMES,
        "last": st.sampled_from([NEVER, -5, 3, 9]),
    }
)
BATCHES = st.dictionaries(st.sampled_from(["a", "b", "c" * 22, "d"]), ROWS, max_size=4)
STEPS = st.lists(st.one_of(BATCHES, st.tuples(st.sampled_from(Clock), st.integers(-25, 60))), max_size=12)


def rows_of(rows: Sequence[Row]) -> pa.StructArray:
    return cast("pa.StructArray", pa.array(rows, ROW))


class Run:
    """One state, whichever implements it."""

    def __init__(self, state: ProcessState) -> None:
        self.state = state

    def store(self, rows: dict[str, Row]) -> object:
        """Stores rows by key; what was there, and what is there now."""
        found = self.state.lookup(texts(rows), None)
        before = plain(self.state.gather(found.slots))
        assert self.state.store(found.slots, rows_of(list(rows.values()))) is None
        found = self.state.lookup(texts(rows), None)
        return numbers_of(found.groups), before, plain(self.state.gather(found.slots))

    def take_due(self, clock: Clock, until: int, most: int = 2) -> list[object]:
        """The keys of all that is due, and their rows."""
        due: list[object] = []
        while (slots := self.state.take_due(clock, until, most)) is not None:
            assert slots.size <= 4 * most
            due += zip(plain(self.state.decode(slots).column(0)), plain(self.state.gather(slots)), strict=True)
        return due

    def numbers(self) -> list[int]:
        return [len(self.state), *(self.state.timers(clock) for clock in Clock)]


@given(st.none() | st.integers(0, 20), st.booleans(), STEPS)
@BOUNDED
def test_keys_wake_when_the_model_says(
    ttl: int | None, has_event_time: bool, steps: Sequence[dict[str, Row] | tuple[Clock, int]]
) -> None:
    real, model = (
        Run(kernel.process_state(UTF8, INT64, ttl, has_event_time=has_event_time)) for kernel in (KERNEL, MODEL)
    )
    for step in [*steps, (Clock.EVENT, THE_END), (Clock.PROCESSING, THE_END)]:
        if isinstance(step, dict):
            assert repr(real.store(step)) == repr(model.store(step))
        else:
            assert repr(real.take_due(*step)) == repr(model.take_due(*step))
        assert real.numbers() == model.numbers()
        for clock in Clock:
            first, exact = real.state.next_due(clock), model.state.next_due(clock)
            assert first == exact or (first is not None and exact is not None and first < exact)
    assert real.state.next_due(Clock.EVENT) is None


@pytest.mark.parametrize("name", ["timers", "processing_timers"])
@pytest.mark.parametrize("times", [[5, 5], [5, 4], [-TIME_MS - 1], [0, TIME_MS + 1], list(range(1_000_001))])
def test_a_row_that_lies_is_named_and_nothing_is_stored(name: str, times: list[int]) -> None:
    for kernel in (KERNEL, MODEL):
        state = kernel.process_state(UTF8, INT64, None, has_event_time=True)
        slots = state.lookup(texts(["a", "b", "c", "d"]), None).slots
        right: dict[str, int | list[int]] = {
            "value": 1,
            "timers": [-TIME_MS, TIME_MS],
            "processing_timers": [],
            "last": NEVER,
        }
        wrong: Row = right | {name: times}
        assert state.store(slots, rows_of([None, right, wrong, None])) == 2
        assert (len(state), state.timers(Clock.EVENT), state.next_due(Clock.EVENT)) == (0, 0, None)


def test_a_key_that_was_put_off_wakes_later() -> None:
    state = KERNEL.process_state(UTF8, INT64, None, has_event_time=True)
    slots = state.lookup(texts(["a"]), None).slots
    for time in (5, 9):
        assert state.store(slots, rows_of([{"value": 1, "timers": [time], "processing_timers": [], "last": 0}])) is None
    run = Run(state)
    assert [len(run.take_due(Clock.EVENT, time)) for time in (8, 9, 9)] == [0, 1, 0]


def test_many_keys_wake_in_portions_by_time() -> None:
    state = KERNEL.process_state(UTF8, INT64, None, has_event_time=True)
    count = 50_000
    slots = state.lookup(words(range(count)), None).slots
    rows: list[Row] = [
        {"value": i, "timers": [i * 7_919 % count], "processing_timers": [], "last": 0} for i in range(count)
    ]
    assert state.store(slots, rows_of(rows)) is None
    woken: list[int] = []
    while (due := state.take_due(Clock.EVENT, THE_END, 8_192)) is not None:
        woken += cast("list[int]", pc.list_flatten(state.gather(due).field("timers")).to_pylist())
    assert woken == list(range(count))


def test_memory_of_keys_that_come_and_go_is_that_of_those_that_are_there() -> None:
    state = KERNEL.process_state(UTF8, INT64, None, has_event_time=True)
    sizes = []
    for round_ in range(100):
        slots = state.lookup(words(range(2_000 * round_, 2_000 * (round_ + 1))), None).slots
        row: Row = {"value": 1, "timers": [1, 2, 3], "processing_timers": [4], "last": 0}
        state.store(slots, rows_of([row] * 2_000))
        state.store(slots, rows_of([None] * 2_000))
        state.lookup(words(range(1_000)), None)
        sizes.append(state.memory_bytes)
    assert (len(state), state.timers(Clock.EVENT)) == (0, 0)
    assert sizes[-1] == sizes[20]


def test_a_slot_that_nobody_has_is_refused() -> None:
    state = KERNEL.process_state(UTF8, INT64, None, has_event_time=True)
    row: Row = {"value": 1, "timers": [], "processing_timers": [], "last": 0}
    with pytest.raises(KernelFailed, match="a slot is not in the table"):
        state.store(buffer_of([3]), rows_of([row]))
