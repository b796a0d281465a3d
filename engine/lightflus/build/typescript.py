"""Runs the bundled TypeScript compiler as a child process: files in, one JSON object out.

What it owns: the command line of `lf-tsc.mjs`, its time limit, its diagnostics as problems.
What it leaves: finding it (`toolchain.py`), what is done with the module (`modules.py`).
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from lightflus.build.sources import require_source
from lightflus.build.toolchain import find_compiler, find_node
from lightflus.errors import BuildFailed, InternalError, Problem
from lightflus.limits import COMPILER_SECONDS

Diagnostic = dict[str, object]


@dataclass(frozen=True, slots=True)
class Compiled:
    """What the compiler made: a module without its graph, and the user's files that it read (if it says)."""

    wasm: bytes
    inputs: tuple[str, ...]


def compile_typescript(source: Path, meanwhile: Callable[[], object] = lambda: None) -> Compiled:
    """Compiles a TypeScript job.

    Args:
        source: the job.
        meanwhile: done here while the compiler works in its process.

    Raises:
        UserError: there is no such file, or it is not TypeScript.
        BuildFailed: the compiler refuses the program; carries its diagnostics.
        ToolMissing: no Node.js, or no compiler in this installation.
        InternalError: the compiler broke.
    """
    require_source(source)
    node, entry = find_node(), find_compiler()
    with tempfile.TemporaryDirectory(prefix="lightflus-build-") as folder:
        out = Path(folder) / "job.wasm"
        named = f"./{source}" if str(source).startswith("-") else str(source)  # not to be taken for an option
        command = [node.path, str(entry), "build", named, "--out", str(out), "--json"]
        report = _report(run_compiler(command, source, meanwhile))
        problems = tuple(map(_problem, cast(list[Diagnostic], report.get("diagnostics", []))))
        if not report.get("ok"):
            raise BuildFailed(f"{source} does not compile", problems or (Problem("it does not compile", str(source)),))
        return Compiled(out.read_bytes(), tuple(cast(list[str], report.get("files", []))))


def run_compiler(
    command: list[str], source: Path, meanwhile: Callable[[], object], *, folder: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Runs a compiler in `folder` and does something here meanwhile. Raises BuildFailed if it does not end in time."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder) as child:
        try:
            meanwhile()
            out, said = child.communicate(timeout=COMPILER_SECONDS)
        except subprocess.TimeoutExpired:
            text = f"the compiler did not end within {COMPILER_SECONDS} s"
            raise BuildFailed(text, (Problem(text, where=str(source)),)) from None
        finally:
            child.kill()
        return subprocess.CompletedProcess(command, child.returncode, out, said)


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
