"""The bytes of modules, as files by digest below a directory.

What it owns: that a file is there whole or not at all, whatever is killed. Files are read and written on threads.
What it leaves: which namespace has which (`catalog.py`), whether the bytes are any good: the ApiServer has had them
inspected.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from pathlib import Path

import trio

from lightflus.cluster_limits import MODULE_CHUNK_BYTES
from lightflus.errors import ExternalError, NotFound


class ModuleFiles:
    """A directory of modules."""

    def __init__(self, folder: Path) -> None:
        """Makes the directory, and clears away what a killed process has left half written."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for rest in folder.glob("*.part"):
            rest.unlink()

    async def write(self, digest: str, wasm: bytes) -> None:
        """Keeps a module. Raises ExternalError."""
        try:
            await trio.to_thread.run_sync(self._write, digest, wasm)
        except OSError as error:
            raise ExternalError(f"cannot keep a module: {error}", where=str(self._folder)) from error

    async def chunks(self, digest: str) -> AsyncGenerator[bytes, None]:
        """Its bytes, MODULE_CHUNK_BYTES at a time. Raises NotFound."""
        path, place = self._folder / digest, 0
        while True:
            try:
                chunk = await trio.to_thread.run_sync(_read, path, place)
            except FileNotFoundError as error:
                raise NotFound(f"the module {digest} is not there", where=str(path)) from error
            if not chunk:
                return
            place += len(chunk)
            yield chunk

    def delete(self, digest: str) -> None:
        """Forgets one, if it is there."""
        (self._folder / digest).unlink(missing_ok=True)

    def _write(self, digest: str, wasm: bytes) -> None:
        part = self._folder / f"{digest}.{os.urandom(8).hex()}.part"
        with part.open("wb") as file:
            file.write(wasm)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._folder / digest)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _read(path: Path, place: int) -> bytes:
    with path.open("rb") as file:
        file.seek(place)
        return file.read(MODULE_CHUNK_BYTES)
