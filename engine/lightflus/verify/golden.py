"""Golden files: calls of a module with what must come back, for hosts that are not this one.

What it owns: the files' format (docs/verify.md) and which calls are written: each function over rows that it takes,
through a selection, over one row, and over a row that it refuses. What it leaves: running them (`tests/portability`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from lightflus.errors import GuestAborted, GuestError, GuestTrapped
from lightflus.limits import VERIFY_SECONDS
from lightflus.model.graph import FunctionKind
from lightflus.sandbox.functions import CallPlan
from lightflus.sandbox.module import load
from lightflus.verify.caller import GROUPS, Answer, nodes, reading
from lightflus.verify.canonical import canonical, tree
from lightflus.verify.image import Fold, Image, image
from lightflus.verify.limits import LIMITS
from lightflus.verify.pools import Pool, dealt, fold_of
from lightflus.verify.subject import APPLIED, Subject, fill_pool, output_layout
from lightflus.wasm import ArtefactCache

MAGIC: Final = b"LFG1"
MODULE: Final = "module.wasm"
NO_ROW: Final = 0xFFFF_FFFF
_ROWS = 40
_WORD = struct.Struct("<I")
_REFUSALS = 2
_WRITTEN = APPLIED | {FunctionKind.REDUCE}
"""Functions whose calls other hosts make already."""


@dataclass(frozen=True, slots=True)
class GoldenCall:
    """One call: its name, and the content of its file."""

    name: str
    content: bytes


def golden_calls(wasm: bytes, *, cache: ArtefactCache | None = None) -> Iterator[GoldenCall]:
    """The calls of a conforming module. Raises LightflusError."""
    subject = Subject.of(
        wasm, load(wasm, limits=LIMITS, cache=cache, sink=_drop), is_quick=True, seconds=VERIFY_SECONDS
    )
    for plan in subject.plans:
        if plan.kind in _WRITTEN:
            fill_pool(subject, plan)
    for plan, pool in subject.usable(_WRITTEN, with_refused_only=True):
        yield from _calls(subject, plan, pool)
    subject.caller.renew()


def _drop(_level: int, _text: str) -> None:
    pass


def _calls(subject: Subject, plan: CallPlan, pool: Pool) -> Iterator[GoldenCall]:
    count = pool.rows.num_rows
    if count:
        rows = pool.cycled(_ROWS)
        backwards = list(range(_ROWS))[::-3]
        yield _answered(subject, plan, rows, None, "whole")
        yield _answered(subject, plan, rows, backwards, "selected")
        yield _answered(subject, plan, pool.cycled(1), None, "one")
    if plan.kind is FunctionKind.REDUCE:
        return
    refused = [one for one in pool.refused if isinstance(one.error, GuestAborted | GuestTrapped)]
    for one in refused[:_REFUSALS]:
        yield _refused(subject, plan, one.row)


def _answered(
    subject: Subject, plan: CallPlan, rows: pa.RecordBatch, selection: Sequence[int] | None, what: str
) -> GoldenCall:
    fold = _fold(subject, plan, rows, selection)
    if fold is None:
        answer = subject.caller.apply(plan, rows, selection=selection)
    else:
        answer = subject.caller.fold(plan, rows, fold, selection=selection)
    return _packed(plan, rows, selection, fold, expected=_expected(plan, answer), what=what)


def _refused(subject: Subject, plan: CallPlan, row: pa.RecordBatch) -> GoldenCall:
    try:
        subject.caller.apply(plan, row)
    except GuestError:
        return _packed(plan, row, None, None, expected=b"", what="refused", refused_row=0)
    raise AssertionError("a pure function took what it had refused")


def _fold(subject: Subject, plan: CallPlan, rows: pa.RecordBatch, selection: Sequence[int] | None) -> Fold | None:
    """A fold of the call's rows; where there are enough of them, every other group has a state before."""
    if plan.kind is not FunctionKind.REDUCE:
        return None
    count = rows.num_rows if selection is None else len(selection)
    fresh = dealt(plan, count)
    if count < GROUPS:
        return fresh
    first = subject.caller.fold(plan, rows.slice(0, GROUPS), fold_of(plan, range(GROUPS), GROUPS)).state
    assert first is not None
    kept = pa.array([group if group % 2 else None for group in range(GROUPS)], pa.int32())
    return Fold(fresh.nodes, first.to_struct_array().take(kept), fresh.groups)


def _expected(plan: CallPlan, answer: Answer) -> bytes:
    offsets = b"" if answer.offsets is None else b"".join(_WORD.pack(at.as_py()) for at in answer.offsets)
    state = b"" if answer.state is None else canonical(plan.output, answer.state)
    return offsets + canonical(output_layout(plan), answer.rows) + state


def _packed(
    plan: CallPlan,
    rows: pa.RecordBatch,
    selection: Sequence[int] | None,
    fold: Fold | None,
    *,
    expected: bytes,
    what: str,
    refused_row: int = NO_ROW,
) -> GoldenCall:
    read = reading(plan, rows)
    written = image(plan.number, nodes(plan), read, selection=selection, fold=fold)
    count = rows.num_rows if selection is None else len(selection)
    columns = output_layout(plan).columns
    head = (fold is not None, plan.kind is FunctionKind.FLAT_MAP, count, 0 if fold is None else len(fold.state))
    content = b"".join(
        (
            MAGIC,
            struct.pack("<IIIII", *head, refused_row),
            _WORD.pack(len(columns)) + tree(columns),
            _image(written),
            _sized(expected),
        )
    )
    return GoldenCall(f"{plan.number}-{plan.kind.value}-{what}", content)


def _image(written: Image) -> bytes:
    relocations = struct.pack(f"<{len(written.relocations)}I", *written.relocations)
    return _sized(written.data) + _WORD.pack(len(written.relocations)) + relocations + _WORD.pack(written.call_at)


def _sized(data: bytes) -> bytes:
    return _WORD.pack(len(data)) + data
