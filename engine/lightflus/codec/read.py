"""Reading arrays out of linear memory, trusting nothing (docs/abi.md, section 7).

What it owns: the way from an address to a host array: headers are read and measured first (`survey.py`), all buffers
are copied once into one host buffer, and what they say is checked there (`check.py`). Nothing that Arrow holds points
into linear memory. A lie is a GuestProtocolError that names the column.
What it leaves: which function it was (`sandbox/`), KernelFailed for the kernel (`kernel/`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec.check import check_columns, check_offsets
from lightflus.codec.layout import BUFFERS, Layout, Shape
from lightflus.codec.schema import AnyArray
from lightflus.codec.survey import Measured, Part, Survey, read_header
from lightflus.errors import GuestProtocolError
from lightflus.limits import ANSWER_ITEMS
from lightflus.model.text import counted
from lightflus.wasm.memory import Window
from lightflus.wasm.traps import OutOfBounds

_BATCH = "the batch"
_LIST = "the list array"


@dataclass(frozen=True, slots=True)
class ListHeader:
    """A list array whose child stays where it is: `offsets` (rows + 1 of them, copied, checked), child's address."""

    offsets: pa.Int32Array
    child_rows: int
    child: int


def read_batch(
    memory: Window,
    address: int,
    layout: Layout,
    rows: int | None,
    *,
    most_items: int = ANSWER_ITEMS,
    is_text_known: bool = False,
) -> pa.RecordBatch:
    """Copies the batch at `address` out and checks it completely. Raises GuestProtocolError, GuestMemoryExceeded.

    Args:
        memory: where it lies, as it stands after the call that made it.
        address: of its ArrowArray of struct type; masked to 32 bits by whoever read it.
        layout: what it must look like.
        rows: how many rows it must have; None = as many as it says.
        most_items: what all its lists may have together, before anything is copied.
        is_text_known: whether whoever wrote it has looked at its UTF-8.
    """
    answer = _answer(memory, address, layout, rows, most_items)
    _require_no_nulls(_BATCH, answer)
    batch = _batch(layout, answer)
    check_columns(answer.columns, batch, is_text_known=is_text_known)
    return batch


def read_rows(memory: Window, address: int, layout: Layout, rows: int) -> pa.StructArray:
    """The same of a batch whose rows may be null, as states may be: what a null row has in its columns is nothing."""
    answer = _answer(memory, address, layout, rows, ANSWER_ITEMS)
    batch = _batch(layout, answer)
    alive = _validity(answer)
    check_columns(answer.columns, batch, alive)
    mask = None if alive is None else pc.invert(alive)
    return pa.StructArray.from_arrays(batch.columns, fields=list(layout.schema), mask=mask)


def read_columns_of(memory: Window, address: int, layout: Layout, rows: int) -> tuple[int, ...]:
    """The addresses of the columns of a batch that stays where it is; only its own header is checked."""
    with _Lies(_BATCH):
        header = read_header(memory, address, _BATCH, buffers=BUFFERS[Shape.STRUCT], children=len(layout.columns))
    _require_rows(_BATCH, header.rows, rows)
    return header.children


def read_list(memory: Window, address: int, rows: int) -> ListHeader:
    """The list array at `address`: its offsets are copied and checked, its child stays. Raises GuestProtocolError."""
    with _Lies(_LIST):
        header = read_header(memory, address, _LIST, buffers=BUFFERS[Shape.LIST], children=1)
        _require_rows(_LIST, header.rows, rows)
        if not rows:
            return ListHeader(pa.array([0], pa.int32()), 0, header.children[0])
        survey = Survey(memory)
        validity = survey.validity(_LIST, header, rows)
        part, child_rows = survey.offsets(_LIST, header.buffers[1], rows)
        if child_rows > 8 * memory.size:
            text = f"{_LIST}: {counted(child_rows, 'row')} cannot lie in a memory of {memory.size} bytes"
            raise GuestProtocolError(text, rule="4.1")
        host = _copied(memory, survey)
    _require_no_nulls(_LIST, _Answer(rows, validity, [], host))
    offsets = check_offsets(host.slice(part.start, part.size), rows, child_rows, _LIST)
    return ListHeader(offsets, child_rows, header.children[0])


@dataclass(frozen=True, slots=True)
class _Answer:
    """A batch that has been copied, and is not yet checked."""

    rows: int
    validity: Part | None
    columns: list[Measured]
    host: pa.Buffer


def _answer(memory: Window, address: int, layout: Layout, rows: int | None, most_items: int) -> _Answer:
    with _Lies(_BATCH):
        header = read_header(memory, address, _BATCH, buffers=BUFFERS[Shape.STRUCT], children=len(layout.columns))
        expected = header.rows if rows is None else rows
        _require_rows(_BATCH, header.rows, expected)
        survey = Survey(memory, most_items)
        validity = survey.validity(_BATCH, header, expected) if expected else None
        pairs = zip(layout.columns, header.children, strict=True)
        measured = [survey.measure(node, child, expected) for node, child in pairs]
        return _Answer(expected, validity, measured, _copied(memory, survey))


class _Lies:
    """A context manager (by hand: it is entered for every answer) that names a range outside the memory as a lie."""

    __slots__ = ("_path",)

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        """Raises a GuestProtocolError for an OutOfBounds."""
        if isinstance(error, OutOfBounds):
            raise GuestProtocolError(f"{self._path}: {error}", rule="6.1") from error


def _require_rows(path: str, found: int, rows: int) -> None:
    if found != rows:
        raise GuestProtocolError(f"{path}: {counted(found, 'row')} where {rows} are expected", rule="4.1")


def _require_no_nulls(path: str, answer: _Answer) -> None:
    alive = _validity(answer)
    if alive is not None:
        nulls = len(alive) - alive.true_count
        raise GuestProtocolError(f"{path}: {counted(nulls, 'null row')}; rows of a batch are never null", rule="6.5")


def _validity(answer: _Answer) -> pa.BooleanArray | None:
    """Which rows are there; None = all."""
    if answer.validity is None:
        return None
    bits = answer.host.slice(answer.validity.start, answer.validity.size)
    alive = cast("pa.BooleanArray", pa.Array.from_buffers(pa.bool_(), answer.rows, [None, bits]))
    return None if alive.true_count == answer.rows else alive


def _copied(memory: Window, survey: Survey) -> pa.Buffer:
    host = pa.allocate_buffer(survey.size)
    target = host.address
    for start, address, size in survey.copies:
        memory.copy_out(target + start, address, size)
    return host


def _batch(layout: Layout, answer: _Answer) -> pa.RecordBatch:
    if not answer.columns:
        empty = cast("pa.StructArray", pa.Array.from_buffers(pa.struct([]), answer.rows, [None]))
        return pa.RecordBatch.from_struct_array(empty)
    return pa.RecordBatch.from_arrays([_array(part, answer.host) for part in answer.columns], schema=layout.schema)


def _array(part: Measured, host: pa.Buffer) -> AnyArray:
    if not part.rows:
        return pa.array([], part.node.arrow)
    buffers = [None if buffer is None else host.slice(buffer.start, buffer.size) for buffer in part.buffers]
    children = [_array(child, host) for child in part.children]
    try:
        return pa.Array.from_buffers(part.node.arrow, part.rows, buffers, children=children or None)
    except pa.ArrowInvalid as error:
        raise GuestProtocolError(f"{part.node.path}: {error}", rule="6.4") from error
