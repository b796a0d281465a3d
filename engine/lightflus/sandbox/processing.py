"""Calls of process functions (docs/abi.md, section 10): what goes in, and what is believed of the answer.

What it owns: the fields of such a call, the three columns beside a state, the two beside a record.
What it leaves: the call itself (`instance.py`), when one is made and what timers mean (`runtime/`), their order (the
kernel checks it where they are kept).
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec import Layout, abi, read_batch, read_rows
from lightflus.errors import GuestProtocolError, InternalError
from lightflus.limits import SPAN_MS, TIME_MS
from lightflus.ports.guests import Emitted, ProcessCall, Processed
from lightflus.sandbox.functions import CallPlan, ProcessPlan
from lightflus.sandbox.lineage import Loaded, Part
from lightflus.sandbox.staging import Staging, loaded_table
from lightflus.wasm import Window

__all__ = ["Emitted", "Processed", "answered", "staged"]

_OUTPUT, _STATE, _PORTS = 1, 2, 3
"""Fields of the Result."""
_LEAST_MARK = -TIME_MS - SPAN_MS - 1
"""The watermark of a split is behind its records: one millisecond, and as much as they may be out of order."""
_NO_MARK, _ZERO = pa.scalar(abi.NO_MARK, pa.int64()), pa.scalar(0, pa.int64())
_BOTH = abi.WANTS_OUTPUT | abi.WANTS_STATE


def _process(plan: CallPlan) -> ProcessPlan:
    """What the graph says of a PROCESS function. Raises InternalError where no operator calls it."""
    if plan.process is None:
        raise InternalError(f"{plan.label} is no operator's")
    return plan.process


def staged(plan: CallPlan, call: ProcessCall) -> Staging:
    """The arguments of a call."""
    first = _no_rows(plan.input) if call.first is None else call.first
    staging = Staging(plan, Part(loaded_table(first), Loaded()))
    staging.add_numbers(rows=call.rows, wanted=_BOTH, watermark=call.watermark, processing_time=call.processing_time)
    if call.second is not None:
        staging.add_batch("second", call.second)
    if call.sides is not None:
        staging.add_words("sides", call.sides)
    process = _process(plan)
    staging.add_states(process.state, call.state, call.groups)
    staging.add_batch("keys", call.keys)
    if call.times is not None and call.marks is not None:
        staging.add_times("times", call.times)
        staging.add_times("marks", call.marks)
    if process.rules is not None:
        staging.add_rows("rules", process.rules, _rules_row(process.rules, call.rules))
    return staging


def _rules_row(layout: Layout, rules: pa.RecordBatch | None) -> pa.StructArray:
    if rules is not None:
        return rules.to_struct_array()
    return pa.nulls(1, pa.struct(list(layout.schema)))


def answered(
    window: Window, plan: CallPlan, result: tuple[int, ...], *, groups: int, watermark: int, processing_time: int
) -> Processed:
    """What came back of a call with these fields, checked. Raises GuestProtocolError, OutOfBounds."""
    process = _process(plan)
    if not result[_STATE]:
        raise GuestProtocolError("its answer has no state", rule="10.2")
    state = read_rows(window, result[_STATE], process.state, groups)
    _require_fired(state, "timers", watermark)
    _require_fired(state, "processing_timers", processing_time)
    addresses = (result[_OUTPUT], *_ports(window, result[_PORTS], len(process.outputs) - 1))
    pairs = zip(process.outputs, addresses, strict=True)
    return Processed(state, tuple(_emitted(window, layout, address) for layout, address in pairs))


def _require_fired(state: pa.StructArray, column: str, until: int) -> None:
    """Refuses a timer that was due and is still set: it would be due again, for ever."""
    least = pc.min(pc.list_flatten(pc.struct_field(state, [column]))).as_py()
    if least is not None and least <= until:
        raise GuestProtocolError(f"{column}: {least} was due at {until}, and is still set", rule="10.5")


def _ports(window: Window, address: int, count: int) -> Iterator[int]:
    return iter(window.unpack(Struct(f"<{count}I"), address) if address else (0,) * count)


def _emitted(window: Window, layout: Layout, address: int) -> Emitted:
    """The rows of one output; the last two columns are their times and marks."""
    batch = read_batch(window, address, layout, None) if address else _no_rows(layout)
    *columns, times, marks = batch.columns
    _require_times("time", times)
    _require_times("mark", pc.if_else(pc.equal(marks, _NO_MARK), _ZERO, marks), least=_LEAST_MARK)
    record = pa.schema(list(layout.schema)[:-2])
    rows = pa.StructArray.from_arrays(columns, fields=list(record)) if columns else _bare(batch.num_rows)
    return Emitted(pa.RecordBatch.from_struct_array(rows), cast("pa.Int64Array", times), cast("pa.Int64Array", marks))


def _no_rows(layout: Layout) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([], node.arrow) for node in layout.columns], schema=layout.schema)


def _bare(rows: int) -> pa.StructArray:
    """Rows without columns."""
    return cast("pa.StructArray", pa.Array.from_buffers(pa.struct([]), rows, [None]))


def _require_times(column: str, times: pa.Array[pa.Scalar[pa.DataType]], least: int = -TIME_MS) -> None:
    """Checks that all are whole milliseconds that a job may have."""
    if not len(times):
        return
    ends = pc.min_max(times)
    first, last = ends["min"].as_py(), ends["max"].as_py()
    if first < least or last > TIME_MS:
        said = first if first < least else last
        raise GuestProtocolError(f"{column}: {said} is not from {least} to {TIME_MS}", rule="10.3")
