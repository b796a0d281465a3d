"""Finds what building a Rust job needs on this machine: cargo, a compiler for wasm32, the crate `lightflus`.

What it owns: which versions will do, how to get what is missing, the command line of the build.
What it leaves: running it (`rust.py`).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from lightflus.build.sources import MANIFEST
from lightflus.errors import BuildFailed, Problem, ToolMissing

TARGET = "wasm32-unknown-unknown"
RUST_LEAST = (1, 82)
"""Oldest Rust that compiles the crate `lightflus` (its `rust-version`)."""
PROFILE = "lightflus"

_HOW_TO_CARGO = f"install Rust {RUST_LEAST[0]}.{RUST_LEAST[1]} or newer: rustup.rs, or your system's package"
_HOW_TO_TARGET = f"rustup target add {TARGET}"
_PROBE_SECONDS = 60
_BUNDLED = Path(__file__).resolve().parent.parent / "bundled" / "rust"


@dataclass(frozen=True, slots=True)
class Cargo:
    """A cargo whose compiler makes modules."""

    path: str
    version: str


@dataclass(frozen=True, slots=True)
class Project:
    """A package, and the workspace that it belongs to: its own folder, if it stands alone."""

    manifest: Path
    workspace: Path

    @property
    def folder(self) -> Path:
        """The package's folder."""
        return self.manifest.parent


def find_cargo(folder: Path | None = None) -> Cargo:
    """Cargo from PATH, as it is in `folder` (a project may pin its toolchain). Raises ToolMissing with the way out."""
    cargo, rustc = shutil.which("cargo"), shutil.which(os.environ.get("RUSTC", "rustc"))
    if cargo is None or rustc is None:
        raise ToolMissing("building a Rust job needs cargo, and there is none on this machine", hint=_HOW_TO_CARGO)
    version = _said([rustc, "--version"], folder)
    found = re.match(r"rustc ((\d+)\.(\d+)\S*)", version)
    if found is None:
        raise ToolMissing(f"{rustc} is no working Rust compiler: {version[-300:]}", hint=_HOW_TO_CARGO)
    if (int(found[2]), int(found[3])) < RUST_LEAST:
        text = f"Rust {RUST_LEAST[0]}.{RUST_LEAST[1]} or newer is needed; {rustc} is version {found[1]}"
        raise ToolMissing(text, hint=_HOW_TO_CARGO)
    library = Path(_said([rustc, "--print", "target-libdir", "--target", TARGET], folder))
    if not any(library.glob("libcore-*")):
        text = f"Rust {found[1]} cannot compile to WebAssembly: its standard library for {TARGET} is not installed"
        raise ToolMissing(text, hint=_HOW_TO_TARGET)
    return Cargo(cargo, found[1])


def find_crate() -> Path:
    """The folder of the crate `lightflus`. Raises ToolMissing where this installation has none."""
    crate = _BUNDLED / "lightflus"
    if not (crate / MANIFEST).is_file():
        raise ToolMissing(
            "the crate lightflus is not in this installation",
            where=str(crate),
            hint="in a checkout: make sdk; otherwise install the lightflus wheel again",
        )
    return crate


def find_project(cargo: Cargo, manifest: Path) -> Project:
    """Where rustc will run. Raises BuildFailed for a manifest that cargo refuses."""
    command = [cargo.path, "locate-project", "--workspace", "--message-format", "plain", "--manifest-path"]
    said = _said([*command, str(manifest)], manifest.parent)
    if Path(said).name != MANIFEST:
        raise BuildFailed(f"{manifest} is not a package", (Problem(said[-2_000:], where=str(manifest)),))
    return Project(manifest, Path(said).parent)


def build_command(cargo: Cargo, project: Project) -> list[str]:
    """Compiles a package's library to a module, with messages as JSON lines on standard output."""
    settings = {
        f"profile.{PROFILE}.inherits": "release",
        f"profile.{PROFILE}.opt-level": 3,
        f"profile.{PROFILE}.lto": "fat",
        f"profile.{PROFILE}.codegen-units": 1,
        f"profile.{PROFILE}.panic": "abort",
        f"profile.{PROFILE}.debug": "line-tables-only",
        f"profile.{PROFILE}.strip": "none",
        # A count that wraps is a wrong result; measured, the checks cost nothing.
        f"profile.{PROFILE}.overflow-checks": True,
        # What builds the graph runs once; the loops are generic and compiled with the job itself, for speed.
        f"profile.{PROFILE}.package.lightflus.opt-level": "z",
        f"target.{TARGET}.rustflags": [f"--remap-path-prefix={path}={name}" for path, name in _names(project)],
    }
    command = [cargo.path, "rustc", "--manifest-path", str(project.manifest), "--lib", "--crate-type", "cdylib"]
    command += ["--target", TARGET, "--profile", PROFILE, "--message-format", "json"]
    for name, value in settings.items():
        command += ["--config", f"{name}={json.dumps(value)}"]
    return command


def _names(project: Project) -> Iterator[tuple[Path, str]]:
    """Folders, and what a module calls them: it names no path of the machine that built it."""
    yield Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo"), "~lib/cargo"
    manifest = cast(dict[str, dict[str, object]], tomllib.loads(project.manifest.read_text(encoding="utf-8")))
    crate = manifest.get("dependencies", {}).get("lightflus")
    if isinstance(crate, dict) and "path" in crate:
        yield (project.folder / str(crate["path"])).resolve().parent, "~lib/lightflus"
    if project.folder != project.workspace:  # rustc runs in the workspace, and names its files from there
        yield project.folder.relative_to(project.workspace), ""


def _said(command: list[str], folder: Path | None) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=_PROBE_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return (done.stdout if done.returncode == 0 else done.stderr).strip()
