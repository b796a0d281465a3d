"""JSON text to columns and back, in kernel instances: one copy in, one copy out.

What it owns: types with names as the kernel reads them (`engine/kernel/src/json/shape.rs`), the form of calls, idle
instances. Any thread: a call takes an idle instance, or makes one; one that fails is not used again.
What it leaves: what a refused line is (`formats/json_strict.py`).
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from struct import Struct
from typing import Final, NamedTuple, cast

import pyarrow as pa

from lightflus.codec import Block, layout_of, layout_of_schema
from lightflus.kernel.instance import WORD, KernelInstance, copy_out
from lightflus.kernel.schema import row_type
from lightflus.kernel.slots import batch_at
from lightflus.limits import JSON_IDLE_BYTES, JSON_MEMORY_BYTES
from lightflus.model.types import ListType, Scalar, ScalarType, StructType, Type

_NULLABLE: Final = 0x80
_UNREAD: Final = 0x40
_LIST: Final = 16
_STRUCT: Final = 17
_CODES: Final = {
    scalar: code
    for code, scalar in enumerate(
        (
            *(Scalar.BOOL, Scalar.INT8, Scalar.INT16, Scalar.INT32, Scalar.INT64),
            *(Scalar.UINT8, Scalar.UINT16, Scalar.UINT32, Scalar.UINT64, Scalar.FLOAT32, Scalar.FLOAT64),
            *(Scalar.UTF8, Scalar.DATE32, Scalar.TIMESTAMP_MS, Scalar.TIMESTAMP_US),
        ),
        start=1,
    )
}
"""All but bytes, which JSON does not have."""
_PART = Struct("<II")
_REFUSAL = Struct("<III")
_WORD = Struct("<I")


class Refusal(NamedTuple):
    """A record that was not beyond doubt: its number, where in the text it begins, its bytes without a line end."""

    number: int
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class Read:
    """What came of a text.

    Attributes:
        columns: the rows that were beyond doubt.
        records: lines or messages, with those that are blank or refused.
        record_of_row: the record of each row; None: row i is record i, and there are no others.
        refused: the others that are not blank, in order.
    """

    columns: pa.RecordBatch
    records: int
    record_of_row: pa.Int32Array | None
    refused: Sequence[Refusal]


class _Instances:
    """Idle instances, opened for one type."""

    def __init__(self, opening: str, schema: bytes, memory_bytes: int) -> None:
        self._memory_bytes = memory_bytes
        self._opening = opening
        self._schema = schema
        self._idle: deque[KernelInstance] = deque()

    @contextmanager
    def one(self) -> Iterator[KernelInstance]:
        """An instance that is nobody else's. Raises KernelFailed, StateTooLarge if its memory does not suffice."""
        try:
            kernel = self._idle.pop()
        except IndexError:
            kernel = KernelInstance(self._memory_bytes)
            kernel.open(self._opening, self._schema)
        yield kernel
        if kernel.window().size <= JSON_IDLE_BYTES:
            self._idle.append(kernel)
        else:
            kernel.close()


