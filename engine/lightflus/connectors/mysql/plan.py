"""What one sink does to one table, decided before the job starts: the plan that all of its writers share.

What it owns: the plan as a value, and the way from held batches to the rows that are sent: the last one of each key, in
an order that is good for the server. Pure. What it leaves: sending (`writer.py`), making the plan (`opening.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.connectors.mysql.conversion import Convert, Unfit
from lightflus.connectors.mysql.writing import Template
from lightflus.connectors.rows import AnyArray, Row, last_rows, rows_of


@dataclass(frozen=True, slots=True)
class Plan:
    """How rows are written.

    Attributes:
        place: the server and database, for errors.
        template: the statement.
        names: the fields, in the order of placeholders.
        converts: per field, its conversion.
        key: names of the fields that are the key of an upsert; empty = every row is written, in order.
        sorts_by: names of fields by which rows may be sorted, since it changes nothing but speed; else empty.
    """

    place: str
    template: Template
    names: tuple[str, ...]
    converts: tuple[Convert, ...]
    key: tuple[str, ...] = ()
    sorts_by: tuple[str, ...] = ()

    def settled(self, batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
        """The rows that are left to write of some batches: the last of each key, in the order of their last writes.

        That order matters where the table takes different keys for equal: `The` and `the` under most collations.
        """
        return last_rows(_joined(batches), self.key)

    def ordered(self, columns: pa.RecordBatch) -> pa.RecordBatch:
        """The rows by key, where that is safe: neighbours share a page, and writers lock in one order."""
        if not self.sorts_by:
            return columns
        order = pc.sort_indices(columns, sort_keys=[(name, "ascending") for name in self.sorts_by])
        return columns.take(order)

    def rows(self, columns: pa.RecordBatch) -> list[Row]:
        """The rows as the driver takes them. Raises Unfit."""
        ready = [self._ready(number, column) for number, column in enumerate(columns.columns)]
        return rows_of(pa.RecordBatch.from_arrays(ready, names=list(self.names)))

    def _ready(self, number: int, column: AnyArray) -> AnyArray:
        try:
            return self.converts[number](column)
        except Unfit as error:
            raise Unfit(error.row, f"{self.names[number]} {error}", error.hint) from error


def _joined(batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    (whole,) = pa.Table.from_batches(batches).combine_chunks().to_batches()
    return whole
