"""The files that a user names on the command line.

What it owns: which of them is a source, and the words for one that is not there. It asks os.path, since
pathlib raises for names that no file can have.
"""

from __future__ import annotations

import os
from pathlib import Path

from lightflus.errors import UserError

SOURCE_SUFFIXES = (".ts", ".mts")
MANIFEST = "Cargo.toml"
_HINT = "name a TypeScript job (.ts), the Cargo.toml of a Rust job, or a module (.wasm)"


def located(path: Path) -> Path:
    """The file that is meant: a folder with a Cargo.toml stands for that."""
    return path / MANIFEST if os.path.isfile(path / MANIFEST) else path


def is_manifest(path: Path) -> bool:
    """Whether it is a job in Rust."""
    return path.name == MANIFEST


def is_source(path: Path) -> bool:
    """Whether it has to be built before it can run."""
    return path.suffix in SOURCE_SUFFIXES or is_manifest(path)


def require_file(path: Path) -> None:
    """Raises UserError with the reason and the way out."""
    if not os.path.exists(path):
        raise UserError("there is no such file", where=str(path), hint=_HINT)
    if not os.path.isfile(path):
        raise UserError("this is not a file", where=str(path), hint=_HINT)


def require_source(path: Path) -> None:
    """The same, and that it is TypeScript."""
    require_file(path)
    if not is_source(path):
        hint = f"a job's source ends in .ts, or is a {MANIFEST}"
        raise UserError(f"`{path.name}` is not a TypeScript file", where=str(path), hint=hint)
