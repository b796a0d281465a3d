"""Writing arrays into linear memory: everything of one call in one allocation.

What it owns: `Block`: collects arrays, raw buffers and room for structs, says how many bytes they need, and writes them
once there is an address. Headers go in with one copy, each Arrow buffer with one more; only sliced arrays are copied
before, so that every array offset and every bit offset is 0 (docs/abi.md 6.3).
What it leaves: asking for the memory. An address outside it is refused (OutOfBounds), one that is not aligned by the
caller. Layout of a block: headers and pointers (8-byte aligned), then buffers (16-byte aligned).
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Sequence
from typing import NamedTuple, TypeVar, cast

import pyarrow as pa

from lightflus.codec.abi import ALLOCATION_ALIGNMENT, ARRAY
from lightflus.codec.layout import Layout, Node, Shape
from lightflus.codec.schema import AnyArray, AnyList
from lightflus.errors import InternalError
from lightflus.wasm.memory import Window

Compacted = TypeVar("Compacted", AnyArray, AnyList, pa.StructArray)

_OFFSET = struct.Struct("<i")
_NO_OFFSETS = pa.py_buffer(b"\0\0\0\0")
"""The offsets of an empty array, which Arrow may leave out."""


class Child(NamedTuple):
    """What a struct header points to: a header of the same block (`is_handle`) or one that is in the guest already."""

    is_handle: bool
    at: int


class _Header(NamedTuple):
    """One ArrowArray. `buffers` are offsets within the block's data; None = no buffer."""

    at: int
    rows: int
    nulls: int
    buffers: tuple[int | None, ...]
    children: Sequence[Child]

    def pack(self, meta: bytearray, base: int, data: int) -> None:
        buffers, children = self.buffers, self.children
        table = base + self.at + ARRAY.size
        pointers = [0 if offset is None else data + offset for offset in buffers]
        pointers += [base + at if is_handle else at for is_handle, at in children]
        _header_layout(len(pointers)).pack_into(
            meta,
            self.at,
            *(self.rows, self.nulls, 0, len(buffers), len(children)),
            *(table, table + 4 * len(buffers) if children else 0, 0, 0, 0),
            *pointers,
        )


@functools.cache
def _header_layout(pointers: int) -> struct.Struct:
    """An ArrowArray with its pointers behind it."""
    return struct.Struct(f"{ARRAY.format}{pointers}I")


