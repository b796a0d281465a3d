"""Where checkpoints lie: a directory, or a bucket.

What it owns: the Protocol of a store and of an object that is being written. Synchronous; any thread, several at once.
What it leaves: stores themselves (`checkpoint/directory.py`, `checkpoint/bucket.py`), what the objects are
(`checkpoint/names.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

import pyarrow as pa


class Upload(Protocol):
    """An object that is being written. Nobody sees it before `finish`."""

    def write(self, data: bytes | pa.Buffer) -> None:
        """Adds bytes. Raises StoreFailed."""
        ...

    def finish(self) -> None:
        """When it returns, the object is there, whole, and survives a power cut. Raises StoreFailed."""
        ...

    def abandon(self) -> None:
        """There will be no such object. Idempotent; nothing to do after `finish`."""
        ...


class CheckpointStore(Protocol):
    """Named objects; names are relative, of `a-z 0-9 . _ -` with slashes between."""

    @property
    def where(self) -> str:
        """How people call it, without secrets: of errors."""
        ...

    def create(self, name: str, data: bytes) -> bool:
        """Makes a small object whole, unless there is one of that name; whether it was made. Raises StoreFailed.

        The one primitive on which decisions rest: of two that create the same name, one is told that it did. Where the
        answer was lost, a store may say False to the one that did: whoever cares writes who it is into `data`, and
        reads it back.
        """
        ...

    def upload(self, name: str) -> Upload:
        """Begins an object of a name that nobody else uses."""
        ...

    def read(self, name: str, start: int = 0, length: int | None = None) -> pa.Buffer:
        """Bytes of an object, fewer than `length` only at its end. Raises ObjectMissing, StoreFailed."""
        ...

    def size(self, name: str) -> int:
        """Bytes of an object. Raises ObjectMissing, StoreFailed."""
        ...

    def names(self, prefix: str) -> Sequence[str]:
        """The names of all objects below `prefix` (a folder, with its slash), ascending. Raises StoreFailed."""
        ...

    def delete(self, names: Collection[str]) -> None:
        """Removes objects; those that are not there are none. Raises StoreFailed."""
        ...

    def hold(self) -> None:
        """Says that a job runs on it, as long as this store is open. Raises StoreInUse: one does already.

        Where the system cannot tell (a bucket), this does nothing: there generations decide.
        """
        ...

    def close(self) -> None:
        """Idempotent."""
        ...
