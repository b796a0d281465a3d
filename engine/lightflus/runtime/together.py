"""Several things done side by side, whose first failure is raised as itself.

What it owns: that, where a nursery of trio would raise a group. On the event loop.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio

from lightflus.errors import LightflusError


async def together(*works: Callable[[], Awaitable[None]]) -> None:
    """Does all of these; the first failure ends the others, and is raised."""
    failure: LightflusError | None = None

    async def kept(work: Callable[[], Awaitable[None]]) -> None:
        nonlocal failure
        try:
            await work()
        except LightflusError as error:
            failure = failure or error
            nursery.cancel_scope.cancel()

    async with trio.open_nursery() as nursery:
        for work in works:
            nursery.start_soon(kept, work)
    if failure is not None:
        raise failure
