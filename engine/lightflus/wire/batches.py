"""Batches as bytes: one Arrow IPC message, and both ends know its schema from the plan.

What it owns: which columns stand where, cutting what is too large for a frame, and looking at everything that came
before it is a batch: lengths, offsets, UTF-8, nulls. Pure; any thread.
What it leaves: frames (`frames.py`), Arrow's own layout (`pyarrow.ipc`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, cast

import pyarrow as pa

from lightflus import cluster_limits, limits
from lightflus.codec.schema import schema_of
from lightflus.errors import InternalError, RecordInvalid
from lightflus.model.plan import Edge
from lightflus.ports.batch import Batch
from lightflus.ports.stamps import MARK, SPLIT, TIME
from lightflus.wire.frames import Refused

_KEYS: Final = 1
_HASHES: Final = 2
_STAMPS: Final = {SPLIT: 4, TIME: 8, MARK: 16}
_ALL_PARTS: Final = _KEYS | _HASHES | sum(_STAMPS.values())
_HASH = pa.field("hash", pa.uint64(), nullable=False)


class BatchForm:
    """How the batches of one edge stand in frames."""

    def __init__(self, edge: Edge) -> None:
        self._columns = schema_of(edge.record)
        self._keys = None if edge.key is None else schema_of(edge.key)

    def pieces(self, batch: Batch) -> Iterator[Batch]:
        """The batch, cut so that each piece fits a frame. Raises RecordInvalid for a record that fits none."""
        size = sum(part.nbytes for part in (batch.columns, batch.keys, batch.hashes, batch.stamps) if part is not None)
        if batch.rows > limits.ELEMENT_ROWS or (batch.rows > 1 and size > 2 * limits.ELEMENT_BYTES):
            half = batch.rows // 2
            yield from self.pieces(batch.slice(0, half))
            yield from self.pieces(batch.slice(half, batch.rows - half))
        elif size > cluster_limits.FRAME_BYTES // 2:
            raise RecordInvalid(
                f"a record takes {size:,} bytes; to another process {cluster_limits.FRAME_BYTES // 2:,} go at once",
                hint="run the job with parallelism 1, or make its records smaller",
            )
        else:
            yield batch

    def encoded(self, batch: Batch) -> tuple[int, pa.Buffer]:
        """Which parts a batch has, and its bytes. Raises InternalError where it is not of this edge."""
        parts = 0
        arrays = list(batch.columns.columns)
        if batch.keys is not None:
            parts |= _KEYS
            arrays += batch.keys.columns
        if batch.hashes is not None:
            parts |= _HASHES
            arrays.append(batch.hashes)
        if batch.stamps is not None:
            for name, bit in _STAMPS.items():
                if name in batch.stamps.schema.names:
                    parts |= bit
                    arrays.append(batch.stamps.column(name))
        try:
            return parts, pa.RecordBatch.from_arrays(arrays, schema=self._schema(parts)).serialize()
        except (pa.ArrowException, TypeError, ValueError, Refused) as error:
            raise InternalError(f"a batch is not what its edge carries: {error}") from error

    def decoded(self, parts: int, body: pa.Buffer) -> Batch:
        """The batch in these bytes, which nobody believes. Raises Refused."""
        schema = self._schema(parts)
        try:
            message = pa.ipc.read_message(body)
            if message.type != "record batch" or _is_compressed(message.metadata):
                raise Refused("a batch that is compressed, or none at all")
            found = pa.ipc.read_record_batch(message, schema)
            if found.num_rows > limits.ELEMENT_ROWS:
                raise Refused(f"a batch of {found.num_rows:,} rows; there may be {limits.ELEMENT_ROWS:,}")
            found.validate(full=True)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise Refused(f"a batch that Arrow does not read: {error}") from None
        for field, column in zip(schema, found.columns, strict=True):
            _check_nulls(field, column)
        return self._parted(parts, found)

    def _schema(self, parts: int) -> pa.Schema:
        if parts & ~_ALL_PARTS or (parts & _KEYS and self._keys is None):
            raise Refused(f"a batch with parts {parts:#x}, which its edge does not have")
        keys = list(self._keys) if parts & _KEYS and self._keys is not None else []
        hashes = [_HASH] if parts & _HASHES else []
        stamps = [pa.field(name, pa.int64(), nullable=False) for name, bit in _STAMPS.items() if parts & bit]
        return pa.schema([*self._columns, *keys, *hashes, *stamps])

    def _parted(self, parts: int, found: pa.RecordBatch) -> Batch:
        at = len(self._columns)
        columns = _slice(found, 0, at, self._columns)
        keys = hashes = stamps = None
        if parts & _KEYS and self._keys is not None:
            keys = _slice(found, at, len(self._keys), self._keys)
            at += len(self._keys)
        if parts & _HASHES:
            hashes = cast(pa.UInt64Array, found.column(at))
            at += 1
        if at < found.num_columns:
            stamps = pa.RecordBatch.from_arrays(found.columns[at:], names=found.schema.names[at:])
        return Batch(columns, keys, hashes, stamps)


def _slice(found: pa.RecordBatch, first: int, count: int, schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(found.columns[first : first + count], schema=schema)


def _check_nulls(field: pa.Field[pa.DataType], column: pa.Array[pa.Scalar[pa.DataType]]) -> None:
    """Nulls stand only where the type has them, at any depth of a record's type. Raises Refused."""
    if column.null_count:
        if not field.nullable:
            raise Refused(f"a null in `{field.name}`, which has none")
        column = column.drop_null()
    if isinstance(column, pa.StructArray):
        for number in range(column.type.num_fields):
            _check_nulls(column.type.field(number), column.field(number))
    elif isinstance(column, pa.ListArray):
        _check_nulls(column.type.value_field, column.flatten())


def _is_compressed(metadata: pa.Buffer) -> bool:
    """Whether the body of a message has to be unpacked, into nobody knows how much.

    Arrow's flatbuffer, which it has verified: Message.header (field 2) is a RecordBatch, whose field 3 is it.
    """
    view = memoryview(metadata)
    message = _number(view, 0, 4)
    header = message + _field(view, message, 2)
    return bool(_field(view, header + _number(view, header, 4), 3))


def _field(view: memoryview, table: int, number: int) -> int:
    """Where a field of a table stands, from its beginning; 0 where it is left out."""
    layout = table - int.from_bytes(view[table : table + 4], "little", signed=True)
    at = 4 + 2 * number
    return _number(view, layout + at, 2) if at < _number(view, layout, 2) else 0


def _number(view: memoryview, at: int, size: int) -> int:
    return int.from_bytes(view[at : at + size], "little")
