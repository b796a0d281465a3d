"""A module under test: what the checks share, and how a check is put.

What it owns: the loaded module, its caller, the pool of each function, which functions are out of the running because a
rule was broken (one defect should fail one rule, not all), and small helpers that nearly every check needs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from lightflus.codec import Layout
from lightflus.model.graph import FunctionKind
from lightflus.sandbox.functions import CallPlan, call_plans
from lightflus.sandbox.module import LoadedModule
from lightflus.verify.caller import BOOL, Answer, Caller
from lightflus.verify.canonical import first_difference, same
from lightflus.verify.image import PLAIN, Style
from lightflus.verify.pools import Pool, dealt, pool_of
from lightflus.verify.report import RuleBroken

APPLIED = frozenset(
    {
        *(FunctionKind.MAP, FunctionKind.FILTER, FunctionKind.FLAT_MAP),
        *(FunctionKind.KEY, FunctionKind.FIELD, FunctionKind.TIMESTAMP),
    }
)
FOLDED = frozenset({FunctionKind.REDUCE, FunctionKind.AGGREGATE})
FINISHED = frozenset({FunctionKind.FINISH, FunctionKind.FINISH_LIST})
PROCESSED = frozenset({FunctionKind.PROCESS})
CALLED = APPLIED | FOLDED | FINISHED

REFUSING = "the functions that it is about refused every input that was made up"


class NotApplicable(Exception):
    """Ends a check that has nothing to look at; the text says why. Never leaves this package."""


class NotTried(Exception):
    """Ends a check that finds nothing out; the text says why. Never leaves this package."""


@dataclass(slots=True)
class Subject:
    """What the checks work on.

    Attributes:
        is_quick: fewer repetitions.
        broken: functions that broke a rule already.
    """

    wasm: bytes
    module: LoadedModule
    caller: Caller
    is_quick: bool
    plans: tuple[CallPlan, ...] = ()
    pools: dict[int, Pool] = field(default_factory=dict)
    broken: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, wasm: bytes, module: LoadedModule, *, is_quick: bool, seconds: int) -> Subject:
        """A module, before the first call."""
        return cls(wasm, module, Caller(module, seconds), is_quick, call_plans(module.graph))

    def is_fragile(self, plan: CallPlan) -> bool:
        """Whether it may refuse rows that it took before (`Pool.is_fragile`)."""
        return plan.number in self.pools and self.pools[plan.number].is_fragile

    def has(self, kinds: frozenset[FunctionKind]) -> bool:
        """Whether there are functions of these kinds, usable or not."""
        return any(plan.kind in kinds for plan in self.plans)

    def usable(self, kinds: frozenset[FunctionKind], *, with_refused_only: bool = False) -> list[tuple[CallPlan, Pool]]:
        """Functions of these kinds that take some input (or at least refused some) and broke no rule yet."""
        return [
            (plan, self.pools[plan.number])
            for plan in self.plans
            if plan.kind in kinds
            and plan.number not in self.broken
            and plan.number in self.pools
            and (self.pools[plan.number].rows.num_rows or with_refused_only)
        ]


@dataclass(frozen=True, slots=True)
class ModuleCheck:
    """Looks at the module once. `body` raises RuleBroken, NotApplicable, GuestError."""

    rule: str
    title: str
    body: Callable[[Subject], None]


@dataclass(frozen=True, slots=True)
class FunctionCheck:
    """Looks at each function of `kinds`, if wished also at those that refused every input."""

    rule: str
    title: str
    body: Callable[[Subject, CallPlan, Pool], None]
    kinds: frozenset[FunctionKind] = CALLED
    with_refused_only: bool = False


Check = ModuleCheck | FunctionCheck


def called(
    subject: Subject,
    plan: CallPlan,
    rows: pa.RecordBatch,
    *,
    selection: Sequence[int] | None = None,
    style: Style = PLAIN,
) -> Answer:
    """A call of any function; a fold deals its rows out to groups without state."""
    if plan.kind in FINISHED:
        return subject.caller.finish(plan, rows, style)
    if plan.kind in FOLDED:
        count = rows.num_rows if selection is None else len(selection)
        return subject.caller.fold(plan, rows, dealt(plan, count), selection=selection, style=style)
    return subject.caller.apply(plan, rows, selection=selection, style=style)


def output_layout(plan: CallPlan) -> Layout:
    """Layout of what a call gives."""
    return BOOL if plan.kind is FunctionKind.FILTER else plan.output


def difference(plan: CallPlan, left: Answer, right: Answer) -> str | None:
    """How two answers of a function differ, in words; None if they say the same."""
    if left.offsets is not None and right.offsets is not None and not left.offsets.equals(right.offsets):
        return "the numbers of items per row differ"
    pairs = ((left.output, right.output, output_layout(plan)), (left.state, right.state, plan.output))
    for one, other, layout in pairs:
        if one is not None and other is not None and not same(layout, one, other):
            return first_difference(layout, one, other)
    return None


def fill_pool(subject: Subject, plan: CallPlan) -> None:
    """Finds inputs for a function, made-up ones and what functions before it give. Raises RuleBroken, GuestError."""
    others = [
        subject.caller.apply(other, pool.rows).rows
        for other, pool in subject.usable(APPLIED)
        if other.output.record == plan.input.record and other.kind is not FunctionKind.FILTER
    ]
    pool = pool_of(subject.caller, plan, others)
    if pool is None:
        raise RuleBroken("4.3", "it failed on every input that was generated, and stored no row at lf_row")
    subject.pools[plan.number] = pool
    _note(subject, plan, pool)


def _note(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    if not pool.rows.num_rows:
        subject.notes.append(f"{plan.label} refused every generated input, e.g.: {pool.refused[-1].error}")
    elif pool.refused:
        count = len(pool.refused)
        subject.notes.append(f"{plan.label} refused {count} generated inputs, e.g.: {pool.refused[0].error}")
