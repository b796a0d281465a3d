"""What is printed keeps to the width of the terminal, and is broken between words."""

from __future__ import annotations

import fcntl
import itertools
import os
import pty
import re
import struct
import sys
import termios
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from lightflus.cli.drawing import draw
from lightflus.cli.fitting import fitted, fitted_lines
from lightflus.cli.main import app
from lightflus.cli.problems import render
from lightflus.errors import BuildFailed, Problem
from lightflus.model.plan import plan_job
from lightflus.testing.graphs import word_count

WIDTHS = [40, 80, 120]
COMMAND = [sys.executable, "-c", "from lightflus.cli.main import main; main()"]
WORDS = st.lists(st.text(st.sampled_from("ab é\N{CJK UNIFIED IDEOGRAPH-4E2D}"), min_size=1, max_size=60), min_size=1)


@given(st.integers(0, 12), WORDS.map(" ".join), st.integers(20, 60), st.integers(0, 12))
def test_no_line_is_too_long_and_no_word_is_lost(own: int, words: str, width: int, under: int) -> None:
    line = " " * own + words.strip()
    lines = fitted_lines(line, width, under=under)
    assert all(cell_len(part) <= width for part in lines)
    assert "".join("".join(lines).split()) == "".join(line.split())


def test_what_is_over_stands_further_in_than_its_line() -> None:
    assert fitted_lines("  help: one two three", 15) == ["  help: one two", "    three"]
    assert fitted_lines("name      one two three", 17, under=10) == ["name      one two", "        three"]


def test_a_word_that_is_longer_than_the_terminal_is_cut() -> None:
    assert fitted_lines("a" * 25, 10, under=2) == ["a" * 10, "  " + "a" * 8, "  " + "a" * 7]


def test_in_a_pipe_lines_stay_whole() -> None:
    assert fitted(Text("a " * 500), None).plain == "a " * 500


@pytest.mark.parametrize("width", WIDTHS)
def test_boxes_of_a_plan_keep_to_the_width(width: int) -> None:
    lines = draw(plan_job(word_count(), parallelism=2), width).splitlines()
    boxes = [line for line in lines if line[0] in "┌│└"]
    assert {len(line) for line in boxes} == {len(boxes[0])}
    assert len(boxes[0]) <= width


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("column", [1, 30, 90, 200])
def test_the_caret_points_to_its_column_at_every_width(width: int, column: int) -> None:
    source = "x" * (column - 1) + "!" + "x" * 300
    problem = Problem("wrong", f"job.ts:3:{column}", "write it otherwise", "LF100", source)
    rows = fitted(render(BuildFailed("no", (problem,)), width), width).plain.split("\n")
    assert all(len(row) <= width for row in rows)
    shown, caret = next((a, b) for a, b in itertools.pairwise(rows) if b.endswith("^"))
    assert shown[len(caret) - 1] == "!"


def on_a_terminal(width: int, arguments: Sequence[str]) -> list[str]:
    """What a command prints on a terminal of a width, without colours."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.pop("COLUMNS", None)
        os.execvp(COMMAND[0], [*COMMAND, *arguments])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    out = b""
    while data := _read(terminal):
        out += data
    os.waitpid(child, 0)
    os.close(terminal)
    text = re.sub(r"\x1b\[[0-9]*A", "\n", out.decode())  # a picture is drawn again over the old one
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).replace("\r", "").split("\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # the other end is closed
        return b""


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("command", ["inspect", "verify", "doctor", "run", "wrong"])
def test_a_command_keeps_to_the_width_of_its_terminal(numbers_job: Path, width: int, command: str) -> None:
    arguments = {
        "inspect": ["inspect", str(numbers_job)],
        "verify": ["verify", str(numbers_job), "--quick"],
        "doctor": ["doctor"],
        "run": ["run", str(numbers_job), "-b", "numbers=generate:rows=9", "-b", "redis=stdout:"],
        "wrong": ["run", str(numbers_job), "-b", "nobody=file:a/very/long/name/of/a/file/that/nobody/would/type.txt"],
    }[command]
    lines = on_a_terminal(width, arguments)
    assert [line for line in lines if cell_len(line) > width] == []
    assert len(lines) > 2


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("command", [[], ["run"], ["inspect"], ["new"], ["verify"], ["build"], ["doctor"]])
def test_help_keeps_to_the_width_and_cuts_no_option(
    command: list[str], width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    with pytest.raises(SystemExit):
        app([*command, "--help"], prog_name="lightflus")
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= width
    assert "-h, --help" in said
    assert "…" not in said
