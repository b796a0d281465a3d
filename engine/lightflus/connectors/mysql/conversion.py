"""What a field of a job becomes in a column, and which fields a column cannot take.

What it owns: the matrix of our types and the families of columns, and the conversion of a whole Arrow column to values
that the driver binds. Pure. What it leaves: the text of objects and lists (an encoder of the format `json`, handed in).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Literal, cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec.text import time_text
from lightflus.connectors.mysql.table import Column, Family
from lightflus.connectors.toolbox.rows import AnyArray
from lightflus.model.types import Scalar, ScalarType, Type

Convert = Callable[[AnyArray], AnyArray]
"""A column of a batch -> one whose Python values the driver binds. Raises Unfit."""
JsonOf = Callable[[Type], Convert]
"""A type of objects or lists -> the conversion to their JSON text."""

_INTEGERS = frozenset({
    Scalar.INT8, Scalar.INT16, Scalar.INT32, Scalar.INT64, Scalar.UINT8, Scalar.UINT16, Scalar.UINT32, Scalar.UINT64,
})  # fmt: skip
_FLOATS = frozenset({Scalar.FLOAT32, Scalar.FLOAT64})
_TIMESTAMPS = frozenset({Scalar.TIMESTAMP_MS, Scalar.TIMESTAMP_US})
_DIGITS: dict[Scalar | None, int] = {Scalar.TIMESTAMP_MS: 3, Scalar.TIMESTAMP_US: 6}
"""Of the seconds of a time."""
_NUMERIC = frozenset({Family.INTEGER, Family.FLOATING, Family.DECIMAL})

_TAKES: dict[frozenset[Scalar], frozenset[Family]] = {
    frozenset({Scalar.BOOL}): frozenset({Family.INTEGER, Family.BIT}),
    _INTEGERS: _NUMERIC | {Family.BIT, Family.TEXT},
    _FLOATS: _NUMERIC,
    frozenset({Scalar.UTF8}): frozenset(Family) - {Family.FLOATING, Family.BIT, Family.OTHER},
    frozenset({Scalar.BINARY}): frozenset({Family.BINARY}),
    frozenset({Scalar.DATE32}): frozenset({Family.DATE, Family.MOMENT, Family.TEXT}),
    _TIMESTAMPS: frozenset({Family.MOMENT, Family.TEXT}),
}
_JSON_FAMILIES = frozenset({Family.JSON, Family.TEXT})


_ISO = r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)Z$"
_WIDEST = pa.decimal128(38, 0)
_SHOWN_CHOICES = 12


class Unfit(Exception):
    """A value that its column cannot take; `row` counts in the converted column."""

    def __init__(self, row: int, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.row = row
        self.hint = hint


def refusal(kind: Type, column: Column) -> str | None:
    """Why a column takes no value of a type, with the way out; None where it does."""
    if column.is_generated:
        return "the table computes it; leave it out"
    if kind.nullable and not column.is_nullable:
        return "the value may be null, and the column may not; give it another value in the job, for example with `??`"
    if column.family is Family.OTHER:
        return "make such a value in the option `statement`, for example ST_GeomFromText(?)"
    if not isinstance(kind, ScalarType):
        return None if column.family in _JSON_FAMILIES else "write it to a column of type json, or its parts"
    if column.family in next(families for scalars, families in _TAKES.items() if kind.scalar in scalars):
        return None
    return _ADVICE.get(kind.scalar, "change the column to bigint, or write something else to it")


_ADVICE = {
    Scalar.UTF8: "turn the text into a number in the job, or change the column to text",
    Scalar.BINARY: "change the column to varbinary or blob, or turn the bytes into text in the job",
    Scalar.BOOL: "change the column to bool, or the value in the job",
    Scalar.FLOAT32: "turn the number into text in the job, or change the column to double",
    Scalar.FLOAT64: "turn the number into text in the job, or change the column to double",
    Scalar.DATE32: "change the column to date",
    Scalar.TIMESTAMP_MS: "change the column to datetime(3)",
    Scalar.TIMESTAMP_US: "change the column to datetime(6)",
}


def keeps_apart(kind: Type, column: Column) -> bool:
    """Whether different values stay different in a column: nothing is rounded, cut, padded or taken for equal."""
    scalar = kind.scalar if isinstance(kind, ScalarType) else None
    match column.family:
        case Family.INTEGER | Family.BIT:
            return scalar is not Scalar.UTF8
        case Family.TEXT:
            return column.is_exact
        case Family.DECIMAL:
            return scalar in _INTEGERS
        case Family.DATE | Family.MOMENT:
            return scalar is Scalar.DATE32 or column.fraction >= _DIGITS.get(scalar, 7)
        case Family.BINARY:
            return scalar is Scalar.BINARY and not column.declared.startswith("binary")
        case _:
            return False


def conversion(kind: Type, column: Column | None, json_of: JsonOf) -> Convert:
    """How values of a type get ready for a column; None = for an expression of the statement, which may do anything."""
    if not isinstance(kind, ScalarType):
        return json_of(kind)
    if kind.scalar is Scalar.BOOL:
        return _as_bit
    if kind.scalar in _FLOATS:
        return _as_integer if column is not None and column.family is Family.INTEGER else _finite
    if kind.scalar is Scalar.UTF8:
        return _as_it_is if column is None else _of_texts(column)
    if kind.scalar in _TIMESTAMPS:
        digits = column.fraction if column is not None and column.family is Family.MOMENT else 6
        return lambda moments: _as_moment(moments, digits)
    return _as_time if kind.scalar is Scalar.DATE32 else _as_it_is


def _as_it_is(values: AnyArray) -> AnyArray:
    return values


def _as_bit(values: AnyArray) -> AnyArray:
    return pc.cast(values, pa.int8())


def _as_time(values: AnyArray) -> AnyArray:
    texts = time_text(values)
    if texts.null_count > values.null_count:
        row = _first(pc.and_(pc.is_null(texts), pc.is_valid(values))) or 0
        raise Unfit(row, "is a time that nobody can write", "filter such records, or give it another value in the job")
    return texts


def _finite(values: AnyArray) -> AnyArray:
    if not pc.all(pc.is_finite(values)).as_py() and (row := _first(pc.invert(pc.is_finite(values)))) is not None:
        raise Unfit(row, f"is {values[row]}, which SQL has not", "give it another value in the job, or null")
    return values


def _as_choice(texts: AnyArray, choices: Sequence[str]) -> AnyArray:
    """Values of an `enum` or `set`; the server would take digits that are none of them for a value's number."""
    numbers = pc.match_substring_regex(cast("pa.StringArray", texts), r"^\s*[+-]?[0-9]+$")
    if (row := _first(pc.and_not(numbers, pc.is_in(texts, value_set=pa.array(choices, pa.utf8()))))) is not None:
        listed = ", ".join(f"`{choice}`" for choice in choices[:_SHOWN_CHOICES])
        raise Unfit(row, "is none of its column's values", f"write one of {listed}")
    return texts


