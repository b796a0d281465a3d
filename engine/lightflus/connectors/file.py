"""`file:`: a file of lines, or a directory with one split per file; and JSON lines as a sink.

What it owns: paths, splits, opening and their errors. Relative paths start at the current directory.
What it leaves: lines (`lines.py`), formats (handed in). Readers on any thread; writers share one file under a lock.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from errno import EACCES
from io import RawIOBase
from pathlib import Path
from threading import Lock

import pyarrow as pa

from lightflus.connectors.failures import opening, reading, writing
from lightflus.connectors.kinds import Address, SinkKind, SinkSpec, SourceKind, SourceSpec
from lightflus.connectors.lines import LinePosition, LineReader
from lightflus.connectors.options import Options
from lightflus.connectors.sequential import SequentialReader
from lightflus.errors import BindingInvalid
from lightflus.model.graph import BadRecords, Delivery
from lightflus.runtime.io import Encoder, Health, LineDecoder


class FileSource:
    """`io.Source` over a file, or over the files of a directory (hidden ones and sub-directories left out)."""

    is_growing = False
    is_committing = False

    def __init__(self, path: str, decoder: LineDecoder) -> None:
        """Looks, and opens nothing for longer. Raises BindingInvalid when there is nothing to read."""
        self._decoder = decoder
        self._paths = _files(path)
        for file in self._paths.values():
            with opening(file, hint="check the permissions of the file"):
                _check_readable(file)

    def splits(self) -> Sequence[str]:
        """The file's name; for a directory its files' names, sorted."""
        return tuple(self._paths)

    def reader(self, splits: Mapping[str, str | None], health: Health) -> SequentialReader:
        """One file after the other, each from a byte offset."""
        return SequentialReader(self._open, splits)

    def close(self) -> None:
        """Nothing to release."""

    def _open(self, split: str, position: str | None) -> LineReader:
        path = self._paths[split]
        start = LinePosition.parse(position, path)
        with reading(path):
            file = open(path, "rb", buffering=0)  # noqa: SIM115 (the reader closes it)
            if start.offset:
                file.seek(start.offset)
        return LineReader(
            split, path, self._decoder, read=lambda most: file.read(most) or b"", close=file.close, start=start
        )


def _files(path: str) -> dict[str, str]:
    """Path by split."""
    with opening(path, hint="a file: or a directory to read; relative paths start at the current directory"):
        if not os.path.isdir(path):
            os.stat(path)
            return {os.path.basename(path): path}
        with os.scandir(path) as entries:
            names = sorted(e.name for e in entries if not e.name.startswith(".") and e.is_file())
    if not names:
        raise BindingInvalid("the directory has no files", where=path, hint="name a file, or a directory with files")
    return {name: os.path.join(path, name) for name in names}


def _check_readable(path: str) -> None:
    """Raises OSError. A pipe is not opened for it: what is written there is there once."""
    if os.path.isfile(path):
        with open(path, "rb", buffering=0):
            return
    if not os.access(path, os.R_OK):
        raise PermissionError(EACCES, os.strerror(EACCES))


class FileSink:
    """`io.Sink` that appends a line per row to one file; a run begins with an empty file unless told to append."""

    def __init__(self, path: str, encoder: Encoder, *, is_appending: bool) -> None:
        """Opens the file, without touching what is in it. Raises BindingInvalid when it cannot be written."""
        self._path = path
        self._encoder = encoder
        self._is_fresh = not is_appending
        self._lock = Lock()
        with opening(path, hint=f"name a file that can be written; is `{Path(path).parent}` an existing directory?"):
            self._file: RawIOBase = open(path, "ab", buffering=0)  # noqa: SIM115 (close() does)

    @property
    def delivery(self) -> Delivery:
        """APPEND."""
        return Delivery.APPEND

    def writer(self, subtask: int, health: Health) -> FileWriter:
        """A writer onto the one file; the first one empties it."""
        with self._lock, writing(self._path):
            if self._is_fresh:
                self._is_fresh = False
                if os.path.isfile(self._path):
                    self._file.truncate(0)
        return FileWriter(self._path, self._file, self._encoder, self._lock)

    def close(self) -> None:
        """Idempotent."""
        with self._lock, writing(self._path):
            self._file.close()


class FileWriter:
    """`io.SinkWriter`: encodes on its own thread, writes whole pieces under the sink's lock."""

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
    path = options.text("path")
    options.end()
    return FileSource(path, spec.line_decoder())


def _open_sink(spec: SinkSpec, options: Options) -> FileSink:
    path, is_appending = options.text("path"), options.flag("append")
    options.end()
    return FileSink(path, spec.line_encoder(), is_appending=is_appending)


SOURCE = SourceKind(Address(main="path"), _open_source, BadRecords.FAIL)
SINK = SinkKind(Address(main="path"), _open_sink)
