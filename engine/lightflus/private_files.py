"""Files that only their owner can read, such as those of tokens: replaced whole, never half written.

What it owns: mode, order of steps, the mutual exclusion of those who change one. Blocking; any thread.
What it leaves: what is in them (`apiserver/access.py`, `client/tokens.py`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

from lightflus.errors import ExternalError


def write_private(path: Path, text: str) -> None:
    """Writes a file of mode 0600; what was there stays if that fails. Raises ExternalError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _make_folder(path)
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        beside.replace(path)
    except OSError as error:
        raise ExternalError(f"cannot be written: {error.strerror}", where=str(path)) from error


@contextmanager
def changing(path: Path) -> Iterator[None]:
    """While the block runs nobody else, of any process, is in such a block for that file. Raises ExternalError."""
    try:
        _make_folder(path)
        lock = os.open(path.with_name(f".{path.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise ExternalError(f"cannot be written: {error.strerror}", where=str(path)) from error
    try:
        flock(lock, LOCK_EX)
        yield
    finally:
        os.close(lock)


def _make_folder(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
