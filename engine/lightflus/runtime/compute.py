"""One thread of its own, for what may block: readers and writers.

What it owns: the way of a piece of work to a thread and of its outcome back (`Asked`, which slots use as well).
One suite tests all kinds of `ports.Compute` (`testing/compute.py`).
What it leaves: threads that many share (`slots.py`), what runs where (`fragment.py`).
"""

from __future__ import annotations

import contextlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, Protocol, TypeVar, cast

import trio

from lightflus.errors import ExternalError

T = TypeVar("T")


class Work(Protocol):
    """A piece of work on its way to a thread."""

    def do(self) -> None:
        """On the thread. Raises nothing."""
        ...


class Asked(ABC):
    """Work that somebody asks for on the loop, done wherever `_put` brings it."""

    async def run(self, work: Callable[[], T]) -> T:
        """See `ports.Compute`. Work that has not begun when its caller is cancelled never begins."""
        await trio.lowlevel.checkpoint_if_cancelled()
        awaited = _Awaited(work)
        self._put(awaited)

        def abandon(_raise_cancel: object) -> trio.lowlevel.Abort:
            awaited.is_abandoned = True
            return trio.lowlevel.Abort.SUCCEEDED

        await trio.lowlevel.wait_task_rescheduled(abandon)
        return awaited.result()

    def post(self, work: Callable[[], object]) -> None:
        """See `ports.Compute`."""
        self._put(_Posted(work))

    @abstractmethod
    def _put(self, work: Work) -> None:
        """Has it done after all that was put before."""


def started(main: Callable[[], None], name: str) -> threading.Thread:
    """A daemon thread that runs `main`. Raises ExternalError where the system has no more."""
    thread = threading.Thread(target=main, name=name, daemon=True)
    try:
        thread.start()
    except RuntimeError as error:
        hint = "lower the parallelism, or raise `ulimit -u` and what memory the process may have"
        raise ExternalError(f"the system has no more threads for this process: {error}", hint=hint) from error
    return thread


class ThreadCompute(Asked):
    """One thread, which takes work from a queue.

    The thread is a daemon: work that never returns (a read of a terminal) cannot keep the process alive.
    """

    def __init__(self, name: str) -> None:
        self._queue: SimpleQueue[Work | None] = SimpleQueue()
        self._is_closed = False
        started(self._main, name)

    def close(self) -> None:
        """See `ports.Compute`; does not wait."""
        if not self._is_closed:
            self._is_closed = True
            self._queue.put(None)

    def _put(self, work: Work) -> None:
        self._queue.put(work)

    def _main(self) -> None:
        while (work := self._queue.get()) is not None:
            work.do()
            del work


class _Posted:
    """Work whose outcome nobody waits for."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work

    def do(self) -> None:
        with contextlib.suppress(Exception):
            self._work()


class _Awaited(Generic[T]):
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
        with contextlib.suppress(trio.RunFinishedError):
            self._token.run_sync_soon(self._answer)

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
