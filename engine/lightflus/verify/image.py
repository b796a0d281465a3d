"""One call as bytes: docs/abi.md sections 4 and 6 written down a second time, without looking at the engine's encoder.

What it owns: the image of a Call with all that its fields may lead to, with the places to which the address of
the image must be added; and the liberties that the page gives a host (`Style`), which the engine itself does not take.
What it leaves: allocating and calling (`caller.py`). Pure.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec import Node, Shape, abi
from lightflus.codec.schema import AnyArray, AnyList

_WORD = struct.Struct("<I")
_NO_OFFSETS = b"\0\0\0\0"
_GAP = b"\xff" * 64
"""Behind every table and buffer: whoever reads on finds addresses far outside the memory."""


@dataclass(frozen=True, slots=True)
class Style:
    """Liberties of a host.

    Attributes:
        has_unknown_null_counts: `null_count` is -1 (6.4).
        has_spare_bitmaps: a nullable column without nulls has a bitmap all the same (6.4).
        has_longer_children: columns have more rows than their batch, items more than their lists (6.3).
        has_hostile_gaps: what lies between the parts would be a wild address.
        extra_call_bytes: fields of a later version behind the Call (section 4).
    """

    has_unknown_null_counts: bool = False
    has_spare_bitmaps: bool = False
    has_longer_children: bool = False
    has_hostile_gaps: bool = False
    extra_call_bytes: int = 0


PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Resident:
    """Columns that lie in the guest already: results of the same chain."""

    rows: int
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """The other arguments of `lf_fold`: a state row per group (null = none yet), the group of each row."""

    nodes: tuple[Node, ...]
    state: pa.StructArray
    groups: tuple[int, ...]
    wants_output: bool = True


@dataclass(frozen=True, slots=True)
class Beside:
    """What calls of event time have beside rows and states.

    Attributes:
        keys: the layout of the keys, and those of the call.
        longs: fields that are an i64 for each row.
        numbers: fields that are a number.
        rules: the columns of the rules that are not known yet.
    """

    keys: tuple[tuple[Node, ...], pa.RecordBatch] | None = None
    longs: Mapping[str, Sequence[int]] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    rules: tuple[tuple[Node, ...], pa.StructArray] | None = None


NOTHING = Beside()


@dataclass(frozen=True, slots=True)
class Image:
    """Bytes for one `lf_alloc`. `relocations`: where words stand to which its address is added."""

    data: bytes
    relocations: tuple[int, ...]
    call_at: int

    def at(self, base: int) -> bytes:
        """The bytes as they must stand at `base`."""
        placed = bytearray(self.data)
        for where in self.relocations:
            (offset,) = _WORD.unpack_from(placed, where)
            _WORD.pack_into(placed, where, offset + base)
        return bytes(placed)


def image(
    function: int,
    nodes: Sequence[Node],
    batch: pa.RecordBatch | Resident,
    *,
    selection: Sequence[int] | None = None,
    fold: Fold | None = None,
    beside: Beside = NOTHING,
    style: Style = PLAIN,
) -> Image:
    """The image of a call of `function`.

    Args:
        function: its number.
        nodes: the columns that it reads, in its order.
        batch: those columns.
        selection: rows of the batch that make up the call; None = all.
        fold: None for `lf_apply` and `lf_finish`.
        beside: keys, times, windows.
        style: how it is written.
    """
    return _Writer(style, beside).call(function, nodes, batch, selection, fold)


_ADDRESSES = frozenset(
    {
        *("batch", "selection", "state", "groups", "keys", "times", "window_start", "window_end", "second", "marks"),
        *("sides", "rules"),
    }
)
"""Fields of a Call that are addresses."""
_DECOYS = 8
"""Addresses behind the table of children that lead to a column: reading too far shows only where gaps are hostile."""


class _Writer:
    def __init__(self, style: Style, beside: Beside) -> None:
        self._style = style
        self._beside = beside
        self._data = bytearray()
        self._relocations: list[int] = []

    def call(
        self,
        function: int,
        nodes: Sequence[Node],
        batch: pa.RecordBatch | Resident,
        selection: Sequence[int] | None,
        fold: Fold | None,
    ) -> Image:
        held = batch.rows if isinstance(batch, Resident) else batch.num_rows
        rows_at = self._resident(batch) if isinstance(batch, Resident) else self._batch(nodes, batch)
        fields = dict.fromkeys(abi.CALL_FIELDS, 0)
        fields |= {"size": abi.CALL.size + self._style.extra_call_bytes, "function": function, "batch": rows_at}
        fields |= {"rows": held if selection is None else len(selection), "wanted": abi.WANTS_OUTPUT}
        if selection is not None:
            fields["selection"] = self._words(selection)
        if fold is not None:
            fields |= {"groups": self._words(fold.groups), "group_count": len(fold.state)}
            fields["state"] = self._struct(fold.nodes, fold.state)
            fields["wanted"] = abi.WANTS_STATE | (abi.WANTS_OUTPUT if fold.wants_output else 0)
        beside = self._beside
        if beside.keys is not None:
            fields["keys"] = self._batch(*beside.keys)
        if beside.rules is not None:
            fields["rules"] = self._struct(*beside.rules)
        fields |= {name: self._longs(values) for name, values in beside.longs.items()}
        return self._finished(fields | dict(beside.numbers))

    def _finished(self, fields: dict[str, int]) -> Image:
        names = abi.CALL_FIELDS
        packed = abi.CALL.pack(*(fields[name] if name else 0 for name in names))
        call_at = self._place(packed + b"\xff" * self._style.extra_call_bytes, 8)
        for position, name in enumerate(names):
            if name in _ADDRESSES and fields[name]:
                at = struct.calcsize(abi.CALL.format[: position + 1])  # "<" and a letter for each field before
                self._relocations.append(call_at + at)
        return Image(bytes(self._data), tuple(self._relocations), call_at)

    def _place(self, data: bytes, alignment: int) -> int:
        """Where `data` stands; never 0, which would read as no address."""
        if self._style.has_hostile_gaps:
            self._data += _GAP
        filler = b"\xff" if self._style.has_hostile_gaps else b"\0"
        least = max(len(self._data), alignment)
        at = (least + alignment - 1) & -alignment
        self._data += filler * (at - len(self._data)) + data
        return at

    def _words(self, words: Sequence[int]) -> int:
        return self._place(struct.pack(f"<{len(words)}I", *words) or _NO_OFFSETS, 4)

    def _longs(self, values: Sequence[int]) -> int:
        return self._place(struct.pack(f"<{len(values)}q", *values) or _NO_OFFSETS, 8)

    def _resident(self, batch: Resident) -> int:
        return self._header(batch.rows, 0, [None], [], absolute=batch.columns)

    def _batch(self, nodes: Sequence[Node], batch: pa.RecordBatch) -> int:
        children = [self._array(node, self._longer(fresh(c))) for node, c in zip(nodes, batch.columns, strict=True)]
        return self._header(batch.num_rows, self._nulls(0), [None], children)

    def _struct(self, nodes: Sequence[Node], rows: pa.StructArray) -> int:
        array = cast("pa.StructArray", fresh(rows))
        children = [self._array(node, self._longer(array.field(i))) for i, node in enumerate(nodes)]
        return self._header(len(array), self._nulls(array.null_count), [self._bitmap(array, True)], children)

    def _array(self, node: Node, array: AnyArray) -> int:
        rows, nulls = len(array), self._nulls(array.null_count)
        bitmap = self._bitmap(array, node.nullable)
        buffers = array.buffers()
        match node.shape:
            case Shape.BITS:
                return self._header(rows, nulls, [bitmap, self._buffer(buffers[1], (rows + 7) // 8, 1)], [])
            case Shape.FIXED:
                return self._header(rows, nulls, [bitmap, self._buffer(buffers[1], rows * node.width, 8)], [])
            case Shape.VARIABLE:
                offsets = bytes_of(buffers[1])[: 4 * (rows + 1)] or _NO_OFFSETS
                (last,) = _WORD.unpack_from(offsets, 4 * rows)
                placed = [bitmap, self._place(offsets, 4), self._buffer(buffers[2], last, 1)]
                return self._header(rows, nulls, placed, [])
            case Shape.LIST:
                offsets = bytes_of(buffers[1])[: 4 * (rows + 1)] or _NO_OFFSETS
                child = self._array(node.children[0], self._longer(cast("AnyList", array).values))
                return self._header(rows, nulls, [bitmap, self._place(offsets, 4)], [child])
            case Shape.STRUCT:
                inside = cast("pa.StructArray", array)
                pairs = enumerate(node.children)
                children = [self._array(part, self._longer(inside.field(i))) for i, part in pairs]
                return self._header(rows, nulls, [bitmap], children)

    def _buffer(self, buffer: pa.Buffer | None, size: int, alignment: int) -> int | None:
        return self._place(bytes_of(buffer)[:size], alignment) if size else None

    def _nulls(self, exact: int) -> int:
        return -1 if self._style.has_unknown_null_counts else exact

    def _bitmap(self, array: AnyArray, is_nullable: bool) -> int | None:
        if not len(array) or not (array.null_count or (is_nullable and self._style.has_spare_bitmaps)):
            return None
        return self._buffer(pc.is_valid(array).buffers()[1], (len(array) + 7) // 8, 1)

    def _longer(self, array: AnyArray) -> AnyArray:
        return fresh(pa.concat_arrays([array, array.slice(0, 3)])) if self._style.has_longer_children else array

    def _header(
        self,
        rows: int,
        nulls: int,
        buffers: Sequence[int | None],
        children: Sequence[int],
        *,
        absolute: Sequence[int] = (),
    ) -> int:
        pointers = [*(0 if at is None else at for at in buffers), *children]
        if children and not self._style.has_hostile_gaps:
            pointers += [children[-1]] * _DECOYS
        table = self._words([*pointers, *absolute])
        self._relocations += [table + 4 * i for i, pointer in enumerate(pointers) if pointer]
        inside = table + 4 * len(buffers)
        counts = (rows, nulls, 0, len(buffers), len(children) + len(absolute))
        at = self._place(abi.ARRAY.pack(*counts, table, inside, 0, 0, 0), 8)
        self._relocations += [at + 40, at + 44]
        return at


def fresh(array: AnyArray) -> AnyArray:
    """The same values in arrays of their own: every offset is 0, at every depth."""
    return array.take(pa.array(range(len(array)), pa.int32()))


def bytes_of(buffer: pa.Buffer | None) -> bytes:
    """The content of a buffer that may be missing."""
    return b"" if buffer is None else buffer.to_pybytes()
