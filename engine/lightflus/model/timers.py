"""The state row of a process function: the user's state, and the timers of its key (docs/abi.md, 10.2).

What it owns: the columns behind those of the user's state. Pure.
What it leaves: when a key wakes (`engine/kernel/src/process.rs`).
"""

from __future__ import annotations

from typing import Final

from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type, columns

_TIME = ScalarType(Scalar.INT64)
TIMER_FIELDS: Final = (
    Field("timers", ListType(_TIME)),
    Field("processing_timers", ListType(_TIME)),
    Field("last", _TIME),
)
"""Timers of event time and of processing time, ascending, each once; and the largest time of the key's records."""


def timer_row(state: Type) -> StructType:
    """The row of a process function whose state is of type `state`."""
    return StructType((*columns(state), *TIMER_FIELDS))
