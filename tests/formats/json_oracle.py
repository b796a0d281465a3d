"""JSON rows column by column in Arrow: slow, and another way to the same text; the oracle of the kernel's writer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec.schema import AnyArray
from lightflus.codec.text import number_text, time_text

_ESCAPES = {chr(code): f"\\u{code:04x}" for code in range(0x20)} | {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def json_lines(rows: pa.RecordBatch) -> bytes:
    """An object per row, each on its line."""
    lines = _object(rows.schema.names, rows.columns, end="}\n").to_pylist()
    return "".join(cast(list[str], lines)).encode()


def _object(names: Sequence[str], columns: Sequence[AnyArray], end: str) -> pa.StringArray:
    parts: list[pa.StringArray | str] = []
    for name, column in zip(names, columns, strict=True):
        parts += [("," if parts else "{") + json.dumps(name, ensure_ascii=False) + ":", _text(column)]
    return _joined([*parts, end])


def _text(column: AnyArray) -> pa.StringArray:
    """The JSON text of each value, never null."""
    kind = column.type
    if isinstance(column, pa.StructArray):
        names = [kind.field(i).name for i in range(kind.num_fields)]
        text = _object(names, [column.field(i) for i in range(kind.num_fields)], end="}")
    elif isinstance(column, pa.ListArray):
        text = _list(column)
    elif pa.types.is_floating(kind):
        text = number_text(column)
    elif pa.types.is_string(kind):
        text = _joined(['"', _escaped(cast(pa.StringArray, column)), '"'])
    elif pa.types.is_timestamp(kind):
        text = _joined(['"', pc.replace_substring(time_text(column), " ", "T"), 'Z"'])
    elif pa.types.is_date(kind):
        text = _joined(['"', time_text(column), '"'])
    else:
        text = _plain(column)
    if column.null_count:
        text = cast(pa.StringArray, pc.if_else(column.is_valid(), text, "null"))
    return cast(pa.StringArray, text.fill_null("null")) if text.null_count else text


def _plain(column: AnyArray) -> pa.StringArray:
    return cast(pa.StringArray, column.cast(pa.utf8()))


def _list(column: pa.ListArray[pa.Scalar[pa.DataType]]) -> pa.StringArray:
    items = _text(column.flatten())
    lengths = pc.list_value_length(cast("pa.ListViewArray[pa.DataType]", column))
    ends = pc.cumulative_sum(cast(pa.Int32Array, lengths.fill_null(0)))
    lists = pa.ListArray.from_arrays(pa.concat_arrays([pa.array([0], pa.int32()), ends]), cast(pa.Int64Array, items))
    return _joined(["[", cast(pa.StringArray, pc.binary_join(lists, ",")), "]"])


def _escaped(column: pa.StringArray) -> pa.StringArray:
    if not pc.any(pc.match_substring_regex(column, '["\\\\\\x00-\\x1f]')).as_py():
        return column
    column = pc.replace_substring(pc.replace_substring(column, "\\", "\\\\"), '"', '\\"')
    if pc.any(pc.match_substring_regex(column, "[\\x00-\\x1f]")).as_py():
        for character, escape in _ESCAPES.items():
            column = pc.replace_substring(column, character, escape)
    return column


def _joined(parts: Sequence[pa.StringArray | str]) -> pa.StringArray:
    """The parts of each row one after another; null where one is null."""
    return pc.binary_join_element_wise(*cast(list[pa.StringArray], parts), cast(pa.StringArray, ""))
