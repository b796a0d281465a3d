"""`file:`: a file of lines, a directory or a pattern with one split per file; and lines as a sink.

What it owns: opening and its errors. Relative paths start at the current directory.
What it leaves: which files (`paths.py`), those that grow (`following.py`), lines (`lines.py`), formats (handed in).
Readers on any thread; writers share one file under a lock.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from errno import EACCES
from io import RawIOBase
from pathlib import Path
from threading import Lock

import pyarrow as pa

from lightflus.connectors.contract.kinds import SinkKind, SinkSpec, SourceKind, SourceSpec
from lightflus.connectors.contract.options import Options
from lightflus.connectors.files.epochs import EpochFile, FileCommitter, FileEpochWriter
from lightflus.connectors.files.following import FollowedFile, FollowingReader, first_line
from lightflus.connectors.files.paths import Paths
from lightflus.connectors.toolbox.failures import opening, reading, writing
from lightflus.connectors.toolbox.lines import LineOrigin, LinePosition, LineReader, headed
from lightflus.connectors.toolbox.sequential import SequentialReader
from lightflus.model.graph import BadRecords, Connector, Delivery
from lightflus.model.graph import Sink as SinkNode
from lightflus.model.guarantees import Guarantee, Promise
from lightflus.model.schemas import FILE
from lightflus.ports.formats import Encoder, HeadedDecoder, LineDecoder
from lightflus.ports.health import Health
from lightflus.ports.reach import UNBOUNDED, Reach
from lightflus.ports.sinks import SinkIdentity
from lightflus.ports.sources import SourceBatch, SourceReader


class FileSource:
    """`ports.Source` over a file, those of a directory (hidden ones and sub-directories left out), or a pattern's."""

    is_committing = False

    def __init__(
        self, path: str, decoder: LineDecoder, *, is_following: bool = False, reach: Reach = UNBOUNDED
    ) -> None:
        """Looks, and opens nothing for longer. Raises BindingInvalid when there is nothing to read."""
        self._decoder = decoder
        self._is_following = is_following
        self._paths = Paths(path, is_growing=is_following, reach=reach)
        for file in self._paths.by_split.values():
            if os.path.exists(file) or not is_following:
                with opening(file, hint="check the permissions of the file"):
                    _check_readable(file, decoder)

    @property
    def is_growing(self) -> bool:
        """Whether files may come."""
        return self._is_following and self._paths.is_many

    @property
    def is_rewindable(self) -> bool:
        """Unless a pipe is among what is there now."""
        return all(os.path.isfile(path) or not os.path.exists(path) for path in self._paths.by_split.values())

    def splits(self) -> Sequence[str]:
        """The file's name; for a directory its files' names, for a pattern what follows its fixed part; sorted."""
        if self.is_growing:
            self._paths.look_again()
        return tuple(self._paths.by_split)

    def reader(self, splits: Mapping[str, str | None], health: Health) -> SourceReader:
        """One file after the other, each from a byte offset; or all in turn, without end."""
        if not self._is_following:
            return SequentialReader(self._open, splits)
        nothing = SourceBatch(self._decoder.decode_lines(b"").columns.slice(0, 0), LineOrigin("", 0, None), {}, 0)
        return FollowingReader(self._follow, splits, nothing)

    def close(self) -> None:
        """Nothing to release."""

    def _follow(self, split: str, position: str | None) -> FollowedFile:
        return FollowedFile(split, self._paths.by_split[split], self._decoder, position)

    def _open(self, split: str, position: str | None) -> LineReader:
        path = self._paths.by_split[split]
        start = LinePosition.parse(position, path)
        with reading(path):
            file = open(path, "rb", buffering=0)  # noqa: SIM115 (the reader closes it)
            if start.offset:
                file.seek(start.offset)
        return LineReader(
            split,
            path,
            self._decoder,
            read=lambda most: file.read(most) or b"",
            close=file.close,
            start=start,
            header=lambda: first_line(file.fileno()),
        )


def _check_readable(path: str, decoder: LineDecoder) -> None:
    """Raises OSError, or BindingInvalid for a header that does not fit.

    A pipe is not opened for it: what is written there is there once.
    """
    if not os.path.isfile(path):
        if not os.access(path, os.R_OK):
            raise PermissionError(EACCES, os.strerror(EACCES))
        return
    with open(path, "rb", buffering=0) as file:
        if isinstance(decoder, HeadedDecoder) and (header := first_line(file.fileno())):
            headed(decoder, header, path)


