"""Trying again while a server is away."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lightflus.connectors.toolbox.retry import Passing, Patience
from lightflus.errors import SinkFailed
from lightflus.testing.connectors import QuietHealth


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.on_sleep: Callable[[], object] = lambda: None

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.on_sleep()


def patience(clock: Clock, health: QuietHealth, seconds: float = 60.0) -> Patience:
    return Patience("redis://h:1", SinkFailed, health, seconds, lambda: clock.now, clock.sleep, lambda: 0.0)


def failing(times: int) -> Callable[[], str]:
    """Work that cannot be done the first `times`."""
    left = iter(range(times))

    def work() -> str:
        if next(left, None) is not None:
            raise Passing("h:1 refuses connections")
        return "done"

    return work


def test_work_that_succeeds_is_done_once() -> None:
    health = QuietHealth()
    assert patience(Clock(), health).call(failing(0)) == "done"
    assert health.reasons == []


def test_work_is_tried_again_with_pauses_that_grow_and_are_told() -> None:
    clock, health = Clock(), QuietHealth()
    assert patience(clock, health).call(failing(3)) == "done"
    assert health.reasons == [f"h:1 refuses connections; try {n} in {s} s" for n, s in ((2, 0.1), (3, 0.2), (4, 0.4))]
    assert clock.now == pytest.approx(0.7)


def test_patience_ends_after_its_seconds() -> None:
    clock = Clock()
    with pytest.raises(SinkFailed, match=r"h:1 refuses connections; tried \d+ times in 60 s") as caught:
        patience(clock, QuietHealth()).call(failing(10**6))
    assert clock.now == pytest.approx(60)
    assert caught.value.where == "redis://h:1"
    assert "`retry`" in str(caught.value.hint)


def test_what_does_not_pass_goes_through_at_once() -> None:
    def work() -> None:
        raise SinkFailed("no such table")

    clock = Clock()
    with pytest.raises(SinkFailed, match="no such table"):
        patience(clock, QuietHealth()).call(work)
    assert clock.now == 0


def test_a_job_that_is_stopped_does_not_wait_for_patience_to_end() -> None:
    clock, health = Clock(), QuietHealth()

    def stop() -> None:
        health.is_stopping = clock.now > 1

    clock.on_sleep = stop
    with pytest.raises(SinkFailed):
        patience(clock, health).call(failing(10**6))
    assert clock.now < 1.2
