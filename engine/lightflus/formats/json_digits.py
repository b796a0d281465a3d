"""Fields of text that are numbers in JSON: unsigned integers of 64 bits, which a job keeps digit for digit.

What it owns: the option `format.uint64`, and the way between digits and numbers, both ways. Vectorised; any thread.
What it leaves: JSON (`json.py`, `json_lines.py`), which reads and writes such a field as the number that it is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import pyarrow as pa

from lightflus.codec.schema import schema_of
from lightflus.errors import RecordRefused
from lightflus.formats.json import JsonDecoder
from lightflus.formats.json_lines import JsonEncoder
from lightflus.formats.options import FormatOptions
from lightflus.model.text import line
from lightflus.model.types import VALUE_COLUMN, Field, ListType, Scalar, ScalarType, StructType, Type, columns
from lightflus.ports.formats import Decoded

_OPTION = "uint64"
_HINT = "it is fields of text, joined by commas; a field of a field, or of the items of a list, is `outer.inner`"


def json_decoder(record: Type, options: FormatOptions) -> JsonDecoder | DigitsDecoder:
    """The decoder that the options describe. Raises BindingInvalid."""
    numbers = _with_numbers(record, options)
    if numbers == record:
        return JsonDecoder(record, options.unread)
    return DigitsDecoder(record, numbers, options.unread)


def json_encoder(fields: Sequence[Field], options: FormatOptions) -> JsonEncoder | DigitsEncoder:
    """The encoder that the options describe; a field `value` that is alone is the message. Raises BindingInvalid."""
    is_alone = len(fields) == 1 and fields[0].name == VALUE_COLUMN
    record = fields[0].type if is_alone else StructType(tuple(fields))
    numbers = _with_numbers(record, options)
    if numbers == record:
        return JsonEncoder(fields)
    return DigitsEncoder((Field(VALUE_COLUMN, numbers),) if is_alone else columns(numbers))


class DigitsDecoder:
    """Decodes JSON (`ports.LineDecoder`, `ports.MessageDecoder`), some numbers of which become text."""

    def __init__(self, record: Type, numbers: Type, unread: Collection[str]) -> None:
        self._inner = JsonDecoder(numbers, unread)
        self._schema = pa.schema([field for field in schema_of(record) if field.name not in unread])

    def decode_lines(self, block: bytes) -> Decoded:
        """The records of the lines."""
        return self._as_text(self._inner.decode_lines(block))

    def decode_messages(self, messages: pa.BinaryArray) -> Decoded:
        """A record per message; none of them is missing."""
        return self._as_text(self._inner.decode_messages(messages))

    def _as_text(self, found: Decoded) -> Decoded:
        return replace(found, columns=found.columns.cast(self._schema))


class DigitsEncoder:
    """Encodes rows as JSON (`ports.Encoder`, `ports.MessageEncoder`), some texts of which become numbers."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self._inner = JsonEncoder(fields)
        self._schema = schema_of(StructType(tuple(fields)))

    def encode(self, rows: pa.RecordBatch) -> bytes:
        """An object per row. Raises RecordRefused for a text that is no such number."""
        return self._inner.encode(self._as_numbers(rows))

    def encode_messages(self, rows: pa.RecordBatch) -> Sequence[bytes | None]:
        """An object, or what the column `value` holds, per row. Raises RecordRefused likewise."""
        return self._inner.encode_messages(self._as_numbers(rows))

    def _as_numbers(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        numbers = _cast(rows, self._schema)
        if numbers is not None:
            return numbers
        each = (rows.slice(row, 1) for row in range(rows.num_rows))
        wrong = next(row for row in each if _cast(row, self._schema) is None)
        raise RecordRefused(
            f"not written: {line(str(wrong.to_pylist()[0]))}",
            hint="the fields that `format.uint64` names hold the digits of integers from 0 to 18446744073709551615",
        )


def _cast(rows: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch | None:
    """The same with numbers; None where a text is not just as a number is written (`007`, `0x1F`)."""
    try:
        numbers = rows.cast(schema)
    except pa.ArrowInvalid:
        return None
    return numbers if numbers.cast(rows.schema).equals(rows) else None


def _with_numbers(record: Type, options: FormatOptions) -> Type:
    """The record as JSON has it."""
    named = options.optional(_OPTION)
    for path in named.split(",") if named else ():
        changed = _changed(record, tuple(path.strip().split(".")))
        if changed is None:
            raise options.wrong(_OPTION, path.strip(), _HINT)
        record = changed
    return record


def _changed(kind: Type, path: tuple[str, ...]) -> Type | None:
    """`kind` with a number in place of the text at `path`; None where there is none."""
    if isinstance(kind, ListType):
        item = _changed(kind.item, path)
        return None if item is None else replace(kind, item=item)
    if isinstance(kind, ScalarType):
        return replace(kind, scalar=Scalar.UINT64) if not path and kind.scalar is Scalar.UTF8 else None
    found = next((field for field in kind.fields if path and field.name == path[0]), None)
    inner = None if found is None else _changed(found.type, path[1:])
    if inner is None:
        return None
    return replace(kind, fields=tuple(replace(f, type=inner) if f is found else f for f in kind.fields))
