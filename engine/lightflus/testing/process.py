"""Process functions in Python: the loop of docs/abi.md, section 10, over callbacks with a context.

What it owns: what fires when, with which stamps, when a key is forgotten: the same loop as in each SDK, a Python step
per row, so that the runtime is tested without a module. What it leaves: when calls are made (`runtime/operators`), what
a failure means (`guests.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa

from lightflus.limits import KEY_TIMERS
from lightflus.model.timers import timer_row
from lightflus.model.types import Type, columns
from lightflus.model.windows import NEVER
from lightflus.ports.guests import Emitted, ProcessCall, Processed
from lightflus.testing.context import Context, Key, Stamps, clamped
from lightflus.testing.guests import PythonProcess, WorkingRow
from lightflus.testing.memory import Value, batch_of, values_of

OnRecord = Callable[..., Value]  # type: ignore[explicit-any]  # (state, value, context), with rules before the context
_KEPT: Final = ("timers", "processing_timers", "last")


@dataclass(frozen=True, slots=True)
class Handlers:
    """What the user writes. A handler gives the new state, or None: the key is forgotten.

    Attributes:
        state: what a new key begins with.
        on_record: of the first input: `(state, value, context)`; with rules, `(state, value, rules, context)`.
        on_second: the same of a second keyed input.
        on_timer: `(state, time, context)`; with rules, `(state, time, rules, context)`.
        on_processing_timer: the same for timers of processing time.
        rules: what rules begin with; None: there are none.
        in_order: whether records come by event time.
        ttl: how long a key without records is kept; 0 = for ever.
    """

    state: Callable[[], Value]
    on_record: OnRecord
    on_second: OnRecord | None = None
    on_timer: OnRecord | None = None
    on_processing_timer: OnRecord | None = None
    rules: Callable[[], Value] | None = None
    in_order: bool = False
    ttl: int = 0


@dataclass(frozen=True, slots=True)
class Types:
    """The types around a process function: `outputs` has the main output's, then those of the side outputs by name."""

    key: Type
    state: Type
    first: Type
    output: Type
    ports: dict[str, Type] = field(default_factory=dict)
    second: Type | None = None
    rules: Type | None = None


def process_function(types: Types, handlers: Handlers) -> PythonProcess:
    """A PROCESS function of a `PythonGuests`."""
    return PythonProcess(lambda call, row: _Run(types, handlers, call, row).answer())


