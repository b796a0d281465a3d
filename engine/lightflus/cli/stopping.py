"""Ctrl-C: the first one stops the job, the second cancels it; both are quick.

What it owns: signals during a run, and giving up on a stop that does not move (a guest that loops for ever).
On the event loop of the main thread.
"""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Callable

import trio

from lightflus.limits import STOP_FLUSH_MS, STOP_STILL_MS
from lightflus.runtime.fragment import Fragment

_LOOK_SECONDS = 0.05


class Stopper:
    """Watches for signals while a job runs.

    Attributes:
        signal: the first signal that came, or None.
        is_cancelled: whether the job was cut off before everything had reached its sink.
    """

    def __init__(
        self, run: Fragment, scope: trio.CancelScope, *, say: Callable[[str], None], is_draining: bool = False
    ) -> None:
        """`scope` encloses the run; `say` tells the person who pressed; `is_draining`: what waits for the end fires."""
        self._run = run
        self._scope = scope
        self._say = say
        self._end = run.drain if is_draining else run.stop
        self.signal: int | None = None
        self.is_cancelled = False

    async def watch(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Runs beside the job, and is cancelled with it."""
        with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            task_status.started()
            self.signal = await _next(signals)
            self._say("stopping: what was read still reaches its sink; Ctrl-C again cancels")
            self._end()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._give_up_when_still)
                await _next(signals)
                self._cancel("cancelled")

    async def _give_up_when_still(self) -> None:
        """A job that stops moves rows or flushes; one that does neither for a while never ends."""
        began = since = trio.current_time()
        seen = self._moved()
        while (now := trio.current_time()) < since + STOP_STILL_MS / 1_000:
            is_flushing = self._run.is_flushing and now < began + STOP_FLUSH_MS / 1_000
            if is_flushing or self._moved() != seen:
                seen, since = self._moved(), now
            await trio.sleep(_LOOK_SECONDS)
        self._cancel("cancelled: nothing moved any more")

    def _moved(self) -> list[tuple[int, int]]:
        """Rows alone: a connector that tries again and again moves none."""
        return [(one.rows_in, one.rows_out) for one in self._run.progress()]

    def _cancel(self, text: str) -> None:
        self.is_cancelled = True
        self._say(text)
        self._scope.cancel()


async def _next(signals: AsyncIterator[int]) -> int:
    async for found in signals:
        return found
    raise AssertionError("the receiver is open")
