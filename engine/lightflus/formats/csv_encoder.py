"""Format `csv`, written: texts in quotes, null as nothing, no header.

What it owns: Arrow's writer, and cutting what it has written into messages. Pure; any thread.
What it leaves: how values are separated (`csv_dialect.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from lightflus.codec.text import time_text
from lightflus.errors import BindingInvalid
from lightflus.formats.csv_dialect import Dialect, check_flat, check_text
from lightflus.model.types import Field

_QUOTE = '"'
"""Arrow's writer knows no other."""


class CsvEncoder:
    """Encodes rows as CSV (`ports.Encoder`, `ports.MessageEncoder`): texts in quotes, null as nothing, no header."""

    def __init__(self, fields: Sequence[Field], dialect: Dialect) -> None:
        """Raises BindingInvalid for a field that a text cannot hold."""
        check_flat(fields)
        check_text(fields)
        if dialect.quote != _QUOTE or dialect.null:
            raise BindingInvalid(
                'format `csv` writes values quoted with `"` and null as nothing',
                hint="leave `format.quote` and `format.null` out",
            )
        self._options = pv.WriteOptions(include_header=False, delimiter=dialect.delimiter, quoting_style="needed")

    def encode(self, columns: pa.RecordBatch) -> bytes:
        """A line per row."""
        out = pa.BufferOutputStream()
        pv.write_csv(_without_bad_times(columns), cast(IO[bytes], out), self._options)
        return out.getvalue().to_pybytes()

    def encode_messages(self, columns: pa.RecordBatch) -> Sequence[bytes | None]:
        """A message per row."""
        if not columns.num_rows:
            return []
        whole = self.encode(columns)[:-1]
        return whole.split(b"\n") if whole.count(b"\n") < columns.num_rows else _rows(whole)


def _without_bad_times(columns: pa.RecordBatch) -> pa.RecordBatch:
    """Times that have no text become null."""
    good = [
        pc.if_else(pc.is_valid(time_text(column)), column, None) if pa.types.is_temporal(column.type) else column
        for column in columns.columns
    ]
    return pa.RecordBatch.from_arrays(good, names=columns.schema.names)


def _rows(text: bytes) -> Sequence[bytes | None]:
    """The rows of a text in which values hold line ends: one ends its row where all quotes before it are closed."""
    pieces = cast(pa.BinaryArray, pc.split_pattern(pa.array([text], pa.binary()), pattern="\n").flatten())
    odd = pc.bit_wise_and(pc.cumulative_sum(pc.count_substring(pieces, _QUOTE)), 1)
    ends = pc.add(pc.indices_nonzero(pc.invert(cast(pa.BooleanArray, odd.cast(pa.bool_())))), 1).cast(pa.int32())
    offsets = cast(pa.Int32Array, pa.concat_arrays([pa.array([0], pa.int32()), ends]))
    rows = pa.ListArray.from_arrays(offsets, cast(pa.Int64Array, pieces))
    return cast(pa.BinaryArray, pc.binary_join(rows, cast(str, b"\n"))).to_pylist()
