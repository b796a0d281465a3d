"""Rows that lie in a guest: where, which of them count, and which loaded row each was made from.

What it owns: `GuestRows` (what the runtime holds as a GuestBatch), made of parts of at most one struct array each;
selections and list offsets are kept as they are and followed backwards only for an error, or where times follow rows.
What it leaves: calls (`instance.py`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol, cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec import Layout
from lightflus.limits import CALL_ROWS

_FIRST_ROWS = pa.array(range(CALL_ROWS), pa.uint32())
_NO_ROWS = pa.array([], pa.uint32())


class Lineage(Protocol):
    """Leads from a row back towards the row that was loaded."""

    def before(self, row: int) -> tuple[Lineage | None, int]:
        """One step back: the row that `row` was made from, and whose it is; None = it is a loaded one."""
        ...

    def all_before(self, rows: pa.UInt32Array | None) -> tuple[Lineage | None, pa.UInt32Array | None]:
        """The same for many rows; None = all that there are, in their order."""
        ...


def loaded_row(lineage: Lineage | None, row: int) -> int:
    """The loaded row that `row` was made from. In a loop: a chain may be as long as a graph (GRAPH_OPERATORS)."""
    while lineage is not None:
        lineage, row = lineage.before(row)
    return row


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rows are the loaded ones."""

    def before(self, row: int) -> tuple[Lineage | None, int]:
        """The row itself."""
        return None, row

    def all_before(self, rows: pa.UInt32Array | None) -> tuple[Lineage | None, pa.UInt32Array | None]:
        """The rows themselves."""
        return None, rows


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows are items of lists: row r came from the list whose range holds r."""

    source: Lineage
    offsets: pa.Int32Array

    def before(self, row: int) -> tuple[Lineage | None, int]:
        """The row of the list that holds item `row`."""
        lists = range(len(self.offsets))
        return self.source, bisect_right(lists, row, key=lambda i: self.offsets[i].as_py()) - 1

    def all_before(self, rows: pa.UInt32Array | None) -> tuple[Lineage | None, pa.UInt32Array | None]:
        """The row of the list of each item."""
        return self.source, _taken(parents(self.offsets), rows)


@dataclass(slots=True)
class Table:
    """A struct array: in the guest, or still in the host only, column by column.

    Attributes:
        rows: its length.
        host: the loaded batch; None for what the guest made.
        layout: what the columns are; for a loaded batch known from its first use.
        columns: addresses of the columns' ArrowArrays in the guest, None = not there yet.
        headers: addresses of struct headers over some of the columns.
    """

    rows: int
    host: pa.RecordBatch | None
    layout: Layout | None
    columns: list[int | None]
    headers: dict[tuple[int, ...], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of one table: all, or those of `selection`."""

    table: Table
    lineage: Lineage
    selection: pa.UInt32Array | None = None

    @property
    def rows(self) -> int:
        """Rows, after the selection."""
        return self.table.rows if self.selection is None else len(self.selection)

    def before(self, row: int) -> tuple[Lineage | None, int]:
        """The row of the table, and where the table's rows come from."""
        return self.lineage, row if self.selection is None else self.selection[row].as_py()

    def all_before(self, rows: pa.UInt32Array | None) -> tuple[Lineage | None, pa.UInt32Array | None]:
        """The rows of the table."""
        return self.lineage, rows if self.selection is None else _taken(self.selection, rows)

    def loaded_row(self, row: int) -> int:
        """The loaded row that `row` was made from."""
        return loaded_row(self, row)

    def rows_loaded(self) -> pa.UInt32Array | None:
        """The loaded row of each row; None = all of them, in their order."""
        lineage: Lineage | None = self
        rows: pa.UInt32Array | None = None
        while lineage is not None:
            lineage, rows = lineage.all_before(rows)
        return rows

    def pieces(self) -> Iterator[Part]:
        """The part in pieces of at most CALL_ROWS rows."""
        if self.rows <= CALL_ROWS:
            if self.rows:
                yield self
            return
        for start in range(0, self.rows, CALL_ROWS):
            size = min(CALL_ROWS, self.rows - start)
            if self.selection is not None:
                chosen = self.selection.slice(start, size)
            else:
                chosen = pc.add(_FIRST_ROWS.slice(0, size), pa.scalar(start, pa.uint32()))
            yield Part(self.table, self.lineage, chosen)

    def kept(self, mask: pa.BooleanArray) -> Part:
        """The rows where the mask is true."""
        if mask.true_count == len(mask):
            return self
        chosen = cast("pa.UInt32Array", pc.indices_nonzero(mask).cast(pa.uint32()))
        return Part(self.table, self.lineage, chosen if self.selection is None else self.selection.take(chosen))


@dataclass(frozen=True, slots=True)
class GuestRows:
    """A batch in a guest. `chain` says which `begin` it belongs to."""

    parts: tuple[Part, ...]
    chain: int

    @property
    def rows(self) -> int:
        """Rows, after any selection."""
        return sum(part.rows for part in self.parts)

    def loaded_row(self, row: int) -> int:
        """The row of the loaded batch that `row` was made from. Raises IndexError."""
        for part in self.parts:
            if row < part.rows:
                return part.loaded_row(row)
            row -= part.rows
        raise IndexError(row)

    def rows_loaded(self) -> pa.UInt32Array | None:
        """The loaded row that each row was made from; None = they are the loaded ones."""
        found = [part.rows_loaded() for part in self.parts]
        if len(found) == 1:
            return found[0]
        chosen = [rows for rows in found if rows is not None]  # all: of several parts none is the loaded batch
        return pa.concat_arrays([_NO_ROWS, *chosen])

    def pieces(self) -> Iterator[Part]:
        """All parts, in pieces of at most CALL_ROWS rows; none is empty."""
        for part in self.parts:
            yield from part.pieces()


def parents(offsets: pa.Int32Array) -> pa.UInt32Array:
    """The list of each item of a list array with those offsets."""
    items = pa.ListArray.from_arrays(offsets, pa.nulls(offsets[-1].as_py()))
    return cast("pa.UInt32Array", pc.list_parent_indices(items).cast(pa.uint32()))


def _taken(source: pa.UInt32Array, rows: pa.UInt32Array | None) -> pa.UInt32Array:
    return source if rows is None else source.take(rows)
