"""What the repo-wide tests look at: the tracked files, and the parts of a Python file that they judge.

Owns no rule: each `test_*.py` beside it states one. Files come from git, so that what a build or a run left behind is
not judged; a source archive without git falls back to the folders.
"""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "engine" / "lightflus"


@cache
def tracked_files() -> tuple[Path, ...]:
    """Files that git knows and that still exist, in a stable order."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listing.returncode != 0:
        return tuple(sorted(p for p in ROOT.rglob("*") if p.is_file() and not _is_made(p)))
    found = (ROOT / name for name in listing.stdout.split("\0") if name)
    return tuple(sorted(p for p in found if p.is_file()))


def _is_made(path: Path) -> bool:
    made = {".venv", ".build", "node_modules", "target", "bundled", "dist", "__pycache__"}
    return bool(made.intersection(path.relative_to(ROOT).parts))


def tracked(*suffixes: str, under: str = "") -> list[Path]:
    """Tracked files with one of these suffixes, inside a folder."""
    return [p for p in tracked_files() if p.suffix in suffixes and name_of(p).startswith(under)]


def name_of(path: Path) -> str:
    """The path as a reader of a test's message knows it."""
    return path.relative_to(ROOT).as_posix()


def is_generated(path: Path) -> bool:
    """Whether a tool wrote the file."""
    return path.name.endswith(("_pb2.py", "_pb2.pyi", "generated.ts", "generated.rs", "schemas.py"))


def engine_modules() -> list[Path]:
    """The hand-written Python files of the package."""
    return [p for p in tracked(".py", under="engine/lightflus/") if not is_generated(p)]


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a Python file, for looking only: it is every caller's."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Full names of what a file imports, at the top, inside functions and under TYPE_CHECKING alike.

    `from a.b import c` gives `a.b.c`: c may be a module.
    """
    names: list[str] = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}: relative import; write the full name"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return tuple(names)
