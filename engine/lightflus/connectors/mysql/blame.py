"""Finds the record that the server refuses among those of a chunk, and says it.

What it owns: the search (by halving, in transactions that are rolled back) and the words. What it leaves: deciding
that a record is at fault (`faults.py`). The writer's thread.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

import pyarrow as pa

from lightflus.codec.text import time_text
from lightflus.connectors.mysql.client import Client
from lightflus.connectors.mysql.conversion import Unfit
from lightflus.connectors.mysql.faults import Fault, ServerError
from lightflus.connectors.mysql.plan import Values, WritePlan
from lightflus.connectors.mysql.run import rows, run
from lightflus.connectors.toolbox.retry import Passing
from lightflus.connectors.toolbox.rows import AnyArray, Cell, Row
from lightflus.errors import RecordRefused, SinkFailed

_SHOWN_FIELDS = 4
_SHOWN_CHARACTERS = 40
_ROW = re.compile(r" at row \d+$")


def unfit(error: Unfit, chunk: pa.RecordBatch, plan: WritePlan) -> SinkFailed:
    """The error for a value that was not even sent."""
    row = tuple(map(_value, chunk.slice(error.row, 1).columns))
    return RecordRefused(f"{_shown(row, plan)}: {error}", where=plan.place, hint=error.hint)


def refused(error: ServerError, values: Values, plan: WritePlan, connected: Callable[[], Client]) -> SinkFailed:
    """The error for what the server refuses, with the record if it is one's fault."""
    number = error.row
    if number is None and error.fault is Fault.RECORD:
        number = _search(values, plan, connected)
    if number is None and len(values[0]) == 1:
        number = 0
    if number is None:
        return SinkFailed(f"cannot be written: {error}", where=plan.place, hint=error.hint)
    reason = ServerError(error.code, _ROW.sub("", error.text))
    record = _shown(tuple(column[number] for column in values), plan)
    failure = RecordRefused if error.fault in (Fault.RECORD, Fault.LARGE) else SinkFailed
    return failure(f"{record} is refused: {reason}", where=plan.place, hint=error.hint)


def _search(values: Values, plan: WritePlan, connected: Callable[[], Client]) -> int | None:
    """The first row with which the statement fails; None where it does not fail any more, or in another way."""
    good, bad = 0, len(values[0])
    while bad - good > 1:
        middle = (good + bad) // 2
        fails = _fails(rows(values, 0, middle), plan, connected)
        if fails is None:
            return None
        good, bad = (good, middle) if fails else (middle, bad)
    return good


def _fails(values: Values, plan: WritePlan, connected: Callable[[], Client]) -> bool | None:
    """Whether the server refuses some rows, which it never keeps; None = it does not say."""
    try:
        client = connected()
        try:
            run(client, plan, values)
        finally:
            client.roll_back()
    except ServerError as error:
        return True if error.fault is Fault.RECORD else None
    except Passing:
        return None
    return False


def _value(column: AnyArray) -> Cell:
    """The value of a column of one row; Python's own times end at the year 9999."""
    return cast(Cell, (time_text(column) if pa.types.is_temporal(column.type) else column)[0].as_py())


def _shown(row: Row, plan: WritePlan) -> str:
    """`the record with word 'tree', n 12`: its key, else its first fields."""
    first = plan.key or plan.names
    pairs = [(name, value) for name, value in zip(plan.names, row, strict=True) if name in first][:_SHOWN_FIELDS]
    return "the record with " + ", ".join(f"{name} {_short(value)}" for name, value in pairs)


def _short(value: object) -> str:
    """As SQL or JavaScript has it, not Python."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if not isinstance(value, str | bytes):
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if len(value) <= _SHOWN_CHARACTERS:
        return repr(value)
    return f"{value[:_SHOWN_CHARACTERS]!r}... ({len(value):,} long)"
