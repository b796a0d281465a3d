"""Places in the user's source, as somebody can open them from where the command was typed.

What it owns: a module names its files relative to the job's folder; here that becomes relative to the current one. And
a guest error without a line of its own gets the place of its function.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from lightflus.errors import BuildFailed, GuestError, JobInvalid, LightflusError, ModuleInvalid
from lightflus.model.graph import JobGraph

_PLACE = re.compile(r"(?P<file>[^\n:]+)(?P<rest>(?::\d+){1,2})")


@contextmanager
def openable_places(job: Path) -> Iterator[None]:
    """Whatever leaves the block names files so that they can be opened; a module that fails as a whole is the job."""
    try:
        yield
    except (BuildFailed, JobInvalid) as error:
        error.where = _openable(error.where, job.parent)
        error.problems = tuple(replace(p, where=_openable(p.where, job.parent)) for p in error.problems)
        raise
    except (GuestError, ModuleInvalid) as error:
        error.where = _openable(error.where, job.parent) or str(job)
        raise


def place_function(error: LightflusError, graph: JobGraph) -> None:
    """Gives a guest error that has no line of its own the place of the function that failed."""
    if not isinstance(error, GuestError) or error.position is not None or error.function is None:
        return
    if error.function < len(graph.functions) and (position := graph.functions[error.function].position):
        error.where = str(position)


def _openable(where: str | None, folder: Path) -> str | None:
    found = _PLACE.fullmatch(where or "")
    if not found or not (folder / found["file"]).exists():
        return where
    return f"{folder / found['file']}{found['rest']}"
