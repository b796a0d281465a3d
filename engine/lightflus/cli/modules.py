"""The module of a job that a user names: a file as it is, or what a source is built to.

What it owns: telling the two apart. What it leaves: building (`build/`), loading (`compose/loading.py`).
"""

from __future__ import annotations

import os
from pathlib import Path

from lightflus.build.modules import built_or_cached
from lightflus.build.sources import is_source, require_file
from lightflus.cli.screen import say
from lightflus.compose.loading import load_module
from lightflus.errors import UserError
from lightflus.limits import MODULE_BYTES
from lightflus.sandbox.inspect import too_large
from lightflus.sandbox.module import LoadedModule
from lightflus.sandbox.world import LEVELS


def load_job(path: Path) -> LoadedModule:
    """A job, ready to run: built (or taken from the cache) if it is a source. Raises LightflusError."""
    return load_module(module_bytes(path), print_log)


def module_bytes(path: Path) -> bytes:
    """The bytes of a job's module: of the file itself, or of what its source is built to. Raises LightflusError."""
    require_file(path)
    return built_or_cached(path, print_log) if is_source(path) else _file_bytes(path)


def print_log(level: int, text: str) -> None:
    """Shows a line that a guest logs."""
    say(f"[{LEVELS[min(level, len(LEVELS) - 1)]}] {text}", is_whole=True)


def _file_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            wasm = file.read(MODULE_BYTES + 1)
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror}", where=str(path)) from error
    if size > MODULE_BYTES:
        raise too_large(size)
    return wasm
