"""What jobs have said and nobody has been told yet: log lines and errors on their way to the coordinator.

What it owns: bounds per job and per message; turns between jobs, so that a noisy one costs no other its lines; that
what was dropped is counted (`Event.dropped` of the one behind it). Runner and agent have one each. Any thread.
What it leaves: what is said (`saying.py`), numbers and answers (`agent.py`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from threading import Lock

from lightflus.cluster_limits import HEARTBEAT_EVENT_BYTES, HEARTBEAT_EVENTS, JOB_EVENTS
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb

Key = tuple[str, str, int]
"""Namespace, job, generation."""


_MOST = (1 << 32) - 1
"""What the number of dropped events can say."""


class Outbox:
    """Events by job, the oldest first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[Key, deque[pb.Event]] = {}

    def put(self, events: Iterable[pb.Event]) -> None:
        """Has them wait; of each job the last JOB_EVENTS."""
        with self._lock:
            for event in events:
                key = (event.namespace, event.job, event.generation)
                queue = self._waiting.setdefault(key, deque())
                queue.append(event)
                if len(queue) > JOB_EVENTS:
                    gone = queue.popleft()
                    queue[0].dropped = min(queue[0].dropped + gone.dropped + 1, _MOST)

    def take(self) -> list[pb.Event]:
        """As many as one message has room for, one of each job in turn; they wait no longer."""
        taken: list[pb.Event] = []
        size = 0
        with self._lock:
            while self._waiting and len(taken) < HEARTBEAT_EVENTS and size < HEARTBEAT_EVENT_BYTES:
                key = next(iter(self._waiting))
                queue = self._waiting.pop(key)
                taken.append(queue.popleft())
                size += taken[-1].ByteSize()
                if queue:
                    self._waiting[key] = queue  # behind all others
        return taken

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._waiting)