class _Run:
    """One call."""

    def __init__(self, types: Types, handlers: Handlers, call: ProcessCall, row: WorkingRow) -> None:
        self.call = call
        self._types = types
        self._handlers = handlers
        self._row = row
        self._has_times = call.times is not None
        self._out: dict[str, list[tuple[Value, Stamps]]] = {port: [] for port in ("", *types.ports)}
        self._keys = [Key(value) for value in values_of(types.key, call.keys)]
        for group, key in enumerate(self._keys):
            if call.state[group].is_valid:
                self._read(key, call.state.slice(group, 1))
        self._rules: tuple[Value, ...] = ()
        if handlers.rules is not None:
            assert types.rules is not None
            self._rules = (handlers.rules() if call.rules is None else values_of(types.rules, call.rules)[0],)

    def answer(self) -> Processed:
        """Rows in their order, then what watermark and clock have reached."""
        call, sides = self.call, self._sides()
        records = [iter(self._records(side)) for side in (0, 1)]
        times = [call.processing_time] * len(sides) if call.times is None else _numbers(call.times)
        marks = [NEVER] * len(sides) if call.marks is None else _numbers(call.marks)
        groups = memoryview(call.groups).cast("I").tolist() if sides else []
        for row, (side, group, time, mark) in enumerate(zip(sides, groups, times, marks, strict=True)):
            self._row.at = row
            self._handle(self._keys[group], side, next(records[side]), time, mark)
        self._row.at = None
        for key in self._keys:
            self._pass(key)
        return Processed(self._states(), tuple(self._emitted(port) for port in self._out))

    def emit(self, port: str, value: Value, stamps: Stamps) -> None:
        """A record of a function at work."""
        self._out[port].append((value, stamps))

    def _handle(self, key: Key, side: int, value: Value, time: int, mark: int) -> None:
        """10.4: expiry or timers, then the record."""
        handlers = self._handlers
        now = NEVER
        if self._has_times:
            now = time - 1 if handlers.in_order else mark
        if key.is_known and self._is_expired(key, max(time, mark) if self._has_times else self.call.processing_time):
            self._fire(key, key.last + handlers.ttl - 1)
            key.forget()
        elif key.is_known:
            self._fire(key, now)
        if not key.is_known:
            key.is_known, key.state = True, handlers.state()
        key.last = max(key.last, time)
        on_record = handlers.on_second if side else handlers.on_record
        assert on_record is not None, "rows come for the inputs that there are"
        stamps = Stamps(time, mark) if self._has_times else Stamps(0, 0)
        watermark = time - 1 if handlers.in_order else mark
        self._call(key, on_record, value, self._context(key, time, watermark, stamps))
        self._drain(key, now, stamps)

    def _pass(self, key: Key) -> None:
        """10.5: what the watermark and the clock have reached."""
        watermark, clock, ttl = self.call.watermark, self.call.processing_time, self._handlers.ttl
        if not key.is_known:
            return
        is_expired = self._is_expired(key, watermark if self._has_times else clock)
        if self._has_times:
            self._fire(key, min(watermark, key.last + ttl - 1) if is_expired else watermark)
        time = clamped(watermark + 1)
        stamps = Stamps(time, time - 1) if self._has_times else Stamps(0, 0)
        while key.is_known and key.processing_timers and key.processing_timers[0] <= clock:
            self._fire_processing(key, key.processing_timers.pop(0), stamps)
            self._drain(key, watermark, stamps)
        if is_expired:
            key.forget()

    def _is_expired(self, key: Key, clock: int) -> bool:
        return 0 < self._handlers.ttl <= clock - key.last

    def _fire(self, key: Key, until: int) -> None:
        """Event timers at or below a time, each with its own stamps, and what it sets for a time that has passed."""
        while key.is_known and key.timers and key.timers[0] <= until:
            time = key.timers[0]
            stamps = Stamps(time, time - 1)
            self._fire_event(key, stamps)
            self._drain(key, time, stamps)

    def _drain(self, key: Key, now: int, stamps: Stamps) -> None:
        """10.6: timers that were set for a time already passed, with the stamps of the function that set them."""
        while key.is_known:
            if key.passed:
                self._fire_processing(key, key.passed.pop(0), stamps)
            elif self._has_times and key.timers and key.timers[0] <= now:
                self._fire_event(key, stamps)
            else:
                return

    def _fire_event(self, key: Key, stamps: Stamps) -> None:
        time = key.timers.pop(0)
        self._count(key)
        if self._handlers.on_timer is not None:
            self._call(key, self._handlers.on_timer, time, self._context(key, time, time, stamps))

    def _fire_processing(self, key: Key, time: int, stamps: Stamps) -> None:
        self._count(key)
        if self._handlers.on_processing_timer is not None:
            context = self._context(key, time, self.call.watermark, stamps)
            self._call(key, self._handlers.on_processing_timer, time, context)

    def _call(self, key: Key, handler: OnRecord, value: Value, context: Context) -> None:
        key.state = handler(key.state, value, *self._rules, context)
        if key.state is None:
            key.forget()
        if max(len(key.timers), len(key.processing_timers)) > KEY_TIMERS:
            raise ValueError(f"more than {KEY_TIMERS:,} timers of one key")

    def _context(self, key: Key, time: int, watermark: int, stamps: Stamps) -> Context:
        clock = self.call.processing_time
        return Context(key, time, watermark=watermark, processing_time=clock, stamps=stamps, emit=self.emit)

    def _count(self, key: Key) -> None:
        key.fired += 1
        if key.fired > KEY_TIMERS:
            raise ValueError(f"more than {KEY_TIMERS:,} timers fire for one key at once")

    def _sides(self) -> list[int]:
        sides = self.call.sides
        return [0] * self.call.rows if sides is None else memoryview(sides).cast("I").tolist()

    def _records(self, side: int) -> Sequence[Value]:
        batch, kind = (self.call.second, self._types.second) if side else (self.call.first, self._types.first)
        return [] if batch is None or kind is None else values_of(kind, batch)

    def _read(self, key: Key, state: pa.StructArray) -> None:
        batch = pa.RecordBatch.from_struct_array(state)
        kept: dict[str, Value] = batch.select(_KEPT).to_pylist()[0]
        own = batch.select([one.name for one in columns(self._types.state)])
        key.is_known, key.state = True, values_of(self._types.state, own)[0]
        key.timers, key.processing_timers, key.last = (kept[name] for name in _KEPT)  # type: ignore[assignment]

    def _states(self) -> pa.StructArray:
        """A row per key; null: it is forgotten."""
        names = [one.name for one in columns(self._types.state)]
        rows: list[Value] = []
        places: list[int | None] = []
        for key in self._keys:
            places.append(len(rows) if key.is_known else None)
            if key.is_known:
                own = key.state if isinstance(key.state, dict) and self._is_struct else {names[0]: key.state}
                rows.append({**own, **{name: getattr(key, name) for name in _KEPT}})
        states = batch_of(timer_row(self._types.state), rows).to_struct_array()
        return states.take(pa.array(places, pa.int64()))

    @property
    def _is_struct(self) -> bool:
        return columns(self._types.state)[0].type != self._types.state

    def _emitted(self, port: str) -> Emitted:
        rows = self._out[port]
        record = self._types.ports[port] if port else self._types.output
        times = pa.array([stamps.time for _, stamps in rows], pa.int64())
        marks = pa.array([stamps.mark for _, stamps in rows], pa.int64())
        return Emitted(batch_of(record, [value for value, _ in rows]), times, marks)


def _numbers(column: pa.Int64Array) -> list[int]:
    return [number for number in column.to_pylist() if number is not None]
