"""Redis commands from Arrow columns: whole columns are packed into the protocol at once.

What it owns: RESP's arrays of bulk strings (https://redis.io/docs/latest/develop/reference/protocol-spec/), and where a
large write is cut into commands. Pure; any thread.
What it leaves: which commands those are (`commands.py`), sending them (`link.py`).

A client packs a row in about 0.6 us; Arrow's element-wise join of columns needs a fifth of that, since no row ever is a
Python object. The joined array's data buffer is what goes to the socket.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TypeAlias, cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.limits import REDIS_COMMAND_BYTES, REDIS_COMMAND_ROWS

Words: TypeAlias = "tuple[bytes, ...]"
Bytes: TypeAlias = "bytes | memoryview"
Call: TypeAlias = "tuple[str, list[bytes]]"
"""A command's name and its words."""


@dataclass(frozen=True, slots=True)
class Cells:
    """One column of a step, as words; `label` is a word before each of them. A null leaves out both."""

    column: pa.BinaryArray
    label: bytes | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Commands that write some rows.

    Attributes:
        head: the words that a command begins with.
        cells: the words of each row, none of them null where `is_many`.
        tail: the words that a command ends with.
        is_many: one command takes many rows; else each row is a command.
    """

    head: Words
    cells: tuple[Cells, ...]
    tail: Words = ()
    is_many: bool = True

    @property
    def rows(self) -> int:
        """How many rows it writes."""
        return len(self.cells[0].column)

    def after(self, rows: int) -> Step:
        """The same without the first rows."""
        cells = tuple(Cells(cells.column.slice(rows), cells.label) for cells in self.cells)
        return Step(self.head, cells, self.tail, self.is_many)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a step that is sent, and sent again, as a whole."""

    data: tuple[Bytes, ...]
    replies: int


def pieces(step: Step) -> Iterator[Piece]:
    """A step as commands of bounded size, in order."""
    packed = _packed_rows(step)
    offsets = memoryview(cast(pa.Buffer, packed.buffers()[1])).cast("i")[packed.offset :]
    data = memoryview(cast(pa.Buffer, packed.buffers()[2]))
    for begin, end in pairwise(_cuts(offsets, step.rows)):
        rows = data[offsets[begin] : offsets[end]]
        if step.is_many:
            words = len(step.head) + (end - begin) * len(step.cells) + len(step.tail)
            yield Piece((b"*%d\r\n" % words + _bulks(step.head), rows, _bulks(step.tail)), 1)
        else:
            yield Piece((rows,), end - begin)


def counted_pieces(step: Step, head: Callable[[int, int], Words]) -> Iterator[Piece]:
    """A step as words of commands that begin with `head(row, end)`: each row's command, behind its number of words."""
    counts = _counts(step)
    numbers = _texts(counts)
    parts: list[pa.BinaryArray | bytes] = [b"$", _texts(pc.binary_length(numbers)), b"\r\n", numbers, b"\r\n"]
    packed = _packed_words(parts, step)
    offsets = memoryview(cast(pa.Buffer, packed.buffers()[1])).cast("i")[packed.offset :]
    data = memoryview(cast(pa.Buffer, packed.buffers()[2]))
    for begin, end in pairwise(_cuts(offsets, step.rows)):
        first = head(begin, end)
        words = len(first) + (end - begin) + int(pc.sum(counts.slice(begin, end - begin)).as_py() or 0)
        yield Piece((b"*%d\r\n" % words + _bulks(first), data[offsets[begin] : offsets[end]]), 1)


def command(*words: bytes) -> Piece:
    """One command."""
    return Piece((b"*%d\r\n" % len(words) + _bulks(words),), 1)


def calls(step: Step) -> Iterator[Call]:
    """A step as calls of a client that speaks records: of one row each, or of many where a command takes many."""
    labels = [cells.label for cells in step.cells]
    rows = zip(*(cells.column.to_pylist() for cells in step.cells), strict=True)
    name, *head = step.head
    while part := list(islice(rows, REDIS_COMMAND_ROWS if step.is_many else 1)):
        words = [word for row in part for word in _named(labels, row)]
        yield name.decode(), [*head, *words, *step.tail]


def _named(labels: Sequence[bytes | None], row: Sequence[bytes | None]) -> Iterator[bytes]:
    for label, word in zip(labels, row, strict=True):
        if word is not None:
            yield from (word,) if label is None else (label, word)


def _cuts(offsets: Sequence[int], rows: int) -> Iterator[int]:
    """Row numbers at which commands begin, and the end; a row that is larger than a command is one by itself."""
    begin = 0
    while begin < rows:
        yield begin
        fitting = bisect_right(offsets, offsets[begin] + REDIS_COMMAND_BYTES, begin, rows + 1) - 1
        begin = max(begin + 1, min(fitting, begin + REDIS_COMMAND_ROWS))
    yield rows


def _packed_rows(step: Step) -> pa.BinaryArray:
    """The bytes of each row."""
    if not step.is_many:
        return _packed_words(_starts(step), step)
    return joined([part for cells in step.cells for part in _bulk_parts(cells)])


def _packed_words(before: list[pa.BinaryArray | bytes], step: Step) -> pa.BinaryArray:
    """The words of each row's own command, behind something."""
    cells = [part for cells in step.cells for part in _bulk_parts(cells)]
    return joined([*before, _bulks(step.head), *cells, _bulks(step.tail)])


def _bulk_parts(cells: Cells) -> list[pa.BinaryArray | bytes]:
    label = b"" if cells.label is None else _bulks((cells.label,))
    parts: list[pa.BinaryArray | bytes] = [label + b"$", _texts(pc.binary_length(cells.column)), b"\r\n"]
    parts += [cells.column, b"\r\n"]
    if not cells.column.null_count:
        return parts
    return [cast(pa.BinaryArray, joined(parts).fill_null(b""))]


def _starts(step: Step) -> list[pa.BinaryArray | bytes]:
    r"""`*5\r\n` of each row."""
    if not any(cells.column.null_count for cells in step.cells):
        return [b"*%d\r\n" % _most_words(step)]
    return [b"*", _texts(_counts(step)), b"\r\n"]


def _most_words(step: Step) -> int:
    return len(step.head) + len(step.tail) + sum(map(_width, step.cells))


def _counts(step: Step) -> pa.Int32Array:
    """How many words each row's own command has."""
    count = pa.repeat(pa.scalar(_most_words(step), pa.int32()), step.rows)
    for cells in step.cells:
        missing = pc.multiply(pc.cast(pc.is_null(cells.column), pa.int32()), pa.scalar(_width(cells), pa.int32()))
        count = cast(pa.Int32Array, pc.subtract(count, missing))
    return count


def _width(cells: Cells) -> int:
    return 1 if cells.label is None else 2


def _bulks(words: Words) -> bytes:
    return b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in words)


def _texts(numbers: pa.Int32Array) -> pa.BinaryArray:
    return cast(pa.BinaryArray, numbers.cast(pa.utf8()).cast(pa.binary()))


def joined(parts: Sequence[pa.BinaryArray | bytes]) -> pa.BinaryArray:
    """The parts of each row one after another; null where one is null."""
    scalars = [pa.scalar(part, pa.binary()) if isinstance(part, bytes) else part for part in parts if part != b""]
    return pc.binary_join_element_wise(*cast(list[pa.BinaryArray], scalars), cast(pa.BinaryArray, b""))
