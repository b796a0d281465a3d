"""The cache of compiled modules: machine code on disk, readable and writable by its user alone.

What it owns: names (digest of the module + fingerprint of wasmtime and its settings), a checksum that is looked at
before a byte is trusted, atomic writing, a bound on their number. Any thread, any number of processes.
What it leaves: compiling (`module.py`, `sandbox/examining.py`).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from struct import Struct

from lightflus.limits import ARTEFACT_CACHE_FILES
from lightflus.wasm.engine import Code, Engine, fingerprint
from lightflus.wasm.module import CompiledModule
from lightflus.wasm.traps import WasmRefused

_CHECKSUM_BYTES = 32
_SIZE = Struct("<I")
_SUFFIX = ".cwasm"


@dataclass(frozen=True, slots=True)
class Kept:
    """A compiled module, and the facts that whoever stored it wants to find with it."""

    module: CompiledModule
    facts: bytes


def default_cache_directory() -> Path:
    """`$XDG_CACHE_HOME/lightflus/modules`, by default below `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME") or ""
    root = Path(base) if base.startswith("/") else Path.home() / ".cache"
    return root / "lightflus" / "modules"


class ArtefactCache:
    """Artefacts of one kind of code by digest.

    A directory that others may write to is not used: what lies there could be theirs.
    """

    def __init__(self, directory: Path | None = None, code: Code = Code.GUEST) -> None:
        self.directory = directory or default_cache_directory()
        self._code = code

    def load(self, digest: str, engine: Engine) -> Kept | None:
        """What is kept of a digest, for an engine; None if it is not there, damaged or not to be trusted."""
        path = self._path(digest)
        if not self._is_trusted(path.parent) or not self._is_trusted(path):
            return None
        try:
            content = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        checksum, packed = content[:_CHECKSUM_BYTES], memoryview(content)[_CHECKSUM_BYTES:]
        if len(packed) < _SIZE.size or hashlib.sha256(packed).digest() != checksum:
            return None
        behind = _SIZE.size + _SIZE.unpack_from(packed)[0]
        try:
            module = CompiledModule.from_artefact(bytes(packed[behind:]), engine)
        except WasmRefused:
            return None
        return Kept(module, bytes(packed[_SIZE.size : behind]))

    def store(self, digest: str, artefact: bytes, facts: bytes = b"") -> None:
        """Keeps an artefact. A cache that cannot be written is no error: the next run compiles again."""
        with contextlib.suppress(OSError):
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self._is_trusted(self.directory):
                packed = _SIZE.pack(len(facts)) + facts + artefact
                self._write(self._path(digest), hashlib.sha256(packed).digest() + packed)
                self._prune()

    def _path(self, digest: str) -> Path:
        return self.directory / f"{digest}-{fingerprint(self._code)}{_SUFFIX}"

    def _write(self, path: Path, content: bytes) -> None:
        descriptor, temporary = tempfile.mkstemp(dir=self.directory)  # mode 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            Path(temporary).replace(path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise

    def _prune(self) -> None:
        """Deletes the artefacts that were not used for longest."""
        files = sorted(self.directory.glob(f"*{_SUFFIX}"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in files[ARTEFACT_CACHE_FILES:]:
            file.unlink(missing_ok=True)

    @staticmethod
    def _is_trusted(path: Path) -> bool:
        try:
            found = path.lstat()
        except OSError:
            return False
        is_ours = found.st_uid == os.getuid()
        return is_ours and not stat.S_ISLNK(found.st_mode) and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
