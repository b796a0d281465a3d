"""How an error looks on a screen: what was wrong, where (with the user's line and a caret), and the way out.

What it owns: the text and the exit code of every class of `errors.py`. One screen, never a traceback.
What it leaves: printing it for people (`guard.py`), the user's line (`compose/places.py`), harmful characters
(`model/text.py`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.text import Text

from lightflus.cli.screen import emit_json
from lightflus.errors import BuildFailed, GuestError, JobInvalid, LightflusError, Problem
from lightflus.model.text import line

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
    _one(text, Problem(str(error), error.where, error.hint, source=error.source), columns)
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
            emit_json({**said, "error": to_json(error)})
        raise


def _one(text: Text, problem: Problem, columns: int | None) -> None:
    text.append("error", style="bold red")
    text.append(f"[{line(problem.code)}]: " if problem.code else ": ", style="bold red" if problem.code else "bold")
    text.append(line(problem.text) + "\n", style="bold")
    if problem.where:
        text.append("  --> " if _is_place(problem.where) else "  in: ", style="blue")
        text.append(line(problem.where) + "\n")
        if source := _line_of(problem):
            for row in source.rows(min(_MOST_COLUMNS, columns or _MOST_COLUMNS)):
                text.append(row + "\n")
    if problem.hint:
        text.append("  help: ", style="green")
        text.append(line(problem.hint) + "\n")


def _guest(text: Text, error: GuestError) -> None:
    for name, value in (("operator", error.operator), ("record", error.record)):
        if value is not None and value not in str(error):
            text.append(f"  {name}: ", style="blue")
            text.append(line(value) + "\n")
    if error.function is not None and error.operator is None:
        text.append("  function: ", style="blue")
        text.append(f"{error.function}\n")
    if error.rule is not None:
        text.append("  rule: ", style="blue")
        text.append(f"docs/abi.md {line(error.rule)}\n")
    frames = [frame for frame in error.frames if not frame.startswith(_SDK_FRAMES)]
    if frames and error.position is None:
        text.append("  frames: ", style="blue")
        text.append(line(" < ".join(line(frame) for frame in frames[:_MOST_FRAMES])) + "\n")


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
        yield f"{self.number} | {line(shown)}"
        if self.column is not None and self.column - start <= len(shown) + 1:
            yield f"{margin} | {' ' * (self.column - start - 1)}^"


def _is_place(where: str) -> bool:
    """Whether it is a file, with or without a line, rather than the name of an operator or a task."""
    return " -> " not in where and ("." in where or os.path.sep in where or os.path.exists(where))


def _line_of(problem: Problem) -> _Line | None:
    """The line that a problem points to and brings along."""
    found = _PLACE.fullmatch(problem.where or "")
    if not found or not problem.source:
        return None
    column = int(found["column"]) if found["column"] else None
    return _Line(int(found["line"]), problem.source.rstrip("\r\n"), column)
