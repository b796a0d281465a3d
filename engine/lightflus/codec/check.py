"""The second pass over an answer: what the copied bytes say.

What it owns: offsets that only rise, UTF-8, nulls where the type has none, null counts that are true. All of it
vectorised, by Arrow's own full validation where it has one; the data is in the host's memory by now.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec.layout import Shape
from lightflus.codec.schema import AnyArray, AnyList
from lightflus.codec.survey import Measured
from lightflus.errors import GuestProtocolError
from lightflus.model.text import counted


def check_columns(
    measured: Sequence[Measured],
    batch: pa.RecordBatch,
    alive: pa.BooleanArray | None = None,
    *,
    is_text_known: bool = False,
) -> None:
    """Checks a whole batch, of which only the rows `alive` count. Raises GuestProtocolError.

    Where `is_text_known`, whoever wrote it has looked at its UTF-8.
    """
    columns = [_plainer(column, is_text_known) for column in batch.columns]
    try:
        pa.RecordBatch.from_arrays(columns, batch.schema.names).validate(full=True)
    except pa.ArrowInvalid:
        raise _blame(measured, batch) from None
    for part, column in zip(measured, batch.columns, strict=True):
        _check_nulls(part, column, alive)


def _plainer(column: AnyArray, is_text_known: bool) -> AnyArray:
    """Text that is known or all ASCII as bytes: Arrow looks at text value by value, which takes five times as long."""
    kind, rows = column.type, len(column)
    if pa.types.is_string(kind):
        validity, offsets, text = column.buffers()
        if text is None or not (is_text_known or _is_ascii(text)):
            return column
        return pa.Array.from_buffers(pa.binary(), rows, [validity, offsets, text])
    if isinstance(column, pa.StructArray):
        parts = [_plainer(column.field(i), is_text_known) for i in range(kind.num_fields)]
        plain = pa.struct([pa.field(str(i), part.type) for i, part in enumerate(parts)])
        return pa.Array.from_buffers(plain, rows, column.buffers()[:1], children=parts)
    if isinstance(column, pa.ListArray):
        items = _plainer(column.values, is_text_known)
        return pa.Array.from_buffers(pa.list_(items.type), rows, column.buffers()[:2], children=[items])
    return column


def _is_ascii(text: pa.Buffer) -> bool:
    """Arrow's own string_is_ascii takes six times as long."""
    least = pc.min(cast("pa.Int8Array", pa.Array.from_buffers(pa.int8(), text.size, [None, text]))).as_py()
    return least is None or least >= 0


def _blame(measured: Sequence[Measured], batch: pa.RecordBatch) -> GuestProtocolError:
    """Finds the column that is wrong."""
    for part, column in zip(measured, batch.columns, strict=True):
        try:
            column.validate(full=True)
        except pa.ArrowInvalid as error:
            rule = "6.6" if "UTF8" in str(error) else "6.4"
            return GuestProtocolError(f"{part.node.path}: {error}", rule=rule)
    return GuestProtocolError("the batch is not valid", rule="6.4")


def _check_nulls(part: Measured, array: AnyArray, alive: pa.BooleanArray | None) -> None:
    """Checks nulls of an array and of what is in it. `alive`: rows whose surrounding structs are not null."""
    node = part.node
    if part.rows and part.buffers[0] is not None:
        nulls = array.null_count
        if part.nulls not in (-1, nulls):
            text = f"{node.path}: a null count of {part.nulls}, with {counted(nulls, 'null row')}"
            raise GuestProtocolError(text, rule="6.4")
        if nulls and not node.nullable and _has_null_among(array, alive):
            text = f"{node.path}: {counted(nulls, 'null row')} in a column that is not nullable"
            raise GuestProtocolError(text, rule="6.5")
    if not part.children:
        return
    if node.shape is Shape.LIST:
        _check_nulls(part.children[0], cast("AnyList", array).values, None)
        return
    inside = _alive_in(array, alive)
    for position, child in enumerate(part.children):
        _check_nulls(child, cast("pa.StructArray", array).field(position), inside)


def _has_null_among(array: AnyArray, alive: pa.BooleanArray | None) -> bool:
    if alive is None:
        return True
    return bool(pc.any(pc.and_(pc.is_null(array), alive)).as_py())


def _alive_in(array: AnyArray, alive: pa.BooleanArray | None) -> pa.BooleanArray | None:
    if array.null_count == 0:
        return alive
    valid = pc.is_valid(array)
    return valid if alive is None else pc.and_(valid, alive)


def check_offsets(offsets: pa.Buffer, rows: int, child_rows: int, path: str) -> pa.Int32Array:
    """Offsets of a list array: the first is 0, none goes back, the last is `child_rows`."""
    values = cast("pa.Int32Array", pa.Array.from_buffers(pa.int32(), rows + 1, [None, offsets]))
    if rows and values[0].as_py() != 0:
        raise GuestProtocolError(f"{path}: its first offset is {values[0]}; 0 is expected", rule="4.1")
    try:
        pa.ListArray.from_arrays(values, pa.nulls(child_rows)).validate(full=True)
    except pa.ArrowInvalid as error:
        raise GuestProtocolError(f"{path}: {error}", rule="4.1") from error
    return values