class Block:
    """What is to be written in one piece. `add_*` return handles; after `write` they have addresses.

    Keeps everything that it points to alive until it is gone itself.
    """

    __slots__ = ("_base", "_buffers", "_data_size", "_headers", "_kept", "_meta_size")

    def __init__(self) -> None:
        self._base = 0
        self._meta_size = 0
        self._data_size = 0
        self._headers: list[_Header] = []
        self._buffers: list[tuple[int, int, int]] = []  # offset within the data, address in the host, bytes
        self._kept: list[object] = []

    @property
    def size(self) -> int:
        """Bytes to ask for."""
        return _aligned(self._meta_size, ALLOCATION_ALIGNMENT) + self._data_size

    def address(self, handle: int) -> int:
        """Where a header, or room that was reserved, has been written."""
        return self._base + handle

    def data_address(self, handle: int) -> int:
        """Where a buffer has been written."""
        return self._base + _aligned(self._meta_size, ALLOCATION_ALIGNMENT) + handle

    def reserve(self, size: int) -> int:
        """Room for a struct of the caller, 8-byte aligned, zero at first."""
        handle, self._meta_size = self._meta_size, self._meta_size + _aligned(size, 8)
        return handle

    def add_buffer(self, buffer: pa.Buffer, size: int) -> int:
        """The first `size` bytes of a buffer; the handle is for `data_address`."""
        self._kept.append(buffer)
        return self._place(buffer.address, size)

    def add_values(self, values: AnyArray) -> int:
        """The bare values of numbers without nulls, one behind another."""
        array = values if values.offset == 0 else _compacted(values)
        buffer = self._buffers_of(array)[1]
        size = len(array) * array.type.bit_width // 8
        return self._place(0 if buffer is None or not size else buffer.address, size)

    def add_batch(self, layout: Layout, batch: pa.RecordBatch) -> int:
        """A batch, as an ArrowArray of struct type."""
        children = [self.add_column(node, column) for node, column in zip(layout.columns, batch.columns, strict=True)]
        return self.add_struct(batch.num_rows, [Child(True, child) for child in children])

    def add_rows(self, layout: Layout, rows: pa.StructArray) -> int:
        """A batch whose rows may be null (states: null = none yet)."""
        return self._add_struct_array(layout.columns, rows if rows.offset == 0 else _compacted(rows))

    def add_struct(self, rows: int, children: Sequence[Child]) -> int:
        """A struct header without nulls over columns."""
        return self._add_header(rows, 0, (None,), children)

    def add_column(self, node: Node, column: AnyArray) -> int:
        """One column, with its children."""
        if column.type != node.arrow:
            raise InternalError(f"column {node.path} should be {node.arrow}, not {column.type}")
        array = column if column.offset == 0 else _compacted(column)
        match node.shape:
            case Shape.FIXED:
                return self._add_flat(array, len(array) * node.width)
            case Shape.BITS:
                return self._add_flat(array, (len(array) + 7) // 8)
            case Shape.VARIABLE:
                return self._add_variable(array)
            case Shape.LIST:
                return self._add_list(node, cast("AnyList", array))
            case Shape.STRUCT:
                return self._add_struct_array(node.children, cast("pa.StructArray", array))

    def _add_flat(self, array: AnyArray, size: int) -> int:
        validity, values = self._buffers_of(array)[:2]
        nulls = array.null_count if validity is not None else 0
        present = None if validity is None else self._place_validity(array, validity, nulls)
        placed = None if values is None or not size else self._place(values.address, size)
        return self._add_header(len(array), nulls, (present, placed), ())

    def _add_variable(self, array: AnyArray) -> int:
        rows = len(array)
        validity, offsets, data = self._buffers_of(array)
        if not rows or offsets is None:
            offsets = _NO_OFFSETS
        (first,), (last,) = _OFFSET.unpack_from(offsets), _OFFSET.unpack_from(offsets, 4 * rows)
        if first:
            return self._add_variable(_compacted(array))
        placed = None if data is None or not last else self._place(data.address, last)
        nulls = array.null_count if validity is not None else 0
        present = None if validity is None else self._place_validity(array, validity, nulls)
        buffers = (present, self._place(offsets.address, 4 * (rows + 1)), placed)
        return self._add_header(rows, nulls, buffers, ())

    def _add_list(self, node: Node, array: AnyList) -> int:
        rows = len(array)
        validity, offsets = self._buffers_of(array)[:2]
        if not rows or offsets is None:
            offsets = _NO_OFFSETS
        (first,), (last,) = _OFFSET.unpack_from(offsets), _OFFSET.unpack_from(offsets, 4 * rows)
        if first:
            return self._add_list(node, _compacted(array))
        child = self.add_column(node.children[0], array.values.slice(0, last))
        nulls = array.null_count
        buffers = (self._place_validity(array, validity, nulls), self._place(offsets.address, 4 * (rows + 1)))
        return self._add_header(rows, nulls, buffers, (Child(True, child),))

    def _add_struct_array(self, nodes: Sequence[Node], array: pa.StructArray) -> int:
        validity = self._buffers_of(array)[0]
        children = [Child(True, self.add_column(node, array.field(i))) for i, node in enumerate(nodes)]
        nulls = array.null_count
        return self._add_header(len(array), nulls, (self._place_validity(array, validity, nulls),), children)

    def _buffers_of(self, array: AnyArray) -> list[pa.Buffer | None]:
        buffers = array.buffers()
        self._kept.append(buffers)
        return buffers

    def _place_validity(self, array: AnyArray, validity: pa.Buffer | None, nulls: int) -> int | None:
        if validity is None or nulls == 0:
            return None
        return self._place(validity.address, (len(array) + 7) // 8)

    def _place(self, address: int, size: int) -> int:
        handle, self._data_size = self._data_size, self._data_size + _aligned(size, ALLOCATION_ALIGNMENT)
        self._buffers.append((handle, address, size))
        return handle

    def _add_header(self, rows: int, nulls: int, buffers: tuple[int | None, ...], children: Sequence[Child]) -> int:
        handle = self.reserve(ARRAY.size + 4 * (len(buffers) + len(children)))
        self._headers.append(_Header(handle, rows, nulls, buffers, children))
        return handle

    def write(self, memory: Window, base: int) -> None:
        """Writes everything. Raises OutOfBounds, before a byte is written, if the block does not fit at `base`."""
        memory.require(base, self.size)
        self._base = base
        data = self.data_address(0)
        meta = bytearray(self._meta_size)
        for header in self._headers:
            header.pack(meta, base, data)
        memory.write(base, bytes(meta))
        for offset, source, size in self._buffers:
            memory.copy_in(data + offset, source, size)


def _aligned(size: int, alignment: int) -> int:
    return (size + alignment - 1) & -alignment


def _compacted(array: Compacted) -> Compacted:
    """The same values with array offset 0 and, for lists and strings, first offset 0 (children included)."""
    return pa.concat_arrays([array])
