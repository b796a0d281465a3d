"""Rows as bytes that mean their values and nothing else: two batches are the same if these are.

What it owns: the encoding that golden files carry (docs/verify.md): per value a byte 1, or 0 for null; then a bool as a
byte, a number as it lies in memory (every NaN as one), text and binary as length and bytes, a list as count and items,
a struct as its fields. What a null hides, spare capacity and bitmaps do not show. Pure.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import pairwise
from typing import cast

import pyarrow as pa
import pyarrow.types as kinds

from lightflus.codec import Layout, Node, Shape
from lightflus.codec.schema import AnyArray, AnyList
from lightflus.model.text import counted
from lightflus.verify.image import bytes_of, fresh

_LENGTH = struct.Struct("<I")
_NAN = {4: struct.pack("<f", float("nan")), 8: struct.pack("<d", float("nan"))}
_FLOAT = {4: struct.Struct("<f"), 8: struct.Struct("<d")}
_NULL = b"\0"


def canonical(layout: Layout, batch: pa.RecordBatch) -> bytes:
    """All rows, each as its columns one after the other."""
    cells = [_cells(node, fresh(column)) for node, column in zip(layout.columns, batch.columns, strict=True)]
    return b"".join(b"".join(row) for row in zip(*cells, strict=True))


def same(layout: Layout, left: pa.RecordBatch, right: pa.RecordBatch) -> bool:
    """Whether two batches hold the same values. NaN is NaN."""
    return left.equals(right) or (
        left.num_rows == right.num_rows and canonical(layout, left) == canonical(layout, right)
    )


def first_difference(layout: Layout, left: pa.RecordBatch, right: pa.RecordBatch) -> str:
    """The first row in which `right` is not what `left` is, in words."""
    if left.num_rows != right.num_rows:
        return f"{counted(right.num_rows, 'row')} instead of {left.num_rows}"
    for row in range(left.num_rows):
        if not same(layout, left.slice(row, 1), right.slice(row, 1)):
            return f"row {row} is {shown(right, row)} instead of {shown(left, row)}"
    return "nothing"


def shown(batch: pa.RecordBatch, row: int) -> str:
    """A row as a message may show it."""
    try:
        values = batch.slice(row, 1).to_pylist()[0]
    except (ValueError, OverflowError):  # a date that Python does not have
        return "a row that cannot be shown"
    text = repr(next(iter(values.values())) if len(values) == 1 else values)
    return text if len(text) <= 120 else text[:117] + "..."


def tree(nodes: Sequence[Node]) -> bytes:
    """A layout for readers of golden files: per node shape, width, whether it is a float, number of children."""
    return b"".join(_tree(node) for node in nodes)


def _tree(node: Node) -> bytes:
    is_float = kinds.is_floating(node.arrow)
    shape = list(Shape).index(node.shape)
    return bytes((shape, node.width, is_float)) + _LENGTH.pack(len(node.children)) + tree(node.children)


def _cells(node: Node, array: AnyArray) -> list[bytes]:
    """The encoding of every value of an array that begins at offset 0."""
    alive = array.is_valid().to_pylist()
    encoded = _contents(node, array)
    return [b"\1" + cell if is_valid else _NULL for is_valid, cell in zip(alive, encoded, strict=True)]


def _contents(node: Node, array: AnyArray) -> Sequence[bytes]:
    rows = len(array)
    if not rows:
        return ()
    match node.shape:
        case Shape.BITS:
            return [bytes((bool(value.as_py()),)) for value in cast("pa.BooleanArray", array)]
        case Shape.FIXED:
            return _numbers(bytes_of(array.buffers()[1]), rows, node)
        case Shape.VARIABLE:
            data = bytes_of(array.buffers()[2])
            return [_LENGTH.pack(end - start) + data[start:end] for start, end in _ranges(array)]
        case Shape.LIST:
            items = _cells(node.children[0], cast("AnyList", array).values)
            return [_LENGTH.pack(end - start) + b"".join(items[start:end]) for start, end in _ranges(array)]
        case Shape.STRUCT:
            inside = cast("pa.StructArray", array)
            parts = [_cells(part, inside.field(i)) for i, part in enumerate(node.children)]
            return [b"".join(row) for row in zip(*parts, strict=True)] if parts else [b""] * rows


def _numbers(data: bytes, rows: int, node: Node) -> list[bytes]:
    width = node.width
    values = [data[i * width : (i + 1) * width] for i in range(rows)]
    if not kinds.is_floating(node.arrow):
        return values
    layout, nan = _FLOAT[width], _NAN[width]
    return [nan if layout.unpack(value)[0] != layout.unpack(value)[0] else value for value in values]


def _ranges(array: AnyArray) -> list[tuple[int, int]]:
    offsets = bytes_of(array.buffers()[1])
    return list(pairwise(struct.unpack_from(f"<{len(array) + 1}i", offsets)))
