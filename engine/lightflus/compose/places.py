"""Places in the user's source, as somebody can open them from where the command was typed.

What it owns: a module names its files relative to the job's folder; here that becomes relative to the current one, with
the line itself where the job was built from source there. A module from elsewhere may name any file, so that nothing of
what it names is shown. And a guest error without a line of its own gets the place of its function.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from lightflus.errors import BuildFailed, GuestError, JobInvalid, LightflusError, ModuleInvalid, Problem
from lightflus.limits import SOURCE_BYTES
from lightflus.model.graph import JobGraph

_PLACE = re.compile(r"(?P<file>[^\n:]+)(?P<rest>(?::\d+){1,2})")
_LINE = re.compile(r"(?P<file>[^\n]+?):(?P<line>\d{1,9})(?::\d+)?")


@contextmanager
def openable_places(job: Path, *, has_sources: bool) -> Iterator[None]:
    """Whatever leaves the block names files so that they can be opened; a module that fails as a whole is the job.

    Args:
        job: the job's file; a problem without a place is its own.
        has_sources: whether the job is a source, so that lines of files below its folder may be shown.
    """
    shown = _Shown(job.parent if has_sources else None)
    openable = partial(_openable, folder=job.parent, is_strange=not has_sources)
    try:
        yield
    except (BuildFailed, JobInvalid) as error:
        error.where = openable(error.where)
        error.problems = tuple(shown.problem(replace(p, where=openable(p.where))) for p in error.problems)
        raise
    except LightflusError as error:
        if isinstance(error, GuestError | ModuleInvalid):
            error.where = openable(error.where) or str(job)
        error.source = error.source or shown.line(error.where)
        raise


def place_function(error: LightflusError, graph: JobGraph) -> None:
    """Gives a guest error that has no line of its own the place of the function that failed."""
    if not isinstance(error, GuestError) or error.position is not None or error.function is None:
        return
    if error.function < len(graph.functions) and (position := graph.functions[error.function].position):
        error.where = str(position)


class _Shown:
    """Reads lines of files below a folder; without a folder, none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = None if folder is None else os.path.realpath(folder)

    def problem(self, problem: Problem) -> Problem:
        """The problem with its line, if it brings none along."""
        return problem if problem.source is not None else replace(problem, source=self.line(problem.where))

    def line(self, where: str | None) -> str | None:
        """The line of a place, if it may be shown and is there."""
        found = _LINE.fullmatch(where or "")
        if self._folder is None or found is None:
            return None
        with suppress(OSError, ValueError):  # the name may be of any length and of any characters
            path = os.path.realpath(found["file"])
            if os.path.commonpath((path, self._folder)) == self._folder:
                return _read_line(Path(path), int(found["line"]))
        return None


def _read_line(path: Path, number: int) -> str | None:
    if not path.is_file() or path.stat().st_size > SOURCE_BYTES:
        return None
    lines = path.read_bytes().split(b"\n")
    return lines[number - 1].decode(errors="replace") if 0 < number <= len(lines) else None


def _openable(where: str | None, folder: Path, *, is_strange: bool) -> str | None:
    """The place with its folder, if its file is there. What a stranger's module names elsewhere is not looked for."""
    found = _PLACE.fullmatch(where or "")
    if not found or (is_strange and (os.path.isabs(found["file"]) or os.pardir in Path(found["file"]).parts)):
        return where
    if not os.path.exists(folder / found["file"]):  # which also answers for names that no system takes
        return where
    return f"{folder / found['file']}{found['rest']}"
