"""The output of one epoch as bytes that a checkpoint can hold: all of its messages, versioned and with a checksum.

What it owns: that encoding. Whatever happens to one bit of it is found when it is read. Pure; any thread.
What it leaves: where the bytes lie meanwhile (the checkpoint), sending them (`committer.py`).

Layout: 4 bytes `LFKS`, 1 byte version, 4 bytes CRC-32 of version and body (big-endian), body: an Arrow IPC stream.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast
from zlib import crc32

import pyarrow as pa

from lightflus.connectors.kafka.records import Headers, Records
from lightflus.errors import SinkFailed
from lightflus.limits import KAFKA_STAGED_BYTES, MIB

_MAGIC = b"LFKS"
_VERSION = b"\x01"
_HEAD_BYTES = len(_MAGIC) + len(_VERSION) + 4

_HEADER = pa.struct([pa.field("name", pa.utf8(), nullable=False), pa.field("value", pa.binary())])
_FIELDS: dict[str, pa.DataType] = {
    "key": pa.binary(),
    "value": pa.binary(),
    "time": pa.int64(),
    "headers": pa.list_(_HEADER),
}
_SCHEMA = pa.schema(_FIELDS)


class Stage:
    """Messages that wait for their epoch to be complete."""

    def __init__(self, where: str) -> None:
        """`where` is of errors."""
        self._where = where
        self._batches: list[pa.RecordBatch] = []
        self._bytes = 0

    def add(self, records: Records) -> None:
        """Keeps messages. Raises SinkFailed: an epoch is larger than KAFKA_STAGED_BYTES."""
        if not len(records):
            return
        none = (None,) * len(records)
        headers = none if records.headers is None else [_structs(of_one) for of_one in records.headers]
        columns = (records.keys or none, records.values, records.times or none, headers)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)]
        batch = pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)
        self._bytes += batch.nbytes
        if self._bytes > KAFKA_STAGED_BYTES:
            raise SinkFailed(
                f"the output of one epoch is larger than {KAFKA_STAGED_BYTES // MIB:,} MiB",
                where=self._where,
                hint="take checkpoints more often",
            )
        self._batches.append(batch)

    def sealed(self) -> bytes:
        """All since the last call, as bytes."""
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, _SCHEMA) as stream:
            for batch in self._batches:
                stream.write_batch(batch)
        self._batches, self._bytes = [], 0
        body = sink.getvalue().to_pybytes()
        return b"".join((_MAGIC, _VERSION, _checksum(body), body))


def unsealed(data: bytes, where: str) -> list[Records]:
    """The messages of `Stage.sealed`, in order. Raises SinkFailed: the bytes are damaged or of another version."""
    magic, version, checksum = data[:4], data[4:5], data[5:_HEAD_BYTES]
    body = data[_HEAD_BYTES:]
    if magic != _MAGIC or checksum != _checksum(body, version):
        raise SinkFailed("the staged output is damaged", where=where, hint="start from the checkpoint before it")
    if version != _VERSION:
        raise SinkFailed(
            f"the staged output has version {version[0]}, which this release does not know",
            where=where,
            hint="commit it with the release that has written it",
        )
    return list(_records(body))


def _records(body: bytes) -> Iterator[Records]:
    for batch in pa.ipc.open_stream(body):
        keys, values, times, headers = (column.to_pylist() for column in batch.columns)
        yield Records(
            cast("list[bytes | None]", values),
            cast("list[bytes | None]", keys),
            None if batch.column("time").null_count == len(batch) else cast("list[int | None]", times),
            None if batch.column("headers").null_count == len(batch) else [_pairs(of_one) for of_one in headers],
        )


def _checksum(body: bytes, version: bytes = _VERSION) -> bytes:
    return crc32(body, crc32(version)).to_bytes(4, "big")


def _structs(headers: Headers | None) -> list[dict[str, object]] | None:
    return None if headers is None else [{"name": name, "value": value} for name, value in headers]


def _pairs(headers: object) -> Headers | None:
    if headers is None:
        return None
    return [(one["name"], one["value"]) for one in cast("list[dict[str, object]]", headers)]  # type: ignore[misc]
