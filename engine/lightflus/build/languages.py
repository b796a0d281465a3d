"""The languages of jobs: which compiler a source goes to.

What it owns: the choice. What it leaves: a file per compiler (`typescript.py`, `rust.py`), imported when it is needed.
"""
# ruff: noqa: PLC0415 (that is what the last sentence says)

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from lightflus.build.sources import is_manifest

if TYPE_CHECKING:
    from lightflus.build.typescript import Compiled


def compile_job(source: Path, meanwhile: Callable[[], object] = lambda: None) -> Compiled:
    """Compiles a job to a module without its graph; `meanwhile` is done here while the compiler works.

    Raises:
        UserError: there is no such file, or no compiler takes it.
        BuildFailed: the compiler refuses the program; carries its diagnostics.
        ToolMissing: what it needs is not on this machine.
        InternalError: the compiler broke.
    """
    if is_manifest(source):
        from lightflus.build.rust import compile_rust

        return compile_rust(source, meanwhile)
    from lightflus.build.typescript import compile_typescript

    return compile_typescript(source, meanwhile)
