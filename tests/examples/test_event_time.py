"""The programs of examples/event_time, by the commands of their page, give what stands there at any parallelism."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples" / "event_time"
LIGHTFLUS = Path(sys.executable).with_name("lightflus")
COMMANDS = re.findall(r"^lightflus run .*$", (FOLDER / "README.md").read_text(encoding="utf-8"), re.MULTILINE)

pytestmark = pytest.mark.slow


def rows(file: Path) -> list[str]:
    """The rows of a file as a multiset: numbers as numbers, fields in any order."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return sorted(json.dumps(json.loads(line, parse_int=float), sort_keys=True) for line in lines)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: Path(shlex.split(command)[2]).stem)
def test_a_program_gives_what_stands_beside_it_at_any_parallelism(command: str, tmp_path: Path) -> None:
    words = shlex.split(command.replace("examples/", f"{ROOT}/examples/"))
    module = tmp_path / "job.wasm"
    subprocess.run([LIGHTFLUS, "build", words[2], "-o", module], check=True, capture_output=True)
    for parallelism in ("1", "2", "3"):
        run = [LIGHTFLUS, "run", module, "--allow-all", "--quiet", "--parallelism", parallelism, *words[3:]]
        done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        for expected in (FOLDER / "expected" / Path(words[2]).stem).iterdir():
            assert rows(tmp_path / expected.name) == rows(expected)


def test_every_program_is_run() -> None:
    assert {Path(shlex.split(command)[2]).name for command in COMMANDS} == {file.name for file in FOLDER.glob("*.ts")}