class FileSink:
    """`ports.TransactionalSink` that appends a line per row to one file.

    Without checkpoints, writers in other processes may have it open, too.
    """

    def __init__(self, path: str, encoder: Encoder, *, is_appending: bool = False) -> None:
        """Opens the file, without touching what is in it. Raises BindingInvalid when it cannot be written.

        `is_appending`: what stood there before the job's first checkpoint stays.
        """
        self._path = path
        self._encoder = encoder
        self._is_appending = is_appending
        self._epochs: EpochFile | None = None
        self._lock = Lock()
        with opening(path, hint=f"name a file that can be written; is `{Path(path).parent}` an existing directory?"):
            self._file: RawIOBase = open(path, "ab", buffering=0)  # noqa: SIM115 (close() does)

    @property
    def delivery(self) -> Delivery:
        """APPEND."""
        return Delivery.APPEND

    def writer(self, subtask: int, health: Health) -> FileWriter:
        """A writer onto the one file."""
        return FileWriter(self._path, self._file, self._encoder, self._lock)

    def begin(self, identity: SinkIdentity) -> None:
        """Keeps other processes from writing it by epochs. Raises SinkFailed: one does."""
        self._epochs = EpochFile(self._path, self._file, self._encoder, is_appending=self._is_appending)

    def staging_writer(self, subtask: int, health: Health) -> FileEpochWriter:
        """A writer whose lines can be read at once."""
        return self._by_epoch().writer(subtask)

    def committer(self, subtask: int, health: Health) -> FileCommitter:
        """Cuts the file at a start."""
        return self._by_epoch().committer(subtask)

    def close(self) -> None:
        """Idempotent."""
        with self._lock, writing(self._path):
            self._file.close()

    def _by_epoch(self) -> EpochFile:
        assert self._epochs is not None, "whoever writes by epochs has begun"
        return self._epochs


class FileWriter:
    """`ports.SinkWriter`: encodes on its own thread, writes whole pieces under the sink's lock."""

    def __init__(self, path: str, file: RawIOBase, encoder: Encoder, lock: Lock) -> None:
        self._path = path
        self._file = file
        self._encoder = encoder
        self._lock = lock

    def write(self, columns: pa.RecordBatch) -> None:
        """Appends a line per row."""
        lines = memoryview(self._encoder.encode(columns))
        with self._lock, writing(self._path):
            while lines:
                lines = lines[self._file.write(lines) or 0 :]

    def flush(self) -> None:
        """Nothing waits: a batch is many lines, and goes to the operating system at once."""

    def close(self) -> None:
        """The file belongs to the sink."""


def _open_source(spec: SourceSpec, options: Options) -> FileSource:
    path, is_following = options.text("path"), options.flag("follow")
    return FileSource(path, spec.line_decoder(), is_following=is_following, reach=options.reach)


def _open_sink(spec: SinkSpec, options: Options) -> FileSink:
    is_appending = options.flag("append")
    return FileSink(options.text("path"), spec.line_encoder(), is_appending=is_appending)


def _prepare(connector: Connector) -> None:
    """A run begins with an empty file unless told to append."""
    options = Options(connector.kind, connector.options, "sink")
    path = options.text("path")
    with writing(path):
        if not options.flag("append") and os.path.isfile(path):
            os.truncate(path, 0)


SOURCE = SourceKind(
    FILE.address,
    _open_source,
    BadRecords.FAIL,
    options=FILE.source,
    yields_decoded=True,
    follows={"follow": "true"},
)


def _promise(sink: SinkNode) -> Promise:
    path = sink.connector.options.get("path", "")
    if os.path.exists(path) and not os.path.isfile(path):
        return Promise(Guarantee.AT_LEAST_ONCE, "what went into a pipe or device cannot be taken back")
    return Promise(Guarantee.IN_EFFECT, "a start cuts the file to where its checkpoint ends")


SINK = SinkKind(FILE.address, _open_sink, options=FILE.sink, prepare=_prepare, promise=_promise)
