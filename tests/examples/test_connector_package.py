"""The example of a third party's connector: installed beside Lightflus, found by entry points, keeping the rules."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "examples" / "connector_package"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the package has been installed."""
    folder = tmp_path_factory.mktemp("site")
    flags = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"]
    run([sys.executable, "-m", "pip", "install", *flags, "--target", str(folder), str(PACKAGE)])
    return folder


def run(command: list[str], *, path: Path | None = None) -> str:
    environment = os.environ | ({"PYTHONPATH": str(path)} if path else {})
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def lightflus(path: Path, *arguments: str) -> str:
    return run([sys.executable, "-c", "from lightflus.cli.main import main; main()", *arguments], path=path)


def test_its_own_tests_pass(installed: Path) -> None:
    run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(PACKAGE / "tests")], path=installed)


def test_a_job_is_bound_to_it_like_to_ours(installed: Path, tmp_path: Path) -> None:
    lines, counts = tmp_path / "lines.txt.gz", tmp_path / "counts.jsonl.gz"
    lines.write_bytes(gzip.compress((ROOT / "examples/word_count/lines.txt").read_bytes()))
    binds = ["--bind", f"topic=gzip:{lines}", "--bind", f"redis=gzip:{counts}"]
    lightflus(installed, "run", "examples/word_count/wordCount.ts", "--quiet", *binds)
    rows = [json.loads(line) for line in gzip.decompress(counts.read_bytes()).splitlines()]
    assert {row["key"]: row["value"] for row in rows} == {"hello": "3", "world": "3"}