def _of_texts(column: Column) -> Convert:
    if column.choices:
        return lambda texts: _as_choice(texts, column.choices)
    match column.family:
        case Family.INTEGER:
            return _as_digits
        case Family.MOMENT:
            return lambda texts: _as_sql_time(texts, r"\1 \2")
        case Family.DATE:
            return lambda texts: _as_sql_time(texts, r"\1")
        case _:
            return _as_it_is


def _as_digits(texts: AnyArray) -> AnyArray:
    """Whole numbers of any size; the server would round others without a word."""
    whole = pc.match_substring_regex(cast("pa.StringArray", texts), r"^\s*[+-]?[0-9]+\s*$")
    if (row := _first(pc.invert(whole))) is not None:
        raise Unfit(row, f"is `{texts[row]!s:.40}`, and its column takes whole numbers", "write digits only")
    return texts


def _as_sql_time(texts: AnyArray, parts: str) -> AnyArray:
    """Times that are spelled as `toISOString()` does, as SQL spells them; the server judges all others."""
    return pc.replace_substring_regex(cast("pa.StringArray", texts), _ISO, parts)


def _as_integer(values: AnyArray) -> AnyArray:
    """Whole numbers; the server would round others without a word, also those that are just beyond its range."""
    values = _finite(values)
    whole = pc.equal(values, pc.floor(cast("pa.DoubleArray", values)))
    if (row := _first(pc.invert(whole))) is not None:
        raise Unfit(row, f"is {values[row]}, and its column takes whole numbers", "round it in the job")
    for exact in (pa.int64(), _WIDEST):
        with suppress(pa.ArrowInvalid):
            return pc.cast(values, exact)
    return values


def _as_moment(values: AnyArray, digits: int) -> AnyArray:
    """Text in UTC, cut to the digits that the column keeps; the server would round up, into the next day."""
    moments = cast("pa.TimestampArray[Literal['us']]", values)
    return _as_time(pc.floor_temporal(moments, multiple=10 ** (6 - digits), unit="microsecond"))


def _first(wrong: AnyArray) -> int | None:
    """The first row that is true."""
    found = pc.index(wrong, True).as_py()
    return found if isinstance(found, int) and found >= 0 else None
