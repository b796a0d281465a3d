"""Format `json`: a line is one JSON object, read by the declared record type.

What it owns: the two ways to read it: a fast one (Arrow's C++ over a whole block) and a strict one (`json_strict.py`,
Python, line by line) that decides and explains whatever the fast one does not take. A block that fails is halved, so
that one bad record never slows its neighbours down much, nor spoils them.
What it leaves: whether a column is complete (`json_columns.py`), what a line is (`lines.py`). Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from lightflus.codec.schema import arrow_type, schema_of
from lightflus.errors import BindingInvalid
from lightflus.formats.json_columns import conformed, relaxed
from lightflus.formats.json_strict import StrictReader
from lightflus.formats.lines import check_text, split_text
from lightflus.model.types import Field, Scalar, ScalarType, StructType, Type, columns, walk
from lightflus.runtime.ports import Decoded, Locate

_STRICT_ROWS = 64
"""Halves of at most so many rows are read strictly: fewer would cost more calls of the fast reader than they save."""


class JsonDecoder:
    """Decodes JSON lines (`ports.Decoder`). Lines that are empty or white space are skipped."""

    def __init__(self, record: Type) -> None:
        """Raises BindingInvalid for a type that JSON cannot carry."""
        if any(isinstance(part, ScalarType) and part.scalar is Scalar.BINARY for part in walk(record)):
            raise BindingInvalid(
                f"format `json` has no bytes, but the source's records are {record}",
                hint="declare that field as a string",
            )
        self._fields: tuple[Field, ...] = columns(record)
        self._schema = schema_of(record)
        self._strict = StrictReader(record, self._schema)
        self._is_object = isinstance(record, StructType) and not record.nullable and bool(record.fields)
        self._attempts = [self._options(has_float_integers) for has_float_integers in (False, True)]

    def decode(self, block: bytes, locate: Locate) -> Decoded:
        """The records of the lines. Raises RecordInvalid at the first line that is none."""
        check_text(block, locate)
        rows = _plain_rows(block)
        if rows and (batch := self._read_fast(block, rows)) is not None:
            return Decoded(batch, rows)
        lines = split_text(block, locate)
        trimmed = pc.ascii_trim(lines, " \t\r")
        numbers = cast(pa.Int32Array, pc.cast(pc.indices_nonzero(pc.binary_length(trimmed)), pa.int32()))
        kept = pc.take(trimmed, numbers)
        batches = list(self._read_halves(kept, numbers, locate))
        whole = pa.Table.from_batches(batches, self._schema).combine_chunks().to_batches()
        return Decoded(whole[0] if whole else _empty(self._schema), len(lines), numbers)

    def _read_halves(self, lines: pa.StringArray, numbers: pa.Int32Array, locate: Locate) -> Iterator[pa.RecordBatch]:
        """Batches of consecutive lines, in order; recursion is as deep as the logarithm of the lines."""
        count = len(lines)
        if count > _STRICT_ROWS:
            block = "\n".join(_texts(lines)).encode() + b"\n"
            if _plain_rows(block) == count and (batch := self._read_fast(block, count)) is not None:
                yield batch
                return
            middle = count // 2
            yield from self._read_halves(lines.slice(0, middle), numbers.slice(0, middle), locate)
            yield from self._read_halves(lines.slice(middle), numbers.slice(middle), locate)
        elif count:
            yield self._strict.read(_texts(lines), cast(list[int], numbers.to_pylist()), locate)

    def _read_fast(self, block: bytes, rows: int) -> pa.RecordBatch | None:
        """The rows as Arrow reads them, or None where it does not, or where they break a rule of ours."""
        if not self._is_object:
            return None
        for options in self._attempts:
            if (batch := self._read_once(block, rows, options)) is not None:
                return batch
        return None

    def _options(self, has_float_integers: bool) -> pj.ParseOptions:
        fields = [
            pa.field(f.name, arrow_type(relaxed(f.type, has_float_integers=has_float_integers))) for f in self._fields
        ]
        return pj.ParseOptions(explicit_schema=pa.schema(fields), unexpected_field_behavior="ignore")

    def _read_once(self, block: bytes, rows: int, options: pj.ParseOptions) -> pa.RecordBatch | None:
        try:
            table = pj.read_json(
                cast(IO[bytes], pa.BufferReader(block)),
                read_options=pj.ReadOptions(use_threads=False, block_size=len(block) + 1),
                parse_options=options,
            )
        except pa.ArrowInvalid:
            return None
        if table.num_rows != rows:
            return None
        arrays = [
            conformed(table.column(i).combine_chunks(), field.type, self._schema.field(i).type)
            for i, field in enumerate(self._fields)
        ]
        found = [array for array in arrays if array is not None]
        return pa.RecordBatch.from_arrays(found, schema=self._schema) if len(found) == len(arrays) else None


def _plain_rows(block: bytes) -> int:
    r"""Lines of the block if each begins with `{` and ends with `}`, else 0.

    Arrow reads objects one after another and does not look at line ends. But a line that ends in `}` inside an object
    or list can only go on with `,`, `]` or `}`, never with `{`, and a string cannot hold an LF. So where every line
    begins and ends like this, every object ends on its line; and where there are as many objects as lines, each has its
    own.
    """
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    starts = block.startswith(b"{") and block.endswith((b"}\n", b"}"))
    return lines if starts and block.count(b"}\n{") == lines - 1 else 0


def _texts(lines: pa.StringArray) -> list[str]:
    return cast(list[str], lines.to_pylist())


def _empty(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in schema], schema=schema)
