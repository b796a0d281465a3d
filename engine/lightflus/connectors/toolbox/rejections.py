"""What a decoder could not read, as a source hands it on: with its place, and between which rows it stood.

Pure; any thread. What it leaves: what becomes of it (`runtime/intake.py`).
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable
from typing import cast

from lightflus.ports.formats import BadRecord, Decoded
from lightflus.ports.sources import Rejected


def rejected(decoded: Decoded, place: Callable[[BadRecord], str]) -> tuple[Rejected, ...]:
    """The bad records of what was decoded, in order."""
    if not decoded.bad:
        return ()
    rows = decoded.record_of_row
    numbers = range(decoded.columns.num_rows) if rows is None else cast("list[int]", rows.to_pylist())
    return tuple(Rejected(place(bad), bad.reason, bad.hint, bad.raw, bisect(numbers, bad.index)) for bad in decoded.bad)
