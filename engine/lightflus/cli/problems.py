"""How an error looks on a screen: what was wrong, where (with the user's line and a caret), and the way out.

What it owns: the text and the exit code of every class of `errors.py`. One screen, never a traceback.
What it leaves: printing it for people (`guard.py`).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from lightflus.cli.screen import CONTROL, emit
from lightflus.errors import BuildFailed, GuestError, JobInvalid, LightflusError, Problem

OK = 0
EXTERNAL = 1
USER = 2
INTERNAL = 70
INTERRUPTED = 130

_MOST_PROBLEMS = 10
_MOST_FRAMES = 8
_SDK_FRAMES = "~lib/"
_MOST_COLUMNS = 100
_LEAST_COLUMNS = 20
_MOST_CHARACTERS = 1_500
_MOST_SOURCE_BYTES = 4 * 1024 * 1024
_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+)(?::(?P<column>\d+))?")


def exit_code(error: LightflusError) -> int:
    """What the process answers: 2 the user's fault, 1 something outside failed, 70 our own bug."""
    return {"user": USER, "external": EXTERNAL, "internal": INTERNAL}[error.domain]


def render(error: LightflusError, columns: int | None = None) -> Text:
    """The error as text of one screen, whose lines of source are cut to so many columns."""
    text = Text()
    if isinstance(error, BuildFailed | JobInvalid) and error.problems:
        for problem in error.problems[:_MOST_PROBLEMS]:
            _one(text, problem, columns)
        left = len(error.problems) - _MOST_PROBLEMS
        if left > 0:
            text.append(f"... and {left} more\n")
        return text
    _one(text, Problem(str(error), error.where, error.hint), columns)
    if isinstance(error, GuestError):
        _guest(text, error)
    return text


def to_json(error: LightflusError) -> dict[str, object]:
    """The error for `--json`."""
    found: dict[str, object] = {"kind": type(error).__name__, "message": str(error)}
    found |= {name: value for name in ("where", "hint") if (value := getattr(error, name)) is not None}
    if isinstance(error, BuildFailed | JobInvalid):
        found["problems"] = [
            {name: value for name in Problem.__slots__ if (value := getattr(problem, name)) is not None}
            for problem in error.problems
        ]
    if isinstance(error, GuestError):
        details = {name: getattr(error, name) for name in ("function", "row", "operator", "record", "position", "rule")}
        found |= {name: value for name, value in details.items() if value is not None}
        found |= {"frames": list(error.frames)} if error.frames else {}
    return found


@contextmanager
def told_as_json(*, is_wanted: bool, event: str | None = None) -> Iterator[None]:
    """Around a command with `--json`: its error is an object on standard output, too; for `run` an event."""
    try:
        yield
    except LightflusError as error:
        if is_wanted:
            said: dict[str, object] = {"ok": False} if event is None else {"event": event}
            emit(json.dumps({**said, "error": to_json(error)}, ensure_ascii=False))
        raise


def _one(text: Text, problem: Problem, columns: int | None) -> None:
    text.append("error", style="bold red")
    text.append(f"[{problem.code}]: " if problem.code else ": ", style="bold red" if problem.code else "bold")
    text.append(_clean(problem.text) + "\n", style="bold")
    if problem.where:
        text.append("  --> " if _is_place(problem.where) else "  in: ", style="blue")
        text.append(_clean(problem.where) + "\n")
        if line := _line_of(problem):
            for row in line.rows(min(_MOST_COLUMNS, columns or _MOST_COLUMNS)):
                text.append(row + "\n")
    if problem.hint:
        text.append("  help: ", style="green")
        text.append(_clean(problem.hint) + "\n")


def _guest(text: Text, error: GuestError) -> None:
    for name, value in (("operator", error.operator), ("record", error.record)):
        if value is not None and value not in str(error):
            text.append(f"  {name}: ", style="blue")
            text.append(_clean(value) + "\n")
    if error.function is not None and error.operator is None:
        text.append("  function: ", style="blue")
        text.append(f"{error.function}\n")
    if error.rule is not None:
        text.append("  rule: ", style="blue")
        text.append(f"docs/abi.md {error.rule}\n")
    frames = [frame for frame in error.frames if not frame.startswith(_SDK_FRAMES)]
    if frames and error.position is None:
        text.append("  frames: ", style="blue")
        text.append(_clean(" < ".join(frames[:_MOST_FRAMES])) + "\n")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the user's file, and the column to point at (from 1), or None."""

    number: int
    text: str
    column: int | None

    def rows(self, columns: int) -> Iterator[str]:
        """The line under its number, cut around the column, and a caret."""
        margin = " " * len(str(self.number))
        room = max(_LEAST_COLUMNS, columns - len(margin) - len(" | "))
        start = max(0, (self.column or 1) - room * 4 // 5)
        shown = self.text.replace("\t", " ")[start : start + room]
        yield f"{margin} |"
        yield f"{self.number} | {_clean(shown)}"
        if self.column is not None and self.column - start <= len(shown) + 1:
            yield f"{margin} | {' ' * (self.column - start - 1)}^"


def _is_place(where: str) -> bool:
    """Whether it is a file, with or without a line, rather than the name of an operator or a task."""
    return " -> " not in where and ("." in where or os.path.sep in where or os.path.exists(where))


def _line_of(problem: Problem) -> _Line | None:
    """The line that a problem points to: the one it brings along, else the one in the file if that is small text."""
    found = _PLACE.fullmatch(problem.where or "")
    if not found:
        return None
    number, column = int(found["line"]), int(found["column"]) if found["column"] else None
    source = problem.source if problem.source is not None else _read_line(Path(found["file"]), number)
    return _Line(number, source.rstrip("\r\n"), column) if source else None


def _read_line(path: Path, number: int) -> str | None:
    try:
        if not path.is_file() or path.stat().st_size > _MOST_SOURCE_BYTES:
            return None
        lines = path.read_bytes().split(b"\n")
    except OSError:
        return None
    return lines[number - 1].decode(errors="replace") if 0 < number <= len(lines) else None


def _clean(text: str) -> str:
    """Harmless to a terminal, and no longer than fits on a screen: what a user or guest gave may be megabytes."""
    shown = text.translate(CONTROL)
    return shown if len(shown) <= _MOST_CHARACTERS else f"{shown[:_MOST_CHARACTERS]}..."
