"""Rules of every function: what it gives for which batches, and that it depends on nothing else.

What it owns: sections 3.2, 3.4, 4, 4.1, 4.4, 6.3, 6.4 and 6.7 for all kinds of functions. A reduce takes part as a fold
of rows dealt out to groups; what is special about it stands in `folding.py`.
"""

from __future__ import annotations

import pyarrow as pa

from lightflus.codec import Layout
from lightflus.errors import GuestDeadlineExceeded, GuestError, GuestMemoryExceeded
from lightflus.limits import CALL_BYTES, CALL_ROWS
from lightflus.model.graph import FunctionKind
from lightflus.model.text import counted
from lightflus.model.types import Scalar, ScalarType, walk
from lightflus.sandbox.functions import CallPlan
from lightflus.sandbox.traps import Scene
from lightflus.verify.caller import Answer
from lightflus.verify.canonical import first_difference, same
from lightflus.verify.image import Resident, Style
from lightflus.verify.pools import Pool, sized
from lightflus.verify.report import RuleBroken
from lightflus.verify.subject import (
    APPLIED,
    FOLDED,
    NotApplicable,
    NotTried,
    Subject,
    called,
    difference,
    output_layout,
)
from lightflus.verify.values import joined

_COUNTS = (1, 2, 7, 8, 9, 31, 33, 64, 65)
_GROWTH = (65_536, 1 << 20)
_STYLES = {
    "6.3": (Style(has_longer_children=True),),
    "6.4": (Style(has_spare_bitmaps=True), Style(has_unknown_null_counts=True)),
    "4": (Style(extra_call_bytes=24),),
    "4.4": (Style(has_hostile_gaps=True),),
}


