"""Record types: what a column, a record or a list item is.

What it owns: the closed set of types of docs/abi.md ("Types") as values, and questions about them. Pure.
What it leaves: Arrow's own types (`codec/schema.py`), the protobuf form (`proto/convert.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum


class Scalar(Enum):
    """Types without parts. The value is the name used in messages and in the graph's JSON (upper-cased)."""

    BOOL = "bool"
    INT8 = "int8"
    INT16 = "int16"
    INT32 = "int32"
    INT64 = "int64"
    UINT8 = "uint8"
    UINT16 = "uint16"
    UINT32 = "uint32"
    UINT64 = "uint64"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    UTF8 = "utf8"
    BINARY = "binary"
    DATE32 = "date32"
    TIMESTAMP_MS = "timestamp_ms"
    TIMESTAMP_US = "timestamp_us"


@dataclass(frozen=True, slots=True)
class ScalarType:
    """A type without parts."""

    scalar: Scalar
    nullable: bool = False

    def __str__(self) -> str:
        return self.scalar.value + ("?" if self.nullable else "")


@dataclass(frozen=True, slots=True)
class ListType:
    """Any number of items of one type."""

    item: Type
    nullable: bool = False

    def __str__(self) -> str:
        return f"list<{self.item}>" + ("?" if self.nullable else "")


@dataclass(frozen=True, slots=True)
class Field:
    """A named part of a struct."""

    name: str
    type: Type

    def __str__(self) -> str:
        return f"{self.name}: {self.type}"


@dataclass(frozen=True, slots=True)
class StructType:
    """Named fields in the order of columns."""

    fields: tuple[Field, ...]
    nullable: bool = False

    def __str__(self) -> str:
        return "{" + ", ".join(map(str, self.fields)) + "}" + ("?" if self.nullable else "")


Type = ScalarType | ListType | StructType

VALUE_COLUMN = "value"
"""Name of the single column of a batch whose record is not a plain struct."""


def columns(record: Type) -> tuple[Field, ...]:
    """The columns of a batch of `record`: a struct's fields; anything else is one column named `value`.

    A *nullable* struct is one column too, since a row of a batch is never null itself.
    """
    if isinstance(record, StructType) and not record.nullable:
        return record.fields
    return (Field(VALUE_COLUMN, record),)


def field_type(record: Type, path: tuple[str, ...]) -> Type | None:
    """The type at `path` inside `record`; nullable if anything on the way is; None if there is no such field."""
    nullable = record.nullable
    current = record
    for name in path:
        found = (
            next((f.type for f in current.fields if f.name == name), None) if isinstance(current, StructType) else None
        )
        if found is None:
            return None
        current, nullable = found, nullable or found.nullable
    return replace(current, nullable=nullable)


def contains_list(record: Type) -> bool:
    """Whether a list stands anywhere in `record` (lists cannot be keys)."""
    return any(isinstance(part, ListType) for part in walk(record))


def walk(record: Type) -> Iterator[Type]:
    """`record` and every type inside it, outermost first."""
    stack: list[Type] = [record]
    while stack:
        current = stack.pop()
        yield current
        if isinstance(current, ListType):
            stack.append(current.item)
        elif isinstance(current, StructType):
            stack.extend(field.type for field in reversed(current.fields))
