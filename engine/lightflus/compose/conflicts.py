"""Files that two operators of a job would use against each other.

What it owns: that check, on names as the file system resolves them. What it leaves: opening them (`opening.py`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from lightflus.errors import BindingInvalid
from lightflus.model.graph import JobGraph, Operator, Sink, Source

_SHARED = frozenset({"sqlite"})
"""Kinds of sinks of which several may write one file."""


def check_files(graph: JobGraph) -> None:
    """Refuses a sink that writes what a source reads or another sink writes. Raises BindingInvalid.

    It would empty the file before the source has read it, or feed it for ever; two sinks would mix lines.
    """
    read = {os.path.realpath(path): operator.name for operator, path in _files(graph, Source)}
    written: dict[str, str] = {}
    for operator, path in _files(graph, Sink):
        real = os.path.realpath(path)
        is_shared = isinstance(operator.kind, Sink) and operator.kind.connector.kind in _SHARED
        other = _reader_of(real, read) or (None if is_shared else written.get(real))
        if other:
            raise BindingInvalid(
                f"`{operator.name}` would write a file that `{other}` uses", where=path, hint="name another file"
            )
        written[real] = operator.name


def _files(graph: JobGraph, kind: type[Source] | type[Sink]) -> Iterator[tuple[Operator, str]]:
    for operator in graph.operators:
        if isinstance(operator.kind, kind) and (path := operator.kind.connector.options.get("path")):
            yield operator, path


def _reader_of(path: str, read: Mapping[str, str]) -> str | None:
    """The source that reads a file: by its name, its directory or a pattern."""
    found = read.get(path) or read.get(os.path.dirname(path))
    return found or next((name for pattern, name in read.items() if fnmatchcase(path, pattern)), None)
