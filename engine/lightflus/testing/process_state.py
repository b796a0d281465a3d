"""What state with timers means, in plain Python: the oracle of the kernel's, and in its place for jobs on doubles.

What it owns: `ModelProcessState`: which keys are due is found by looking at every row. Its slots are never used again.
It is slow, a Python step per row, and no part of the data path. What it leaves: encoding (`row_encoding.py`), and the
hash, which is handed in.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import cast

import pyarrow as pa

from lightflus.codec import schema_of
from lightflus.codec.row_encoding import decode_rows, encode_state, encoded_keys
from lightflus.limits import KEY_TIMERS, TIME_MS
from lightflus.model.timers import timer_row
from lightflus.model.types import Type
from lightflus.model.windows import NEVER
from lightflus.ports.durable import RunKind
from lightflus.ports.kernel import Clock, Lookup
from lightflus.testing.buffers import numbers, words
from lightflus.testing.durable import Identity, ModelDurable
from lightflus.testing.runs import PlainRow


class ModelProcessState(ModelDurable):
    """`ports.kernel.ProcessState` over dicts."""

    def __init__(
        self, key: Type, state: Type, ttl: int | None, hash_bytes: Callable[[bytes], int], *, has_event_time: bool
    ) -> None:
        """No keys yet."""
        super().__init__(RunKind.TIMED, hash_bytes)
        self._key = key
        self._state = timer_row(state)
        self._row_type = pa.struct(list(schema_of(self._state)))
        self._ttl = ttl
        self._expires_by = Clock.EVENT if has_event_time else Clock.PROCESSING
        self._slots: dict[bytes, int] = {}
        self._next = 0
        self._rows: dict[int, pa.StructArray] = {}
        self._asleep: set[tuple[Clock, int]] = set()

    def lookup(self, keys: pa.RecordBatch, hashes: pa.UInt64Array | None) -> Lookup:
        """Finds or makes the slot of every key; hashes are of no use to a dict."""
        assert hashes is None or len(hashes) == keys.num_rows
        self._slots = {key: slot for key, slot in self._slots.items() if slot in self._rows}
        found: dict[int, int] = {}
        groups = [found.setdefault(self._slot(key), len(found)) for key in encoded_keys(self._key, keys)]
        return Lookup(words(groups), words(found), len(found))

    def gather(self, slots: pa.Buffer) -> pa.StructArray:
        """The rows of `slots`, null where a key is not known."""
        absent = pa.nulls(1, self._row_type)
        return pa.concat_arrays(
            [pa.nulls(0, self._row_type), *(self._rows.get(slot, absent) for slot in numbers(slots))]
        )

    def store(self, slots: pa.Buffer, state: pa.StructArray) -> int | None:
        """Stores a row per slot; a null row removes the key."""
        rows = [state.slice(i, 1) for i in range(len(state))]
        wrong = (i for i, row in enumerate(rows) if row.is_valid()[0].as_py() and not _is_right(row))
        if (first := next(wrong, None)) is not None:
            return first
        keys = {slot: key for key, slot in self._slots.items()}
        for slot, row in zip(numbers(slots), rows, strict=True):
            self._changed.add((keys[slot], ()))
            self._rows.pop(slot, None)
            self._asleep -= {(clock, slot) for clock in Clock}
            if row.is_valid()[0].as_py():
                self._rows[slot] = row
        self._slots = {key: slot for key, slot in self._slots.items() if slot in self._rows}
        return None

    def take_due(self, clock: Clock, until: int, most: int) -> pa.Buffer | None:
        """Up to `most` slots that wake at or before `until`, by time, then key hash."""
        due = sorted((time, self._hash(key), slot) for time, key, slot in self._wakes(clock) if time <= until)
        taken = [slot for _, _, slot in due[:most]]
        self._asleep |= {(clock, slot) for slot in taken}
        return words(taken) if taken else None

    def next_due(self, clock: Clock) -> int | None:
        """When the next one wakes."""
        return min((time for time, _, _ in self._wakes(clock)), default=None)

    def decode(self, slots: pa.Buffer) -> pa.RecordBatch:
        """The keys of `slots`."""
        keys = {slot: key for key, slot in self._slots.items()}
        return decode_rows(self._key, [keys[slot] for slot in numbers(slots)])

    def timers(self, clock: Clock) -> int:
        """Timers that are set."""
        return sum(len(_timers(row, clock)) for row in self._rows.values())

    def _now(self) -> dict[Identity, PlainRow]:
        keys = {slot: key for key, slot in self._slots.items()}
        return {
            (keys[slot], ()): PlainRow(keys[slot], encode_state(self._state, row[0]))
            for slot, row in self._rows.items()
        }

    def _put(self, row: PlainRow, identity: Identity) -> None:
        assert row.state is not None
        rows = decode_rows(self._state, [row.state]).to_struct_array()
        slot = self._slot(row.key)
        self._rows[slot] = cast("pa.StructArray", rows.cast(self._row_type))
        self._asleep -= {(clock, slot) for clock in Clock}

    def _take(self, identity: Identity) -> None:
        slot = self._slots.pop(identity[0], None)
        if slot is not None:
            self._rows.pop(slot)

    @property
    def memory_bytes(self) -> int:
        """Of no interest."""
        return 0

    def __len__(self) -> int:
        """Keys with state."""
        return len(self._rows)

    def close(self) -> None:
        """Nothing to give back."""

    def _slot(self, key: bytes) -> int:
        if key not in self._slots:
            self._slots[key] = self._next
            self._next += 1
        return self._slots[key]

    def _wakes(self, clock: Clock) -> list[tuple[int, bytes, int]]:
        """When each key wakes, unless it sleeps."""
        wakes = []
        for key, slot in self._slots.items():
            if slot in self._rows and (clock, slot) not in self._asleep:
                times = _timers(self._rows[slot], clock)[:1]
                last = cast("int", self._rows[slot].field(-1)[0].as_py())
                if self._ttl is not None and clock is self._expires_by and last != NEVER:
                    times.append(last + self._ttl)
                wakes += [(min(times), key, slot)] if times else []
        return wakes


def _timers(row: pa.StructArray, clock: Clock) -> list[int]:
    column = row.type.num_fields - (3 if clock is Clock.EVENT else 2)
    return cast("list[int]", row.field(column)[0].as_py())


def _is_right(row: pa.StructArray) -> bool:
    """Whether the timers of a row ascend, and are within bounds."""
    for clock in Clock:
        times = _timers(row, clock)
        in_order = all(a < b for a, b in pairwise(times))
        if not in_order or len(times) > KEY_TIMERS or any(abs(time) > TIME_MS for time in times):
            return False
    return True
