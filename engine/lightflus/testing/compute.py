"""Compute without threads, and what every `ports.Compute` must do: a suite that runs over all kinds of them.

What it owns: `InlineCompute` and `InlineSlots`, for tests on trio's virtual clock, which runs on while a thread works;
the contract as tests: subclass `ComputeContract` in a test file and give it `make`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TypeVar

import pytest
import trio

from lightflus.ports.compute import Compute, ComputeFactory

T = TypeVar("T")


class InlineCompute:
    """Runs work where it is asked for, with a checkpoint before it."""

    def __init__(self, name: str) -> None:
        self._name = name

    async def run(self, work: Callable[[], T]) -> T:
        """Runs `work` now; see `ports.Compute`."""
        await trio.lowlevel.checkpoint()
        return work()

    def post(self, work: Callable[[], object]) -> None:
        """Runs `work` now; what it raises is lost."""
        with contextlib.suppress(Exception):
            work()

    def close(self) -> None:
        """Nothing to end."""


class InlineSlots:
    """`ports.Slots` without threads."""

    def lane(self, number: int, name: str) -> Compute:
        """A lane of its own."""
        return InlineCompute(name)


def _fail() -> None:
    raise KeyError("missing")


class ComputeContract:
    """Tests of one implementation; subclasses set `make`."""

    make: ComputeFactory

    async def test_it_returns_what_the_work_returns(self) -> None:
        """A value comes back."""
        compute = type(self).make("slot")
        assert await compute.run(lambda: 6 * 7) == 42
        compute.close()

    async def test_it_raises_what_the_work_raises_and_goes_on(self) -> None:
        """An error comes back as itself."""
        compute = type(self).make("slot")
        with pytest.raises(KeyError, match="missing"):
            await compute.run(_fail)
        assert await compute.run(lambda: "alive") == "alive"
        compute.close()

    async def test_work_runs_in_the_order_in_which_it_is_asked_for(self) -> None:
        """Two callers take turns; each one's work keeps its order, and posted work comes before what follows it."""
        compute = type(self).make("slot")
        done: list[int] = []
        await compute.run(lambda: done.append(1))
        compute.post(lambda: done.append(2))
        await compute.run(lambda: done.append(3))
        assert done == [1, 2, 3]
        compute.close()

    async def test_what_posted_work_raises_is_lost(self) -> None:
        """The slot lives on."""
        compute = type(self).make("slot")
        compute.post(_fail)
        assert await compute.run(lambda: "alive") == "alive"
        compute.close()

    async def test_a_cancelled_caller_gets_no_work_done(self) -> None:
        """Work that has not begun when its caller is cancelled never begins."""
        compute = type(self).make("slot")
        done: list[int] = []
        with trio.CancelScope() as scope:
            scope.cancel()
            await compute.run(lambda: done.append(1))
        await compute.run(lambda: None)
        assert scope.cancelled_caught
        assert not done
        compute.close()

    async def test_asking_is_a_checkpoint(self) -> None:
        """Other trio tasks run meanwhile."""
        compute = type(self).make("slot")
        ran = trio.Event()

        async def other() -> None:
            await trio.lowlevel.checkpoint()
            ran.set()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(other)
            while not ran.is_set():
                await compute.run(lambda: None)
        compute.close()
