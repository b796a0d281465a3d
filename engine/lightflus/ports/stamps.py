"""Stamps: what travels beside the rows of a stream with event time, a column each, all int64 without nulls.

What it owns: their names, and what they mean where one is missing. Values only.
What it leaves: making them (`runtime/operators/timestamps.py`), rows (`batch.py`).

- `split`: which split a row comes from; only where somebody orders rows by it.
- `time`: the row's event time, milliseconds since 1970.
- `mark`: the watermark of the row's split just before it, NEVER before the first; missing: no row is late anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

import pyarrow as pa

from lightflus.model.windows import NEVER

SPLIT: Final = "split"
TIME: Final = "time"
MARK: Final = "mark"


def stamped(columns: dict[str, pa.Int64Array]) -> pa.RecordBatch:
    """Stamps of these columns."""
    return pa.RecordBatch.from_pydict(columns)


def stamp(stamps: pa.RecordBatch | None, name: str) -> pa.Int64Array | None:
    """One of the columns; None where there is none."""
    if stamps is None or name not in stamps.schema.names:
        return None
    return cast(pa.Int64Array, stamps.column(name))


def without(stamps: pa.RecordBatch, name: str) -> pa.RecordBatch:
    """The others."""
    kept = [one for one in stamps.schema.names if one != name]
    return stamps if len(kept) == stamps.num_columns else stamps.select(kept)


def joined_stamps(all_stamps: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    """Those of all batches, in order. A column that only some have is filled: with NEVER, or split -1."""
    names = dict.fromkeys(name for stamps in all_stamps for name in stamps.schema.names)
    columns = {name: pa.concat_arrays([_filled(stamps, name) for stamps in all_stamps]) for name in names}
    return stamped(columns)


def _filled(stamps: pa.RecordBatch, name: str) -> pa.Int64Array:
    found = stamp(stamps, name)
    return constant(NEVER if name == MARK else -1, stamps.num_rows) if found is None else found


def counted_from(first: int, rows: int) -> pa.Int64Array:
    """So many whole numbers, from `first` on."""
    return cast(pa.Int64Array, pa.arange(first, first + rows))  # type: ignore[attr-defined]  # not in the stubs


def constant(value: int, rows: int) -> pa.Int64Array:
    """A column of one value."""
    return pa.repeat(pa.scalar(value, pa.int64()), rows)
