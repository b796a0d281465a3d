"""Every example does what its folder says: its README's command, run as it stands, gives its expected.json(l)."""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRINTING = sorted(p.parent for p in (ROOT / "examples").glob("*/expected.jsonl"))
EXAMPLES = sorted(p.parent for p in (ROOT / "examples").glob("*/expected.json"))
LIGHTFLUS = Path(sys.executable).with_name("lightflus")

pytestmark = pytest.mark.slow


def command_of(example: Path, folder: Path) -> list[str]:
    """The `lightflus run` line of an example's README, with its database and the module that it builds in `folder`."""
    module = folder / "word_count.wasm"
    if (example / "build.sh").exists():
        subprocess.run([example / "build.sh", module], check=True)
    found = re.search(r"^lightflus run .*$", (example / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    command = found.group().replace("sqlite:", f"sqlite:{folder}/").replace(" word_count.wasm ", f" {module} ")
    words = shlex.split(command)
    return [str(LIGHTFLUS), *words[1:], "--quiet"]


def rows_of(database: Path) -> dict[str, object]:
    with sqlite3.connect(database) as connection:
        return dict(connection.execute("select key, value from redis").fetchall())


@pytest.mark.parametrize("parallelism", [1, 2])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.name)
def test_an_example_gives_what_its_folder_says(example: Path, parallelism: int, tmp_path: Path) -> None:
    command = [*command_of(example, tmp_path), "--parallelism", str(parallelism)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (database,) = tmp_path.glob("*.db")
    assert rows_of(database) == json.loads((example / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("example", PRINTING, ids=lambda p: p.name)
def test_an_example_prints_what_its_folder_says(example: Path, tmp_path: Path) -> None:
    done = subprocess.run(command_of(example, tmp_path), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    expected = (example / "expected.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        json.loads(line) for line in expected.splitlines()
    ]


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 4
    assert len(PRINTING) >= 2
