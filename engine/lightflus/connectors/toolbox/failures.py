"""Turns what the operating system says into errors of ours.

What it owns: the one mapping of OSError at the edge of the file-like connectors. Any thread.
What it leaves: SQLite's own errors (`sqlite/`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lightflus.errors import BindingInvalid, SinkFailed, SourceFailed

STDOUT = "stdout"
"""What errors of standard output have as their place."""


@contextmanager
def opening(where: str, *, hint: str) -> Iterator[None]:
    """Before the job starts: whatever fails is the binding's fault. Raises BindingInvalid."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise BindingInvalid(reason(error), where=where, hint=hint) from error


@contextmanager
def reading(where: str) -> Iterator[None]:
    """While the job reads. Raises SourceFailed."""
    try:
        yield
    except OSError as error:
        raise SourceFailed(f"cannot be read: {reason(error)}", where=where) from error


@contextmanager
def writing(where: str) -> Iterator[None]:
    """While the job writes. Raises SinkFailed."""
    try:
        yield
    except OSError as error:
        hint = "free some space on that disk" if isinstance(error, OSError) and error.errno == _ENOSPC else None
        raise SinkFailed(f"cannot be written: {reason(error)}", where=where, hint=hint) from error


_ENOSPC = 28


def reason(error: OSError | ValueError) -> str:
    """`No such file or directory`, without Python's `[Errno 2]` and the path that `where` already names."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[0].lower() + error.strerror[1:]
    return str(error)
