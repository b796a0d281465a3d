"""All checks, in an order in which one defect fails one rule.

What it owns: `verify`: what is looked at first, which checks there are, and the sum of what they found. Static rules
come first and end it if they are broken; then the start; then each function on inputs that it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from lightflus.errors import GuestError, JobInvalid
from lightflus.limits import VERIFY_SECONDS
from lightflus.model.graph import FunctionKind, JobGraph
from lightflus.model.validation import problems
from lightflus.proto.convert import graph_from_json
from lightflus.sandbox.functions import CallPlan, needed_exports
from lightflus.sandbox.inspect import ModuleReport, inspect
from lightflus.sandbox.module import describe, load
from lightflus.sandbox.world import LogSink
from lightflus.verify import applying, folding, life, refusing, static, timing
from lightflus.verify.ledger import Ledger
from lightflus.verify.limits import LIMITS
from lightflus.verify.report import Report, RuleBroken
from lightflus.verify.subject import (
    APPLIED,
    CALLED,
    FINISHED,
    FOLDED,
    PROCESSED,
    REFUSING,
    Check,
    FunctionCheck,
    ModuleCheck,
    NotApplicable,
    NotTried,
    Subject,
    fill_pool,
)
from lightflus.wasm import ArtefactCache

AGGREGATES = frozenset({FunctionKind.AGGREGATE})

_LIFE: tuple[Check, ...] = (
    ModuleCheck("3.1", "two instances start, describe the same graph and name the same row", life.check_start),
    ModuleCheck("1.4", "a new instance describes the graph that the section holds", life.check_section),
    ModuleCheck("3.6", "a dozen blocks of 1 byte to 2 MiB keep what is written to them", life.check_alloc),
)
_FUNCTIONS: tuple[Check, ...] = (
    FunctionCheck("6.1", "every answer's headers", applying.check_read),
    FunctionCheck("6.2", "every answer's columns", applying.check_read),
    FunctionCheck("6.5", "nulls of every answer", applying.check_read),
    FunctionCheck("6.6", "text of every answer", applying.check_text),
    FunctionCheck("4.1", "0 to 65 rows, with and without nulls", applying.check_shapes),
    FunctionCheck("3.4", "the same input again, in a new instance, after other calls", applying.check_repeated),
    FunctionCheck("4.4", "wild addresses behind the columns that it reads", partial(applying.check_style, "4.4")),
    FunctionCheck("6.3", "children longer than their parents", partial(applying.check_style, "6.3")),
    FunctionCheck("6.4", "bitmaps without nulls, unknown null counts", partial(applying.check_style, "6.4")),
    FunctionCheck("4", "a Call of 112 bytes", partial(applying.check_style, "4")),
    FunctionCheck("5.5", "the fields that it says it keeps", applying.check_keeps, frozenset({FunctionKind.MAP})),
    FunctionCheck("5.5", "the fields of the state that it says it keeps", folding.check_keeps, FOLDED),
    FunctionCheck("3.4", "the same rows in batches of 1, of 7 and whole", applying.check_cuts, APPLIED | FINISHED),
    FunctionCheck(
        "4", "selections: one row, every other, twice, backwards, none", applying.check_selection, APPLIED | FOLDED
    ),
    FunctionCheck("3.2", "a result is read again after memory grew and other calls", applying.check_stays, APPLIED),
    FunctionCheck("3.2", "a result is the next call's input, whole and selected", applying.check_chained, APPLIED),
    FunctionCheck("4.2", "each row in a group of its own", folding.check_first_rows, FOLDED),
    FunctionCheck("4.2", "output wanted or not; the last output is the state", folding.check_output, FOLDED),
    FunctionCheck("4.2", "groups by turns and each by itself", folding.check_groups, FOLDED),
    FunctionCheck("4.2", "all at once and in pieces", folding.check_pieces, FOLDED),
    FunctionCheck("4.2", "groups with and without a state in one fold", folding.check_mixed, FOLDED),
    FunctionCheck("4.5", "each state in a group of its own", timing.check_first_states, AGGREGATES),
    FunctionCheck("4.5", "states by turns, each group by itself, in pieces", timing.check_merged_groups, AGGREGATES),
    FunctionCheck("4.6", "0 to 65 states, with and without nulls", applying.check_shapes, FINISHED),
    FunctionCheck("10.2", "states and timers after rows of some keys", timing.check_state, PROCESSED),
    FunctionCheck("10.3", "times and marks of rows that records make", timing.check_stamps, PROCESSED),
    FunctionCheck("10.4", "in two calls, and each key by itself", timing.check_cuts, PROCESSED),
    FunctionCheck("10.5", "the end, and once more", timing.check_end, PROCESSED),
    FunctionCheck("6.7", "as many rows as a call may have", applying.check_full, APPLIED | FINISHED),
    FunctionCheck("6.7", "as many rows as a fold may have, at once and in pieces", folding.check_full, FOLDED),
    FunctionCheck("4.3", "the row at lf_row after every call", applying.check_read),
    FunctionCheck("4.3", "the row at lf_row after a refused row", refusing.check_marker, APPLIED, True),
    FunctionCheck("8.1", "message and place of refused rows", refusing.check_message, CALLED, True),
)
_LAST: tuple[Check, ...] = (
    ModuleCheck("3.5", "a request for 2 GiB", life.check_out_of_memory),
    ModuleCheck("3.7", "memory after very many chains", life.check_memory),
)


def verified(
    wasm: bytes,
    *,
    is_portable: bool = False,
    is_quick: bool = False,
    cache: ArtefactCache | None = None,
    sink: LogSink | None = None,
    seconds: int = VERIFY_SECONDS,
) -> Report:
    """Checks a module against docs/abi.md, in this process (`jailed.py` has a child do it).

    Args:
        wasm: its bytes.
        is_portable: whether the portable profile is checked as well.
        is_quick: fewer repetitions of what takes long.
        cache: where compiled modules are kept.
        sink: takes the module's log lines; None drops them.
        seconds: after which it is given up.

    Raises:
        LightflusError: it could not be checked for reasons outside the module, or not in time.
    """
    ledger = Ledger(is_portable=is_portable)
    report = _static(wasm, ledger)
    if report is None:
        return ledger.report(wasm, "the static rules are broken")
    graph = _graph(wasm, report, ledger, cache, sink or _drop)
    if graph is None or ledger.has_failures_of("5.4", "5.8"):
        return ledger.report(wasm, "the module cannot be used")
    module = load(wasm, limits=LIMITS, cache=cache, sink=sink or _drop)
    ledger.job = graph.job
    subject = Subject.of(wasm, module, is_quick=is_quick, seconds=seconds)
    _run(_LIFE, subject, ledger)
    if not ledger.has_failures_of("1.4", "3.1", "3.6"):
        _fill_pools(subject, ledger)
        _run(_FUNCTIONS, subject, ledger)
        _run(_LAST, subject, ledger)
    subject.caller.renew()
    ledger.notes += subject.notes
    ledger.calls = subject.caller.calls
    return ledger.report(wasm, "it could not be tried, since another rule is broken")


def _drop(_level: int, _text: str) -> None:
    pass


def _static(wasm: bytes, ledger: Ledger) -> ModuleReport | None:
    """What inspection found, or None if the module breaks static rules."""
    for broken in static.broken(wasm):
        ledger.fail(broken, None)
    if ledger.has_failures:
        return None
    report = inspect(wasm)
    for rule, title in static.CHECKED.items():
        if rule == "2.1" and not any(wanted.module != "lightflus" for wanted in report.imports):
            ledger.skip(rule, "it imports nothing from WASI")
        else:
            ledger.check(rule, title)
    try:
        static.check_source_map(wasm)
        ledger.check("1.5", "the source map's form and offsets")
    except NotApplicable as reason:
        ledger.skip("1.5", str(reason))
    except RuleBroken as failure:
        ledger.fail(failure, None)
    if ledger.is_portable:
        for rule, title in (("1.2", "no SIMD"), ("1.3", "initial memory"), ("1.7", "sizes of function bodies")):
            ledger.check(rule, title)
        for broken in static.portable_failures(wasm, report):
            ledger.fail(broken, None)
    return report


def _graph(
    wasm: bytes, report: ModuleReport, ledger: Ledger, cache: ArtefactCache | None, sink: LogSink
) -> JobGraph | None:
    """The graph, if it can be had and makes sense."""
    try:
        described = report.graph
        if described is None:
            described = describe(wasm, limits=LIMITS, cache=cache, sink=sink)
        graph = graph_from_json(described)
    except GuestError as error:
        ledger.fail(RuleBroken(error.rule or "3.1", str(error)), None)
        return None
    except JobInvalid as error:
        ledger.fail(RuleBroken("5.1", str(error)), None)
        return None
    ledger.check("5.1", "the graph's JSON")
    ledger.check("5.4", "operators, functions and types against each other")
    _check_exports(graph, report, ledger)
    for problem in problems(graph):
        ledger.fail(RuleBroken("5.4", problem.text, problem.hint or ""), problem.where)
    return graph


def _check_exports(graph: JobGraph, report: ModuleReport, ledger: Ledger) -> None:
    needed = needed_exports(graph)
    if not needed:
        ledger.skip("5.8", "it needs no optional export")
        return
    ledger.check("5.8", "exports that windows and process functions need")
    for name in sorted(needed - report.exports.keys()):
        ledger.fail(RuleBroken("5.8", f"its graph needs {name}, which it does not export"), None)


def _fill_pools(subject: Subject, ledger: Ledger) -> None:
    """Finds inputs for every function; made-up ones first, then what functions before it give."""
    for plan in sorted(subject.plans, key=lambda one: one.kind in FOLDED):
        _guarded(ledger, subject, plan, "4.1", partial(fill_pool, subject, plan))


def _run(checks: tuple[Check, ...], subject: Subject, ledger: Ledger) -> None:
    for check in checks:
        bodies = list(_bodies(check, subject))
        for plan, body in bodies:
            if _guarded(ledger, subject, plan, check.rule, body):
                ledger.check(check.rule, check.title)
        if not bodies and isinstance(check, FunctionCheck) and subject.has(check.kinds):
            ledger.leave(check.rule, REFUSING)


def _bodies(check: Check, subject: Subject) -> Iterator[tuple[CallPlan | None, Callable[[], None]]]:
    if isinstance(check, ModuleCheck):
        yield None, partial(check.body, subject)
        return
    for plan, pool in subject.usable(check.kinds, with_refused_only=check.with_refused_only):
        yield plan, partial(check.body, subject, plan, pool)


def _guarded(ledger: Ledger, subject: Subject, plan: CallPlan | None, rule: str, body: Callable[[], object]) -> bool:
    """Runs one body; whether it came to its end. What it broke is noted, and its function is set aside."""
    label = None if plan is None else plan.label
    try:
        body()
    except NotApplicable as reason:
        ledger.skip(rule, str(reason))
        return False
    except NotTried as reason:
        ledger.leave(rule, str(reason))
        return False
    except RuleBroken as failure:
        ledger.fail(failure, label)
    except GuestError as error:
        if plan is not None and error.rule is None and subject.is_fragile(plan):
            ledger.leave(rule, f"{plan.label} refuses rows that it took when they met others")
            return False
        text = str(error) if error.rule else f"it failed on input that it took before: {error}"
        ledger.fail(RuleBroken(error.rule or rule, text, error.hint or ""), label)
    else:
        return True
    if plan is not None:
        subject.broken.add(plan.number)
    return False
