"""Cutting batches: into what one call takes, and into what one channel element holds.

What it owns: where batches are cut. Cuts copy nothing. Results never depend on them (docs/abi.md, 3.4). Any thread.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from lightflus import limits
from lightflus.codec.schema import AnyArray

_LEAST_ROWS = 64
"""Fewer than so many rows cost what one costs: making the call."""


def call_pieces(columns: pa.RecordBatch) -> Iterator[tuple[int, int]]:
    """The rows [start, stop) of each call: at most CALL_ROWS and CALL_BYTES, or one record."""
    return _pieces(columns, limits.CALL_ROWS, limits.CALL_BYTES)


def fold_pieces(columns: pa.RecordBatch) -> Iterator[tuple[int, int]]:
    """The rows [start, stop) of each fold: at most FOLD_ROWS and FOLD_BYTES, or one record."""
    return _pieces(columns, limits.FOLD_ROWS, limits.FOLD_BYTES)


def element_pieces(columns: pa.RecordBatch) -> Iterator[tuple[int, int]]:
    """The rows [start, stop) of each channel element: at most ELEMENT_ROWS, _BYTES and _VALUES, or one record."""
    return _pieces(columns, limits.ELEMENT_ROWS, limits.ELEMENT_BYTES, limits.ELEMENT_VALUES)


def _pieces(
    columns: pa.RecordBatch, most_rows: int, most_bytes: int, most_values: int | None = None
) -> Iterator[tuple[int, int]]:
    def fits(part: pa.RecordBatch) -> bool:
        is_short = most_values is None or sum(map(_values, part.columns)) <= most_values
        return is_short and part.nbytes <= most_bytes

    start, total = 0, columns.num_rows
    is_small = fits(columns)
    while start < total:
        rows = min(most_rows, total - start)
        while not is_small and rows > 1 and not fits(columns.slice(start, rows)):
            rows //= 2
        yield start, start + rows
        start += rows


def _values(column: AnyArray) -> int:
    """Values of a column, those inside of lists and structs counted, too."""
    if isinstance(column, pa.StructArray):
        return len(column) + sum(_values(column.field(at)) for at in range(column.type.num_fields))
    if isinstance(column, pa.ListArray):
        ends = column.offsets
        first = ends[0].as_py()
        return len(column) + _values(column.values.slice(first, ends[-1].as_py() - first))
    return len(column)


def retry_pieces(start: int, stop: int, row: int | None) -> list[tuple[int, int]]:
    """How a call of rows [start, stop) that ran out of memory or time is run again (docs/abi.md, 8.2).

    In halves; and where the guest said at which row it was, that row gets a call of its own, so that a record which
    never ends is found after one more deadline, not after one for every halving.
    """
    if row is None or not start <= row < stop:
        return _halves(start, stop)
    return [*_halves(start, row), (row, row + 1), *_halves(row + 1, stop)]


def skip_pieces(start: int, stop: int, row: int | None) -> list[tuple[int, int]]:
    """How a call of rows [start, stop) that failed at once is run again: what was good before, the row alone, the rest.

    The rest begins with as many rows as were good before, and doubles: where every hundredth record fails, a call has
    some hundreds, not thousands of which most would be worked on in vain.
    """
    if row is None or not start <= row < stop:
        return _halves(start, stop)
    pieces = [(start, row), (row, row + 1)]
    size, at = max(row - start, _LEAST_ROWS), row + 1
    while at < stop:
        pieces.append((at, min(at + size, stop)))
        size, at = size * 2, at + size
    return [(a, b) for a, b in pieces if a < b]


def _halves(start: int, stop: int) -> list[tuple[int, int]]:
    middle = (start + stop) // 2
    return [(a, b) for a, b in ((start, middle), (middle, stop)) if a < b]
