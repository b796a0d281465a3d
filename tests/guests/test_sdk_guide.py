"""docs/sdk-guide.md: its C blocks, one after the other, are a module that keeps the rules and counts right."""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from guest_builds import ROOT, c_guest

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "sdk-guide.md").read_text(encoding="utf-8")
LINES = ["hello", "wörld", "", "hello", "日本", "wörld", "hello", ""]
SUMS = {"hello": 15, "wörld": 10, "": None, "日本": 2}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


COMMANDS = [line for block in blocks("sh") for line in block.splitlines()]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything that the page's commands name."""
    made = tmp_path_factory.mktemp("guide")
    (graph,) = blocks("json")
    source = made / "module.c"
    source.write_text("\n".join(blocks("c")), encoding="utf-8")
    (made / "module.wasm").write_bytes(c_guest(source, json.dumps(json.loads(graph)).encode(), made))
    (made / "lines.txt").write_text("".join(f"{line}\n" for line in LINES), encoding="utf-8")
    return made


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_does_what_it_says(command: str, folder: Path) -> None:
    program, *arguments = shlex.split(command)
    assert program == "lightflus"
    lightflus = Path(sys.executable).with_name("lightflus")
    done = subprocess.run([str(lightflus), *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_module_of_the_page_adds_letters_up(folder: Path) -> None:
    (run,) = [command for command in COMMANDS if command.startswith("lightflus run")]
    test_a_command_of_the_page_does_what_it_says(run, folder)
    with sqlite3.connect(folder / "sums.db") as connection:
        assert dict(connection.execute("select key, value from redis").fetchall()) == SUMS
