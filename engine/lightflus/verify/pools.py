"""Inputs that a function takes: made-up rows, less those that it refuses.

What it owns: finding out. A function may abort on input that it was not written for (text that is not a number): that
is its right and breaks no rule. Such rows are set aside, they serve to check how errors are reported; while too few are
taken, gentler ones are tried, and what other functions of the module give.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from lightflus.errors import GuestDeadlineExceeded, GuestError, GuestMemoryExceeded, GuestProtocolError
from lightflus.limits import FOLD_BYTES, FOLD_ROWS
from lightflus.model.graph import FunctionKind
from lightflus.sandbox.functions import CallPlan
from lightflus.verify.caller import GROUPS, Caller, Processing
from lightflus.verify.image import Fold
from lightflus.verify.values import Level, joined, made

ROWS = 36
_ENOUGH = 24
_OTHERS = 36
"""Rows of every other kind, tried once there are enough: wild text seldom has the fields that a function cuts."""
_MOST_REFUSALS = 72
_MOST_EXPENSIVE = 3
"""Rows of a function that ran into its deadline or memory limit: each costs a second, so the search ends there."""
_MOST_SECONDS = 10.0
"""Of the search for rows that one function takes."""
SPAN, BEHIND = 1_000, 501
"""How far the times of rows of a process function are apart, and how far the watermark is behind them."""
PIECE = 1_024
"""Rows of a call where many are folded in pieces."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that a function refuses, and what it said."""

    row: pa.RecordBatch
    error: GuestError


@dataclass(frozen=True, slots=True)
class Pool:
    """Rows of a function's whole input record: those that it takes, some of those that it refuses.

    Attributes:
        is_fragile: whether a reduce may refuse them in another arrangement (a sum that overflows).
    """

    rows: pa.RecordBatch
    refused: tuple[Refused, ...]
    is_fragile: bool = False

    def cycled(self, count: int) -> pa.RecordBatch:
        """That many rows, in turn."""
        return self.picked([i % self.rows.num_rows for i in range(count)])

    def picked(self, rows: Sequence[int]) -> pa.RecordBatch:
        """These rows."""
        return self.rows.take(pa.array(rows, pa.int32()))


class _Search:
    """What was refused so far, and whether the search has taken long enough."""

    def __init__(self) -> None:
        self.refused: list[Refused] = []
        self._until = time.perf_counter() + _MOST_SECONDS

    @property
    def is_over(self) -> bool:
        """Whether what is found by now must do."""
        expensive = sum(isinstance(one.error, GuestDeadlineExceeded | GuestMemoryExceeded) for one in self.refused)
        return expensive >= _MOST_EXPENSIVE or time.perf_counter() > self._until


def fold_of(plan: CallPlan, groups: Sequence[int], count: int, *, wants_output: bool = True) -> Fold:
    """A fold into groups without state."""
    nothing = pa.array([None] * count, pa.struct(list(plan.output.schema)))
    assert isinstance(nothing, pa.StructArray)
    return Fold(plan.output.columns, nothing, tuple(groups), wants_output)


def dealt(plan: CallPlan, rows: int, *, wants_output: bool = True) -> Fold:
    """A fold that deals rows out to a few groups in turn, each of which gets one."""
    count = min(GROUPS, rows)
    return fold_of(plan, [row % count for row in range(rows)], count, wants_output=wants_output)


def processing(plan: CallPlan, rows: Sequence[int], state: pa.StructArray | None = None) -> Processing:
    """Rows by their numbers, each of which has a key and a time, dealt out to keys in turn; keys that are not known."""
    assert plan.process is not None
    keys = sorted({row % GROUPS for row in rows})
    unknown = pa.nulls(len(keys), pa.struct(list(plan.process.state.schema)))
    return Processing(
        groups=[keys.index(row % GROUPS) for row in rows],
        keys=keys,
        state=unknown if state is None else state,
        times=[SPAN * (row + 1) for row in rows],
        marks=[SPAN * (row + 1) - BEHIND for row in rows],
    )


def pool_of(caller: Caller, plan: CallPlan, others: Sequence[pa.RecordBatch] = ()) -> Pool | None:
    """A pool for a function, or None if it refuses everything. Raises GuestProtocolError, RuleBroken.

    Args:
        caller: makes the calls.
        plan: the function.
        others: batches of its input record that other functions gave.
    """
    if plan.kind in (FunctionKind.REDUCE, FunctionKind.AGGREGATE):
        return _fold_pool(caller, plan)
    search = _Search()
    found: list[pa.RecordBatch] = []
    left = iter(_candidates(plan, others))
    for rows in left:
        taken = _taken(caller, plan, rows, search)
        if taken is not None:
            found.append(taken)
        if sum(batch.num_rows for batch in found) >= _ENOUGH or search.is_over:
            break
    for rows in left:
        taken = None if search.is_over else _taken(caller, plan, rows.slice(0, _OTHERS), search)
        found += [] if taken is None else [taken]
    if not found and not search.refused:
        return None
    is_fragile = plan.kind is FunctionKind.PROCESS  # what it refuses depends on its state, too
    return Pool(joined(found or [made(plan.input.record, Level.GENTLE, 0)]), tuple(search.refused), is_fragile)


