"""A file of lines by epoch: written at once, and cut to what a checkpoint knows when a job goes back to it.

What it owns: the length at each checkpoint, who may write meanwhile, and cutting. Writers on any thread, under a lock.
What it leaves: the file and lines (`file.py`), when an epoch ends (the runtime).

Several subtasks share the file, and a barrier reaches them at different times. So that one length says where the epoch
ends, lines of a subtask that is ahead wait until the others have come to the same barrier; and one that ends while it
is ahead waits for them itself.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import RawIOBase
from threading import Condition

import pyarrow as pa

from lightflus.connectors.toolbox.failures import writing
from lightflus.connectors.toolbox.staged import sealed, unsealed
from lightflus.errors import SinkFailed
from lightflus.ports.formats import Encoder
from lightflus.ports.sinks import Committable


class EpochFile:
    """What the writers and committers of one run share."""

    def __init__(self, path: str, file: RawIOBase, encoder: Encoder, *, is_appending: bool) -> None:
        """Raises SinkFailed: another process writes it."""
        self._path = path
        self._file = file
        self._encoder = encoder
        self._is_appending = is_appending
        self._is_regular = os.path.isfile(path)
        self._lock = Condition()
        self._prepared: dict[int, int] = {}
        self._ahead: dict[int, bytearray] = {}
        self._recovering: set[int] = set()
        self._lengths: list[int] = []
        if self._is_regular:
            self._take()

    def writer(self, subtask: int) -> FileEpochWriter:
        """A writer of one subtask."""
        with self._lock:
            self._prepared[subtask], self._ahead[subtask] = 0, bytearray()
        return FileEpochWriter(self, subtask)

    def committer(self, subtask: int) -> FileCommitter:
        """A committer of one subtask."""
        with self._lock:
            self._recovering.add(subtask)
        return FileCommitter(self, subtask, self._path)

    def write(self, subtask: int, columns: pa.RecordBatch) -> None:
        """Appends a line per row, now or as soon as it may. Raises SinkFailed."""
        lines = self._encoder.encode(columns)
        with self._writing():
            if self._is_ahead(subtask):
                self._ahead[subtask] += lines
            else:
                self._append(lines)

    def prepare(self, subtask: int, epoch: int) -> int:
        """How long the file is with all that the subtask has written; it is on the disk. Raises SinkFailed."""
        with self._writing():
            while self._is_ahead(subtask):
                self._lock.wait()
            self._let_go(subtask)
            self._prepared[subtask] = epoch
            length = self._length() if self._is_regular else 0
            self._let_all_go()
            self._lock.notify_all()
        if self._is_regular:
            with writing(self._path):
                os.fsync(self._file.fileno())
        return length

    def held_bytes(self, subtask: int) -> int:
        """Lines of a subtask that wait for the others."""
        return len(self._ahead.get(subtask, b""))

    def end_writer(self, subtask: int) -> None:
        """Nobody waits for it any more. Idempotent. Raises SinkFailed."""
        with self._writing():
            self._prepared.pop(subtask, None)
            self._ahead.pop(subtask, None)
            self._let_all_go()
            self._lock.notify_all()

    def recover(self, subtask: int, lengths: Sequence[int]) -> None:
        """Cuts the file to the greatest of the lengths, once all subtasks have said theirs. Raises SinkFailed.

        Without any, to nothing; or, where it is to append to, to what there is.
        """
        with self._writing():
            self._recovering.discard(subtask)
            self._lengths += lengths
            if not self._recovering and self._is_regular:
                self._cut(max(self._lengths, default=self._length() if self._is_appending else 0))
                self._lengths.clear()

    def _cut(self, length: int) -> None:
        found = self._length()
        if found < length:
            raise SinkFailed(
                f"has {found:,} bytes, and had {length:,} at the checkpoint: it was cut, or is another file",
                where=self._path,
                hint="put the file back as it was, or begin with other checkpoints and another file",
            )
        self._file.truncate(length)
        os.fsync(self._file.fileno())

    def _take(self) -> None:
        try:
            fcntl.flock(self._file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SinkFailed(
                "another process writes this file with checkpoints",
                where=self._path,
                hint="stop the other run of the job, or name another file",
            ) from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock, writing(self._path):
            yield

    def _is_ahead(self, subtask: int) -> bool:
        return self._prepared.get(subtask, 0) > min(self._prepared.values(), default=0)

    def _let_all_go(self) -> None:
        for subtask in self._prepared:
            if not self._is_ahead(subtask):
                self._let_go(subtask)

    def _let_go(self, subtask: int) -> None:
        self._append(bytes(self._ahead[subtask]))
        self._ahead[subtask].clear()

    def _append(self, lines: bytes) -> None:
        left = memoryview(lines)
        while left:
            left = left[self._file.write(left) or 0 :]

    def _length(self) -> int:
        return os.fstat(self._file.fileno()).st_size


class FileEpochWriter:
    """`ports.StagingWriter` whose lines can be read at once."""

    def __init__(self, file: EpochFile, subtask: int) -> None:
        self._file = file
        self._subtask = subtask

    def write(self, columns: pa.RecordBatch) -> None:
        """Appends a line per row. Raises SinkFailed."""
        self._file.write(self._subtask, columns)

    def flush(self) -> None:
        """Nothing waits but for others."""

    def prepare(self, epoch: int) -> Committable:
        """The length up to here. Raises SinkFailed."""
        length = self._file.prepare(self._subtask, epoch)
        return Committable(epoch, self._subtask, sealed(b"%d" % length))

    @property
    def staged_bytes(self) -> int:
        """Lines that wait for other subtasks."""
        return self._file.held_bytes(self._subtask)

    def close(self) -> None:
        """Forgets what waits."""
        self._file.end_writer(self._subtask)


class FileCommitter:
    """`ports.Committer`: all is visible already; what counts is to cut off what no checkpoint knows."""

    def __init__(self, file: EpochFile, subtask: int, where: str) -> None:
        self._file = file
        self._subtask = subtask
        self._where = where

    def committed(self) -> int | None:
        """It does not matter: every epoch can be undone."""
        return None

    def recover(self, committables: Sequence[Committable]) -> None:
        """Cuts the file, once all committers have been told. Raises SinkFailed: it is shorter than it was."""
        self._file.recover(self._subtask, [self._length(one) for one in committables])

    def commit(self, committable: Committable) -> None:
        """Nothing is left to do. Raises SinkFailed: it is another subtask's."""
        self._length(committable)

    def abort(self, committable: Committable) -> None:
        """The next start cuts it off."""

    def close(self) -> None:
        """The file belongs to the sink."""

    def _length(self, committable: Committable) -> int:
        if committable.subtask != self._subtask:
            raise SinkFailed(
                f"output of subtask {committable.subtask} cannot be committed as that of subtask {self._subtask}",
                where=self._where,
            )
        return int(unsealed(committable.data, self._where))
