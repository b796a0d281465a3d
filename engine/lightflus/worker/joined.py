"""A fragment together with its ways from and to the other fragments of its job.

What it owns: that the first failure of any of the three is that of all. On the event loop.
What it leaves: each of them (`runtime/fragment.py`, `wire/data.py`, `wire/arrivals.py`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio

from lightflus.errors import LightflusError, PeerLost
from lightflus.runtime.fragment import Fragment, JobResult
from lightflus.wire.arrivals import Arrivals
from lightflus.wire.data import DataNetwork


async def run_joined(fragment: Fragment, network: DataNetwork, arrivals: Arrivals) -> JobResult:
    """Runs the fragment, and returns when it has ended and all others have read what it sent them.

    Raises:
        PeerLost: another part of the job is gone.
        LightflusError: the fragment's first failure.
    """
    failure: LightflusError | None = None
    result: JobResult | None = None

    async def kept(way: Callable[[], Awaitable[None]]) -> None:
        nonlocal failure
        try:
            await way()
        except PeerLost as lost:
            failure = failure or lost
            nursery.cancel_scope.cancel()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(kept, network.run)
        nursery.start_soon(kept, arrivals.run)
        try:
            result = await fragment.run()
        except LightflusError as error:
            failure = failure or error
            nursery.cancel_scope.cancel()
    if failure is not None:
        raise failure
    assert result is not None, "who is cancelled from outside does not come here"
    return result
