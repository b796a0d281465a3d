"""Takes a format's options, files among them.

What it owns: files that are named. Names are shown as the user writes them, with `format.` in front; values come
without that prefix, and secrets are resolved already.
What it leaves: conversion (`model/option_values.py`), which options a format has (its own file).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from lightflus.errors import BindingInvalid
from lightflus.limits import SCHEMA_BYTES
from lightflus.model.option_values import OptionValues
from lightflus.ports.reach import UNBOUNDED, Reach


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that an option names."""

    path: Path
    content: bytes


class FormatOptions(OptionValues):
    """The options of one format, which says them when it asks."""

    def __init__(
        self, name: str, values: Mapping[str, str], reach: Reach = UNBOUNDED, unread: Collection[str] = ()
    ) -> None:
        """`name` is the format's; `reach` is asked before a file or registry is; nobody reads the `unread` fields."""
        super().__init__(f"format `{name}`", values, None, prefix="format.")
        self.name = name
        self.reach = reach
        self.unread = unread

    def file(self, name: str) -> NamedFile | None:
        """The file of that name and what it holds, at most SCHEMA_BYTES, or None where none is named."""
        path = self.optional(name)
        if path is None:
            return None
        self.reach.require_file(path)
        try:
            with Path(path).open("rb") as file:
                content = file.read(SCHEMA_BYTES + 1)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise self.wrong(name, path, f"the file cannot be read: {reason.lower()}") from error
        if len(content) > SCHEMA_BYTES:
            raise self.wrong(name, path, f"a schema has at most {SCHEMA_BYTES:,} bytes")
        return NamedFile(Path(path), content)

    def missing(self, name: str, what: str) -> BindingInvalid:
        """The error for an option that is needed."""
        return BindingInvalid(
            f"format `{self.name}` needs `format.{name}`", hint=f"it is {what}; a binding takes none over from the job"
        )
