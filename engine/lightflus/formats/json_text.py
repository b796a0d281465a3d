"""JSON text to values that keep what Python's own would lose: repeated members and exact numbers.

What it owns: the syntax, and the words for what was found. Pure; any thread.
What it leaves: what a value should have been (`json_strict.py`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import NoReturn, TypeAlias


class NotARecord(Exception):
    """A line is not a record: why, and the byte where that shows, if known. Stays inside `formats`."""

    def __init__(self, reason: str, column: int = 0, hint: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.column = column
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Members:
    """A JSON object with all its members, in order."""

    pairs: tuple[tuple[str, Value], ...]


Value: TypeAlias = "Members | list[Value] | str | Decimal | bool | None"


def parse_line(text: str) -> Value:
    """One JSON value. Raises NotARecord."""
    if text.startswith("\ufeff"):
        raise NotARecord("this is not JSON: it begins with a byte order mark", hint="write it without")
    try:
        value: Value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        column = len(text[: error.pos].encode())
        raise NotARecord(f"this is not JSON: {error.msg}", column, "each line must be one JSON value") from None
    except RecursionError:
        raise NotARecord("this JSON is nested too deeply") from None
    except ValueError as error:
        raise NotARecord(f"this is not JSON: {error}") from None
    return value


def described(value: Value) -> str:
    """`the text "abc"`, for an error message; long values are cut."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f"the text {json.dumps(value[:40], ensure_ascii=False)}"
        case Decimal():
            return f"the number {str(value)[:40]}" if value.is_finite() else "a number that is too large"
        case list():
            return "a list"
        case Members():
            return "an object"


def _members(pairs: list[tuple[str, Value]]) -> Members:
    return Members(tuple(pairs))


def _refuse_constant(name: str) -> NoReturn:
    raise NotARecord(f"`{name}` is not JSON", hint="JSON has no such number; write null and declare the field nullable")


def _number(text: str) -> Decimal:
    """Exact, of any number of digits; infinity or 0 where even Decimal's exponent (18 digits) does not suffice."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal(float(text))


_DECODER = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=_number, parse_float=_number, parse_constant=_refuse_constant, strict=True
)
