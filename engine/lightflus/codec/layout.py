"""How values of a type lie in memory: docs/abi.md 6.4 as a tree, made once per type.

What it owns: shape and width per type, names for messages. What it leaves: addresses and lengths, which each batch has.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from enum import Enum

import pyarrow as pa

from lightflus.codec.schema import arrow_type, record_type, schema_of
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type, columns


class Shape(Enum):
    """Which buffers and children an array has."""

    BITS = "bits"
    FIXED = "fixed"
    VARIABLE = "variable"
    LIST = "list"
    STRUCT = "struct"


BUFFERS = {Shape.BITS: 2, Shape.FIXED: 2, Shape.VARIABLE: 3, Shape.LIST: 2, Shape.STRUCT: 1}
"""Number of buffers of an array, validity included."""


@dataclass(frozen=True, slots=True)
class Node:
    """One array of a batch.

    Attributes:
        path: the column, from outside inward, for messages: `user.name`.
        width: bytes of a value of a FIXED array; also its alignment. 0 for the others.
        buffers: how many it has.
        children: one for a list, one per field for a struct.
    """

    path: str
    arrow: pa.DataType
    shape: Shape
    width: int
    nullable: bool
    buffers: int
    children: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """A batch of one record type: its columns and its Arrow schema."""

    record: Type
    columns: tuple[Node, ...]
    schema: pa.Schema

    def select(self, names: tuple[str, ...]) -> tuple[int, ...]:
        """The positions of the columns of those names. Raises KeyError for a name that is none of them."""
        positions = {column.path: position for position, column in enumerate(self.columns)}
        return tuple(positions[name] for name in names)


@functools.lru_cache(maxsize=1_024)
def layout_of(record: Type) -> Layout:
    """The layout of batches of `record`."""
    nodes = tuple(node_of(field.type, field.name) for field in columns(record))
    return Layout(record, nodes, schema_of(record))


@functools.lru_cache(maxsize=1_024)
def layout_of_schema(schema: pa.Schema) -> Layout:
    """The layout of batches of the host's own, whose columns may have any names."""
    fields = tuple(Field(part.name, record_type(part.type, nullable=part.nullable)) for part in schema)
    return layout_of(StructType(fields))


def node_of(kind: Type, path: str) -> Node:
    """The layout of one column."""
    arrow = arrow_type(kind)
    shape = _shape(kind)
    width = arrow.bit_width // 8 if shape is Shape.FIXED else 0
    return Node(path, arrow, shape, width, kind.nullable, BUFFERS[shape], _children(kind, path))


def _shape(kind: Type) -> Shape:
    match kind:
        case ScalarType(Scalar.BOOL):
            return Shape.BITS
        case ScalarType(Scalar.UTF8 | Scalar.BINARY):
            return Shape.VARIABLE
        case ScalarType():
            return Shape.FIXED
        case ListType():
            return Shape.LIST
        case StructType():
            return Shape.STRUCT


def _children(kind: Type, path: str) -> tuple[Node, ...]:
    match kind:
        case ListType(item):
            return (node_of(item, f"{path}[]"),)
        case StructType(fields):
            return tuple(node_of(field.type, f"{path}.{field.name}") for field in fields)
        case _:
            return ()
