"""Slots: where synchronous work runs, so that the event loop never waits for wasm, a disk or a lock.

What it owns: the way of a piece of work to a thread and of its outcome back (`ThreadCompute`), and the same without a
thread (`InlineCompute`), for tests on trio's virtual clock, which runs on while a thread works. One suite tests both
(`testing/compute.py`). What it leaves: what runs where (`job_run.py`).
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, Protocol, TypeVar, cast

import trio

from lightflus.ports.compute import Compute

T = TypeVar("T")


class ComputeFactory(Protocol):
    """Makes a slot; `name` is for thread lists and traces."""

    def __call__(self, name: str) -> Compute:
        """A slot of its own: its work runs in order, beside that of other slots."""
        ...


class ThreadCompute:
    """One thread, which takes work from a queue and reports to the loop of whoever asked.

    The thread is a daemon: work that never returns (a read of a terminal) cannot keep the process alive.
    """

    def __init__(self, name: str) -> None:
        self._queue: SimpleQueue[_Work | None] = SimpleQueue()
        self._is_closed = False
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[], T]) -> T:
        """Runs `work` on the thread; see `ports.Compute`. Work that has not begun when cancelled never begins."""
        await trio.lowlevel.checkpoint_if_cancelled()
        job = _Job(work)
        self._queue.put(job)

        def abandon(_raise_cancel: object) -> trio.lowlevel.Abort:
            job.is_abandoned = True
            return trio.lowlevel.Abort.SUCCEEDED

        await trio.lowlevel.wait_task_rescheduled(abandon)
        return job.result()

    def post(self, work: Callable[[], object]) -> None:
        """Runs `work` after all that was asked before, without waiting; what it raises is lost."""
        self._queue.put(_Posted(work))

    def close(self) -> None:
        """Ends the thread after the work that it has. Idempotent; does not wait."""
        if not self._is_closed:
            self._is_closed = True
            self._queue.put(None)

    def _main(self) -> None:
        while (work := self._queue.get()) is not None:
            work.do()
            del work


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
        _Posted(work).do()

    def close(self) -> None:
        """Nothing to end."""


class _Work(Protocol):
    def do(self) -> None: ...


class _Posted:
    """Work whose outcome nobody waits for."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work

    def do(self) -> None:
        with contextlib.suppress(Exception):
            self._work()


class _Job(Generic[T]):
    """Work with somebody waiting. Made on the loop, done on the thread, answered on the loop."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._task = trio.lowlevel.current_task()
        self._token = trio.lowlevel.current_trio_token()
        self._value: T | None = None
        self._error: BaseException | None = None
        self.is_abandoned = False

    def do(self) -> None:
        if self.is_abandoned:
            return
        try:
            self._value = self._work()
        except BaseException as error:  # it is raised where the work was asked for
            self._error = error
        try:
            self._token.run_sync_soon(self._answer)
        except trio.RunFinishedError:
            return

    def _answer(self) -> None:
        if not self.is_abandoned:
            trio.lowlevel.reschedule(self._task)

    def result(self) -> T:
        if self._error is not None:
            try:
                raise self._error
            finally:
                self._error = None
        return cast(T, self._value)
