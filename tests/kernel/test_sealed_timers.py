"""State with timers as runs: what comes back wakes when it would have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_samples import INT64, MODEL, UTF8
from sealed_runs import Sealing, restore
from test_process_state import BATCHES, ROW, Row, Run
from xxhash import xxh3_64_intdigest

from lightflus.codec.row_encoding import encode_state
from lightflus.errors import CheckpointDamaged
from lightflus.kernel import WasmKernel
from lightflus.limits import KEY_GROUPS
from lightflus.model.timers import timer_row
from lightflus.model.windows import NEVER, THE_END
from lightflus.ports.kernel import Clock
from lightflus.testing.kernel import key_group
from lightflus.testing.runs import PlainRow, row_bytes

KERNEL = WasmKernel()
BOUNDED = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
STORED = st.lists(BATCHES, max_size=6)
STEPS = st.lists(st.one_of(BATCHES, st.sampled_from(["seal", "piece", "whole"])), max_size=12)


def two_runs(ttl: int | None, *, has_event_time: bool) -> list[Run]:
    return [Run(kernel.process_state(UTF8, INT64, ttl, has_event_time=has_event_time)) for kernel in (KERNEL, MODEL)]


@given(STEPS)
@BOUNDED
def test_runs_are_those_of_the_model_whatever_changes_between_their_pieces(
    steps: Sequence[dict[str, Row] | str],
) -> None:
    runs = two_runs(5, has_event_time=True)
    sealings = [Sealing(run.state) for run in runs]
    for step in steps:
        for run, sealing in zip(runs, sealings, strict=True):
            if isinstance(step, dict):
                run.store(step)
            elif step == "piece":
                sealing.draw()
            else:
                sealing.begin(whole=step == "whole")
    real, model = ([run.says for run in sealing.finish()] for sealing in sealings)
    assert real == model


@dataclass(frozen=True, slots=True)
class Story:
    """What is stored before the seal and after it, and when keys are due."""

    ttl: int | None
    has_event_time: bool
    before: Sequence[dict[str, Row]]
    after: Sequence[dict[str, Row]]
    until: int

    def two_runs(self) -> list[Run]:
        return two_runs(self.ttl, has_event_time=self.has_event_time)


STORIES = st.builds(Story, st.none() | st.integers(0, 20), st.booleans(), STORED, STORED, st.integers(-25, 60))


@given(STORIES, st.integers(0, KEY_GROUPS))
@BOUNDED
def test_what_was_sealed_wakes_in_others_as_if_it_had_never_stopped(story: Story, split: int) -> None:
    life = story.two_runs()[0]
    sealing = Sealing(life.state)
    for batch in story.before:
        life.store(batch)
        sealing.begin()
    runs = sealing.finish()
    halves = [story.two_runs() for _ in range(2)]
    for half, groups in zip(halves, ((0, split), (split, KEY_GROUPS)), strict=True):
        for twin in half:
            restore(twin.state, runs, b"", *groups)
            assert not twin.state.seal()
    for batch in story.after:
        life.store(batch)
        for number, half in enumerate(halves):
            mine = {key: row for key, row in batch.items() if is_of(key, split) == number}
            assert repr(half[0].store(mine)) == repr(half[1].store(mine))
    for clock in Clock:
        for time in (story.until, THE_END):
            expected = life.take_due(clock, time)
            found = [[twin.take_due(clock, time) for twin in half] for half in halves]
            assert all(repr(real) == repr(model) for real, model in found)
            assert sorted(map(repr, expected)) == sorted(map(repr, found[0][0] + found[1][0]))
    numbers = [half[0].numbers() for half in halves]
    assert life.numbers() == [sum(part) for part in zip(*numbers, strict=True)]


def is_of(key: str, split: int) -> bool:
    return key_group(xxh3_64_intdigest(key.encode()), KEY_GROUPS) >= split


def test_timers_that_no_kernel_has_stored_are_damage() -> None:
    record = timer_row(INT64)
    rows = pa.array([{"value": 1, "timers": [5, 4], "processing_timers": [], "last": NEVER}], ROW)
    scalar = cast("pa.StructScalar", rows[0])
    block = row_bytes(PlainRow(b"a", encode_state(record, scalar)))
    with pytest.raises(CheckpointDamaged, match="timers are not as they must be"):
        two_runs(None, has_event_time=True)[0].state.restore(pa.py_buffer(block), 0, KEY_GROUPS)
