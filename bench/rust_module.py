"""Builds the Rust word count for the benchmarks that run it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bench.measure import LIGHTFLUS, ROOT, WORK, run_program

EXAMPLE = ROOT / "examples" / "rust_word_count"


def build_rust_module() -> tuple[Path, float, float]:
    """The module, seconds of a build with nothing compiled, seconds of a build of the crate and the job alone."""
    target, module = WORK / "rust-target", WORK / "rustWordCount.wasm"
    shutil.rmtree(target, ignore_errors=True)
    os.environ["CARGO_TARGET_DIR"] = str(target)
    build = [LIGHTFLUS, "build", str(EXAMPLE), "-o", str(module)]
    first = run_program(build).wall_seconds
    clean = ["cargo", "clean", "--quiet", "--manifest-path", str(EXAMPLE / "Cargo.toml"), "--profile", "lightflus"]
    profile = ["--config", 'profile.lightflus.inherits="release"', "--target", "wasm32-unknown-unknown"]
    run_program([*clean, *profile, "-p", "lightflus", "-p", "rust_word_count"])
    second = run_program(build).wall_seconds
    del os.environ["CARGO_TARGET_DIR"]
    return module, first, second
