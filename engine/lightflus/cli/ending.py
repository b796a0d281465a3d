"""When a process that serves is asked to end: by Ctrl-C, by SIGTERM, or because whoever started it is gone.

What it owns: those three, and the pipe by which `lightflus cluster up` holds its processes: they have one end of it,
and see the other one close even when their owner was killed. On the event loop.
What it leaves: what ending means.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final

import trio

OWNER: Final = "LIGHTFLUS_OWNER"
"""The environment variable with the number of that end of the pipe."""


@contextmanager
def asked_to_end() -> Iterator[Callable[[], Awaitable[None]]]:
    """While the block runs nothing of it ends this process; gives what waits for the first."""
    owner = os.environ.pop(OWNER, "")
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:

        async def asked() -> None:
            async with trio.open_nursery() as nursery:
                if owner.isdecimal():
                    nursery.start_soon(_owner_is_gone, int(owner), nursery.cancel_scope)
                await anext(aiter(signals))
                nursery.cancel_scope.cancel()

        yield asked


async def _owner_is_gone(pipe: int, scope: trio.CancelScope) -> None:
    """Nothing is ever written to it: when it can be read, it has ended."""
    await trio.lowlevel.wait_readable(pipe)
    scope.cancel()