def _fold_pool(caller: Caller, plan: CallPlan) -> Pool | None:
    """Rows that a reduce takes however they meet; what it refuses depends on the state too, so they are all or none."""
    search = _Search()
    for level in Level:
        rows = made(plan.input.record, level, ROWS)
        if search.is_over:
            break
        if _takes_all_ways(caller, plan, rows, search):
            return Pool(rows, tuple(search.refused))
    for rows in _candidates(plan, ()):
        taken = _taken(caller, plan, rows, search)
        if taken is not None:
            return Pool(taken, tuple(search.refused), is_fragile=True)
    return Pool(made(plan.input.record, Level.GENTLE, 0), tuple(search.refused)) if search.refused else None


def _takes_all_ways(caller: Caller, plan: CallPlan, rows: pa.RecordBatch, search: _Search) -> bool:
    """Folded into few groups, into one, backwards, and as many as a call may have."""
    count = rows.num_rows
    many = rows.take(pa.array([row % count for row in range(sized(FOLD_ROWS, FOLD_BYTES, rows))], pa.int32()))
    backwards = rows.take(pa.array(range(count)[::-1], pa.int32()))
    batch = rows
    try:
        for batch in (rows, backwards, many):
            caller.fold(plan, batch, dealt(plan, batch.num_rows))
            caller.fold(plan, batch, fold_of(plan, [0] * batch.num_rows, 1))
    except GuestProtocolError:
        raise
    except GuestError as error:
        if batch is many and (
            isinstance(error, GuestDeadlineExceeded | GuestMemoryExceeded) or _takes_in_pieces(caller, plan, many)
        ):
            return True  # too many for one call; the rows are fine
        if error.row is not None:
            search.refused.append(Refused(rows.slice(error.row % count, 1), error))
        return False
    return True


def _takes_in_pieces(caller: Caller, plan: CallPlan, rows: pa.RecordBatch) -> bool:
    try:
        for groups in (GROUPS, 1):
            folded_in_pieces(caller, plan, rows, groups)
    except GuestProtocolError:
        raise
    except GuestError:
        return False
    return True


def folded_in_pieces(caller: Caller, plan: CallPlan, rows: pa.RecordBatch, groups: int) -> pa.RecordBatch:
    """The states that a fold of many rows, dealt out to a few groups, leaves if it is cut into calls of PIECE rows."""
    kept = fold_of(plan, (), groups).state
    for start in range(0, rows.num_rows, PIECE):
        piece = rows.slice(start, PIECE)
        numbers = tuple((start + row) % groups for row in range(piece.num_rows))
        state = caller.fold(plan, piece, Fold(plan.output.columns, kept, numbers, False)).state
        assert state is not None
        kept = state.to_struct_array()
    return pa.RecordBatch.from_struct_array(kept)


def sized(most_rows: int, most_bytes: int, rows: pa.RecordBatch) -> int:
    """As many rows like these as one call may have."""
    per_row = max(1, rows.nbytes // max(1, rows.num_rows))
    return max(1, min(most_rows, most_bytes // per_row))


def _candidates(plan: CallPlan, others: Sequence[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield made(plan.input.record, Level.WILD, ROWS)
    yield made(plan.input.record, Level.PLAIN, ROWS)
    yield from (batch.slice(0, ROWS) for batch in others)
    for level in (Level.FIELDS, Level.NUMERIC, Level.GENTLE):
        yield made(plan.input.record, level, ROWS)


def _taken(caller: Caller, plan: CallPlan, rows: pa.RecordBatch, search: _Search) -> pa.RecordBatch | None:
    """The rows that the function takes, all in one call; None if it refuses too many of them."""
    for _ in range(_MOST_REFUSALS):
        if not rows.num_rows:
            return None
        try:
            _tried(caller, plan, rows)
        except GuestProtocolError:
            raise
        except GuestError as error:
            row = error.row if error.row is not None and error.row < rows.num_rows else None
            if row is None:
                return None
            search.refused.append(Refused(rows.slice(row, 1), error))
            if search.is_over:
                return None
            rows = rows.take(pa.array([i for i in range(rows.num_rows) if i != row], pa.int32()))
        else:
            return rows
    return None


def _tried(caller: Caller, plan: CallPlan, rows: pa.RecordBatch) -> None:
    if plan.kind in (FunctionKind.REDUCE, FunctionKind.AGGREGATE):
        caller.fold(plan, rows, dealt(plan, rows.num_rows))
    elif plan.kind in (FunctionKind.FINISH, FunctionKind.FINISH_LIST):
        caller.finish(plan, rows)
    elif plan.kind is FunctionKind.PROCESS:
        caller.process(plan, rows, processing(plan, range(rows.num_rows)))
    else:
        caller.apply(plan, rows)
