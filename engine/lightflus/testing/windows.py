"""What state by key and window means, in plain Python: the oracle of the kernel's, and its place in jobs on doubles.

What it owns: `ModelWindowedState`, read off the Protocol and not off the kernel: all that is due is found by looking at
every cell, and sorted. Its cells are never used again. It is slow, a Python step per row, and no part of the data path.
What it leaves: in which cells rows are (`cells.py`), the hash, which is handed in.
"""

from __future__ import annotations

import copy
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import pyarrow as pa

from lightflus.codec import schema_of
from lightflus.codec.row_encoding import decode_rows, encode_state, encoded_keys
from lightflus.model.timed import SessionWindow, SlidingWindow
from lightflus.model.types import Type
from lightflus.model.windows import NEVER, THE_END, WindowSpec
from lightflus.ports.durable import RunKind
from lightflus.ports.windows import Firing, Merges, Placed
from lightflus.testing.buffers import numbers, words
from lightflus.testing.cells import Cells, cells_of
from lightflus.testing.durable import Identity, ModelDurable
from lightflus.testing.runs import PlainRow

_FACTS = struct.Struct("<IIqqq")


@dataclass(frozen=True, slots=True, order=True)
class _Group:
    """A key and a window that fires, in the order in which it does."""

    end: int
    hash: int
    key: bytes
    start: int
    cells: tuple[int, ...] = ()


