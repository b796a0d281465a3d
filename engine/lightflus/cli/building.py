"""`lightflus build`: one .wasm file from a job's source.

What it owns: the command: where the module goes and what is said about it. The engine is imported while the compiler
works, which makes a cold build half a second shorter.
What it leaves: the compilers (`build/languages.py`), describing and checking the module (`build/modules.py`).
"""
# ruff: noqa: PLC0415 (the second sentence says why)

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from importlib import import_module
from pathlib import Path

from lightflus.build.languages import compile_job
from lightflus.build.sources import is_manifest
from lightflus.cli.problems import told_as_json
from lightflus.cli.screen import emit_json, say
from lightflus.compose.places import openable_places
from lightflus.errors import UserError
from lightflus.model.text import counted


def build_job(source: Path, output: Path | None, *, as_json: bool) -> None:
    """Builds, writes, reports. Raises LightflusError."""
    started = time.monotonic()
    target = output or _default_target(source)
    with told_as_json(is_wanted=as_json):
        _require_folder(target)
        with openable_places(source, has_sources=True):
            compiled = compile_job(source, meanwhile=lambda: import_module("lightflus.build.modules"))
            from lightflus.build.modules import finished
            from lightflus.cli.modules import print_log
            from lightflus.model.warnings import warnings

            built = finished(compiled, print_log)
        write_module(target, built.wasm)
    seconds = time.monotonic() - started
    digest = hashlib.sha256(built.wasm).hexdigest()
    found = warnings(built.graph)
    if as_json:
        report: dict[str, object] = {
            "ok": True,
            "job": built.graph.job,
            "namespace": built.graph.namespace,
            "module": str(target),
            "bytes": len(built.wasm),
            "digest": digest,
            "seconds": round(seconds, 3),
            "warnings": found,
        }
        emit_json(report)
        return
    for warning in found:
        say(warning, "yellow")
    operators = f"{counted(len(built.graph.operators), 'operator')}, {counted(len(built.graph.functions), 'function')}"
    say(f"built {target}: {len(built.wasm):,} bytes, {operators}, {seconds:.1f} s", "bold")
    say(f"  sha256 {digest}", "dim")


def _default_target(source: Path) -> Path:
    """The job's name with .wasm, here; a Rust job is called like its folder."""
    return Path(f"{source.resolve().parent.name if is_manifest(source) else source.stem}.wasm")


def _require_folder(target: Path) -> None:
    if os.path.isdir(target):
        raise UserError("this is a directory", where=str(target), hint="name a file, for example -o job.wasm")
    if not os.path.isdir(target.parent):
        raise UserError("there is no such directory", where=str(target.parent), hint="make it first, or choose another")


def write_module(target: Path, wasm: bytes) -> None:
    """Writes a module; what was there stays if that fails. Raises UserError."""
    is_plain = os.path.isfile(target) or not os.path.exists(target)
    real = target.resolve()
    # what is no plain file, such as a pipe, is written itself
    beside = real.with_name(f".lightflus-{os.getpid()}.part") if is_plain else real
    try:
        beside.write_bytes(wasm)
        if is_plain:
            beside.replace(real)
    except OSError as error:
        if is_plain:
            with contextlib.suppress(OSError):
                beside.unlink()
        raise UserError(
            f"cannot be written: {error.strerror}", where=str(target), hint="choose another with -o"
        ) from error
