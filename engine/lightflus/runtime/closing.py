"""Leaves nothing behind: gives back what a fragment has, in order, and does not wait for ever.

What it owns: threads of readers and writers, what is to be closed on which of them, and interrupting what does not end.
On the event loop. What it leaves: slots, which are shared and stay open.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

import trio

from lightflus import limits
from lightflus.model.graph import OperatorId
from lightflus.ports.compute import Compute, ComputeFactory
from lightflus.ports.sinks import Sink
from lightflus.runtime.feeding import Feeding
from lightflus.runtime.guest_host import GuestHost

_GRACE_SECONDS = limits.STOP_GRACE_MS / 1_000
_READERS_SECONDS = 2 * limits.READ_WAIT_MS / 1_000
"""How long readers may take to close; one that blocks for ever (a terminal) is left behind."""
_INTERRUPT_SECONDS = 0.05
"""How often a guest is told to end, while the job waits for its lane: between two calls there is nothing to end."""


class Closing:
    """What one fragment has to give back."""

    def __init__(self, sinks: Mapping[OperatorId, Sink], threads: ComputeFactory) -> None:
        """`sinks` are closed when no thread can still use them."""
        self._sinks = sinks
        self._make_thread = threads
        self._readers: list[Compute] = []
        self._writers: list[Compute] = []
        self._lanes: list[Compute] = []
        self._work: list[tuple[Compute, Callable[[], None]]] = []
        self.hosts: list[GuestHost] = []
        """The guests, so that they can be ended."""

    def reader(self, name: str) -> Compute:
        """A new thread for a reader."""
        return self._thread(name, self._readers)

    def writer(self, name: str) -> Compute:
        """A new thread for a writer."""
        return self._thread(name, self._writers)

    def on_lane(self, lane: Compute, close: Callable[[], None]) -> None:
        """Something to close on a lane."""
        self._lanes.append(lane)
        self._work.append((lane, close))

    def on_writer(self, thread: Compute, close: Callable[[], None]) -> None:
        """Something to close on a writer's thread."""
        self._work.append((thread, close))

    async def close(self, feeding: Feeding, *, is_whole: bool) -> Exception | None:
        """Gives everything back, and answers what went wrong meanwhile.

        Threads that do not answer in time are left to end by themselves.
        """
        failure: Exception | None = None
        if not is_whole:
            self._interrupt()
        for thread, close in (*self._work, *feeding.closing):
            thread.post(close)
        patience = math.inf if is_whole else _GRACE_SECONDS
        try:
            with trio.CancelScope(shield=not is_whole, deadline=trio.current_time() + patience):
                async with trio.open_nursery() as nursery:
                    if not is_whole:
                        nursery.start_soon(self._keep_interrupting)
                    try:
                        await self._close_sinks()
                    except Exception as error:
                        failure = error
                    nursery.cancel_scope.cancel()
            with trio.CancelScope(shield=True, deadline=trio.current_time() + _READERS_SECONDS):
                await _fence(self._readers)
                await feeding.close()
        finally:
            for thread in (*self._lanes, *self._writers, *self._readers):
                thread.close()
        return failure

    async def _close_sinks(self) -> None:
        """Once no thread can still use them."""
        await _fence(self._lanes)
        await _fence(self._writers)
        for sink in self._sinks.values():
            await (*self._lanes, *self._writers)[0].run(sink.close)

    async def _keep_interrupting(self) -> None:
        while True:
            await trio.sleep(_INTERRUPT_SECONDS)
            self._interrupt()

    def _interrupt(self) -> None:
        for host in self.hosts:
            host.interrupt()

    def _thread(self, name: str, among: list[Compute]) -> Compute:
        thread = self._make_thread(name)
        among.append(thread)
        return thread


async def _fence(threads: Iterable[Compute]) -> None:
    """Returns when everything that was asked of these threads before has ended."""
    for thread in threads:
        await thread.run(_nothing)


def _nothing() -> None:
    """The fence itself."""
