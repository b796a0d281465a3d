"""Several batches made one, where a larger one is cheaper.

What it owns: putting batches behind each other; order is kept. On the event loop: a copy of at most FOLD_ROWS rows.
What it leaves: when that pays (`Body.prefers_rows`).
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from lightflus.ports.batch import Batch


def merged(batches: Sequence[Batch]) -> Batch:
    """The rows of all batches in order; without origin. All have keys, or none has; together they have rows."""
    columns = _concatenated([batch.columns for batch in batches])
    keys = [batch.keys for batch in batches if batch.keys is not None]
    if not keys:
        return Batch(columns)
    hashes = [batch.hashes for batch in batches if batch.hashes is not None]
    return Batch(columns, _concatenated(keys), pa.concat_arrays(hashes) if len(hashes) == len(batches) else None)


def _concatenated(batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    (whole,) = pa.Table.from_batches(batches).combine_chunks().to_batches()
    return whole
