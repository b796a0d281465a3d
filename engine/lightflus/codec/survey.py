"""The first pass over an answer: headers and sizes, before anything is copied.

What it owns: `Survey`: reads ArrowArray headers, checks counts, alignment and ranges against the memory, and notes
which bytes to copy where in one host buffer. Single numbers (an array's last offset) are read in place: nothing else
runs in that memory meanwhile. What it leaves: the bytes themselves (`read.py`, `check.py`).
"""

from __future__ import annotations

import functools
from struct import Struct
from typing import NamedTuple

from lightflus.codec.abi import ARRAY
from lightflus.codec.layout import Node, Shape
from lightflus.errors import GuestMemoryExceeded, GuestProtocolError
from lightflus.limits import ANSWER_ITEMS, GUEST_MEMORY_BYTES
from lightflus.model.text import counted
from lightflus.wasm.memory import Window

_OFFSET = Struct("<i")
_HOST_ALIGNMENT = 64


class ArrayHeader(NamedTuple):
    """An ArrowArray as the guest wrote it; counts are checked, addresses are not."""

    rows: int
    nulls: int
    buffers: tuple[int, ...]
    children: tuple[int, ...]


class Part(NamedTuple):
    """Bytes of the host buffer."""

    start: int
    size: int


class Measured(NamedTuple):
    """One array whose bytes are known to lie inside the memory. `buffers` as in docs/abi.md 6.4; None = none."""

    node: Node
    rows: int
    nulls: int
    buffers: tuple[Part | None, ...]
    children: tuple[Measured, ...]


def read_header(memory: Window, address: int, path: str, *, buffers: int, children: int) -> ArrayHeader:
    """The ArrowArray at `address`. Raises GuestProtocolError for counts that its type cannot have, OutOfBounds."""
    if address % 8:
        raise GuestProtocolError(f"{path}: the ArrowArray at {address} is not 8-byte aligned", rule="6.1")
    rows, nulls, offset, n_buffers, n_children, buffers_at, children_at, dictionary, _, _ = memory.unpack(
        ARRAY, address
    )
    if not 0 <= rows <= 8 * memory.size:
        text = f"{path}: {counted(rows, 'row')} cannot lie in a memory of {memory.size} bytes"
        raise GuestProtocolError(text, rule="6.1")
    if not -1 <= nulls <= rows:
        raise GuestProtocolError(f"{path}: a null count of {nulls} in {counted(rows, 'row')}", rule="6.4")
    if offset:
        raise GuestProtocolError(f"{path}: an array offset of {offset}; 0 is expected", rule="6.3")
    if (n_buffers, n_children) != (buffers, children):
        raise GuestProtocolError(
            f"{path}: {n_buffers} buffers and {n_children} children; its type has {buffers} and {children}",
            rule="6.4" if n_children == children else "6.2",
        )
    if dictionary:
        raise GuestProtocolError(f"{path}: a dictionary; arrays are plain", rule="6.1")
    return ArrayHeader(rows, nulls, _words(memory, buffers_at, buffers), _words(memory, children_at, children))


def _words(memory: Window, address: int, count: int) -> tuple[int, ...]:
    return memory.unpack(_words_layout(count), address) if count else ()


@functools.cache
def _words_layout(count: int) -> Struct:
    return Struct(f"<{count}I")


class Survey:
    """Measures the arrays of one answer."""

    def __init__(self, memory: Window, most_items: int = ANSWER_ITEMS) -> None:
        """`most_items` bounds the items of all lists of the answer."""
        self._memory = memory
        self._most_items = most_items
        self._most = max(memory.size, GUEST_MEMORY_BYTES)
        self._items = 0
        self.size = 0
        self.copies: list[tuple[int, int, int]] = []  # start in the host buffer, address, bytes

    def measure(self, node: Node, address: int, rows: int) -> Measured:
        """Measures `rows` rows of the array at `address`. Raises GuestProtocolError, OutOfBounds."""
        header = read_header(self._memory, address, node.path, buffers=node.buffers, children=len(node.children))
        if header.rows < rows:
            raise GuestProtocolError(
                f"{node.path}: {counted(header.rows, 'row')} where {rows} are expected", rule="6.3"
            )
        if not rows:
            return Measured(node, 0, 0, (), ())
        validity = self.validity(node.path, header, rows)
        nulls = header.nulls if header.rows == rows else -1
        buffers, children = self._contents(node, header, rows)
        return Measured(node, rows, nulls, (validity, *buffers), children)

    def validity(self, path: str, header: ArrayHeader, rows: int) -> Part | None:
        """The validity bitmap, if there is one."""
        address = header.buffers[0]
        if address:
            return self._part(path, "validity", address, (rows + 7) // 8, 1)
        if header.nulls > 0:
            text = f"{path}: a null count of {header.nulls} without a validity bitmap"
            raise GuestProtocolError(text, rule="6.4")
        return None

    def _contents(self, node: Node, header: ArrayHeader, rows: int) -> tuple[tuple[Part, ...], tuple[Measured, ...]]:
        path, buffers = node.path, header.buffers
        match node.shape:
            case Shape.BITS:
                return (self._part(path, "bits", buffers[1], (rows + 7) // 8, 1),), ()
            case Shape.FIXED:
                return (self._part(path, "values", buffers[1], rows * node.width, node.width),), ()
            case Shape.VARIABLE:
                offsets, last = self.offsets(path, buffers[1], rows)
                return (offsets, self._part(path, "bytes", buffers[2], last, 1)), ()
            case Shape.LIST:
                offsets, last = self.offsets(path, buffers[1], rows)
                items = self.measure(node.children[0], header.children[0], last)
                self._count_items(path, last)
                return (offsets,), (items,)
            case Shape.STRUCT:
                pairs = zip(node.children, header.children, strict=True)
                return (), tuple(self.measure(child, address, rows) for child, address in pairs)

    def offsets(self, path: str, address: int, rows: int) -> tuple[Part, int]:
        """The offsets of `rows` > 0 rows, and the last of them."""
        part = self._part(path, "offsets", address, 4 * (rows + 1), 4)
        (last,) = self._memory.unpack(_OFFSET, address + 4 * rows)
        if last < 0:
            raise GuestProtocolError(f"{path}: its last offset is {last}", rule="6.4")
        return part, last

    def _count_items(self, path: str, items: int) -> None:
        self._items += items
        if self._items > self._most_items:
            raise GuestMemoryExceeded(
                f"{path}: its answer has more than {self._most_items:,} items in lists",
                hint="make shorter lists; flatMap makes a record of each item",
            )

    def _part(self, path: str, what: str, address: int, size: int, alignment: int) -> Part:
        if not size:
            return Part(0, 0)
        if not address:
            raise GuestProtocolError(f"{path}: it has no {what}", rule="6.4")
        if address % alignment:
            text = f"{path}: its {what} at {address} are not {alignment}-byte aligned"
            raise GuestProtocolError(text, rule="6.4")
        if address + size > self._memory.size:
            raise GuestProtocolError(
                f"{path}: its {what}, {size} bytes at {address}, lie outside the memory of {self._memory.size} bytes",
                rule="6.4",
            )
        start, self.size = self.size, self.size + size + -size % _HOST_ALIGNMENT
        if self.size > self._most:
            raise GuestProtocolError(f"{path}: the answer claims more bytes than the memory holds", rule="6.4")
        self.copies.append((start, address, size))
        return Part(start, size)
