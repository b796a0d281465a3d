"""The Rust crate: its own tests, and that the checked-in artefact is what its source gives."""

from __future__ import annotations

import platform
import shutil
import subprocess
from pathlib import Path

import pytest

CRATE = Path(__file__).parents[2] / "engine" / "kernel"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("cargo") is None, reason="cargo is not on this machine"),
]


def test_the_tests_of_the_crate_pass() -> None:
    done = subprocess.run(["cargo", "test", "--locked"], cwd=CRATE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"), reason="bytes are compared on x86-64 Linux"
)
def test_the_artefact_is_what_the_source_gives() -> None:
    done = subprocess.run(["./build.sh", "--check"], cwd=CRATE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
