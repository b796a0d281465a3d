"""Follows files that grow, as `tail -F` does: new lines as they come, files that appear, are renamed or cut short.

What it owns: what stands behind a name now, and where reading goes on after a restart: `offset:line:device-inode`, so
that a file that was renamed meanwhile is read to its end first. A reader never waits for longer than READ_WAIT_MS.
What it leaves: lines (`lines.py`), which files (`paths.py`). One thread at a time uses a reader.
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import FileIO
from time import sleep

from lightflus.connectors.toolbox.failures import reading
from lightflus.connectors.toolbox.lines import LinePosition, LineReader
from lightflus.limits import READ_BYTES, READ_WAIT_MS
from lightflus.model.pace import Pace
from lightflus.ports.formats import LineDecoder
from lightflus.ports.sources import SourceBatch

_POLL_MS = 20
"""How often a file that has nothing new is looked at: people do not see it, and it costs a millisecond a second."""
_EMPTY_LINES = re.compile(rb"\A(\xef\xbb\xbf)?(\r?\n)+")

Identity = tuple[int, int]
"""Device and inode: what a file keeps when it is renamed."""


@dataclass(frozen=True, slots=True)
class FilePosition:
    """A place in a file, whatever it is called by now; without an identity it is in the file of that name."""

    place: LinePosition
    identity: Identity | None = None

    def __str__(self) -> str:
        return str(self.place) if self.identity is None else f"{self.place}:{self.identity[0]}-{self.identity[1]}"

    @staticmethod
    def parse(text: str | None, where: str) -> FilePosition:
        """The inverse of `str`; None is the beginning. Raises SourceFailed."""
        head, _, tail = (text or "").rpartition(":")
        device, dash, inode = tail.partition("-")
        if dash and device.isdecimal() and inode.isdecimal():
            return FilePosition(LinePosition.parse(head, where), (int(device), int(inode)))
        return FilePosition(LinePosition.parse(text, where))


class FollowedFile:
    """One name, and the files that stand behind it one after the other."""

    def __init__(self, split: str, path: str, decoder: LineDecoder, position: str | None) -> None:
        """Raises SourceFailed for a position that is none."""
        self._split = split
        self._path = path
        self._decoder = decoder
        self._next = FilePosition.parse(position, path)
        self._file: FileIO | None = None
        self._reader: LineReader | None = None
        self._identity: Identity = (0, 0)
        self._seen = 0
        self._is_cut = False

    def read(self) -> SourceBatch | None:
        """What has arrived, or None. Raises SourceFailed."""
        while True:
            reader = self._reader or self._open()
            if reader is None:
                return None
            found = reader.read()
            if self._is_cut or found is None:
                self._restart()
            elif found.columns.num_rows or found.rejected:
                place = LinePosition.parse(found.positions[self._split], self._path)
                return replace(found, positions={self._split: str(FilePosition(place, self._identity))})
            else:
                return None

    def close(self) -> None:
        """Idempotent."""
        if self._file is not None:
            self._file.close()
        self._file, self._reader = None, None

    def _restart(self) -> None:
        self.close()
        self._next, self._is_cut = FilePosition(LinePosition()), False

    def _open(self) -> LineReader | None:
        """The file that reading goes on in; None while there is none."""
        wanted = self._next
        path = self._path if wanted.identity is None else self._name_of(wanted.identity)
        with reading(self._path):
            try:
                file = FileIO(path, "rb")
            except FileNotFoundError:
                return None
            found = os.fstat(file.fileno())
        self._identity = (found.st_dev, found.st_ino)
        start = wanted.place
        if wanted.identity not in (None, self._identity) or found.st_size < start.offset:
            start = LinePosition()
        file.seek(start.offset)
        self._file, self._seen = file, start.offset
        self._reader = LineReader(
            self._split, self._path, self._decoder, read=self._more, close=file.close, start=start, header=self._header
        )
        return self._reader

    def _name_of(self, identity: Identity) -> str:
        """The name of a file that may have been renamed inside its directory."""
        with reading(self._path), os.scandir(os.path.dirname(self._path) or ".") as entries:
            for entry in entries:
                if entry.inode() == identity[1] and entry.is_file() and _identity_of(entry.stat()) == identity:
                    return entry.path
        return self._path

    def _header(self) -> bytes:
        assert self._file is not None, "a reader is opened over an open file"
        return first_line(self._file.fileno())

    def _more(self, most: int) -> bytes | None:
        """Bytes of the open file; None where there are none yet; b"" where another stands behind the name."""
        assert self._file is not None, "who reads is open"
        data = self._file.read(most) or b""
        if not data and self._is_replaced():
            data = self._file.read(most) or b""
            if not data:
                return b""
        if not data:
            self._is_cut = os.fstat(self._file.fileno()).st_size < self._seen
            return None
        self._seen += len(data)
        return data

    def _is_replaced(self) -> bool:
        """Whether another file has the name, with something in it: a writer may still use the old one until then."""
        try:
            found = os.stat(self._path)
        except FileNotFoundError:
            return False
        return _identity_of(found) != self._identity and found.st_size > 0


def _identity_of(found: os.stat_result) -> Identity:
    return found.st_dev, found.st_ino


class FollowingReader:
    """`ports.SourceReader` over files that never end: whoever has something new is read next, in turn."""

    def __init__(
        self,
        open_split: Callable[[str, str | None], FollowedFile],
        splits: Mapping[str, str | None],
        nothing: SourceBatch,
    ) -> None:
        """`nothing` is what a read yields when nothing has arrived."""
        self._open = open_split
        self._files = deque(open_split(split, position) for split, position in splits.items())
        self._nothing = nothing

    def read(self) -> SourceBatch:
        """The next lines of one file; none after READ_WAIT_MS. Raises SourceFailed."""
        for pause in range(READ_WAIT_MS // _POLL_MS):
            for _ in range(len(self._files)):
                file = self._files[0]
                self._files.rotate(-1)
                if (found := file.read()) is not None:
                    return found
            if pause + 1 < READ_WAIT_MS // _POLL_MS:
                sleep(_POLL_MS / 1_000)
        return self._nothing

    def pace(self, pace: Pace) -> None:
        """Whoever has something new is read."""

    def add(self, splits: Sequence[str]) -> None:
        """Read from their beginning."""
        self._files.extend(self._open(split, None) for split in splits)

    def commit(self, positions: Mapping[str, str]) -> None:
        """Nobody keeps positions in a file."""

    def lag(self) -> int | None:
        """Unknown."""
        return None

    def close(self) -> None:
        """Closes all files. Idempotent."""
        for file in self._files:
            file.close()


def first_line(descriptor: int) -> bytes:
    """The first line of an open file that is not empty, without moving in it."""
    return _EMPTY_LINES.sub(b"", os.pread(descriptor, READ_BYTES, 0)).partition(b"\n")[0]
