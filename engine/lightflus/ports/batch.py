"""What flows between subtasks: batches of rows, and the control elements of `model/elements.py`.

What it owns: the in-flight form of rows. Values only; any thread may read them.
What it leaves: moving them (`channel.py`), computing on them (`operators/`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from lightflus.model.elements import Control


class Origin(Protocol):
    """Where the rows of a source batch come from, so that an error can name the record."""

    def position(self, row: int) -> str:
        """The place of `row` in words a person can act on: `book.txt:124`, `topic[3]@1077`."""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows in flight.

    Attributes:
        columns: the record, one column per field (`model.types.columns`); length = rows.
        keys: the key columns computed at keyBy, same length; None before a keyBy and after the keyed operator.
        hashes: uint64 of the keys, same length; None without keys, and where rows are not distributed by them.
        origin: where the rows come from, as long as they are rows of a source; None after an exchange.
    """

    columns: pa.RecordBatch
    keys: pa.RecordBatch | None = None
    hashes: pa.UInt64Array | None = None
    origin: Origin | None = None

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.columns.num_rows


Element = Batch | Control
"""Everything that a channel carries."""
