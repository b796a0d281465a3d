"""Keys and states as JSON on a screen, and a key from what somebody types.

What it owns: values as the JSON format writes them (docs/formats.md), bytes as base64; how a key may be written by its
type. What it leaves: their row encoding (`codec/row_encoding.py`), reading JSON (`formats/`).
"""

from __future__ import annotations

import json
import math
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from lightflus.codec.row_encoding import Plain, encode_key
from lightflus.errors import UserError
from lightflus.formats.registry import line_decoder
from lightflus.model.types import ListType, Scalar, ScalarType, StructType, Type, columns

_START = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_US = 86_400_000_000
_TIMES = (Scalar.DATE32, Scalar.TIMESTAMP_MS, Scalar.TIMESTAMP_US)


def shown(record: Type, values: Mapping[str, Plain]) -> object:
    """A record by its columns: an object, or the value alone where it is one."""
    if isinstance(record, StructType) and not record.nullable:
        return {field.name: _shown(field.type, values[field.name]) for field in record.fields}
    return _shown(record, next(iter(values.values())))


def shown_time(milliseconds: int) -> str | None:
    """A time in ISO 8601; None beyond the years that have such a text."""
    return _time(1_000 * milliseconds, "milliseconds")


def _shown(kind: Type, value: Plain) -> object:
    match kind, value:
        case StructType(), Mapping():
            return shown(StructType(kind.fields), value)
        case ListType(item), list():
            return [_shown(item, one) for one in value]
        case ScalarType(Scalar.BINARY), bytes():
            return b64encode(value).decode()
        case ScalarType(scalar), int() if scalar in _TIMES:
            return _shown_time(scalar, value)
        case _, float():
            return _number(value)
        case _:
            return value


def _shown_time(scalar: Scalar, number: int) -> str | None:
    match scalar:
        case Scalar.TIMESTAMP_MS:
            return shown_time(number)
        case Scalar.TIMESTAMP_US:
            return _time(number, "microseconds")
        case _:
            midnight = _time(number * _DAY_US, "milliseconds")
            return midnight and midnight.partition("T")[0]


def _number(value: float) -> float | int | None:
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _time(microseconds: int, finest: str) -> str | None:
    try:
        return f"{(_START + timedelta(microseconds=microseconds)).isoformat(timespec=finest)[:-6]}Z"
    except OverflowError:
        return None


def key_bytes(key: Type, text: str) -> bytes:
    """The row encoding of a key as somebody types it: a text as it is, bytes as base64, all else as JSON.

    Raises UserError.
    """
    if isinstance(key, ScalarType) and not (key.nullable and text == "null"):
        if key.scalar is Scalar.BINARY:
            return _only(key, _from_base64(text))
        if key.scalar is Scalar.UTF8:
            return _only(key, text.encode())
        if key.scalar in _TIMES and not text.startswith('"'):
            text = json.dumps(text)
    decoded = line_decoder("json", key).decode_lines(text.replace("\n", " ").encode())
    if decoded.bad or decoded.columns.num_rows != 1:
        reason = decoded.bad[0].reason if decoded.bad else "it is not one value"
        raise UserError(f"{text!r} is no key of type {key}: {reason}", hint=_hint(key))
    return encode_key(key, [column[0] for column in decoded.columns.columns])


def _only(key: ScalarType, value: bytes) -> bytes:
    """Text and bytes that are all of a key have no length in front (docs/row-encoding.md, 2 and 4)."""
    return b"\1" + value if key.nullable else value


def _from_base64(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError as error:
        raise UserError(f"{text!r} is no key of bytes: {error}", hint="write it in base64") from error


def _hint(key: Type) -> str:
    if isinstance(key, StructType):
        names: Sequence[str] = [field.name for field in columns(key)]
        return f"write a JSON object with {', '.join(names)}, in quotes: '{{\"{names[0]}\": ...}}'"
    return f"write a {key} as JSON has it"
