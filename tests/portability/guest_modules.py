"""The modules of every guest of this repository: examples, golden jobs, all types.

Those in TypeScript are what `lightflus run` of their source runs, and come out of the same cache; cargo has its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from lightflus.cli.modules import module_bytes

ROOT = Path(__file__).resolve().parents[2]
LIGHTFLUS = Path(sys.executable).with_name("lightflus")
RUST = ROOT / "udf_sdk" / "rust"
MANIFEST = f"""
[package]
name = "every_type"
version = "0.1.0"
edition = "2021"

[dependencies]
lightflus = {{ path = "{RUST / "lightflus"}" }}
"""
SOURCES = (
    *sorted(ROOT.glob("examples/*/*.ts")),
    *sorted(ROOT.glob("examples/*/Cargo.toml")),
    *sorted(ROOT.glob("examples/*/build.sh")),
    *sorted(ROOT.glob("tests/golden/*/job.ts")),
    ROOT / "tests/rust/jobs/every_type.rs",
)
NAMES = tuple(str(source.relative_to(ROOT)) for source in SOURCES)
NOT_PORTABLE = ("examples/go_word_count/build.sh", "tests/rust/jobs/every_type.rs")
"""Rule 1.7: Go's runtime, and a whole record of 21 fields formatted in one function, have larger bodies."""


def built(name: str, folder: Path) -> Path:
    """Builds one guest into a folder."""
    source = ROOT / name
    target = folder / (name.replace("/", "-") + ".wasm")
    match source.suffix:
        case ".sh":
            command = ["sh", str(source), str(target)]
        case ".rs":
            command = [str(LIGHTFLUS), "build", str(_package(source, folder)), "-o", str(target)]
        case ".ts":
            target.write_bytes(module_bytes(source))
            return target
        case _:
            command = [str(LIGHTFLUS), "build", str(source), "-o", str(target)]
    environment = {**os.environ, "CARGO_TARGET_DIR": str(RUST / "target" / "tests")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return target


def _package(source: Path, folder: Path) -> Path:
    """A package of its own around one file of Rust."""
    place = folder / source.stem
    (place / "src").mkdir(parents=True)
    (place / "src" / "lib.rs").write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    (place / "Cargo.toml").write_text(MANIFEST, encoding="utf-8")
    return place / "Cargo.toml"
