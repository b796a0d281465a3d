"""Which files a `file:` source reads: one, those of a directory, or those that a pattern matches.

What it owns: splits, their order and their names; files that are found later, and renamed ones that are not new. What
several names lead to is one file, and `**` goes through no symbolic link: links in a circle have no end.
What it leaves: reading them (`file.py`, `following.py`). One thread at a time asks.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from glob import has_magic as has_wildcard
from pathlib import Path

from lightflus.connectors.toolbox.failures import opening, reading
from lightflus.errors import BindingInvalid
from lightflus.ports.reach import UNBOUNDED, Reach

_HINT = "a file: or a directory to read; relative paths start at the current directory"


class Paths:
    """Paths by split; grows when it is asked again."""

    def __init__(self, path: str, *, is_growing: bool, reach: Reach = UNBOUNDED) -> None:
        """Looks. With `is_growing` files may come later.

        Raises BindingInvalid when there is nothing to read; NotAllowed, here and later: a link leads out of reach.
        """
        self._reach = reach
        self._path = path
        self._known: set[tuple[int, int]] = set()
        self.by_split: dict[str, str] = {}
        """In the order in which they were found."""
        is_pattern = has_wildcard(path) and not os.path.exists(path)
        with opening(path, hint=_HINT):
            self._is_many = is_pattern or os.path.isdir(path)
            if not self._is_many and not is_growing:
                os.stat(path)
            if is_growing:
                os.stat(_fixed_part(path) or ".")
        with opening(path, hint=_HINT):
            self._add_new()
        if not self.by_split and not is_growing:
            what = "no file matches this pattern" if is_pattern else "the directory has no files"
            raise BindingInvalid(what, where=path, hint="name a file, or a directory with files")

    @property
    def is_many(self) -> bool:
        """Whether there may be more of them later."""
        return self._is_many

    def look_again(self) -> None:
        """Adds files that are there now. Raises SourceFailed."""
        with reading(self._path):
            self._add_new()

    def _add_new(self) -> None:
        if not self._is_many:
            self._reach.require_file(self._path)
            self.by_split.setdefault(os.path.basename(self._path), self._path)
            return
        found = dict(sorted(self._matching()))
        seen = self._known
        self._known = set(filter(None, map(_identity, [*self.by_split.values(), *found.values()])))
        for split, path in found.items():
            if split not in self.by_split and (identity := _identity(path)) not in seen:
                self._reach.require_file(path)
                self.by_split[split] = path
                seen |= {identity} if identity else set()

    def _matching(self) -> Iterator[tuple[str, str]]:
        if not has_wildcard(self._path) or os.path.isdir(self._path):
            with os.scandir(self._path) as entries:
                yield from ((e.name, e.path) for e in entries if not e.name.startswith(".") and e.is_file())
            return
        root = _fixed_part(self._path)
        pattern = os.path.relpath(self._path, root or ".")
        shows_hidden = any(part.startswith(".") for part in pattern.split(os.sep))
        for path in Path(root).glob(f"{pattern}/*" if pattern.endswith("**") else pattern):
            name = os.path.relpath(path, root or ".")
            is_hidden = any(part.startswith(".") for part in name.split(os.sep))
            if path.is_file() and (shows_hidden or not is_hidden):
                yield name, str(path)


def _identity(path: str) -> tuple[int, int] | None:
    """The file behind a name."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _fixed_part(path: str) -> str:
    """The directory in front of the first wildcard; of a plain path, its directory."""
    head = os.path.dirname(path)
    while has_wildcard(head):
        head = os.path.dirname(head)
    return head
