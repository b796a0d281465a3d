"""The files that a user names on the command line.

What it owns: which of them is a source, and the words for one that is not there.
"""

from __future__ import annotations

from pathlib import Path

from lightflus.errors import UserError

SOURCE_SUFFIXES = (".ts", ".mts")
_HINT = "name a TypeScript job (.ts) or a module (.wasm)"


def is_source(path: Path) -> bool:
    """Whether it has to be built before it can run."""
    return path.suffix in SOURCE_SUFFIXES


def require_file(path: Path) -> None:
    """Raises UserError with the reason and the way out."""
    if not path.exists():
        raise UserError("there is no such file", where=str(path), hint=_HINT)
    if not path.is_file():
        raise UserError("this is not a file", where=str(path), hint=_HINT)


def require_source(path: Path) -> None:
    """The same, and that it is TypeScript."""
    require_file(path)
    if not is_source(path):
        raise UserError(f"`{path.name}` is not a TypeScript file", where=str(path), hint="a job's source ends in .ts")