class JsonReader:
    """Reads records of one type out of lines and messages."""

    def __init__(self, record: Type, unread: Collection[str] = (), memory_bytes: int = JSON_MEMORY_BYTES) -> None:
        """Columns that are unread are checked, and left out."""
        columns = row_type(record)
        is_object = isinstance(record, StructType) and not record.nullable
        schema = bytes([is_object]) + _struct(columns, unread, str.encode)
        self._instances = _Instances("open_reader", schema, memory_bytes)
        self._layout = layout_of(StructType(tuple(field for field in columns.fields if field.name not in unread)))

    def read_lines(self, text: bytes) -> Read:
        """The records of lines; each ends in LF, but perhaps the last. Raises StateTooLarge for too many values."""
        with self._instances.one() as kernel:
            block = Block()
            at = block.add_buffer(pa.py_buffer(text), len(text))
            kernel.begin(block)
            return self._found(kernel, kernel.call("read_lines", block.data_address(at), len(text)))

    def read_messages(self, messages: pa.BinaryArray) -> Read:
        """A record of each message; none of them is null. Refusals begin where they do in the array's data.

        Raises StateTooLarge for too many values.
        """
        with self._instances.one() as kernel:
            _, ends, text = messages.buffers()
            count = len(messages)
            block = Block()
            ends_at = block.add_buffer(cast(pa.Buffer, ends).slice(WORD * messages.offset), WORD * (count + 1))
            at = block.add_buffer(text or pa.py_buffer(b""), 0 if text is None else text.size)
            kernel.begin(block)
            arguments = (block.data_address(at), block.data_address(ends_at), count)
            return self._found(kernel, kernel.call("read_messages", *arguments))

    def _found(self, kernel: KernelInstance, address: int) -> Read:
        window = kernel.window()
        parts = [window.unpack(_PART, address + _PART.size * part) for part in range(4)]
        (batch, _), (counts, _), (numbers, words), (refused, refused_words) = parts
        rows, records = window.unpack(_PART, counts)
        record_of_row = None
        if rows < records:
            values = copy_out(window, numbers, WORD * words)
            record_of_row = cast(pa.Int32Array, pa.Array.from_buffers(pa.int32(), rows, [None, values]))
        told = window.read(refused, WORD * refused_words) if refused_words else b""
        columns = batch_at(kernel, "read", batch, self._layout, rows)
        return Read(columns, records, record_of_row, [Refusal(*one) for one in _REFUSAL.iter_unpack(told)])


class JsonWriter:
    """Writes rows of one Arrow schema."""

    def __init__(self, schema: pa.Schema) -> None:
        """Any schema that records have, without bytes."""
        self._layout = layout_of_schema(schema)
        self._instances = _Instances(
            "open_writer", _struct(row_type(self._layout.record), (), _quoted), JSON_MEMORY_BYTES
        )

    def lines(self, rows: pa.RecordBatch) -> bytes:
        """An object and an LF for each row."""
        with self._instances.one() as kernel:
            text, _, size = self._write(kernel, rows, is_object=True, is_line=True)
            return kernel.window().read(text, size)

    def messages(self, rows: pa.RecordBatch, *, is_object: bool) -> pa.BinaryArray:
        """An object for each row, or the value of the only column."""
        with self._instances.one() as kernel:
            text, ends, size = self._write(kernel, rows, is_object=is_object, is_line=False)
            window = kernel.window()
            buffers = [copy_out(window, ends, WORD * (rows.num_rows + 1)), copy_out(window, text, size)]
            return cast(pa.BinaryArray, pa.Array.from_buffers(pa.binary(), rows.num_rows, [None, *buffers]))

    def _write(
        self, kernel: KernelInstance, rows: pa.RecordBatch, *, is_object: bool, is_line: bool
    ) -> tuple[int, int, int]:
        """Where the text and its ends are, and how many bytes it has."""
        block = Block()
        batch = block.add_batch(self._layout, rows)
        kernel.begin(block)
        found = kernel.call("write_rows", block.address(batch), rows.num_rows, is_object, is_line)
        window = kernel.window()
        (text, _), (ends, _) = (window.unpack(_PART, found + _PART.size * part) for part in range(2))
        return text, ends, window.unpack(_WORD, ends + WORD * rows.num_rows)[0]


def _quoted(name: str) -> bytes:
    return json.dumps(name, ensure_ascii=False).encode()


def _struct(kind: StructType, unread: Collection[str], written: Callable[[str], bytes]) -> bytes:
    head = bytes([_STRUCT | (_NULLABLE if kind.nullable else 0)]) + len(kind.fields).to_bytes(2, "little")
    return head + b"".join(
        _named(written(field.name)) + _with_flag(_bytes(field.type, written), _UNREAD if field.name in unread else 0)
        for field in kind.fields
    )


def _named(name: bytes) -> bytes:
    return len(name).to_bytes(2, "little") + name


def _with_flag(kind: bytes, flag: int) -> bytes:
    return bytes([kind[0] | flag]) + kind[1:]


def _bytes(kind: Type, written: Callable[[str], bytes]) -> bytes:
    match kind:
        case ScalarType(scalar):
            return bytes([_CODES[scalar] | (_NULLABLE if kind.nullable else 0)])
        case ListType(item):
            return bytes([_LIST | (_NULLABLE if kind.nullable else 0)]) + _bytes(item, written)
        case StructType():
            return _struct(kind, (), written)