class ModelWindowedState(ModelDurable):
    """`ports.windows.WindowedState` over dicts."""

    def __init__(self, key: Type, state: Type, spec: WindowSpec, hash_bytes: Callable[[bytes], int]) -> None:
        """No windows yet."""
        kind = RunKind.SESSIONS if isinstance(spec.windows, SessionWindow) else RunKind.PANES
        super().__init__(kind, hash_bytes)
        self._key = key
        self._state = state
        self._row_type = pa.struct(list(schema_of(state)))
        self._spec = spec
        self._cells = cells_of(spec)
        self._before: Cells | None = None
        self._rows: dict[int, pa.StructArray] = {}
        self._watermark = NEVER
        self._fired = NEVER
        self._over = NEVER
        self._resumed: list[tuple[int, int, int]] = []
        self._late: set[int] = set()
        self._early: set[int] = set()
        self._waiting: list[_Group] = []
        self._given: Sequence[_Group] = ()

    def place(
        self, keys: pa.RecordBatch, hashes: pa.UInt64Array | None, times: pa.Int64Array, marks: pa.Int64Array | None
    ) -> Placed:
        """Finds or makes the cell of every row that is in time; hashes are of no use to a dict."""
        assert hashes is None or len(hashes) == keys.num_rows
        self._settle()
        self._before = copy.deepcopy(self._cells)
        own_marks = [None] * len(times) if marks is None else marks.to_pylist()
        late, found, in_part, after_idle = [], {}, 0, 0
        for row, (key, time, own) in enumerate(
            zip(encoded_keys(self._key, keys), times.to_pylist(), own_marks, strict=True)
        ):
            own_mark = NEVER if own is None else own
            lateness = self._cells.lateness(cast("int", time), max(own_mark, self._watermark))
            if lateness == 1:
                late.append(row)
                after_idle += self._cells.lateness(cast("int", time), own_mark) < 1
            else:
                in_part += lateness > 0
                found[row] = self._cells.add(key, cast("int", time), max(own_mark, self._watermark))
        resolved = [self._cells.now(cell) for cell in found.values()]
        order = {cell: group for group, cell in enumerate(dict.fromkeys(resolved))}
        merges = sorted(
            (order[into], start, cell) for cell, start, into in self._cells.merges(self._before) if into in order
        )
        return Placed(
            rows=pa.array(found, pa.uint32()) if late else None,
            groups=words(order[cell] for cell in resolved),
            cells=words(order),
            group_count=len(order),
            late=pa.array(late, pa.uint32()),
            late_in_part=in_part,
            late_after_idle=after_idle,
            merges=Merges(words(m[2] for m in merges), words(m[0] for m in merges)) if merges else None,
        )

    def undo(self) -> None:
        """Takes the last `place` back."""
        if self._before is not None:
            self._cells, self._before = self._before, None

    def gather(self, cells: pa.Buffer) -> pa.StructArray:
        """The state rows of `cells`, null where there is none."""
        absent = pa.nulls(1, self._row_type)
        rows = [pa.nulls(0, self._row_type), *(self._rows.get(cell, absent) for cell in numbers(cells))]
        return pa.concat_arrays(rows)

    def scatter(self, cells: pa.Buffer, state: pa.RecordBatch) -> None:
        """Stores a row per cell."""
        self._settle()
        rows = cast("pa.StructArray", state.to_struct_array().cast(self._row_type))
        for i, cell in enumerate(numbers(cells)):
            self._rows[cell] = rows.slice(i, 1)
            self._changed.add(self._identity(cell))
            ends = [end for _, end in self._cells.windows(cell)]
            if not self._spec.hold_back and any(self._has_fired(end) for end in ends):
                self._late.add(cell)
            if self._spec.fires_early and not all(self._has_fired(end) for end in ends):
                self._early.add(cell)

    def advance(self, watermark: int) -> None:
        """Says that the operator's watermark has come to that."""
        self._settle()
        self._watermark = max(self._watermark, watermark)

    def fire(self, most: int) -> Firing | None:
        """Up to `most` groups that are due; None when nothing is left, and what is over has been dropped."""
        self._settle()
        if not self._waiting:
            due = self._groups(self._rows, lambda end: not self._has_fired(end) and self._is_due(end, self._watermark))
            self._waiting = self._take_changed(early=False) + due
            self._fired = self._watermark
        given = self._give(most)
        if given is None:
            self._drop_over()
        return given

    def fire_changed(self, most: int, *, early: bool = False) -> Firing | None:
        """Up to `most` groups whose state has changed since they were given out; None: no more."""
        if not self._waiting:
            self._waiting = self._take_changed(early=early)
        return self._give(most)

    @property
    def windows(self) -> int:
        """Panes or sessions with state."""
        return self._cells.count(self._rows)

    @property
    def rows(self) -> int:
        """Cells with state."""
        return len(self._rows)

    @property
    def memory_bytes(self) -> int:
        """Of no interest."""
        return 0

    def close(self) -> None:
        """Nothing to give back."""

    def _is_due(self, end: int, watermark: int) -> bool:
        return end - 1 + self._spec.hold_back <= watermark

    def _has_fired(self, end: int) -> bool:
        return self._is_due(end, self._fired)

    def _take_changed(self, *, early: bool) -> list[_Group]:
        late, self._late = self._late, set()
        groups = self._groups(late, self._has_fired)
        if early:
            changed, self._early = self._early, set()
            groups += self._groups(changed, lambda end: not self._has_fired(end))
        return sorted(groups)

    def _groups(
        self, seeds: Sequence[int] | set[int] | dict[int, pa.StructArray], is_wanted: Callable[[int], bool]
    ) -> list[_Group]:
        """The keys and windows of cells, with all cells that they have."""
        wanted = {
            (self._cells.key(cell), start, end)
            for cell in seeds
            if cell in self._rows
            for start, end in self._cells.windows(cell)
            if is_wanted(end)
        }
        return sorted(
            _Group(end, self._hash(key), key, start, self._cells.of(key, start, self._rows))
            for key, start, end in wanted
        )

    def _give(self, most: int) -> Firing | None:
        self._given, self._waiting = self._waiting[:most], self._waiting[most:]
        if not self._given:
            return None
        return Firing(
            cells=words(cell for group in self._given for cell in group.cells),
            groups=words(i for i, group in enumerate(self._given) for _ in group.cells),
            group_count=len(self._given),
            keys=decode_rows(self._key, [group.key for group in self._given]),
            starts=pa.array([group.start for group in self._given], pa.int64()),
            ends=pa.array([group.end for group in self._given], pa.int64()),
            is_single=not isinstance(self._spec.windows, SlidingWindow),
        )

    def seal(self, *, whole: bool = False) -> bool:
        """What has changed since the last time, or everything, is the next run."""
        assert not self._waiting
        assert not self._late
        self._settle()
        return super().seal(whole=whole)

    def facts(self) -> bytes:
        """What is not by key."""
        fired = self._cells.open_from(_earlier(self._fired, self._spec.hold_back))
        return _FACTS.pack(1, self._kind, self._watermark, self._over, 0 if self._kind is RunKind.SESSIONS else fired)

    def restore_facts(self, facts: bytes) -> None:
        """Puts back what `facts` gave."""
        _, kind, watermark, over, fired = _FACTS.unpack(facts)
        assert kind == self._kind
        self._resumed.append((watermark, over, over if kind == RunKind.SESSIONS else fired))
        self._watermark, self._over, fired = (min(part) for part in zip(*self._resumed, strict=True))
        mark = self._cells.mark_of(fired)
        self._fired = _earlier(mark, -self._spec.hold_back)

    def _identity(self, cell: int) -> Identity:
        window = self._cells.window(cell)
        return self._cells.key(cell), window[:1] if self._kind is RunKind.SESSIONS else window

    def _now(self) -> dict[Identity, PlainRow]:
        return {self._identity(cell): self._row(cell, row) for cell, row in self._rows.items()}

    def _row(self, cell: int, row: pa.StructArray) -> PlainRow:
        window = self._cells.window(cell)
        return PlainRow(self._cells.key(cell), encode_state(self._state, row[0]), window, self._cells.last_of(window))

    def _put(self, row: PlainRow, identity: Identity) -> None:
        assert row.state is not None
        assert row.window is not None
        cell = self._cells.restore(row.key, row.window)
        rows = decode_rows(self._state, [row.state]).to_struct_array()
        self._rows[cell] = cast("pa.StructArray", rows.cast(self._row_type))
        if self._spec.fires_early and not all(self._has_fired(end) for _, end in self._cells.windows(cell)):
            self._early.add(cell)

    def _take(self, identity: Identity) -> None:
        for cell in [cell for cell in self._rows if self._identity(cell) == identity]:
            self._let_go(cell)

    def _is_over(self, row: PlainRow) -> bool:
        assert row.window is not None
        return bool(self._resumed) and self._cells.is_over(row.window, self._resumed[-1][1])

    def _drop_over(self) -> None:
        for cell in self._cells.over(self._watermark):
            self._forget(self._identity(cell))
            self._let_go(cell)
        self._over = max(self._over, self._cells.open_from(_earlier(self._watermark, self._spec.lateness)))

    def _settle(self) -> None:
        """Nobody asks any more for what was merged."""
        self._before = None
        for cell in self._cells.take_merged():
            self._let_go(cell)

    def _let_go(self, cell: int) -> None:
        self._cells.drop(cell)
        self._rows.pop(cell, None)
        self._late.discard(cell)
        self._early.discard(cell)


def _earlier(mark: int, span: int) -> int:
    return mark if mark in (NEVER, THE_END) else mark - span
