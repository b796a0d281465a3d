"""Rust jobs for tests: a package around some source, built and run by the `lightflus` command as a user would.

All packages share one target directory inside the SDK's, so that the crate and its macros are compiled once; native
tests are compiled without what only a debugger needs, and not for speed.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SDK = ROOT / "udf_sdk" / "rust"
LIGHTFLUS = str(Path(sys.executable).with_name("lightflus"))
ENVIRONMENT = {
    **os.environ,
    "CARGO_TARGET_DIR": str(SDK / "target" / "tests"),
    "CARGO_TERM_COLOR": "never",
    "CARGO_PROFILE_DEV_DEBUG": "0",
    "CARGO_PROFILE_TEST_OPT_LEVEL": "0",
    "CARGO_INCREMENTAL": "0",
}
MANIFEST = """
[package]
name = "{name}"
version = "0.1.0"
edition = "{edition}"
publish = false

[dependencies]
lightflus = {{ path = "{crate}" }}
"""


def package(folder: Path, source: str, *, name: str = "job", edition: str = "2021") -> Path:
    """Makes a package with this `src/lib.rs`; its Cargo.toml. Versions are those that the SDK is locked to."""
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "src" / "lib.rs").write_text(source, encoding="utf-8")
    manifest = folder / "Cargo.toml"
    manifest.write_text(MANIFEST.format(name=name, edition=edition, crate=SDK / "lightflus"), encoding="utf-8")
    return manifest


def lightflus(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs the command in a folder."""
    return subprocess.run(
        [LIGHTFLUS, *map(str, arguments)], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )


def build(manifest: Path, *, name: str = "job.wasm") -> Path:
    """The module of a job that compiles."""
    done = lightflus("build", manifest, "-o", name, folder=manifest.parent)
    assert done.returncode == 0, done.stderr
    return manifest.parent / name


def results(job: Path, source: Path, folder: Path, *, topic: str = "in") -> dict[str, str]:
    """What a job that reads `topic` and writes `redis` leaves behind, by key."""
    database = folder / "results.db"
    database.unlink(missing_ok=True)
    binds = ("--bind", f"{topic}=file:{source}", "--bind", f"redis=sqlite:{database}")
    done = lightflus("run", job, *binds, "--quiet", folder=folder)
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(database) as connection:
        return dict(connection.execute("select key, value from redis").fetchall())
