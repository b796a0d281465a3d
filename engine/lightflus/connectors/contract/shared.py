"""What the connectors of one process share between its jobs, such as connections to one cluster.

What it owns: one of each kind, made when it is first asked for. Any thread. What it leaves: what they are.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TypeVar, cast

T = TypeVar("T")


class Shared:
    """Of one process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: dict[object, object] = {}

    def of(self, kind: Callable[[], T]) -> T:
        """The one that there is of a kind; made by it, if there is none yet."""
        with self._lock:
            if kind not in self._made:
                self._made[kind] = kind()
            return cast(T, self._made[kind])
