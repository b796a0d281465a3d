"""Calls that make results of states (docs/abi.md 4.6): what goes in, and which result belongs to which state.

What it owns: pieces of at most CALL_ROWS states, each with its keys and windows. What it leaves: the call itself
(`instance.py`), which states are finished when (`runtime/`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec import read_batch, read_list
from lightflus.limits import CALL_ROWS
from lightflus.model.graph import FunctionKind
from lightflus.ports.guests import Finished
from lightflus.sandbox.functions import CallPlan
from lightflus.sandbox.lineage import Loaded, Part, parents
from lightflus.sandbox.staging import Staging, loaded_table
from lightflus.wasm import Window

_NO_ROWS = pa.array([], pa.uint32())


@dataclass(frozen=True, slots=True)
class States:
    """States to be finished, with the key of each and, behind windows, the window's bounds; `first` is a number."""

    states: pa.RecordBatch
    keys: pa.RecordBatch
    starts: pa.Int64Array | None
    ends: pa.Int64Array | None
    first: int = 0

    @property
    def rows(self) -> int:
        """How many."""
        return self.states.num_rows

    def pieces(self) -> Iterator[States]:
        """The same in pieces."""
        for at in range(0, self.rows, CALL_ROWS):
            starts, ends = (None if t is None else t.slice(at, CALL_ROWS) for t in (self.starts, self.ends))
            yield States(self.states.slice(at, CALL_ROWS), self.keys.slice(at, CALL_ROWS), starts, ends, at)

    def number(self, row: int) -> int:
        """The row of all states that a row of this piece is."""
        return self.first + row


def staged(plan: CallPlan, states: States) -> Staging:
    """The arguments of a call."""
    staging = Staging(plan, Part(loaded_table(states.states), Loaded()))
    staging.add_batch("keys", states.keys)
    if states.starts is not None and states.ends is not None:
        staging.add_times("window_start", states.starts)
        staging.add_times("window_end", states.ends)
    return staging


def answered(window: Window, plan: CallPlan, output: int, states: States) -> Finished:
    """What came back, checked. Raises GuestProtocolError, OutOfBounds."""
    if plan.kind is FunctionKind.FINISH:
        return Finished(read_batch(window, output, plan.output, states.rows), None)
    lists = read_list(window, output, states.rows)
    rows = read_batch(window, lists.child, plan.output, lists.child_rows)
    return Finished(rows, pc.add(parents(lists.offsets), pa.scalar(states.first, pa.uint32())))


def sources_of(pieces: Sequence[Finished]) -> pa.UInt32Array | None:
    """The states of all results of all pieces; None = one of each."""
    found = [piece.sources for piece in pieces if piece.sources is not None]
    return pa.concat_arrays([_NO_ROWS, *found]) if found else None
