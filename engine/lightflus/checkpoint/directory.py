"""A store of checkpoints in a folder of this machine.

What it owns: what a power cut leaves: an object is written beside its place, and comes there whole and at once. Any
thread. What it asks of the file system: hard links, renames within it, `fsync`, `flock`.
What it leaves: what the objects are (`names.py`).
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import pyarrow as pa

from lightflus.checkpoint.names import checked, is_name
from lightflus.errors import ObjectMissing, StoreFailed, StoreInUse

_UNFINISHED = ".unfinished"
_LOCK = ".lock"
_HOLDER_BYTES = 512
_HINTS = {
    errno.ENOSPC: "make room on that disk; the job goes on from its last checkpoint",
    errno.EDQUOT: "ask for a larger quota there; the job goes on from its last checkpoint",
    errno.EACCES: "run as a user who may write there, or name another folder",
    errno.EPERM: "name a folder on a file system that has hard links",
    errno.ENOTSUP: "name a folder on a file system that has hard links",
    errno.ENOTDIR: "name a folder, or a place where one can be made",
    errno.EEXIST: "name a folder, or a place where one can be made",
    errno.EROFS: "name a folder that can be written",
    errno.EIO: "look after that disk, or name a folder on another one",
}


class DirectoryStore:
    """A store in a folder. See `ports.stores.CheckpointStore`."""

    def __init__(self, folder: Path, *, is_made: bool = False) -> None:
        """Opens it; with `is_made`, makes it where it is missing. Raises StoreFailed."""
        self._folder = folder
        self._lock: int | None = None
        if is_made:
            with _told("make", folder):
                _make(folder)
        elif not folder.is_dir():
            raise StoreFailed(
                "there is no such folder", where=str(folder), hint="name the folder of a job's checkpoints"
            )

    @property
    def where(self) -> str:
        """See `CheckpointStore`."""
        return str(self._folder)

    def create(self, name: str, data: bytes) -> bool:
        """See `CheckpointStore`."""
        path = self._path(name)
        if path.exists():
            return False
        with _told("write", path):
            file = self._unfinished()
            try:
                file.write(data)
                _finish(file)
                _make(path.parent)
                os.link(file.name, path)
                _sync_folder(path.parent)
            except FileExistsError:
                return False
            finally:
                _discard(file)
        return True

    def upload(self, name: str) -> DirectoryUpload:
        """See `CheckpointStore`."""
        path = self._path(name)
        with _told("write", path):
            return DirectoryUpload(self._unfinished(), path)

    def read(self, name: str, start: int = 0, length: int | None = None) -> pa.Buffer:
        """See `CheckpointStore`."""
        path = self._path(name)
        with _told("read", path), open(path, "rb", buffering=0) as file:
            there = max(0, os.fstat(file.fileno()).st_size - start)
            return pa.py_buffer(_read(file.fileno(), start, there if length is None else min(there, length)))

    def size(self, name: str) -> int:
        """See `CheckpointStore`."""
        path = self._path(name)
        with _told("read", path):
            return path.stat().st_size

    def names(self, prefix: str) -> Sequence[str]:
        """See `CheckpointStore`."""
        root = self._path(prefix.removesuffix("/"))
        found = []
        with _told("list", root):
            for folder, _, files in os.walk(root, onerror=_raised):
                inner = Path(folder).relative_to(self._folder).as_posix()
                found += [name for file in files if is_name(name := f"{inner}/{file}")]
        return sorted(found)

    def delete(self, names: Collection[str]) -> None:
        """See `CheckpointStore`."""
        folders = set()
        for name in names:
            path = self._path(name)
            with _told("delete", path):
                path.unlink(missing_ok=True)
            folders.add(path.parent)
        for folder in folders:
            with suppress(OSError):  # it is not empty, or was never there
                folder.rmdir()

    def hold(self) -> None:
        """See `CheckpointStore`. What a run that was killed had begun to write is removed."""
        path = self._folder / _LOCK
        with _told("write", path):
            lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            holder = os.pread(lock, _HOLDER_BYTES, 0).decode(errors="replace") or "another run"
            os.close(lock)
            hint = "stop it first, or name another folder"
            raise StoreInUse(f"a job runs on these checkpoints: {holder}", where=self.where, hint=hint) from None
        self._lock = lock
        with _told("write", path):
            os.truncate(lock, 0)
            os.pwrite(lock, _holder().encode(), 0)
            for left in (self._folder / _UNFINISHED).glob("*"):
                left.unlink(missing_ok=True)

    def close(self) -> None:
        """See `CheckpointStore`."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _path(self, name: str) -> Path:
        return self._folder / checked(name)

    def _unfinished(self) -> BinaryIO:
        folder = self._folder / _UNFINISHED
        _make(folder)
        return open(folder / uuid4().hex, "xb")


class DirectoryUpload:
    """A file beside its place. See `ports.stores.Upload`."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path

    def write(self, data: bytes | pa.Buffer) -> None:
        """See `Upload`."""
        with _told("write", self._path):
            self._file.write(data)

    def finish(self) -> None:
        """See `Upload`."""
        with _told("write", self._path):
            _finish(self._file)
            _make(self._path.parent)
            os.replace(self._file.name, self._path)
            _sync_folder(self._path.parent)

    def abandon(self) -> None:
        """See `Upload`."""
        with _told("delete", self._path):
            _discard(self._file)


@contextmanager
def _told(what: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if what == "read" and isinstance(error, FileNotFoundError):
            raise ObjectMissing("there is no such object", where=str(path)) from error
        reason = error.strerror or str(error)
        raise StoreFailed(f"cannot {what} it: {reason}", where=str(path), hint=_HINTS.get(error.errno or 0)) from error


def _make(folder: Path) -> None:
    """Makes a folder, and those around it, so that they survive a power cut."""
    if folder.is_dir():
        return
    _make(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir()
    _sync_folder(folder.parent)


def _finish(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
    file.close()


def _discard(file: BinaryIO) -> None:
    with suppress(OSError):  # closing writes what a full disk has not taken
        file.close()
    Path(file.name).unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(descriptor: int, start: int, length: int) -> bytes:
    parts = []
    while length > 0 and (part := os.pread(descriptor, length, start)):
        parts.append(part)
        start, length = start + len(part), length - len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _raised(error: OSError) -> None:
    """Raises it, but a folder that is not there has no names."""
    if not isinstance(error, FileNotFoundError):
        raise error


def _holder() -> str:
    return f"process {os.getpid()} of {socket.gethostname()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
