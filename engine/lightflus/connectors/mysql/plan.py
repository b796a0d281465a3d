"""What one sink does to one table, decided before the job starts: the plan that all of its writers share.

What it owns: the plan as a value, and the way from held batches to the rows that are sent: the last one of each key, in
an order that is good for the server. Pure. What it leaves: sending (`writer.py`), making the plan (`opening.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.connectors.mysql.conversion import Convert, Unfit
from lightflus.connectors.mysql.writing import Template
from lightflus.connectors.toolbox.rows import AnyArray, Cell, last_rows, values_of

Values = list[list[Cell]]
"""Per field, its values in the order of rows."""


@dataclass(frozen=True, slots=True)
class WritePlan:
    """How rows are written.

    Attributes:
        place: the server and database, for errors.
        template: the statement.
        names: the fields, in the order of placeholders.
        converts: per field, its conversion.
        key: names of the fields that are the key of an upsert; empty = every row is written, in order.
        sorts_by: names of fields by which rows may be sorted, since it changes nothing but speed; else empty.
        table: database and table that it writes, where the statement tells.
    """

    place: str
    template: Template
    names: tuple[str, ...]
    converts: tuple[Convert, ...]
    key: tuple[str, ...] = ()
    sorts_by: tuple[str, ...] = ()
    table: tuple[str, str] | None = None

    def settled(self, batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
        """The rows that are left to write of some batches: the last of each key.

        They are sorted by key where that is safe: neighbours share a page of the table, and writers lock in one order.
        Else they stand in the order of their last writes, which matters where the table takes different keys for equal:
        `The` and `the` under most collations, `a` and `a ` under nearly all.
        """
        (whole,) = pa.Table.from_batches(batches).combine_chunks().to_batches()
        if self.sorts_by and not any(_has_end_space(whole.column(name)) for name in self.sorts_by):
            return _last_sorted(whole, self.sorts_by)
        return last_rows(whole, self.key)

    def values(self, columns: pa.RecordBatch) -> Values:
        """What the driver binds, per field. Raises Unfit."""
        ready = [self._ready(number, column) for number, column in enumerate(columns.columns)]
        return values_of(pa.RecordBatch.from_arrays(ready, names=list(self.names)))

    def _ready(self, number: int, column: AnyArray) -> AnyArray:
        try:
            return self.converts[number](column)
        except Unfit as error:
            raise Unfit(error.row, f"{self.names[number]} {error}", error.hint) from error


def _has_end_space(column: AnyArray) -> bool:
    return pa.types.is_string(column.type) and bool(pc.any(pc.ends_with(cast(pa.StringArray, column), " ")).as_py())


def _last_sorted(columns: pa.RecordBatch, key: tuple[str, ...]) -> pa.RecordBatch:
    """The last row of each key, by key: the sort is stable, so that it is the last of those that stand together."""
    ordered = columns.take(pc.sort_indices(columns, sort_keys=[(name, "ascending") for name in key]))
    count = ordered.num_rows - 1
    columns_of_key = [ordered.column(name) for name in key]
    differ = [pc.not_equal(column.slice(0, count), column.slice(1)) for column in columns_of_key]
    return ordered.filter(pa.concat_arrays([reduce(pc.or_, differ), pa.array([True])]))
