"""Rules of `lf_fold` (4.2), none of which needs to know what the function means.

What it owns: what must hold for any reduction: the first row of a group becomes its state, a group's result depends on
its own rows in order, a fold in two pieces is the fold in one, output changes nothing about state.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from lightflus.limits import CALL_BYTES, CALL_ROWS, FOLD_BYTES, FOLD_ROWS
from lightflus.model.graph import FunctionKind
from lightflus.sandbox.functions import CallPlan
from lightflus.verify.applying import largest, require_kept
from lightflus.verify.caller import GROUPS
from lightflus.verify.canonical import first_difference, same
from lightflus.verify.image import Fold
from lightflus.verify.pools import PIECE, Pool, dealt, fold_of, folded_in_pieces, sized
from lightflus.verify.report import RuleBroken
from lightflus.verify.subject import NotApplicable, Subject
from lightflus.verify.values import joined


def _require(plan: CallPlan, wanted: pa.RecordBatch, found: pa.RecordBatch, what: str) -> None:
    if not same(plan.output, wanted, found):
        raise RuleBroken("4.2", f"{what}: {first_difference(plan.output, wanted, found)}")


def _needs_state_of_rows(plan: CallPlan) -> None:
    if (
        plan.kind is not FunctionKind.REDUCE
        or plan.input.record != plan.output.record
        or len(plan.reads) != len(plan.input.columns)
    ):
        raise NotApplicable("its state is not a row of its input")


def check_first_rows(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """Each row in a group of its own, few of them and many."""
    _needs_state_of_rows(plan)
    for count in (pool.rows.num_rows, sized(CALL_ROWS, CALL_BYTES, pool.rows)):
        rows = pool.cycled(count)
        answer = subject.caller.fold(plan, rows, fold_of(plan, range(count), count))
        _require(plan, rows, _state(answer.state), "the first row of a group did not become its state")
        _require(plan, rows, answer.rows, "the output of a first row is not the row")


def check_output(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """With and without output the states are equal; the last output of a group is its state."""
    count = pool.rows.num_rows
    with_output = subject.caller.fold(plan, pool.rows, dealt(plan, count))
    without = subject.caller.fold(plan, pool.rows, dealt(plan, count, wants_output=False))
    _require(plan, _state(with_output.state), _state(without.state), "the state depends on whether output is wanted")
    groups = [row % min(GROUPS, count) for row in range(count)]
    last = [max(row for row in range(count) if groups[row] == group) for group in range(min(GROUPS, count))]
    outputs = with_output.rows.take(pa.array(last, pa.int32()))
    _require(plan, _state(with_output.state), outputs, "the output of a group's last row is not its state")


def check_groups(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """Groups by turns give what each group gives by itself."""
    count = pool.rows.num_rows
    together = _state(subject.caller.fold(plan, pool.rows, dealt(plan, count)).state)
    for group in range(min(GROUPS, count)):
        rows = pool.picked(range(group, count, GROUPS))
        alone = subject.caller.fold(plan, rows, fold_of(plan, [0] * rows.num_rows, 1))
        _require(plan, _state(alone.state), together.slice(group, 1), f"group {group} got another state among others")


def check_pieces(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """A fold of all rows is a fold of some, and of the rest into the states that these left; untouched ones stay."""
    count = pool.rows.num_rows
    whole = _state(subject.caller.fold(plan, pool.rows, dealt(plan, count)).state)
    groups = dealt(plan, count).groups
    for cut in {min(GROUPS, count), count // 2, count - 1}:
        if not min(GROUPS, count) <= cut <= count:
            continue
        before = subject.caller.fold(plan, pool.rows.slice(0, cut), dealt(plan, cut))
        kept = _state(before.state).to_struct_array()
        rest = Fold(plan.output.columns, kept, groups[cut:])
        after = subject.caller.fold(plan, pool.rows.slice(cut), rest)
        _require(plan, whole, _state(after.state), f"a fold in pieces, {cut} rows first, is another")


def check_full(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """6.7: as many rows as a fold may have leave what the same rows leave in calls of fewer."""
    rows, whole = largest(subject, plan, pool, sized(FOLD_ROWS, FOLD_BYTES, pool.rows))
    many = pool.cycled(rows)
    pieces = folded_in_pieces(subject.caller, plan, many, min(GROUPS, rows))
    _require(plan, pieces, _state(whole.state), f"a fold of {rows:,} rows is another than in calls of {PIECE:,}")


def check_mixed(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """Groups with a state and groups without in one fold."""
    _needs_state_of_rows(plan)
    count = min(GROUPS, pool.rows.num_rows)
    states = pool.cycled(count).to_struct_array()
    mixed = _where([group % 2 == 0 for group in range(count)], states)
    rows = pool.picked([r % pool.rows.num_rows for r in range(1, 2 * count + 1)])
    fold = Fold(plan.output.columns, mixed, tuple(row % count for row in range(2 * count)))
    found = _state(subject.caller.fold(plan, rows, fold).state)
    for group in range(count):
        mine = rows.take(pa.array([group, group + count], pa.int32()))
        if group % 2 == 0:
            mine = joined([pool.cycled(count).slice(group, 1), mine])
        alone = subject.caller.fold(plan, mine, fold_of(plan, [0] * mine.num_rows, 1))
        what = f"a group {'with' if group % 2 == 0 else 'without'} a state before got another one"
        _require(plan, _state(alone.state), found.slice(group, 1), what)


def check_keeps(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """5.5: the rows of a group agree in everything, so in what is kept; the state must agree with them."""
    count = pool.rows.num_rows
    twice = [row for row in range(count) for _ in range(2)]
    answer = subject.caller.fold(plan, pool.picked(twice), fold_of(plan, twice, count))
    require_kept(subject, plan, pool.rows, _state(answer.state))


def _where(mask: Sequence[bool], rows: pa.StructArray) -> pa.StructArray:
    """The rows where `mask` is true, null elsewhere."""
    indices = pa.array([i if is_kept else None for i, is_kept in enumerate(mask)], pa.int32())
    return rows.take(indices)


def _state(state: pa.RecordBatch | None) -> pa.RecordBatch:
    if state is None:
        raise RuleBroken("4.2", "the Result has no state")
    return state
