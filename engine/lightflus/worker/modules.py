"""Modules of a worker, a file each, found by their digests: fetched once, kept for all runners.

What it owns: the folder; that bytes hash to their digest, when they come and when they are read; that a file is there
whole or not at all; how many are kept. Any thread. What it leaves: fetching (`agent.py`), what they are (`sandbox/`).
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

from lightflus.cluster_limits import KEPT_MODULES
from lightflus.errors import ModuleInvalid

_DIGEST = re.compile(r"[0-9a-f]{64}")


def kept_module(folder: Path, digest: str) -> bytes:
    """The bytes of a digest. Raises ModuleInvalid where they are not there, or others."""
    try:
        wasm = _path(folder, digest).read_bytes()
    except OSError as error:
        raise ModuleInvalid(f"the module {digest[:12]} is not on this worker: {error.strerror}") from error
    if hashlib.sha256(wasm).hexdigest() != digest:
        raise ModuleInvalid(f"the module {digest[:12]} on this worker is damaged", hint="remove its file")
    return wasm


def has_module(folder: Path, digest: str) -> bool:
    """Whether it is there; then it is one of those used last."""
    with suppress(OSError):
        os.utime(_path(folder, digest))
        return True
    return False


def keep_module(folder: Path, digest: str, wasm: bytes) -> None:
    """Puts it there, and removes what was not used for longest. Raises ModuleInvalid where the bytes are others."""
    if hashlib.sha256(wasm).hexdigest() != digest:
        raise ModuleInvalid(f"what came as module {digest[:12]} is another one")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        file.write(wasm)
    os.replace(file.name, _path(folder, digest))
    for old in sorted(folder.glob("*.wasm"), key=lambda path: path.stat().st_mtime)[:-KEPT_MODULES]:
        old.unlink(missing_ok=True)


def _path(folder: Path, digest: str) -> Path:
    """Raises ModuleInvalid: a digest is no path."""
    if not _DIGEST.fullmatch(digest):
        raise ModuleInvalid(f"`{digest[:80]}` is no digest")
    return folder / f"{digest}.wasm"
