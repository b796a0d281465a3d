"""The ticking thread: it moves the engine's epoch, so that deadlines mean time.

What it owns: one daemon thread per process, started with the first store that has a deadline. Without it a deadline is
never reached. `raise_epoch` may be called from any thread.
"""

from __future__ import annotations

import functools
import os
import threading
import time
from collections.abc import Callable
from functools import partial

from lightflus.limits import TICK_MS
from lightflus.wasm.engine import engine
from lightflus.wasm.native import NATIVE


def ticks_of(deadline_ms: int) -> int:
    """Ticks after which at least `deadline_ms` have passed: the running tick does not count."""
    return -(-deadline_ms // TICK_MS) + 1


@functools.cache
def start() -> None:
    """Starts the thread; further calls do nothing."""
    threading.Thread(target=_tick, name="lightflus-ticker", daemon=True).start()


os.register_at_fork(after_in_child=start.cache_clear)  # threads do not survive a fork


def _tick() -> None:
    increment = _increment()
    while True:
        time.sleep(TICK_MS / 1000)
        increment()


def raise_epoch(ticks: int) -> None:
    """Moves the epoch by `ticks` at once (a thousand take well under a millisecond)."""
    increment = _increment()
    for _ in range(ticks):
        increment()


def _increment() -> Callable[[], None]:
    """One tick. The native entry keeps the interpreter's lock, so that a busy thread cannot come between many."""
    ticking = engine()
    if NATIVE is None:
        return ticking.increment_epoch
    return partial(NATIVE.increment_epoch, NATIVE.engine(ticking))
