"""What the README tells a newcomer to type does what it says."""

from __future__ import annotations

import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LIGHTFLUS = Path(sys.executable).with_name("lightflus")

pytestmark = pytest.mark.slow


def test_the_first_minute_counts_the_sentence(tmp_path: Path) -> None:
    found = re.search(r"^\.venv/bin/lightflus (run .*)$", README, re.MULTILINE)
    assert found
    words = shlex.split(found.group(1).replace("sqlite:", f"sqlite:{tmp_path}/"))
    done = subprocess.run([LIGHTFLUS, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(tmp_path / "counts.db") as database:
        assert dict(database.execute("select key, value from redis").fetchall()) == {"hello": "3", "world": "3"}


def test_the_job_that_it_shows_builds(tmp_path: Path) -> None:
    (job,) = re.findall(r"^```ts\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    (tmp_path / "job.ts").write_text(job, encoding="utf-8")
    done = subprocess.run([LIGHTFLUS, "build", "job.ts"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
