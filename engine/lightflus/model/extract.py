"""How operators name what they take from a record, and when keyed ones emit: words that all kinds of operators share.

What it owns: function numbers, field paths, `Emit`. Pure. What it leaves: the kinds (`graph.py`, `timed.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NewType

FunctionNumber = NewType("FunctionNumber", int)


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A plain field of a record, from outside inward; empty = the whole record. Needs no call."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join(self.names) or "the record"


Extractor = FieldPath | FunctionNumber
"""Where a key, a time or a sink field comes from."""


class Emit(Enum):
    """When a keyed operator emits."""

    UPDATES = "updates"
    FINAL = "final"
