"""Reads a format's options, and says which there are when one is wrong.

What it owns: conversion and bounds. Names are shown as the user writes them, with `format.` in front; values come
without that prefix, and secrets are resolved already.
What it leaves: which options a format has (its own file).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lightflus.errors import BindingInvalid
from lightflus.limits import SCHEMA_BYTES


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that an option names."""

    path: Path
    content: bytes


class FormatOptions:
    """The options of one format; each is taken once, and what is left over is a mistake.

    Every method raises BindingInvalid for a value that is none of its kind.
    """

    def __init__(self, name: str, values: Mapping[str, str]) -> None:
        """`name` is the format's."""
        self._name = name
        self._left = dict(values)
        self._known: list[str] = []

    def text(self, name: str) -> str | None:
        """A text, or None where there is none."""
        self._known.append(name)
        return self._left.pop(name, None) or None

    def choice(self, name: str, among: Sequence[str], default: str) -> str:
        """One of a few words."""
        value = self.text(name) or default
        if value not in among:
            raise self.wrong(name, value, f"it is {', '.join(among[:-1])} or {among[-1]}")
        return value

    def flag(self, name: str, default: bool) -> bool:
        """`true` or `false`."""
        return self.choice(name, ("true", "false"), str(default).lower()) == "true"

    def file(self, name: str) -> NamedFile | None:
        """The file of that name and what it holds, at most SCHEMA_BYTES, or None where none is named."""
        path = self.text(name)
        if path is None:
            return None
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
        return BindingInvalid(f"format `{self._name}` needs `format.{name}`", hint=f"it is {what}")

    def wrong(self, name: str, value: str, hint: str) -> BindingInvalid:
        """The error for a value that cannot be."""
        return BindingInvalid(f"option `format.{name}` of format `{self._name}` is `{value}`", hint=hint)

    def end(self) -> None:
        """Raises BindingInvalid if there are options that nobody asked for."""
        if self._left:
            known = ", ".join(f"`format.{name}`" for name in self._known)
            raise BindingInvalid(
                f"format `{self._name}` has no option `format.{next(iter(self._left))}`",
                hint=f"it has {known}" if known else "it has no options",
            )
