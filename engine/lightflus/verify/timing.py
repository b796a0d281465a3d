"""Rules of event time, none of which needs to know what a function means: merges, finishes, process functions.

What it owns: 4.5 (states that meet), 4.6 through the checks of all functions, and of section 10 what can be seen from
outside: the form of states, the stamps of rows, independence of cuts and of other keys, timers at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import pyarrow as pa

from lightflus.codec import Layout
from lightflus.model.timed import Process, Window
from lightflus.sandbox.functions import CallPlan
from lightflus.sandbox.processing import Emitted, Processed
from lightflus.verify.caller import GROUPS
from lightflus.verify.canonical import first_difference, same
from lightflus.verify.image import Fold
from lightflus.verify.pools import BEHIND, Pool, dealt, fold_of, processing
from lightflus.verify.report import RuleBroken
from lightflus.verify.subject import NotApplicable, Subject

_FOR_EVER = (1 << 63) - 1


def _require(layout: Layout, wanted: pa.RecordBatch, found: pa.RecordBatch, rule: str, what: str) -> None:
    if not same(layout, wanted, found):
        raise RuleBroken(rule, f"{what}: {first_difference(layout, wanted, found)}")


def _states(subject: Subject, plan: CallPlan, pool: Pool) -> pa.RecordBatch:
    """A state of each row."""
    windows = [o.kind for o in subject.module.graph.operators if isinstance(o.kind, Window)]
    if not any(window.function == plan.number and window.merges for window in windows):
        raise NotApplicable("no window merges states of an aggregate")
    count = pool.rows.num_rows
    state = subject.caller.fold(plan, pool.rows, fold_of(plan, range(count), count)).state
    assert state is not None
    return state


def check_first_states(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """4.5: the first state of a group becomes its state."""
    states = _states(subject, plan, pool)
    count = states.num_rows
    merged = subject.caller.merge(plan, states, fold_of(plan, range(count), count))
    _require(plan.output, states, merged, "4.5", "the first state of a group did not become its state")


def check_merged_groups(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """4.5: groups by turns are what each is by itself, at once and in pieces."""
    states = _states(subject, plan, pool)
    count = states.num_rows
    whole = dealt(plan, count)
    together = subject.caller.merge(plan, states, whole)
    for group in range(min(GROUPS, count)):
        mine = states.take(pa.array(range(group, count, GROUPS), pa.int32()))
        alone = subject.caller.merge(plan, mine, fold_of(plan, [0] * mine.num_rows, 1))
        _require(plan.output, alone, together.slice(group, 1), "4.5", f"group {group} got another state among others")
    cut = count // 2
    if cut >= GROUPS:
        before = subject.caller.merge(plan, states.slice(0, cut), dealt(plan, cut))
        rest = Fold(plan.output.columns, before.to_struct_array(), whole.groups[cut:])
        after = subject.caller.merge(plan, states.slice(cut), rest)
        _require(plan.output, together, after, "4.5", f"a merge in pieces, {cut} states first, is another")


def check_state(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """10.2: a state has the time of the key's latest record, and timers that ascend."""
    call = processing(plan, range(pool.rows.num_rows))
    done = subject.caller.process(plan, pool.rows, call)
    latest = dict(zip(call.groups, call.times, strict=True))
    for group, row in enumerate(done.state):
        if not row.is_valid:
            continue
        _require_timers(done.state, group)
        last = done.state.field(_last(done.state))[group].as_py()
        if last != latest[group]:
            text = f"`last` of a key is {last}, and the time of its latest record {latest[group]}"
            raise RuleBroken("10.2", text)


def _last(state: pa.StructArray) -> int:
    return int(state.type.num_fields) - 1


def _require_timers(state: pa.StructArray, group: int) -> None:
    for name, column in (("timers", _last(state) - 2), ("processing_timers", _last(state) - 1)):
        times = state.field(column)[group].as_py()
        if times != sorted(set(times)):
            raise RuleBroken("10.2", f"`{name}` of a key is {times[:5]}", "ascending times, each once")


