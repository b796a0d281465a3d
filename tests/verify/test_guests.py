"""Every guest of this repository keeps docs/abi.md: whatever language it was written in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lightflus.verify import verify
from lightflus.wasm import ArtefactCache

ROOT = Path(__file__).resolve().parents[2]
LIGHTFLUS = Path(sys.executable).with_name("lightflus")
JOBS = sorted([*ROOT.glob("examples/*/*.ts"), *ROOT.glob("examples/*/Cargo.toml")])

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("job", JOBS, ids=lambda job: str(job.relative_to(ROOT / "examples")))
def test_a_job_built_by_an_sdk_conforms_and_is_portable(job: Path, tmp_path: Path) -> None:
    module = tmp_path / "job.wasm"
    built = subprocess.run(
        [str(LIGHTFLUS), "build", str(job), "-o", str(module)], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    report = verify(module.read_bytes(), is_portable=True, cache=ArtefactCache())
    assert not report.failed, report.notes
    assert not [note for note in report.notes if "every generated input" in note]
