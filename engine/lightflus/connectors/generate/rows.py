"""Rows made of numbers: deterministic values of any record type, computed column by column in Arrow.

What it owns: the generator's rule. Value of row r in column c = a mix of (seed, c, r), so that any range of rows can be
made alone, in any order, on any machine. The mixer is SplitMix64 (Steele, Lea, Flood 2014).
What it leaves: how many rows, when, and where they count from (`generate.py`). Pure; any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec.schema import arrow_type, schema_of
from lightflus.connectors.toolbox.rows import AnyArray, row_numbers
from lightflus.limits import CALL_ROWS, ELEMENT_VALUES
from lightflus.model.types import ListType, Scalar, ScalarType, StructType, Type, columns

_SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va")
_DAY_ONE_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z
_STEP_MS = 10
_LIST_ITEMS = 4
_NULL_ONE_IN = 10
_LARGEST = {Scalar.INT8: 127, Scalar.UINT8: 255, Scalar.INT16: 32_767, Scalar.UINT16: 65_535}


@dataclass(frozen=True, slots=True)
class Shape:
    """What values look like.

    Attributes:
        seed: another seed, other values.
        distinct: how many different words and numbers there are.
        words: words of a record that is a text.
    """

    seed: int = 1
    distinct: int = 1_000
    words: int = 8


def _values(kind: Type) -> int:
    """Values of one row of a type, as a rule; a list has 1.5 items."""
    if isinstance(kind, StructType):
        return sum(_values(field.type) for field in kind.fields)
    return 1 + _LIST_ITEMS // 2 * _values(kind.item) if isinstance(kind, ListType) else 1


class Generator:
    """Makes rows of one type."""

    def __init__(self, record: Type, shape: Shape) -> None:
        self._record = record
        self._shape = shape
        self._words = pa.array([_word(number) for number in range(shape.distinct)], pa.utf8())

    @property
    def most_rows(self) -> int:
        """How many rows of this type and shape are made at a time: lists in lists multiply."""
        is_text = isinstance(self._record, ScalarType) and self._record.scalar is Scalar.UTF8
        values = self._shape.words if is_text else sum(_values(field.type) for field in columns(self._record))
        return max(1, min(CALL_ROWS, ELEMENT_VALUES // max(values, 1)))

    def rows(self, first: int, count: int) -> pa.RecordBatch:
        """Rows `first` to `first + count - 1`."""
        if isinstance(self._record, ScalarType) and self._record.scalar is Scalar.UTF8:
            return self._batch([self._sentences(first, count)])
        numbers = row_numbers(first, count)
        fields = columns(self._record)
        return self._batch([self._column(f.type, numbers, self._salt(i + 1)) for i, f in enumerate(fields)])

    def _batch(self, arrays: list[AnyArray]) -> pa.RecordBatch:
        return pa.RecordBatch.from_arrays(arrays, schema=schema_of(self._record))

    def _salt(self, column: int) -> int:
        return (self._shape.seed * 1_000_003 + column) % 2**64

    def _sentences(self, first: int, count: int) -> AnyArray:
        each = self._shape.words
        words = self._word_of(_mixed(row_numbers(first * each, count * each), self._salt(0)))
        offsets = pc.cast(pc.multiply(row_numbers(0, count + 1), _u64(each)), pa.int32())
        return cast(AnyArray, pc.binary_join(_lists(offsets, words), " "))

    def _word_of(self, mixed: pa.UInt64Array) -> AnyArray:
        return pc.take(self._words, _modulo(mixed, self._shape.distinct))

    def _column(self, kind: Type, numbers: pa.UInt64Array, salt: int) -> AnyArray:
        mixed = _mixed(numbers, salt)
        is_null: pa.BooleanArray | None = None
        if kind.nullable:
            is_null = pc.equal(_modulo(_mixed(numbers, salt + 1), _NULL_ONE_IN), _u64(0))
        if isinstance(kind, StructType):
            return self._struct(kind, numbers, salt, is_null)
        if isinstance(kind, ListType):
            return self._list(kind, numbers, mixed, salt, is_null)
        array = self._scalar(kind.scalar, numbers, mixed)
        return array if is_null is None else cast(AnyArray, pc.if_else(is_null, pa.scalar(None, array.type), array))

    def _struct(
        self, kind: StructType, numbers: pa.UInt64Array, salt: int, is_null: pa.BooleanArray | None
    ) -> AnyArray:
        parts = [self._column(f.type, numbers, salt * 31 % 2**64 + i + 7) for i, f in enumerate(kind.fields)]
        arrow = arrow_type(kind)
        return pa.StructArray.from_arrays(parts, fields=[arrow.field(i) for i in range(len(parts))], mask=is_null)

    def _list(
        self,
        kind: ListType,
        numbers: pa.UInt64Array,
        mixed: pa.UInt64Array,
        salt: int,
        is_null: pa.BooleanArray | None,
    ) -> AnyArray:
        lengths = pc.cast(_modulo(mixed, _LIST_ITEMS), pa.int32())
        offsets = pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(lengths)])
        total = int(offsets[-1].as_py() or 0)
        parents = pc.list_parent_indices(_lists(offsets, row_numbers(0, total)))
        within = pc.subtract(row_numbers(0, total), pc.cast(pc.take(offsets, parents), pa.uint64()))
        items = pc.add(pc.multiply(pc.take(numbers, parents), _u64(_LIST_ITEMS)), within)
        values = self._column(kind.item, cast(pa.UInt64Array, items), salt * 37 % 2**64 + 3)
        return pa.ListArray.from_arrays(cast(pa.Int32Array, offsets), values, type=arrow_type(kind), mask=is_null)

    def _scalar(self, scalar: Scalar, numbers: pa.UInt64Array, mixed: pa.UInt64Array) -> AnyArray:
        arrow = arrow_type(ScalarType(scalar))
        drawn = _modulo(mixed, min(self._shape.distinct, _LARGEST.get(scalar, self._shape.distinct)))
        if scalar in (Scalar.UTF8, Scalar.BINARY):
            return pc.cast(self._word_of(mixed), arrow)
        if scalar is Scalar.BOOL:
            return pc.equal(_modulo(mixed, 2), _u64(1))
        if scalar in (Scalar.FLOAT32, Scalar.FLOAT64):
            return pc.cast(pc.divide(pc.cast(drawn, pa.float64()), 100.0), arrow, safe=False)
        if scalar in (Scalar.TIMESTAMP_MS, Scalar.TIMESTAMP_US):
            moment = pc.add(pc.multiply(pc.cast(numbers, pa.int64()), _STEP_MS), _DAY_ONE_MS)
            return pc.cast(pc.cast(moment, pa.timestamp("ms")), arrow)
        return pc.cast(pc.cast(drawn, pa.int32()), arrow)


def _lists(offsets: AnyArray, values: AnyArray) -> AnyArray:
    return pa.ListArray.from_arrays(cast(pa.Int32Array, offsets), cast(pa.Int64Array, values))


def _u64(value: int) -> pa.UInt64Scalar:
    return pa.scalar(value, pa.uint64())


def _mixed(numbers: pa.UInt64Array, salt: int) -> pa.UInt64Array:
    value = pc.add(pc.multiply(numbers, _u64(0x9E3779B97F4A7C15)), _u64(salt * 0xD1342543DE82EF95 % 2**64))
    value = pc.multiply(pc.bit_wise_xor(value, pc.shift_right(value, _u64(30))), _u64(0xBF58476D1CE4E5B9))
    value = pc.multiply(pc.bit_wise_xor(value, pc.shift_right(value, _u64(27))), _u64(0x94D049BB133111EB))
    return pc.bit_wise_xor(value, pc.shift_right(value, _u64(31)))


def _modulo(value: pa.UInt64Array, divisor: int) -> pa.UInt64Array:
    return pc.subtract(value, pc.multiply(pc.divide(value, _u64(divisor)), _u64(divisor)))


def _word(number: int) -> str:
    """A word per number: its digits to base 16 as syllables."""
    text = _SYLLABLES[number % 16]
    while number := number // 16:
        text = _SYLLABLES[number % 16] + text
    return text
