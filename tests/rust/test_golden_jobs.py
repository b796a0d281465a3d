"""The same program in TypeScript and in Rust leaves the same results: tests/golden, a folder per program."""

from __future__ import annotations

from pathlib import Path

import pytest
from rust_jobs import ROOT, package, results

JOBS = sorted(path.parent for path in (ROOT / "tests" / "golden").glob("*/job.rs"))

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_both_languages_leave_the_same_results(job: Path, tmp_path: Path) -> None:
    (source,) = job.glob("input.*")
    manifest = package(tmp_path, (job / "job.rs").read_text(encoding="utf-8"), name=f"golden_{job.name}")
    in_rust = results(manifest, source, tmp_path)
    assert in_rust
    assert in_rust == results(job / "job.ts", source, tmp_path)


def test_there_are_ten_programs() -> None:
    assert len(JOBS) == 10