def check_stamps(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """10.3: rows that records make have the stamps of a record; without timers there are no others."""
    call = processing(plan, range(pool.rows.num_rows))
    done = subject.caller.process(plan, pool.rows, call)
    kinds = [o.kind for o in subject.module.graph.operators if isinstance(o.kind, Process)]
    (kind,) = [kind for kind in kinds if kind.function == plan.number]
    of_records = set(zip(call.times, call.marks, strict=True))
    for output in done.outputs:
        for time, mark in _stamps(output):
            is_of_timer = kind.sets_processing_timers or (kind.sets_timers and mark == time - 1)
            if (time, mark) not in of_records and not is_of_timer:
                right = f"those of a record: its watermark is {BEHIND} ms behind its time"
                raise RuleBroken("10.3", f"a row has time {time} and mark {mark}", right)


def check_cuts(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """10.4: two calls give what one gives, and each key what it gives alone."""
    count = pool.rows.num_rows
    whole = subject.caller.process(plan, pool.rows, processing(plan, range(count)))
    cut = count // 2
    if cut >= GROUPS:
        first = subject.caller.process(plan, pool.rows.slice(0, cut), processing(plan, range(cut)))
        rest = processing(plan, range(cut, count), first.state)
        second = subject.caller.process(plan, pool.rows.slice(cut), rest)
        _require_states(whole.state, second.state, f"in two calls, {cut} rows first, the states are others")
        for k, output in enumerate(whole.outputs):
            parts = [first.outputs[k], second.outputs[k]]
            if _rows(output) != [row for part in parts for row in _rows(part)]:
                raise RuleBroken("10.4", f"in two calls, {cut} rows first, other rows come out")
    for key in range(min(GROUPS, count)):
        rows = range(key, count, GROUPS)
        alone = subject.caller.process(plan, pool.picked(rows), processing(plan, rows))
        _require_states(whole.state.slice(key, 1), alone.state, f"key {key} got another state among others")


def _require_states(wanted: pa.StructArray, found: pa.StructArray, what: str) -> None:
    if _shown(wanted) != _shown(found):
        raise RuleBroken("10.4", what)


def _shown(states: pa.StructArray) -> list[str]:
    """As text, in which NaN is NaN."""
    return [repr(row.as_py()) for row in states]


def _rows(output: Emitted) -> list[tuple[str, int, int]]:
    rows = (repr(tuple(row.values())) for row in output.columns.to_pylist())
    return [(row, *stamps) for row, stamps in zip(rows, _stamps(output), strict=True)]


def _stamps(output: Emitted) -> list[tuple[int, int]]:
    return cast("list[tuple[int, int]]", list(zip(output.times.to_pylist(), output.marks.to_pylist(), strict=True)))


def check_end(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """10.5, 10.6: at the end all timers fire, and once."""
    rows = processing(plan, range(pool.rows.num_rows))
    done = subject.caller.process(plan, pool.rows, rows)
    ended = _ended(subject, plan, rows.keys, done)
    for group, row in enumerate(ended.state):
        timers = [ended.state.field(_last(ended.state) - back)[group].as_py() for back in (2, 1)]
        if row.is_valid and any(timers):
            raise RuleBroken("10.5", f"a key has timers at {timers} when all times have passed", "they have fired")
    again = _ended(subject, plan, rows.keys, ended)
    if any(output.columns.num_rows for output in again.outputs):
        raise RuleBroken("10.5", "at the end the same key gives rows twice", "a timer fires once")


def _ended(subject: Subject, plan: CallPlan, keys: Sequence[int], before: Processed) -> Processed:
    call = replace(processing(plan, ()), keys=keys, state=before.state, watermark=_FOR_EVER, processing_time=_FOR_EVER)
    return subject.caller.process(plan, _none(plan), call)


def _none(plan: CallPlan) -> pa.RecordBatch:
    columns = [pa.array([], node.arrow) for node in plan.input.columns]
    return pa.RecordBatch.from_arrays(columns, schema=plan.input.schema)
