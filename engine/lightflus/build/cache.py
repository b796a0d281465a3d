"""Built modules, kept by the content of everything that they were built from.

What it owns: `run job.ts` twice compiles once. An entry holds the digests of all source files and of the compiler, and
of the module itself; one changed bit anywhere and it is built again. Readable by its user alone.
What it leaves: compiled machine code (`wasm/artefacts.py`). Any process; entries are replaced whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from lightflus import __version__
from lightflus.limits import BUILD_CACHE_FILES
from lightflus.wasm import default_cache_directory

_SUFFIX = ".build"


class BuildCache:
    """Modules by the path of their job."""

    def __init__(self, compiler: Path, directory: Path | None = None) -> None:
        """`compiler` is the entry of the bundled compiler: another compiler, other modules."""
        self._directory = directory or default_cache_directory().parent / "builds"
        self._compiler = _compiler_digest(compiler)

    def load(self, source: Path) -> bytes | None:
        """The module, if nothing that it was made from has changed."""
        try:
            head, _, wasm = self._path(source).read_bytes().partition(b"\n")
            entry = cast(dict[str, object], json.loads(head))
            inputs = cast(dict[str, str], entry["inputs"])
            if entry["compiler"] != self._compiler or entry["module"] != hashlib.sha256(wasm).hexdigest():
                return None
            if any(_digest(Path(path)) != digest for path, digest in inputs.items()):
                return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return wasm

    def store(self, source: Path, inputs: Sequence[str], wasm: bytes) -> None:
        """Keeps a module. A cache that cannot be written is no error: the next run builds again."""
        with contextlib.suppress(OSError):
            digests = {path: _digest(Path(path)) for path in inputs}
            entry = {"compiler": self._compiler, "module": hashlib.sha256(wasm).hexdigest(), "inputs": digests}
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, temporary = tempfile.mkstemp(dir=self._directory)  # mode 0600
            with os.fdopen(descriptor, "wb") as file:
                file.write(json.dumps(entry).encode() + b"\n" + wasm)
            Path(temporary).replace(self._path(source))
            self._prune()

    def _path(self, source: Path) -> Path:
        return self._directory / (hashlib.sha256(str(source.resolve()).encode()).hexdigest() + _SUFFIX)

    def _prune(self) -> None:
        files = sorted(self._directory.glob(f"*{_SUFFIX}"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in files[BUILD_CACHE_FILES:]:
            file.unlink(missing_ok=True)


def _compiler_digest(entry: Path) -> str:
    """Of its version and its files' sizes and times, which is quicker than reading megabytes and as good here."""
    found = hashlib.sha256(__version__.encode())
    for path in sorted(entry.parent.rglob("*")):
        with contextlib.suppress(OSError):
            status = path.stat()
            found.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return found.hexdigest()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
