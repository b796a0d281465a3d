"""The strict reader of JSON lines: slow, exact, and able to say what is wrong and where.

What it owns: the rules of docs/formats.md, "JSON", in Python, one value at a time. It sees only lines that the fast
reader refused. What it leaves: the syntax (`json_text.py`). Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import isfinite
from struct import Struct
from typing import TypeAlias

import pyarrow as pa

from lightflus.formats.json_text import Members, NotARecord, Value, described, parse_line
from lightflus.model.types import ListType, Scalar, ScalarType, StructType, Type, columns

_INTEGERS = {
    **{Scalar(f"int{bits}"): (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
    **{Scalar(f"uint{bits}"): (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
}
_FLOATS = (Scalar.FLOAT32, Scalar.FLOAT64)
_FLOAT32 = Struct("<f")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SURROGATES = range(0xD800, 0xE000)

Cell: TypeAlias = "dict[str, Cell] | list[Cell] | str | int | float | bool | date | None"


class StrictReader:
    """Reads lines one by one."""

    def __init__(self, record: Type, schema: pa.Schema) -> None:
        self._record = record
        self._schema = schema
        self._is_object = isinstance(record, StructType) and not record.nullable

    def read(self, lines: Mapping[int, str]) -> tuple[pa.RecordBatch, dict[int, NotARecord]]:
        """A row per good line, in order, and what was wrong with the others; lines come by their number."""
        rows: list[dict[str, Cell]] = []
        refused: dict[int, NotARecord] = {}
        for number, line in lines.items():
            try:
                rows.append(self._row(line))
            except NotARecord as error:
                refused[number] = error
        return pa.RecordBatch.from_pylist(rows, schema=self._schema), refused

    def _row(self, line: str) -> dict[str, Cell]:
        value = _cell(parse_line(line), self._record, "")
        if self._is_object and isinstance(value, dict):
            return value
        return {columns(self._record)[0].name: value}


def _cell(value: Value, kind: Type, path: str) -> Cell:
    if value is None and kind.nullable:
        return None
    match kind:
        case StructType() if isinstance(value, Members):
            return _struct(value, kind, path)
        case ListType(item) if isinstance(value, list):
            return [_cell(v, item, f"{path}[{i}]") for i, v in enumerate(value)]
        case ScalarType(scalar) if value is not None:
            return _scalar(value, scalar, path)
    raise _wrong(value, kind, path)


def _struct(value: Members, kind: StructType, path: str) -> Cell:
    found: dict[str, Value] = {}
    declared = {field.name for field in kind.fields}
    for name, member in value.pairs:
        if name in found:
            raise NotARecord(f"field `{_joined(path, name)}` stands there twice")
        if name in declared:
            found[name] = member
    row: dict[str, Cell] = {}
    for field in kind.fields:
        inner = _joined(path, field.name)
        if field.name not in found and not field.type.nullable:
            hint = "declare it nullable (optional) if it may be absent"
            raise NotARecord(f"field `{inner}` ({field.type}) is missing", hint=hint)
        row[field.name] = _cell(found.get(field.name), field.type, inner)
    return row


def _scalar(value: Value, scalar: Scalar, path: str) -> Cell:
    kind = ScalarType(scalar)
    if scalar is Scalar.BOOL and isinstance(value, bool):
        return value
    if scalar is Scalar.UTF8 and isinstance(value, str):
        return "".join("�" if ord(c) in _SURROGATES else c for c in value)
    if isinstance(value, Decimal):
        if scalar in _INTEGERS:
            return _integer(value, kind, path)
        if scalar in _FLOATS and _is_finite(float(value), scalar):
            return float(value)
        if scalar is Scalar.DATE32:
            return _integer(value, ScalarType(Scalar.INT32), path)
    if isinstance(value, str) and scalar in (Scalar.DATE32, Scalar.TIMESTAMP_MS, Scalar.TIMESTAMP_US):
        return _moment(value, kind, path)
    raise _wrong(value, kind, path)


def _is_finite(value: float, scalar: Scalar) -> bool:
    """Whether it is a number still when it has been rounded to the column, as Arrow does."""
    try:
        _FLOAT32.pack(value if scalar is Scalar.FLOAT32 else 0.0)
    except OverflowError:
        return False
    return isfinite(value)


def _integer(value: Decimal, kind: ScalarType, path: str) -> int:
    least, most = _INTEGERS[kind.scalar]
    if not Decimal(least) <= value <= Decimal(most) or not (float(value).is_integer() or value == int(value)):
        raise _wrong(value, kind, path)
    return round(value)


def _moment(value: str, kind: ScalarType, path: str) -> date | int:
    """A date, or a time as a count of the column's unit since 1970; a time without a zone is UTC."""
    try:
        if kind.scalar is Scalar.DATE32:
            return date.fromisoformat(value)
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise _wrong(value, kind, path) from None
    since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    unit = timedelta(milliseconds=1) if kind.scalar is Scalar.TIMESTAMP_MS else timedelta(microseconds=1)
    if since % unit:
        raise _wrong(value, kind, path)
    return since // unit


def _wrong(value: Value, kind: Type, path: str) -> NotARecord:
    where = f"field `{path}`" if path else "the record"
    is_digits = isinstance(value, Decimal) and _could_be_text(kind) and 0 <= value <= 2**64 - 1 and value % 1 == 0
    hint = "as a string that the option `format.uint64` names it is read digit for digit" if is_digits else None
    return NotARecord(f"{where} should be {kind}, but is {described(value)}", hint=hint)


def _could_be_text(kind: Type) -> bool:
    return isinstance(kind, ScalarType) and kind.scalar in (Scalar.UTF8, Scalar.INT64)


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
