"""Cutting batches: into what one call takes, and into what one channel element holds.

What it owns: where batches are cut. Cuts copy nothing. Results never depend on them (docs/abi.md, 3.4). Any thread.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from lightflus import limits


def call_pieces(columns: pa.RecordBatch) -> Iterator[tuple[int, int]]:
    """The rows [start, stop) of each call: at most CALL_ROWS and CALL_BYTES, or one record."""
    return _pieces(columns, limits.CALL_ROWS, limits.CALL_BYTES)


def fold_pieces(columns: pa.RecordBatch) -> Iterator[tuple[int, int]]:
    """The rows [start, stop) of each fold: at most FOLD_ROWS and FOLD_BYTES, or one record."""
    return _pieces(columns, limits.FOLD_ROWS, limits.FOLD_BYTES)


def element_pieces(columns: pa.RecordBatch) -> Iterator[tuple[int, int]]:
    """The rows [start, stop) of each channel element: at most ELEMENT_ROWS and ELEMENT_BYTES, or one record."""
    return _pieces(columns, limits.ELEMENT_ROWS, limits.ELEMENT_BYTES)


def _pieces(columns: pa.RecordBatch, most_rows: int, most_bytes: int) -> Iterator[tuple[int, int]]:
    start, total = 0, columns.num_rows
    is_small = columns.nbytes <= most_bytes
    while start < total:
        rows = min(most_rows, total - start)
        while not is_small and rows > 1 and columns.slice(start, rows).nbytes > most_bytes:
            rows //= 2
        yield start, start + rows
        start += rows


def retry_pieces(start: int, stop: int, row: int | None) -> list[tuple[int, int]]:
    """How a call of rows [start, stop) that ran out of memory or time is run again (docs/abi.md, 8.2).

    In halves; and where the guest said at which row it was, that row gets a call of its own, so that a record which
    never ends is found after one more deadline, not after one for every halving.
    """
    if row is None or not start <= row < stop:
        return _halves(start, stop)
    return [*_halves(start, row), (row, row + 1), *_halves(row + 1, stop)]


def _halves(start: int, stop: int) -> list[tuple[int, int]]:
    middle = (start + stop) // 2
    return [(a, b) for a, b in ((start, middle), (middle, stop)) if a < b]
