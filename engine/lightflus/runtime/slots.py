"""Slots: compute threads that the subtasks of one or many jobs share, each through a lane of its own.

What it owns: order within a lane, turns between lanes, and that a call that runs long holds nobody up: when others wait
for its slot, they go on on a spare thread, and the long one's thread ends with it. A lane's work is never done by two
threads at a time, so a guest and a kernel instance belong to a lane.
What it leaves: asking and answering (`compute.py`), ending a call that never ends (deadlines, `../wasm/ticker.py`).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from queue import SimpleQueue
from weakref import WeakSet

from lightflus.limits import LONG_WORK_MS, SPARE_THREADS
from lightflus.runtime.compute import Asked, Work, started

_LOOK_SECONDS = LONG_WORK_MS / 2_000


class ThreadSlots:
    """`ports.Slots` of this process."""

    def __init__(self, count: int) -> None:
        self._slots = [_Slot(f"slot-{number}") for number in range(count)]

    def lane(self, number: int, name: str) -> Lane:
        """See `ports.Slots`."""
        slots = self._slots[number % len(self._slots) :] + self._slots[: number % len(self._slots)]
        return Lane(min(slots, key=lambda slot: len(slot.lanes)))

    def close(self) -> None:
        """Ends the threads after the work that they have. Idempotent; does not wait."""
        for slot in self._slots:
            slot.close()


class Lane(Asked):
    """`ports.Compute` of one subtask: its work waits here, and the lane itself for a turn in its slot."""

    def __init__(self, slot: _Slot) -> None:
        self._slot = slot
        slot.lanes.add(self)
        self._works: deque[Work] = deque()
        self._lock = threading.Lock()
        self._is_waiting = False
        """Whether the lane stands in its slot's queue, or has its turn."""

    def close(self) -> None:
        """Makes room for others; the threads are the slot's."""
        self._slot.lanes.discard(self)

    def turn(self) -> None:
        """Does one piece of work, and queues for another turn if there is more. On a thread of the slot."""
        self._works.popleft().do()
        with self._lock:
            self._is_waiting = bool(self._works)
            if self._is_waiting:
                self._slot.wants_turn(self)

    def _put(self, work: Work) -> None:
        with self._lock:
            self._works.append(work)
            if not self._is_waiting:
                self._is_waiting = True
                self._slot.wants_turn(self)


class _Slot:
    """One thread at a time that gives turns; one that a long piece of work holds up is replaced."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.lanes: WeakSet[Lane] = WeakSet()
        """Those that are in use."""
        self._waiting: SimpleQueue[Lane | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._is_closed = False
        self._thread = _Turns(name, self._waiting)
        self._held_up: list[_Turns] = []
        _watch.add(self)

    def wants_turn(self, lane: Lane) -> None:
        self._waiting.put(lane)

    def look(self, now: float) -> None:
        """Has waiting lanes go on on a spare thread if the present one has been at one piece of work for long."""
        if self._waiting.empty() or not self._thread.is_late(now):
            return
        with self._lock:
            self._held_up = [thread for thread in self._held_up if thread.is_alive]
            if self._is_closed or len(self._held_up) >= SPARE_THREADS or not self._thread.retire():
                return
            self._held_up.append(self._thread)
            self._thread = _Turns(self._name, self._waiting)

    def close(self) -> None:
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                self._waiting.put(None)


class _Turns:
    """A thread that gives lanes their turns, one after the other, until it is retired."""

    def __init__(self, name: str, lanes: SimpleQueue[Lane | None]) -> None:
        self._lanes = lanes
        self._lock = threading.Lock()
        self._since: float | None = None
        self._is_retired = False
        self._thread = started(self._main, name)

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def is_late(self, now: float) -> bool:
        """Whether the turn that it gives began longer ago than LONG_WORK_MS."""
        since = self._since
        return since is not None and (now - since) * 1_000 > LONG_WORK_MS

    def retire(self) -> bool:
        """Makes this turn its last; not if it has just ended."""
        with self._lock:
            self._is_retired = self._since is not None
            return self._is_retired

    def _main(self) -> None:
        while (lane := self._lanes.get()) is not None:
            self._since = time.perf_counter()
            lane.turn()
            del lane
            with self._lock:
                self._since = None
                if self._is_retired:
                    return


class _Watch:
    """The thread of the process that looks for slots which are held up; it lets slots go that nobody has."""

    def __init__(self) -> None:
        self._slots: WeakSet[_Slot] = WeakSet()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, slot: _Slot) -> None:
        with self._lock:
            self._slots.add(slot)
            if self._thread is None:
                self._thread = threading.Thread(target=self._main, name="lightflus-watch", daemon=True)
                self._thread.start()

    def _main(self) -> None:
        while True:
            time.sleep(_LOOK_SECONDS)
            with self._lock:
                slots = list(self._slots)
            now = time.perf_counter()
            for slot in slots:
                slot.look(now)
            del slots


_watch = _Watch()
