"""Runs the bundled TypeScript compiler as a child process: files in, one JSON object out.

What it owns: the command line of `lf-tsc.mjs`, its time limit, its diagnostics as problems.
What it leaves: finding it (`toolchain.py`), what is done with the module (`modules.py`).
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from lightflus.cli.toolchain import find_compiler, find_node
from lightflus.errors import BuildFailed, InternalError, Problem
from lightflus.limits import COMPILER_SECONDS

Diagnostic = dict[str, object]


@dataclass(frozen=True, slots=True)
class Compiled:
    """What the compiler made: a module without its graph, and the user's files that it read (if it says)."""

    wasm: bytes
    inputs: tuple[str, ...]


def compile_typescript(source: Path) -> Compiled:
    """Compiles a TypeScript job.

    Raises:
        BuildFailed: the compiler refuses the program; carries its diagnostics.
        ToolMissing: no Node.js, or no compiler in this installation.
        InternalError: the compiler broke.
    """
    node, entry = find_node(), find_compiler()
    with tempfile.TemporaryDirectory(prefix="lightflus-build-") as folder:
        out = Path(folder) / "job.wasm"
        command = [node.path, str(entry), "build", str(source), "--out", str(out), "--json"]
        try:
            done = subprocess.run(command, capture_output=True, timeout=COMPILER_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise BuildFailed(
                f"the compiler did not end within {COMPILER_SECONDS} s",
                (Problem(f"the compiler did not end within {COMPILER_SECONDS} s", where=str(source)),),
            ) from None
        report = _report(done)
        problems = tuple(map(_problem, cast(list[Diagnostic], report.get("diagnostics", []))))
        if not report.get("ok"):
            raise BuildFailed(f"{source} does not compile", problems or (Problem("it does not compile", str(source)),))
        return Compiled(out.read_bytes(), tuple(cast(list[str], report.get("files", []))))


def _report(done: subprocess.CompletedProcess[bytes]) -> dict[str, object]:
    try:
        report = cast(object, json.loads(done.stdout))
    except ValueError:
        report = None
    if not isinstance(report, dict):
        said = (done.stderr or done.stdout).decode(errors="replace").strip()[-2_000:]
        raise InternalError(f"the TypeScript compiler broke (exit code {done.returncode}): {said}")
    return report


def _problem(diagnostic: Diagnostic) -> Problem:
    def text(name: str) -> str | None:
        value = diagnostic.get(name)
        return str(value) if value not in (None, "") else None

    place = ":".join(str(diagnostic[name]) for name in ("file", "line", "column") if diagnostic.get(name))
    return Problem(
        text("message") or "the compiler gave no reason",
        where=place or None,
        hint=text("hint"),
        code=text("code"),
        source=text("source"),
    )