def check_shapes(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """4.1: batches of many lengths and null patterns; each answer is read in full."""
    if plan.kind not in FOLDED:
        called(subject, plan, pool.picked([]))
    for count in _COUNTS:
        called(subject, plan, pool.cycled(count))
    for pattern in _null_patterns(pool):
        called(subject, plan, pool.picked(pattern))


def _null_patterns(pool: Pool) -> list[list[int]]:
    """Rows without nulls, those with most of them, and both by turns."""
    nulls = [sum(column.null_count for column in pool.picked([row]).columns) for row in range(pool.rows.num_rows)]
    fewest, most = nulls.index(min(nulls)), nulls.index(max(nulls))
    return [[fewest] * 9, [most] * 9, [fewest, most] * 8, [most] + [fewest] * 8]


def check_full(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """6.7: as many rows as a call may have, each of which gives what it gives among few (3.4)."""
    few = called(subject, plan, pool.rows).rows
    rows, many = largest(subject, plan, pool, sized(CALL_ROWS, CALL_BYTES, pool.rows))
    times = rows // pool.rows.num_rows
    if times:
        repeated = joined([few] * times)
        _require_same(plan, repeated, many.rows.slice(0, repeated.num_rows), f"among {counted(rows, 'row')}")


def largest(subject: Subject, plan: CallPlan, pool: Pool, rows: int) -> tuple[int, Answer]:
    """The answer to that many rows, and how many they were: halved where a guest runs out of memory or time (8.2)."""
    while True:
        try:
            return rows, called(subject, plan, pool.cycled(rows))
        except (GuestMemoryExceeded, GuestDeadlineExceeded) as error:
            if rows <= pool.rows.num_rows:
                raise
            subject.notes.append(f"{plan.label} did not take {counted(rows, 'row')} at once: {error}")
            rows //= 2


def check_repeated(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """3.4: the same input twice, in a new instance, and in one that has worked before."""
    subject.caller.renew()
    first = called(subject, plan, pool.rows)
    _require_equal(plan, first, called(subject, plan, pool.rows), "3.4", "the same input gave two results in a row")
    for other, others in subject.usable(APPLIED):
        called(subject, other, others.cycled(40))
    used = called(subject, plan, pool.rows)
    _require_equal(plan, first, used, "3.4", "the result changed after other calls")


def check_cuts(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """3.4: batches of 1 and of 7 rows, joined, are the whole."""
    whole = called(subject, plan, pool.rows)
    for size in (1, 7):
        starts = range(0, pool.rows.num_rows, size)
        parts = [called(subject, plan, pool.rows.slice(start, size)).rows for start in starts]
        _require_same(plan, whole.rows, joined(parts), f"cut into batches of {size}")


def _require_same(plan: CallPlan, left: pa.RecordBatch, right: pa.RecordBatch, what: str) -> None:
    layout = output_layout(plan)
    if not same(layout, left, right):
        right_way = "results that depend on the row alone"
        raise RuleBroken("3.4", f"{what}, the result is another: {first_difference(layout, left, right)}", right_way)


def check_selection(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """4: a selection gives what a batch of those rows gives."""
    count = pool.rows.num_rows
    for selection in ([count - 1], list(range(0, count, 2)), [count - 1, *range(count)], list(range(count))[::-1]):
        narrowed = called(subject, plan, pool.rows, selection=selection)
        taken = called(subject, plan, pool.picked(selection))
        _require_equal(
            plan, taken, narrowed, "4", f"`selection` of {len(selection)} of {count} rows is not what counts"
        )
    if plan.kind is not FunctionKind.REDUCE:
        called(subject, plan, pool.rows, selection=[])


def check_style(rule: str, subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """The same rows, written in ways that the page allows a host."""
    plain = called(subject, plan, pool.rows)
    for style in _STYLES[rule]:
        try:
            other = called(subject, plan, pool.rows, style=style)
        except GuestError as error:
            raise RuleBroken(rule, f"it fails where the same rows were fine before: {error}") from None
        _require_equal(plan, plain, other, rule, "the same rows, written in another way, gave another result")


def check_stays(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """3.2: a result stands where it stood until the next reset, whatever is allocated and called meanwhile."""
    caller, rows = subject.caller, pool.rows.num_rows
    answer = caller.apply(plan, pool.rows)
    said = caller.said()
    for size in _GROWTH:
        caller.session.allocate_bytes(size, Scene("lf_alloc"))
    caller.apply(plan, pool.picked([*range(rows)][::-1]), continues=True)
    if caller.said(said.at) != said:
        right = "each call's Result is allocated like what it points to"
        raise RuleBroken("3.2", f"the Result at {said.at} was another one before the next lf_reset", right)
    later = caller.reread(plan, answer, rows)
    _require_equal(plan, answer, later, "3.2", "a result changed before the next lf_reset")


def check_chained(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """3.2: a result is the input of the next call, whole and through a selection."""
    followers = [other for other, _ in subject.usable(APPLIED) if other.input.record == plan.output.record]
    is_tried = False
    for follower in followers:
        output = subject.caller.apply(plan, pool.rows).rows
        count = min(output.num_rows, CALL_ROWS)
        for selection in (list(range(count)), list(range(0, count, 3))):
            try:
                loaded = subject.caller.apply(follower, output, selection=selection)
            except GuestError:
                continue  # it refuses these values
            there = subject.caller.apply(plan, pool.rows)
            resident = Resident(output.num_rows, there.columns)
            chained = subject.caller.apply(follower, resident, selection=selection, continues=True)
            _require_equal(follower, loaded, chained, "3.2", f"the result of {plan.label} is not read where it lies")
            is_tried = True
    if not is_tried:
        without = NotApplicable("no function takes what another gives")
        raise NotTried("functions refuse what others give them") if followers else without


def check_keeps(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """5.5 for a map."""
    require_kept(subject, plan, pool.rows, called(subject, plan, pool.rows).rows)


def require_kept(subject: Subject, plan: CallPlan, rows: pa.RecordBatch, output: pa.RecordBatch) -> None:
    """The fields that a function keeps are the same in both. Raises NotApplicable if it keeps none."""
    names = subject.module.graph.functions[plan.number].keeps
    if not names:
        raise NotApplicable("no function says that it keeps a field")
    for name in names:
        (position,) = plan.output.select((name,))
        layout = Layout(plan.output.record, (plan.output.columns[position],), plan.output.schema)
        before, after = rows.select([name]), output.select([name])
        if not same(layout, before, after):
            raise RuleBroken("5.5", f"it says that it keeps {name}, but {first_difference(layout, before, after)}")


def check_text(_subject: Subject, plan: CallPlan, _pool: Pool) -> None:
    """6.6: every answer was read; here only whether there was text in it."""
    if not any(isinstance(part, ScalarType) and part.scalar is Scalar.UTF8 for part in walk(plan.output.record)):
        raise NotApplicable("no function gives text")


def check_read(_subject: Subject, _plan: CallPlan, _pool: Pool) -> None:
    """6.1, 6.2, 6.5: every answer was read and checked in full; there is nothing left to do."""


def _require_equal(plan: CallPlan, left: Answer, right: Answer, rule: str, what: str) -> None:
    found = difference(plan, left, right)
    if found is not None:
        raise RuleBroken(rule, f"{what}: {found}")
