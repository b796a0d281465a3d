"""What a process function does with the records of one key, as the contract tells it: no calls, batches or state rows.

What it owns: one key's story: records in their order, timers between them, expiry, the end. What it leaves: which
records in which order (`contract.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from contract import NEVER, Seen

from lightflus.testing.memory import Value
from lightflus.testing.process import Handlers, OnRecord

THE_END = 10**18
"""Where the watermark comes to at the end."""


@dataclass(slots=True)
class Story:
    """One key. `said` has what its functions emit: port, and text."""

    handlers: Handlers
    key: str
    rules: Sequence[Seen] = ()
    said: list[tuple[str, Value]] = field(default_factory=list)
    state: Value = None
    timers: set[int] = field(default_factory=set)
    last: int = NEVER

    def told(self, records: Sequence[tuple[int, Seen]]) -> list[tuple[str, Value]]:
        """All that is said of records, with the input of each, in their order."""
        for side, one in records:
            now = one.time - 1 if self.handlers.in_order else one.mark
            if self.state is not None and 0 < self.handlers.ttl <= max(one.time, one.mark) - self.last:
                self._expire()
            self._fire(now)
            self.last = max(self.last, one.time)
            handler = self.handlers.on_second if side else self.handlers.on_record
            assert handler is not None
            self._call(handler, one.event.row(), one.time)
            self._fire(now)
        if self.handlers.ttl and self.state is not None:
            self._expire()
        self._fire(THE_END)
        return self.said

    def _expire(self) -> None:
        self._fire(self.last + self.handlers.ttl - 1)
        self._forget()

    def _forget(self) -> None:
        self.state, self.last = None, NEVER
        self.timers.clear()

    def _fire(self, until: int) -> None:
        while due := [time for time in self.timers if time <= until]:
            time = min(due)
            self.timers.remove(time)
            assert self.handlers.on_timer is not None
            self._call(self.handlers.on_timer, time, time)

    def _call(self, handler: OnRecord, value: Value, time: int) -> None:
        state = self.handlers.state() if self.state is None else self.state
        rules: tuple[Value, ...] = ()
        if self.handlers.rules is not None:
            is_timer = isinstance(value, int)
            rules = ([one.event.id for one in self.rules if one.time < time or (is_timer and one.time == time)],)
        self.state = handler(state, value, *rules, self)
        if self.state is None:
            self._forget()

    def emit(self, row: dict[str, Value]) -> None:
        """To the main output."""
        self.said.append(("", row["text"]))

    def emit_to(self, port: str, row: dict[str, Value]) -> None:
        """To a side output."""
        self.said.append((port, row["text"]))

    def set_timer(self, time: int) -> None:
        """Sets one."""
        self.timers.add(time)

    def delete_timer(self, time: int) -> None:
        """Takes it back."""
        self.timers.discard(time)
