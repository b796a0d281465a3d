"""Records of any type, made up: wild ones first, gentler ones for functions that refuse those.

What it owns: `made`: a batch of rows of a type at a level of wildness, the same for the same type and level every time.
Row 0 has no null anywhere, row 1 has one wherever its type allows. Pure. Rows are few, so Python makes them one by one.
"""

from __future__ import annotations

import random
import string
from collections.abc import Sequence
from enum import Enum

import pyarrow as pa

from lightflus.codec import schema_of
from lightflus.model.types import ListType, Scalar, ScalarType, StructType, Type, columns

Value = object


class Level(Enum):
    """How wild values are. Later ones are gentler."""

    WILD = "extremes, any text, nulls"
    PLAIN = "small numbers, words, nulls"
    FIELDS = "words and numbers, separated, no nulls"
    NUMERIC = "numbers as text, no nulls"
    GENTLE = "ones, no nulls"


_WIDTHS = {
    Scalar.INT8: (8, True),
    Scalar.INT16: (16, True),
    Scalar.INT32: (32, True),
    Scalar.INT64: (64, True),
    Scalar.UINT8: (8, False),
    Scalar.UINT16: (16, False),
    Scalar.UINT32: (32, False),
    Scalar.UINT64: (64, False),
    Scalar.DATE32: (32, True),
    Scalar.TIMESTAMP_MS: (64, True),
    Scalar.TIMESTAMP_US: (64, True),
}
_TEXTS = (
    "",
    " ",
    "a",
    "to be or not",
    "é 😀  x",
    "a\0b",
    "\ufeff\ufffd",
    "ß\u0301",
    '{"a": 1}',
    "x" * 300,
    "\r\n",
    "1e400",
)
_FLOATS = (0.0, -0.0, 1.0, -1.5, 0.1, 1e308, 5e-324, float("inf"), float("-inf"), float("nan"))
_NULLS = {Level.WILD: 0.3, Level.PLAIN: 0.2}
_LONGEST = {Level.WILD: 6, Level.PLAIN: 3, Level.FIELDS: 3, Level.NUMERIC: 2, Level.GENTLE: 1}
_SEPARATORS = (" ", ",", ";", "\t", ":", "=")


def made(record: Type, level: Level, rows: int) -> pa.RecordBatch:
    """A batch of `record`."""
    chance = random.Random(f"{record} {level.name}")
    arrays = []
    for field, arrow in zip(columns(record), schema_of(record), strict=True):
        values = [_Maker(chance, level, row).value(field.type) for row in range(rows)]
        arrays.append(pa.array(values, arrow.type))
    return pa.RecordBatch.from_arrays(arrays, schema=schema_of(record))


def joined(parts: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    """Batches of one record, at least one, as one batch."""
    whole = pa.Table.from_batches(list(parts)).combine_chunks().to_batches()
    return whole[0] if whole else parts[0]


class _Maker:
    """Makes the values of one row."""

    def __init__(self, chance: random.Random, level: Level, row: int) -> None:
        self._chance = chance
        self._level = level
        self._row = row

    def value(self, kind: Type) -> Value:
        if kind.nullable and self._is_null():
            return None
        match kind:
            case ListType(item):
                return [self.value(item) for _ in range(self._chance.randint(0, _LONGEST[self._level]))]
            case StructType(fields):
                return {field.name: self.value(field.type) for field in fields}
            case ScalarType(scalar):
                return self._scalar(scalar)

    def _is_null(self) -> bool:
        likely = _NULLS.get(self._level, 0.0)
        return likely > 0 and self._row != 0 and (self._row == 1 or self._chance.random() < likely)

    def _scalar(self, scalar: Scalar) -> Value:
        if scalar in _WIDTHS:
            return self._integer(*_WIDTHS[scalar])
        match scalar:
            case Scalar.BOOL:
                return self._chance.random() < 0.5
            case Scalar.FLOAT32 | Scalar.FLOAT64:
                return self._float(is_short=scalar is Scalar.FLOAT32)
            case Scalar.UTF8:
                return self._text()
            case _:
                return self._text().encode() + (b"\xff\0" if self._level is Level.WILD else b"")

    def _integer(self, bits: int, is_signed: bool) -> int:
        if self._level is not Level.WILD:
            return self._chance.randint(0, 20) if self._level is Level.PLAIN else 1
        width = self._chance.choice((1, 4, bits // 2, bits))
        number = self._chance.getrandbits(width)
        return number - (1 << bits) if is_signed and number >> (bits - 1) else number

    def _float(self, *, is_short: bool) -> float:
        if self._level is Level.WILD:
            wild = self._chance.choice((*_FLOATS, self._chance.gauss(0, 1e6)))
            return float("inf") if is_short and abs(wild) == 1e308 else wild
        return self._chance.randint(0, 80) / 4 if self._level is Level.PLAIN else 1.0

    def _text(self) -> str:
        match self._level:
            case Level.WILD:
                return self._chance.choice(_TEXTS) + self._chance.choice(("", "a", "ä b"))
            case Level.PLAIN:
                return " ".join(self._word() for _ in range(self._chance.randint(0, 4)))
            case Level.FIELDS:
                turn, kind = divmod(self._row, len(_SEPARATORS))
                separator = _SEPARATORS[kind]
                return separator.join(self._pair(separator, is_backwards=turn > 2) for _ in range(1 + turn % 3))
            case Level.NUMERIC:
                return str(self._chance.randint(1, 99))
            case Level.GENTLE:
                return "1"

    def _pair(self, separator: str, *, is_backwards: bool) -> str:
        pair = (self._word(), self._number())
        return separator.join(pair[::-1] if is_backwards else pair)

    def _number(self) -> str:
        return str(self._chance.randint(-40, 400) / 10)

    def _word(self) -> str:
        return "".join(self._chance.choices(string.ascii_lowercase, k=self._chance.randint(1, 8)))
