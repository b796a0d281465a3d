"""The ticking thread: it moves the epochs of all engines that have deadlines, so that deadlines mean time.

What it owns: one daemon thread per process, started with the first engine that is watched, and a weak set of engines: a
job that is gone is not ticked for. Without the thread a deadline is never reached.
"""

from __future__ import annotations

import os
import threading
import time
from weakref import WeakSet

from lightflus.limits import TICK_MS
from lightflus.wasm.engine import Engine


def ticks_of(deadline_ms: int) -> int:
    """Ticks after which at least `deadline_ms` have passed: the running tick does not count."""
    return -(-deadline_ms // TICK_MS) + 1


class _Ticker:
    """The thread and whom it ticks for."""

    def __init__(self) -> None:
        self._engines: WeakSet[Engine] = WeakSet()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def watch(self, engine: Engine) -> None:
        with self._lock:
            self._engines.add(engine)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="lightflus-ticker", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            time.sleep(TICK_MS / 1_000)
            with self._lock:
                engines = list(self._engines)
            for engine in engines:
                engine.advance(1)
            del engines


_ticker = _Ticker()


def watch(engine: Engine) -> None:
    """Ticks for an engine from now on, for as long as it lives; further calls do nothing. From any thread."""
    _ticker.watch(engine)


def _forget() -> None:
    """Threads do not survive a fork, and locks may have been held."""
    global _ticker  # noqa: PLW0603 - a process has one, and a forked one begins anew
    _ticker = _Ticker()


os.register_at_fork(after_in_child=_forget)
