"""Protobuf source to descriptors, by the compiler that is on this machine.

What it owns: finding protoc, running it within a bound of time, and its words. Blocking; any thread.
What it leaves: descriptors (`protobuf_schema.py`). Nothing is compiled while a job runs: only before its start.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from lightflus.formats.refusal import SchemaMismatch
from lightflus.limits import PROTOC_SECONDS

_BUNDLED = "grpc_tools.protoc"


def descriptor_set(path: Path) -> bytes:
    """The descriptors of a source file and of what it imports, from its directory. Raises SchemaMismatch."""
    command = _protoc()
    folder = path.parent.resolve()
    with TemporaryDirectory() as made:
        out = Path(made) / "schema.desc"
        arguments = [f"--proto_path={folder}", "--include_imports", f"--descriptor_set_out={out}", path.name]
        try:
            done = subprocess.run(
                [*command, *arguments],
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=PROTOC_SECONDS,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SchemaMismatch(f"protoc cannot be run: {error}") from error
        if done.returncode or not out.exists():
            raise SchemaMismatch(f"protoc refuses it: {done.stderr.strip()[:1_000]}")
        return out.read_bytes()


def _protoc() -> list[str]:
    if found := shutil.which("protoc"):
        return [found]
    package = find_spec("grpc_tools")
    if package is not None and package.origin is not None:
        return [sys.executable, "-m", _BUNDLED, f"--proto_path={Path(package.origin).parent / '_proto'}"]
    raise SchemaMismatch(
        "it is Protobuf source, and this machine has no protoc to compile it",
        "install protoc (or: pip install grpcio-tools), or compile it elsewhere: "
        "protoc --include_imports --descriptor_set_out=x.desc x.proto, and name x.desc",
    )
