"""The output of one epoch as bytes that a checkpoint can hold: all of its rows, versioned and with a checksum.

What it owns: that encoding, and its bound. Whatever happens to one bit of it is found when it is read. Pure.
What it leaves: where the bytes lie meanwhile (the checkpoint), writing them at last (each sink's committer).

Layout: 4 bytes `LFST`, 1 byte version, 4 bytes CRC-32 of version and body (big-endian), body: nothing where there
are no rows, else an Arrow IPC stream.
"""

from __future__ import annotations

from zlib import crc32

import pyarrow as pa

from lightflus.checkpoint_limits import MOST_STAGED_BYTES
from lightflus.errors import SinkFailed
from lightflus.limits import MIB

_MAGIC = b"LFST"
_VERSION = b"\x01"
_HEAD_BYTES = len(_MAGIC) + len(_VERSION) + 4


class Stage:
    """Rows that wait for their epoch to be complete."""

    def __init__(self, where: str) -> None:
        """`where` is of errors."""
        self._where = where
        self._batches: list[pa.RecordBatch] = []
        self.bytes = 0
        """What waits."""

    def add(self, columns: pa.RecordBatch) -> None:
        """Keeps rows, all of one schema. Raises SinkFailed: an epoch is larger than MOST_STAGED_BYTES."""
        if not columns.num_rows:
            return
        self.bytes += columns.nbytes
        if self.bytes > MOST_STAGED_BYTES:
            raise SinkFailed(
                f"the output of one subtask between two checkpoints is larger than {MOST_STAGED_BYTES // MIB:,} MiB",
                where=self._where,
                hint="take checkpoints more often",
            )
        self._batches.append(columns)

    def sealed(self) -> bytes:
        """All since the last call, as bytes."""
        sink = pa.BufferOutputStream()
        if self._batches:
            with pa.ipc.new_stream(sink, self._batches[0].schema) as stream:
                for batch in self._batches:
                    stream.write_batch(batch)
        self.clear()
        return sealed(sink.getvalue().to_pybytes())

    def clear(self) -> None:
        """Forgets what waits."""
        self._batches, self.bytes = [], 0


def sealed(body: bytes) -> bytes:
    """Any bytes, with what `unsealed` needs to know them again."""
    return b"".join((_MAGIC, _VERSION, _checksum(body), body))


def unsealed(data: bytes, where: str) -> bytes:
    """The body of `sealed`. Raises SinkFailed: the bytes are damaged or of another version."""
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
    return body


def staged_batches(data: bytes, where: str) -> list[pa.RecordBatch]:
    """The rows of `Stage.sealed`, in order. Raises SinkFailed, as `unsealed` does."""
    body = unsealed(data, where)
    return list(pa.ipc.open_stream(body)) if body else []


def _checksum(body: bytes, version: bytes = _VERSION) -> bytes:
    return crc32(body, crc32(version)).to_bytes(4, "big")
