"""Threads that many share, for what may block and mostly does not: readers and writers of hundreds of small jobs.

What it owns: a thread for each piece of work that is under way, kept for the next one for a while; the order of what a
strand asks for. What it leaves: a thread that belongs to one (`compute.py`), threads that compute (`slots.py`).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue

from lightflus.limits import IDLE_THREAD_SECONDS
from lightflus.runtime.compute import Asked, Work, started


class ThreadPool:
    """`ports.ComputeFactory`: there are as many threads as strands have work that has not ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[SimpleQueue[Callable[[], None]]] = []

    def __call__(self, name: str) -> Strand:
        """A strand; its work has no thread of that name, since threads are shared."""
        return Strand(self)

    def do(self, work: Callable[[], None]) -> None:
        """On a thread that has nothing to do, else on a new one; the one that waited least is still in the caches.

        Raises ExternalError where the system has no more.
        """
        with self._lock:
            waiting = self._idle.pop() if self._idle else None
        if waiting is not None:
            waiting.put(work)
        else:
            started(lambda: self._main(work), "pool")

    def _main(self, work: Callable[[], None]) -> None:
        queue: SimpleQueue[Callable[[], None]] = SimpleQueue()
        while True:
            work()
            with self._lock:
                self._idle.append(queue)
            try:
                work = queue.get(timeout=IDLE_THREAD_SECONDS)
            except Empty:
                with self._lock:
                    if queue in self._idle:
                        return self._idle.remove(queue)
                work = queue.get()  # it was chosen meanwhile


class Strand(Asked):
    """`ports.Compute`: work in order, on whichever thread; none while there is none."""

    def __init__(self, pool: ThreadPool) -> None:
        self._pool = pool
        self._lock = threading.Lock()
        self._waiting: deque[Work] = deque()
        self._is_at_work = False

    def close(self) -> None:
        """See `ports.Compute`: there is nothing to end."""

    def _put(self, work: Work) -> None:
        with self._lock:
            self._waiting.append(work)
            if self._is_at_work:
                return
            self._is_at_work = True
        self._pool.do(self._work)

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._is_at_work = False
                    return
                work = self._waiting.popleft()
            work.do()
            del work
