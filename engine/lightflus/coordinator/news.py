"""Tells tasks that something has changed. On the event loop; whoever wakes up looks for itself at what."""

from __future__ import annotations

import trio


class News:
    """One thing to wait for, again and again."""

    def __init__(self) -> None:
        self._event = trio.Event()

    def tell(self) -> None:
        """Wakes all that wait now."""
        self._event.set()
        self._event = trio.Event()

    async def wait(self, seconds: float) -> None:
        """Until something is told, or for so long."""
        with trio.move_on_after(seconds):
            await self._event.wait()
