"""`lightflus doctor`: what this machine lacks, and how to get it.

What it owns: the checks. Each answers by itself; none of them changes anything. Parts of Lightflus are imported by
the check that looks at them, so that a broken one is a finding.
"""
# ruff: noqa: PLC0415 (that is what the last sentence says)

from __future__ import annotations

import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

import typer
from rich.text import Text

from lightflus.build.cargo import TARGET, find_cargo, find_crate
from lightflus.build.toolchain import find_api_package, find_compiler, find_node
from lightflus.cli.problems import USER
from lightflus.cli.screen import emit_json, show
from lightflus.errors import InternalError, LightflusError

_PYTHON = (3, 11)


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's answer.

    Attributes:
        name: what was looked at.
        is_fine: whether it will do.
        is_needed: whether a command fails without it.
        text: what was found.
        hint: how to get it, if it is missing.
    """

    name: str
    is_fine: bool
    is_needed: bool
    text: str
    hint: str = ""


def show_findings(*, as_json: bool) -> None:
    """Shows every check; exits with 2 if something needed is missing."""
    findings = examine()
    if as_json:
        emit_json([asdict(finding) for finding in findings])
    else:
        width = max(len(finding.name) for finding in findings)
        for finding in findings:
            mark, style = ("ok", "green") if finding.is_fine else ("--", "red" if finding.is_needed else "yellow")
            line = Text.assemble((f"{mark}  ", style), f"{finding.name:<{width}}  {finding.text}")
            show(line, under=width + 6)
            if not finding.is_fine and finding.hint:
                show(Text(f"    {'':<{width}}  {finding.hint}", style="dim"), under=0)
    if any(finding.is_needed and not finding.is_fine for finding in findings):
        raise typer.Exit(USER)


def examine() -> list[Finding]:
    """All checks, in the order in which a person would mend things."""
    return [*_python(), _wasmtime(), _kernel(), _node(), _compiler(), _cache(), *_optional()]


def _python() -> Iterator[Finding]:
    version = platform.python_version()
    is_fine = sys.version_info[:2] >= _PYTHON
    yield Finding("python", is_fine, True, f"{version} at {sys.executable}", "install Python 3.11 or newer")
    yield Finding("lightflus", True, True, f"{metadata.version('lightflus')} at {Path(__file__).parent.parent}")


def _wasmtime() -> Finding:
    def look() -> str:
        from lightflus.wasm import ADVISORIES, KNOWN_UNTIL, WASMTIME_VERSION, version_problem

        problem = version_problem(WASMTIME_VERSION)
        if problem is not None:
            raise InternalError(problem)
        return f"{WASMTIME_VERSION}, without any of the {len(ADVISORIES)} advisories of 2026 known on {KNOWN_UNTIL}"

    return _attempt("wasmtime", look, "pip install --upgrade wasmtime")


def _kernel() -> Finding:
    def look() -> str:
        from lightflus.kernel import WasmKernel

        WasmKernel()
        return "loads"

    return _attempt("kernel", look, "install the lightflus wheel again")


def _node() -> Finding:
    def look() -> str:
        node = find_node()
        return f"{node.version} at {node.path}"

    return _attempt("node", look, "")


def _compiler() -> Finding:
    def look() -> str:
        find_api_package()
        return str(find_compiler())

    return _attempt("typescript compiler", look, "")


def _cache() -> Finding:
    def look() -> str:
        from lightflus.wasm import default_cache_directory

        folder = default_cache_directory()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            return f"{folder} can be written"

    hint = "without it every run compiles the module again; set XDG_CACHE_HOME to a folder of yours"
    return _attempt("cache", look, hint, is_needed=False)


def _optional() -> Iterator[Finding]:
    yield _attempt("rust", _rust, "only needed for building jobs in Rust", is_needed=False)
    for tool, use in (("clang", "jobs in C"), ("go", "jobs in Go")):
        path = shutil.which(tool)
        text = path or "not on PATH"
        yield Finding(tool, path is not None, False, text, f"only needed for building {use} from source")


def _rust() -> str:
    find_crate()
    cargo = find_cargo()
    return f"{cargo.version} at {cargo.path}, with {TARGET}"


def _attempt(name: str, look: Callable[[], str], hint: str, *, is_needed: bool = True) -> Finding:
    """Runs a check; whatever it raises is its finding."""
    try:
        return Finding(name, True, is_needed, look())
    except LightflusError as error:
        return Finding(name, False, is_needed, str(error), error.hint or hint)
    except OSError as error:
        return Finding(name, False, is_needed, error.strerror or str(error), hint)
    except Exception as error:  # a broken installation breaks in any way
        return Finding(name, False, is_needed, f"{type(error).__name__}: {error}", hint)
