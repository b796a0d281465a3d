"""Rules of how a function fails, checked on inputs that it was found to refuse.

What it owns: 4.3 (the row that it worked on) and 8.1 (message and place).
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from lightflus.codec import abi
from lightflus.errors import GuestAborted, GuestError, GuestTrapped
from lightflus.sandbox.binary import section
from lightflus.sandbox.functions import CallPlan
from lightflus.verify.pools import Pool, Refused
from lightflus.verify.report import RuleBroken
from lightflus.verify.subject import NotApplicable, Subject, called
from lightflus.verify.values import joined

_WITHOUT_A_MESSAGE = "aborted without a message"
_MOST = 3


def _refusals(pool: Pool) -> Iterator[Refused]:
    found = [one for one in pool.refused if isinstance(one.error, GuestAborted | GuestTrapped)]
    if not found:
        raise NotApplicable("no function refused any input")
    yield from found[:_MOST]


def check_marker(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """4.3: a refused row among others is the row that is reported, by its place in the call."""
    for refused in _refusals(pool):
        for at in (0, 3, 8) if pool.rows.num_rows else (0,):
            rows = pool.cycled(8 if pool.rows.num_rows else 0)
            mixed = joined([rows.slice(0, at), refused.row, rows.slice(at)])
            _require_row(subject, plan, mixed, at, None)
            backwards = list(range(mixed.num_rows))[::-1]
            _require_row(subject, plan, mixed, mixed.num_rows - 1 - at, backwards)


def _require_row(subject: Subject, plan: CallPlan, rows: pa.RecordBatch, at: int, selection: list[int] | None) -> None:
    try:
        called(subject, plan, rows, selection=selection)
    except GuestError as error:
        if error.row != at:
            found = "no row" if error.row is None else f"row {error.row}"
            raise RuleBroken("4.3", f"it failed on row {at}, but {found} was stored at lf_row") from None
    else:
        raise RuleBroken("4.3", "it failed on some row, and stored at lf_row that of another, which it takes")


def check_message(subject: Subject, plan: CallPlan, pool: Pool) -> None:
    """8.1: an abort has a message; with a source map, a place in the user's source."""
    has_map = section(subject.wasm, abi.SOURCEMAP_SECTION) is not None
    for refused in _refusals(pool):
        error = refused.error
        if isinstance(error, GuestAborted) and str(error).endswith(_WITHOUT_A_MESSAGE):
            raise RuleBroken("8.1", "it aborted without a message", "say what was wrong with the row")
        if has_map and error.position is None:
            found = f"`{error}` has no place, though the module has a source map"
            raise RuleBroken("8.1", found, "give file, line and column, or map the instruction that traps")
