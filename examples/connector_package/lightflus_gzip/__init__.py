"""`gzip:`: a compressed file of lines, read and written. A connector of Lightflus in a package of its own.

`gzip:book.txt.gz` as a source is one split; a position is a place in the text, found again by reading up to it. As a
sink it appends: each flush adds a whole member to the file, so that a reader never meets half a one.
"""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock

import pyarrow as pa

from lightflus.connectors.contract.kinds import Address, Names, Option, SinkKind, SinkSpec, SourceKind, SourceSpec
from lightflus.connectors.contract.options import Options
from lightflus.connectors.toolbox.failures import opening, reading, writing
from lightflus.connectors.toolbox.lines import LinePosition, LineReader
from lightflus.connectors.toolbox.sequential import SequentialReader
from lightflus.errors import SourceFailed
from lightflus.model.graph import BadRecords, Connector, Delivery
from lightflus.ports.formats import Encoder, LineDecoder
from lightflus.ports.health import Health

_HINT = "name a file that gzip has made; relative paths start at the current directory"


class GzipSource:
    """`ports.Source` over one file."""

    is_growing = False
    is_committing = False
    is_rewindable = True

    def __init__(self, path: str, decoder: LineDecoder) -> None:
        """Looks at the first bytes. Raises BindingInvalid."""
        self._path = path
        self._decoder = decoder
        with opening(path, hint=_HINT), gzip.open(path) as file:
            file.read(1)

    def splits(self) -> Sequence[str]:
        """The file's name."""
        return (os.path.basename(self._path),)

    def reader(self, splits: Mapping[str, str | None], health: Health) -> SequentialReader:
        """Reads from the beginning, or on from a position."""
        return SequentialReader(self._open, splits)

    def close(self) -> None:
        """Nothing to release."""

    def _open(self, split: str, position: str | None) -> LineReader:
        start = LinePosition.parse(position, self._path)
        with reading(self._path), _whole(self._path):
            file = gzip.open(self._path)  # noqa: SIM115 (the reader closes it)
            file.seek(start.offset)

        def read(most: int) -> bytes:
            with _whole(self._path):
                return file.read(most)

        return LineReader(split, self._path, self._decoder, read=read, close=file.close, start=start)


@contextmanager
def _whole(path: str) -> Iterator[None]:
    """What gzip and zlib say of a damaged file, as an error of Lightflus; `reading` does it for OSError."""
    try:
        yield
    except (EOFError, zlib.error) as error:
        raise SourceFailed(f"is damaged: {error}", where=path, hint="was it copied to its end?") from error


class GzipSink:
    """`ports.Sink` into one file, to which other processes may add members, too."""

    def __init__(self, path: str, encoder: Encoder) -> None:
        """Opens the file, without touching what is in it: the job may yet not start. Raises BindingInvalid."""
        self._path = path
        self._encoder = encoder
        self._lock = Lock()
        with opening(path, hint="name a file in a directory that can be written"):
            self._file = open(path, "ab")  # noqa: SIM115 (close() does)

    @property
    def delivery(self) -> Delivery:
        """APPEND."""
        return Delivery.APPEND

    def writer(self, subtask: int, health: Health) -> GzipWriter:
        """A writer that adds members to the one file."""
        return GzipWriter(self, self._encoder)

    def append(self, lines: bytes) -> None:
        """Adds a member. From any thread. Raises SinkFailed."""
        member = gzip.compress(lines, mtime=0)
        with self._lock, writing(self._path):
            self._file.write(member)
            self._file.flush()

    def close(self) -> None:
        """Idempotent."""
        with self._lock, writing(self._path):
            self._file.close()


class GzipWriter:
    """`ports.SinkWriter`: holds lines until the flush, since many compress better than few."""

    def __init__(self, sink: GzipSink, encoder: Encoder) -> None:
        self._sink = sink
        self._encoder = encoder
        self._held: list[bytes] = []
        self._bytes = 0

    def write(self, columns: pa.RecordBatch) -> None:
        """Holds the rows; flushes early when there are many."""
        self._held.append(self._encoder.encode(columns))
        self._bytes += len(self._held[-1])
        if self._bytes >= _MEMBER_BYTES:
            self.flush()

    def flush(self) -> None:
        """All rows are in the file when it returns."""
        if self._bytes:
            self._sink.append(b"".join(self._held))
        self.close()

    def close(self) -> None:
        """Forgets what it holds."""
        self._held.clear()
        self._bytes = 0


_MEMBER_BYTES = 16 << 20


def _source(spec: SourceSpec, options: Options) -> GzipSource:
    return GzipSource(options.text("path"), spec.line_decoder())


def _sink(spec: SinkSpec, options: Options) -> GzipSink:
    return GzipSink(options.text("path"), spec.line_encoder())


def _prepare(connector: Connector) -> None:
    """A run begins with an empty file."""
    path = connector.options["path"]
    with writing(path):
        os.truncate(path, 0)


OPTIONS = (Option("path", names=Names.FILE),)
SOURCE = SourceKind(Address(main="path"), _source, BadRecords.FAIL, options=OPTIONS)
SINK = SinkKind(Address(main="path"), _sink, options=OPTIONS, prepare=_prepare)
