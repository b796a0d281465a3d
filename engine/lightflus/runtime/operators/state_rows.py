"""Whether the state that a function wants to keep for a key is small enough to be kept.

What it owns: finding the first row that is not, and its error. State that fits as a whole costs one look.
What it leaves: whose record it was (`guest_host.py`), what becomes of that one (`poison.py`). Any thread.
"""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from lightflus.errors import StateRowTooLarge
from lightflus.limits import MIB, STATE_ROW_BYTES
from lightflus.model.extract import FunctionNumber
from lightflus.runtime.poison import shown_key

Rows = pa.RecordBatch | pa.StructArray


def require_small(
    state: Rows, function: FunctionNumber, keys: Callable[[], pa.RecordBatch] | None, most: int = STATE_ROW_BYTES
) -> None:
    """Refuses a row of more than `most` bytes. `keys` has the key of each row. Raises StateRowTooLarge."""
    row = first_larger(state, most)
    if row is None:
        return
    whose = "" if keys is None else f" {shown_key(keys(), row)}"
    raise StateRowTooLarge(
        f"the state{whose} would take {state.slice(row, 1).nbytes / MIB:,.1f} MiB; at most {most // MIB:,} are kept",
        function=function,
        hint="keep less per key: a count, or the last few, instead of all that came",
    )


def first_larger(state: Rows, most: int) -> int | None:
    """The first row of more than `most` bytes: looked for in halves, but for those that are small."""
    left = [(0, len(state) if isinstance(state, pa.StructArray) else state.num_rows)]
    while left:
        start, stop = left.pop()
        if start == stop or state.slice(start, stop - start).nbytes <= most:
            continue
        if stop - start == 1:
            return start
        middle = (start + stop) // 2
        left += [(middle, stop), (start, middle)]
    return None
