"""The oldest Rust that the manifests and docs/rust.md promise is enough: for the crate, and for a job."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from rust_jobs import ENVIRONMENT, LIGHTFLUS, SDK

from lightflus.build.cargo import RUST_LEAST

pytestmark = pytest.mark.slow

OLDEST = {
    **ENVIRONMENT,
    "RUSTUP_TOOLCHAIN": ".".join(map(str, RUST_LEAST)),
    "CARGO_TARGET_DIR": str(SDK / "target" / "oldest"),
}


def done_well(*command: str | Path, folder: Path) -> str:
    """Standard output of a command that has to succeed with the oldest Rust; `make slow` installs it."""
    done = subprocess.run([*map(str, command)], cwd=folder, env=OLDEST, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_crate_passes_its_tests_with_the_oldest_rust() -> None:
    done_well("cargo", "test", "--quiet", "--locked", folder=SDK)


def test_a_new_project_is_built_tested_and_verified_with_the_oldest_rust(tmp_path: Path) -> None:
    done_well(LIGHTFLUS, "new", "clicks", "--lang", "rust", folder=tmp_path)
    project = tmp_path / "clicks"
    assert "1 passed" in done_well("cargo", "test", "--quiet", folder=project)
    done_well(LIGHTFLUS, "build", "Cargo.toml", "-o", "clicks.wasm", folder=project)
    done_well(LIGHTFLUS, "verify", "clicks.wasm", "--portable", "--quick", folder=project)
